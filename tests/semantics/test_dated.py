"""Which uses of Langfuse's dated names are seen, and which count as provided for."""

from __future__ import annotations

from pathlib import Path

import pytest

from lint_rules import check_paths, check_source
from lint_rules.finding import Finding
from lint_rules.settings import Settings

SETTINGS = Settings(select=("LLM401",), target=("langfuse==5.0.4",))


def found(source: str) -> list[tuple[int, str]]:
    """The line and the symbol of each finding, against a release that has lost them all."""
    return [place(finding) for finding in check_source(source, settings=SETTINGS)]


def place(finding: Finding) -> tuple[int, str]:
    return finding.span.line, finding.message.split("`")[1]


DECORATORS, TRACE = "langfuse.decorators", "langfuse.Langfuse.trace"

SEEN = {
    "an import": ("from langfuse.decorators import observe", [(1, DECORATORS)]),
    "once per import, not per use": (
        "from langfuse.decorators import langfuse_context\nlangfuse_context.flush()\nlangfuse_context.flush()",
        [(1, DECORATORS)],
    ),
    "an import in a function nobody calls": (
        "def f():\n    from langfuse.decorators import observe\n",
        [(2, DECORATORS)],
    ),
    "a module": ("import langfuse.decorators as d\nd.observe", [(1, DECORATORS)]),
    "a module as a name": ("from langfuse import decorators", [(1, DECORATORS)]),
    "a submodule of it": ("from langfuse.decorators.langfuse_decorator import observe", [(1, DECORATORS)]),
    "an attribute of the package": ("import langfuse\nlangfuse.decorators.observe()", [(2, DECORATORS)]),
    "a client": ("from langfuse import Langfuse\nLangfuse().trace()", [(2, TRACE)]),
    "a client under another name": ("import langfuse as lf\nc = lf.Langfuse()\ndef f(): c.trace()", [(3, TRACE)]),
    "get_client": ("from langfuse import get_client\nget_client().trace()", [(2, TRACE)]),
    "an annotated parameter": (
        "from langfuse import Langfuse\ndef f(client: Langfuse | None): client.trace()",
        [(2, TRACE)],
    ),
    "an attribute of self": (
        "import langfuse\nclass A:\n def __init__(self): self.c = langfuse.Langfuse()\n def f(self): self.c.trace()",
        [(4, TRACE)],
    ),
    "a client that a function makes": (
        "import langfuse\ndef make(): return langfuse.Langfuse()\nmake().trace()",
        [(3, TRACE)],
    ),
    "an observation in with": (
        "from langfuse import get_client as g\nwith g().start_as_current_observation(name='n') as s: s.update_trace()",
        [(2, "langfuse.LangfuseSpan.update_trace")],
    ),
    "a constant": (
        "from langfuse import LangfuseOtelSpanAttributes as A\nprint(A.TRACE_INPUT, A.TRACE_NAME)",
        [(2, "langfuse.LangfuseOtelSpanAttributes.TRACE_INPUT")],
    ),
    "a keyword": ("from langfuse import Langfuse\nLangfuse(\n    threads=1)", [(3, "langfuse.Langfuse(threads)")]),
    "a try that is not about it": (
        "try:\n    from langfuse.decorators import observe\nexcept KeyError: ...",
        [(2, DECORATORS)],
    ),
    "a try around the definition": (
        "try:\n    def f():\n        from langfuse.decorators import observe\nexcept ImportError: ...",
        [(3, DECORATORS)],
    ),
    "the else of a try": (
        "try:\n    import os\nexcept ImportError: ...\nelse:\n    from langfuse.decorators import observe",
        [(5, DECORATORS)],
    ),
    "an if about something else": (
        "import os\nif os.environ.get('TRACE'):\n    from langfuse.decorators import observe",
        [(3, DECORATORS)],
    ),
    "an attribute behind an import error": (
        "import langfuse\nc = langfuse.Langfuse()\ntry:\n    c.trace()\nexcept ImportError: ...",
        [(4, TRACE)],
    ),
}


@pytest.mark.parametrize(("source", "expected"), SEEN.values(), ids=SEEN)
def test_seen(source: str, expected: list[tuple[int, str]]) -> None:
    assert found(source) == expected


SILENT = {
    "unknown receivers": "def f(client, log):\n    client.trace()\n    log.score(name='x')\n    client.lf.span()",
    "other packages": "from tracing.decorators import observe\nfrom langfuse_extras.decorators import observe as o",
    "relative imports": "from .decorators import observe\nfrom .langfuse.decorators import observe as o",
    "a class of the same name": "class Langfuse:\n    def trace(self): ...\nLangfuse().trace()",
    "a client of the OpenAI module": "from langfuse.openai import OpenAI\nOpenAI().trace()",
    "what is there": (
        "from langfuse import Langfuse, get_client, observe\nfrom langfuse.langchain import CallbackHandler\n"
        "get_client().create_score(name='n', value=1)\nLangfuse(public_key='k').flush()\nget_client().get_trace_url()"
    ),
    "except Exception": "try:\n    from langfuse.decorators import observe\nexcept Exception: ...",
    "a bare except": "try:\n    import langfuse.decorators\nexcept:\n    pass",
    "one of several errors": "try:\n    import langfuse.decorators\nexcept (OSError, ImportError): ...",
    "the handler's way": "try:\n    import langfuse.x\nexcept ImportError:\n    import langfuse.decorators",
    "suppressed by type": "import typing as t\nif t.TYPE_CHECKING:\n    from langfuse.client import StatefulClient",
    "a version": (
        "import langfuse\nfrom packaging.version import Version\n"
        "if Version(langfuse.__version__) < Version('3'):\n    from langfuse.decorators import observe"
    ),
    "a flag from a version": (
        "from importlib import metadata\nV2 = metadata.version('langfuse') < '3'\n"
        "def f():\n    if V2:\n        from langfuse.decorators import observe"
    ),
    "a flag from trying": (
        "try:\n    from langfuse import get_client\n    NEW = True\nexcept ImportError:\n    NEW = False\n"
        "if not NEW:\n    from langfuse.decorators import langfuse_context"
    ),
    "a name from trying": (
        "try:\n    from langfuse import get_client\nexcept ImportError:\n    get_client = None\n"
        "if get_client is None:\n    from langfuse.decorators import langfuse_context"
    ),
    "a function that asks": (
        "from importlib.metadata import version\ndef old(): return version('langfuse')[0] == '2'\n"
        "if old():\n    from langfuse.decorators import observe"
    ),
    "a spec": (
        "from importlib.util import find_spec\nif find_spec('langfuse.decorators'):\n"
        "    from langfuse.decorators import observe"
    ),
    "a conditional expression": (
        "import langfuse\nc = langfuse.Langfuse()\nx = c.trace() if hasattr(c, 'trace') else None"
    ),
    "and": "import langfuse\nc = langfuse.Langfuse()\nhasattr(c, 'trace') and c.trace()",
    "getattr": "import langfuse\nc = langfuse.Langfuse()\ngetattr(c, 'trace', print)()",
    "left early": (
        "import langfuse\ndef f(c: langfuse.Langfuse):\n    if not hasattr(c, 'trace'):\n        return\n    c.trace()"
    ),
    "a missing attribute": (
        "import langfuse\nc = langfuse.Langfuse()\ntry:\n    c.trace()\nexcept AttributeError: ..."
    ),
    "a rejected keyword": (
        "from langfuse import Langfuse\ntry:\n    c = Langfuse(enabled=True)\nexcept TypeError:\n    c = Langfuse()"
    ),
}


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT)
def test_silent(source: str) -> None:
    assert found(source) == []


def project(folder: Path, files: dict[str, str]) -> list[tuple[str, int, str]]:
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    reports = check_paths([str(folder)], SETTINGS)
    return [(Path(report.path).name, *place(finding)) for report in reports for finding in report.findings]


def test_a_client_of_another_module(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/lf.py": "import langfuse\nclient = langfuse.Langfuse()\n"}
    files["app/use.py"] = "from app.lf import client\nclient.trace(name='n')\n"
    assert project(tmp_path, files) == [("use.py", 2, TRACE)]


def test_what_is_passed_on_is_reported_where_it_is_imported(tmp_path: Path) -> None:
    files = {"lf.py": "from langfuse.decorators import langfuse_context\nimport langfuse\n"}
    files["use.py"] = (
        "from lf import langfuse, langfuse_context\nlangfuse_context.flush()\nlangfuse.decorators.observe\n"
    )
    assert project(tmp_path, files) == [("lf.py", 1, DECORATORS), ("use.py", 3, DECORATORS)]


def test_a_package_called_langfuse_is_not_the_sdk(tmp_path: Path) -> None:
    files = {"langfuse/__init__.py": "", "langfuse/decorators.py": "def observe(f): return f\n"}
    files["use.py"] = "from langfuse.decorators import observe\n"
    assert project(tmp_path, files) == []


def test_the_sdk_itself_is_left_alone(tmp_path: Path) -> None:
    proofs = {
        "langfuse/__init__.py": "",
        "langfuse/client.py": "",
        "langfuse/_client/__init__.py": "",
        "langfuse/api/x.py": "",
    }
    files = proofs | {"langfuse/media.py": "from langfuse.client import Langfuse\n", "langfuse/openai.py": ""}
    assert project(tmp_path, files) == []
