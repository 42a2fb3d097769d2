"""LLM401, from the target to the rewritten module: what is written for which releases, and what is left alone.

Here detector and codemod work together: which places belong to an import is what the detector finds out.
"""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from codemods.engine import fix_until_settled
from codemods.proof import prove
from codemods.respelled import respelled
from codemods.site import Refused
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import Applicability, Finding, Respell, Span, UseSuccessors
from lint_rules.semantics.releases import Target, Targets, release, shown
from lint_rules.settings import Settings
from lint_rules.shim.sink import sink

SETTINGS = Settings(select=("LLM401",))
NEWEST = "5.0.4"


class Stated:
    """Targets as a test states them."""

    def __init__(self, *releases: str, known: bool = True) -> None:
        self._releases, self._known = tuple(map(release, releases)), known

    def targets(self, path: str) -> Targets:
        return Targets(self._target)

    def _target(self, package: str) -> Target:
        wanted = "==" + shown(self._releases[0]) if len(self._releases) == 1 else ">=" + shown(self._releases[0])
        return Target(package, self._releases, wanted, "uv.lock", known=self._known)


def check(data: bytes, *releases: str, path: str = "program.py", known: bool = True) -> Sequence[Finding]:
    around = Surroundings.of(SETTINGS)
    around.targets = Stated(*releases, known=known)  # type: ignore[assignment]
    report = check_bytes(data, path, around)
    assert report.problem is None, report.problem
    return report.findings


def fixed(source: str, *releases: str, unsafe: bool = False, path: str = "program.py") -> str:
    """Fix a module until nothing is left to do, and insist that a second run has nothing to do either."""
    releases = releases or (NEWEST,)

    def again(data: bytes) -> Sequence[Finding]:
        return check(data, *releases, path=path)

    def wanted(finding: Finding) -> bool:
        return unsafe or (finding.fix is not None and finding.fix.applicability is Applicability.SAFE)

    rewrite = fix_until_settled(source.encode(), wanted=wanted, check=again)
    assert rewrite.problem is None, rewrite.problem
    compile(rewrite.data, "fixed.py", "exec", dont_inherit=True)
    assert fix_until_settled(rewrite.data, wanted=wanted, check=again).data == rewrite.data
    return rewrite.data.decode()


def messages(source: str, *releases: str, **options: bool) -> list[str]:
    return [finding.message for finding in check(source.encode(), *(releases or (NEWEST,)), **options)]  # type: ignore[arg-type]


BOTH = "from langfuse.decorators import langfuse_context, observe\n"
FLUSH = "\n\n@observe()\ndef f(): ...\n\n\nlangfuse_context.flush()\n"
FLUSHED = "\n\n@observe()\ndef f(): ...\n\n\nget_client().flush()\n"

IMPORTS = {
    "in place": (BOTH + FLUSH, "from langfuse import get_client, observe\n" + FLUSHED),
    "the other way round": (
        "from langfuse.decorators import observe, langfuse_context\n" + FLUSH,
        "from langfuse import observe, get_client\n" + FLUSHED,
    ),
    "comments, parentheses and commas stay": (
        "from langfuse.decorators import (  # tracing\n    langfuse_context,  # for flush\n    observe,\n)\n" + FLUSH,
        "from langfuse import (  # tracing\n    get_client,  # for flush\n    observe,\n)\n" + FLUSHED,
    ),
    "joined with an import of langfuse": (
        f"import os\nfrom langfuse import Langfuse\n{BOTH}" + FLUSH,
        "import os\nfrom langfuse import Langfuse, get_client, observe\n" + FLUSHED,
    ),
    "joined with one over several lines": (
        f"from langfuse import (\n    Langfuse,\n)\n{BOTH}" + FLUSH,
        "from langfuse import (\n    Langfuse, get_client, observe,\n)\n" + FLUSHED,
    ),
    "joined with one further down": (
        f"{BOTH}from langfuse import Langfuse\n" + FLUSH,
        "from langfuse import Langfuse, get_client, observe\n" + FLUSHED,
    ),
    "a comment of its own keeps the line": (
        f"from langfuse import Langfuse\n# old\n{BOTH}" + FLUSH,
        "from langfuse import Langfuse\n# old\nfrom langfuse import get_client, observe\n" + FLUSHED,
    ),
    "all that is needed is there": (
        (
            "from langfuse import get_client\n"
            "from langfuse.decorators import langfuse_context\n\n\nlangfuse_context.flush()"
        ),
        "from langfuse import get_client\n\n\nget_client().flush()",
    ),
    "the name is taken": (
        "from langfuse.decorators import langfuse_context\n\n\ndef get_client(): ...\n\n\nlangfuse_context.flush()\n",
        (
            "from langfuse import get_client as langfuse_get_client\n\n\ndef get_client(): ...\n\n\n"
            "langfuse_get_client().flush()\n"
        ),
    ),
    "the client goes by another name": (
        (
            "from langfuse import get_client as lf\n"
            "from langfuse.decorators import langfuse_context\nlangfuse_context.flush()\n"
        ),
        "from langfuse import get_client as lf\nlf().flush()\n",
    ),
    "aliases": (
        "from langfuse.decorators import langfuse_context as c, observe as o\n\n@o\ndef f(): c.flush()\n",
        "from langfuse import get_client, observe as o\n\n@o\ndef f(): get_client().flush()\n",
    ),
    "the module": (
        (
            "import langfuse.decorators\n\n"
            "@langfuse.decorators.observe()\ndef f(): langfuse.decorators.langfuse_context.flush()\n"
        ),
        "import langfuse\n\n@langfuse.observe()\ndef f(): langfuse.get_client().flush()\n",
    ),
    "the module, renamed, among others": (
        "import os, langfuse.decorators as d\n\n@d.observe\ndef f(): d.langfuse_context.flush()\n",
        "import os, langfuse as d\n\n@d.observe\ndef f(): d.get_client().flush()\n",
    ),
    "the module, imported beside its package": (
        "import os, langfuse, langfuse.decorators\n\nlangfuse.decorators.langfuse_context.flush()\n",
        "import os, langfuse\n\nlangfuse.get_client().flush()\n",
    ),
    "the module, imported after its package": (
        "import langfuse\nimport langfuse.decorators\n\nlangfuse.decorators.langfuse_context.flush()\n",
        "import langfuse\n\nlangfuse.get_client().flush()\n",
    ),
    "the context's decorator": (
        "from langfuse.decorators import langfuse_context\n\n@langfuse_context.observe()\ndef f(): ...\n",
        "from langfuse import observe\n\n@observe()\ndef f(): ...\n",
    ),
    "in f-strings": (
        'from langfuse.decorators import langfuse_context\nprint(f"{langfuse_context.get_current_trace_id()!r:>9}")\n',
        'from langfuse import get_client\nprint(f"{get_client().get_current_trace_id()!r:>9}")\n',
    ),
    "the module as a name": (
        (
            "from langfuse import Langfuse, decorators\n\n"
            "@decorators.observe\ndef f(): decorators.langfuse_context.flush()\n"
        ),
        "from langfuse import Langfuse, get_client, observe\n\n@observe\ndef f(): get_client().flush()\n",
    ),
    "in functions": (
        (
            "def a():\n    from langfuse.decorators import langfuse_context\n    langfuse_context.flush()\n\n\n"
            "def b():\n    from langfuse.decorators import langfuse_context\n    langfuse_context.flush()\n"
        ),
        (
            "def a():\n    from langfuse import get_client\n    get_client().flush()\n\n\n"
            "def b():\n    from langfuse import get_client\n    get_client().flush()\n"
        ),
    ),
    "two names for one": (
        (
            "from langfuse.decorators import langfuse_context, observe, langfuse_context as c\n\n"
            "@observe\ndef f(): langfuse_context.flush(); c.flush()\n"
        ),
        "from langfuse import get_client, observe\n\n@observe\ndef f(): get_client().flush(); get_client().flush()\n",
    ),
    "imported for nothing": (
        BOTH + "\n@observe\ndef f(): ...\n",
        "from langfuse import observe\n\n@observe\ndef f(): ...\n",
    ),
    "on one line": (
        "import os; from langfuse.decorators import observe; print(observe, os)\n",
        "import os; from langfuse import observe; print(observe, os)\n",
    ),
    "the client's old module": (
        "from langfuse.client import Langfuse as L\n\nL().flush()\n",
        "from langfuse import Langfuse as L\n\nL().flush()\n",
    ),
    "the version": (
        "from langfuse.version import __version__\n\nprint(__version__)\n",
        "from langfuse import __version__\n\nprint(__version__)\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), IMPORTS.values(), ids=IMPORTS)
def test_imports(before: str, after: str) -> None:
    assert fixed(before) == after


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bytes_stay(end: str) -> None:
    before = f"# -*- coding: utf-8 -*-{end}{BOTH}x = 'Grüße'; langfuse_context.flush()  # ü{end}\t{end}".replace(
        "\n", end
    )
    after = before.replace("langfuse.decorators import langfuse_context", "langfuse import get_client")
    assert fixed(before.replace("\r\r", "\r")) == after.replace("langfuse_context", "get_client()").replace(
        "\r\r", "\r"
    )


# the decorated function's head, the call, what it becomes, whether that is safe
CURRENT = {
    "a span": ("@observe()", "update_current_observation(metadata=1)", "update_current_span(metadata=1)", True),
    "bare": ("@observe", "update_current_observation(name='n')", "update_current_span(name='n')", True),
    "a generation": (
        "@observe(as_type='generation')",
        "update_current_observation(model='m', usage_details={})",
        "update_current_generation(model='m', usage_details={})",
        True,
    ),
    "a generation's metadata": (
        "@observe(as_type='generation')",
        "update_current_observation(input=1)",
        "update_current_generation(input=1)",
        True,
    ),
    "usage has other keys": (
        "@observe(as_type='generation')",
        "update_current_observation(usage=u)",
        "update_current_generation(usage_details=u)",
        False,
    ),
    "the return value wins": (
        "@observe()",
        "update_current_observation(output=1)",
        "update_current_span(output=1)",
        False,
    ),
    "the return value is not captured": (
        "@observe(capture_output=False)",
        "update_current_observation(output=1)",
        "update_current_span(output=1)",
        True,
    ),
    "out of sight": ("@cache", "update_current_observation(metadata=1)", "update_current_span(metadata=1)", False),
    "out of sight, of a generation": (
        "@cache",
        "update_current_observation(model='m')",
        "update_current_generation(model='m')",
        False,
    ),
    "a type that cannot be read": (
        "@observe(as_type=kind)",
        "update_current_observation(level='DEBUG')",
        "update_current_span(level='DEBUG')",
        False,
    ),
    "a score of the trace": (
        "@observe()",
        "score_current_trace(name='n', value=1, id='i')",
        "score_current_trace(name='n', value=1, score_id='i')",
        True,
    ),
    "a score": (
        "@observe()",
        "score_current_observation(name='n', value=1)",
        "score_current_span(name='n', value=1)",
        False,
    ),
    "ids": ("@observe()", "get_current_trace_id()", "get_current_trace_id()", True),
    "the observation's id": ("@observe()", "get_current_observation_id()", "get_current_observation_id()", False),
    "the address": ("@observe()", "get_current_trace_url()", "get_trace_url()", False),
    "auth": ("@observe()", "auth_check()", "auth_check()", False),
}


@pytest.mark.parametrize(("decorator", "call", "becomes", "safe"), CURRENT.values(), ids=CURRENT)
def test_the_context_becomes_the_client(decorator: str, call: str, becomes: str, safe: bool) -> None:
    program = "{}from functools import cache\n\n\n{}\ndef f(u, kind):\n    {}\n    return u\n"
    before = program.format(BOTH, decorator, f"langfuse_context.{call}")
    after = program.format("from langfuse import get_client, observe\n", decorator, f"get_client().{becomes}")
    assert fixed(before) == (after if safe else before)
    assert fixed(before, unsafe=True) == after


# what the client of a release lacks: the releases, the call, what it becomes, whether that is safe
CLIENT = {
    "the trace in 3": (
        ("3.0.0", "3.15.0"),
        "langfuse_context.update_current_trace(user_id='u')",
        "update_current_trace(user_id='u')",
    ),
    "its input in 4": (("4.18.0",), "langfuse_context.update_current_trace(input=1)", "set_current_trace_io(input=1)"),
    "a name since 3.2.0": (
        ("3.2.0",),
        "langfuse_context.update_current_observation(name='n')",
        "update_current_span(name='n')",
    ),
}


@pytest.mark.parametrize(("releases", "call", "becomes"), CLIENT.values(), ids=CLIENT)
def test_the_target_decides(releases: tuple[str, ...], call: str, becomes: str) -> None:
    before = f"{BOTH}\n@observe()\ndef f():\n    {call}\n"
    after = f"from langfuse import get_client, observe\n\n@observe()\ndef f():\n    get_client().{becomes}\n"
    assert fixed(before, *releases) == after


MADE = "from langfuse import get_client\n\nclient = get_client()\n"
METHODS = {
    "span": ("client.start_span(name='n')", "client.start_observation(as_type=\"span\", name='n')"),
    "of a span": (
        "client.start_observation(name='n').start_span(name='m').end()",
        "client.start_observation(name='n').start_observation(as_type=\"span\", name='m').end()",
    ),
    "of itself": (
        "client.start_span(name='n').start_generation(name='m').end()",
        (
            "client.start_observation(as_type=\"span\", name='n')"
            ".start_observation(as_type=\"generation\", name='m').end()"
        ),
    ),
    "in an f-string": (
        "print(f\"{client.start_span(name='n')}\")",
        "print(f\"{client.start_observation(as_type='span', name='n')}\")",
    ),
    "score": (
        "client.score(\n    name='n', value=1, id='i', trace_id='t',\n)",
        "client.create_score(\n    name='n', value=1, score_id='i', trace_id='t',\n)",
    ),
}


@pytest.mark.parametrize(("before", "after"), METHODS.values(), ids=METHODS)
def test_methods(before: str, after: str) -> None:
    assert fixed(f"{MADE}{before}\n") == f"{MADE}{after}\n"


def test_keywords_on_lines_of_their_own() -> None:
    before = "with client.start_as_current_generation(\n    name='n',\n    model='m',\n) as g: g.update(output=1)\n"
    after = (
        'with client.start_as_current_observation(\n    as_type="generation",\n'
        "    name='n',\n    model='m',\n) as g: g.update(output=1)\n"
    )
    assert fixed(MADE + before) == MADE + after


REFUSED = {
    "no successor at one place": (
        f"{BOTH}langfuse_context.flush()\nlangfuse_context.configure(debug=True)\n",
        "`configure` in line 3: make the client once, with `Langfuse(...)`",
    ),
    "trace attributes": (
        f"{BOTH}@observe()\ndef f():\n    langfuse_context.update_current_trace(user_id='u')\n",
        "`with propagate_attributes(user_id=..., session_id=..., tags=...):`",
    ),
    "a trace's keyword on a span": (
        f"{BOTH}@observe()\ndef f():\n    langfuse_context.update_current_observation(user_id='u')\n",
        "takes no `user_id`",
    ),
    "unpacked keywords": (
        f"{BOTH}langfuse_context.score_current_trace(**score)\n",
        "does not fit `score_current_trace`",
    ),
    "handed on": (f"{BOTH}use(langfuse_context)\n", "handed on as a whole"),
    "bound again": (f"{BOTH}langfuse_context.flush()\nlangfuse_context = None\n", "is bound elsewhere as well"),
    "a parameter": (f"{BOTH}langfuse_context.flush()\ndef f(langfuse_context): ...\n", "is bound elsewhere as well"),
    "guarded elsewhere": (
        (
            f"{BOTH}langfuse_context.flush()\n"
            "try:\n    from langfuse.decorators import langfuse_context\nexcept ImportError: ...\n"
        ),
        "is bound elsewhere as well",
    ),
    "patched": (
        f"{BOTH}langfuse_context.flush()\nwith patch('program.langfuse_context'): ...\n",
        "a text in this module",
    ),
    "exported": (f"{BOTH}__all__ = ['langfuse_context']\n", "a text in this module names `langfuse_context`"),
    "everything": ("from langfuse.decorators import *\n", "which names `*` brings"),
    "the class": (
        "from langfuse.decorators import LangfuseDecorator\nLangfuseDecorator()\n",
        "nothing takes its place",
    ),
    "unknown names": (
        "from langfuse.client import Langfuse, StatefulClient\nStatefulClient()\n",
        "nothing is known to take its place",
    ),
    "arguments of the handler": (
        "from langfuse.callback import CallbackHandler\nCallbackHandler(user_id='u')\n",
        "`CallbackHandler` takes no `user_id`",
    ),
    "the result of a score": (MADE + "x = client.score(name='n', value=1)\n", "does not fit `create_score`"),
    "llama index": ("import langfuse.llama_index\n", "LlamaIndex is traced by its OpenTelemetry instrumentation"),
}


@pytest.mark.parametrize(("source", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(source: str, reason: str) -> None:
    assert any(reason in message for message in messages(source)), messages(source)
    assert fixed(source, unsafe=True) == source


def test_the_handler_moves_unsafely() -> None:
    before = "from langfuse.callback import CallbackHandler\n\nhandler = CallbackHandler()\n"
    assert fixed(before) == before
    assert fixed(before, unsafe=True) == before.replace("callback ", "langchain ")


def test_other_modules_import_the_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "user.py").write_text("from tracing import langfuse_context\n\nlangfuse_context.flush()\n")
    source = f"{BOTH}\n\n@observe()\ndef f(): ...\n"
    alone, shared, package = (tmp_path / name for name in ("alone.py", "tracing.py", "app/__init__.py"))
    package.parent.mkdir()
    for path in (alone, shared, package):
        path.write_text(source)
    assert fixed(source, path=str(alone)) == source.replace(BOTH, "from langfuse import observe\n")
    assert fixed(source, path=str(shared), unsafe=True) == source
    assert fixed(source, path=str(package), unsafe=True) == source


# What the message says of the target


def test_gone() -> None:
    (message,) = messages("from langfuse.decorators import observe\n", "4.18.0")
    assert message == (
        "`langfuse.decorators` is gone since langfuse 3.0.0, and this is for langfuse ==4.18.0 (uv.lock); "
        "write `langfuse.observe`"
    )


def test_too_new() -> None:
    source = "from langfuse import get_client, propagate_attributes\n\nget_client().update_current_span(name='n')\n"
    found = messages(source, "2.60.10")
    assert [message.partition(",")[0] for message in found] == [
        "`langfuse.get_client` is first in langfuse 3.0.0",
        "`langfuse.propagate_attributes` is first in langfuse 3.9.0",
    ]
    assert fixed(source, "2.60.10", unsafe=True) == source


def test_a_range_that_allows_both() -> None:
    (message,) = messages(f"{BOTH}langfuse_context.flush()\n", "2.60.10", "3.0.0", "4.18.0")
    assert "is gone since langfuse 3.0.0, and langfuse >=2.60.10 (uv.lock) allows releases without it" in message
    assert "its successor needs `langfuse.get_client`, which not every release of the target has" in message
    assert fixed(f"{BOTH}langfuse_context.flush()\n", "2.60.10", "3.0.0", unsafe=True).startswith(BOTH)


def test_a_range_whose_oldest_releases_lack_a_new_name() -> None:
    assert messages("from langfuse import get_client\n", "2.60.10", "3.0.0", NEWEST) == []
    assert messages(MADE + "client.start_span(name='n')\n", "2.60.10", "3.15.0") == []


def test_a_range_in_which_the_successor_is_everywhere() -> None:
    assert fixed(MADE + "client.start_span(name='n')\n", "3.3.1", "4.0.0").endswith("(as_type=\"span\", name='n')\n")
    assert fixed(MADE + "client.start_span(name='n')\n", "3.0.0", "4.0.0").endswith("start_span(name='n')\n")


def test_an_unknown_target_is_not_fixed() -> None:
    (finding,) = check(f"{BOTH}langfuse_context.flush()\n".encode(), "9.0.0", known=False)
    assert finding.fix is None


def test_present_everywhere() -> None:
    assert messages(f"{BOTH}langfuse_context.flush()\n", "2.60.2", "2.60.10") == []
    assert messages("from langfuse import get_client\n", "3.0.0", NEWEST) == []


# What arrives

PROGRAM = """
from langfuse.decorators import langfuse_context, observe


@observe(as_type="generation", name="count", capture_output=False)
def count(text):
    langfuse_context.update_current_observation(
        model="wordcount", output="three", usage_details={"input": 5, "output": 1, "total": 6}, level="WARNING"
    )
    return 0


@observe()
def outer(text):
    langfuse_context.update_current_observation(metadata={"key": "value"}, status_message="fine", version="7")
    langfuse_context.score_current_trace(name="good", value=1, id="score-1")
    count(text)


outer("a b c")
langfuse_context.flush()
"""
VERSION = "import importlib.metadata; print(importlib.metadata.version('langfuse'))"


def test_what_arrives_is_the_same(shim_python: str, tmp_path: Path) -> None:
    asked = subprocess.run([shim_python, "-c", VERSION], capture_output=True, text=True, check=True)
    script = tmp_path / "program.py"
    script.write_text(fixed(PROGRAM, asked.stdout.strip()))
    with sink() as langfuse:
        keys = {"LANGFUSE_PUBLIC_KEY": "pk-lf-1", "LANGFUSE_SECRET_KEY": "sk-lf-1"}
        where = {"LANGFUSE_HOST": langfuse.url, "LANGFUSE_BASE_URL": langfuse.url}
        done = subprocess.run(
            [shim_python, str(script)], env={**os.environ, **keys, **where}, capture_output=True, text=True, check=True
        )
        langfuse.settle(0.1)
    arrived = [one for one in langfuse.observations() if one.kind == "generation"]
    assert [(one.name, one.model, one.output_text, one.usage_total, one.level) for one in arrived] == [
        ("count", "wordcount", "three", 6, "WARNING")
    ], done.stderr


# The proof


BEFORE = f"{BOTH}x = 1\nlangfuse_context.flush()\n"
AFTER = "from langfuse import get_client, observe\nx = 1\nget_client().flush()\n"
DAMAGE = {
    "another argument": AFTER.replace("flush()", "flush(1)"),
    "another method": AFTER.replace("flush", "shutdown"),
    "another client": AFTER.replace("get_client()", "observe()"),
    "the import is missing": AFTER.replace("get_client, ", ""),
    "something else": AFTER.replace("x = 1", "x = 2"),
    "a statement more": AFTER + "y = 1\n",
}


def test_the_proof_accepts_what_was_foreseen() -> None:
    found = check(BEFORE.encode(), NEWEST)
    prove(BEFORE.encode(), AFTER.encode(), fixed=found, check=lambda data: check(data, NEWEST))


@pytest.mark.parametrize("after", DAMAGE.values(), ids=DAMAGE)
def test_the_proof_sees_damage(after: str) -> None:
    found = check(BEFORE.encode(), NEWEST)
    with pytest.raises(Refused):
        prove(BEFORE.encode(), after.encode(), fixed=found, check=lambda data: check(data, NEWEST))


def test_keywords_are_foreseen() -> None:
    call = Respell(Span(1, 0, 1, 3), None, "b", Span(1, 0, 1, 13), (("old", "new"),), (("kind", "1"),))
    tree = respelled(ast.parse("x.a(z, old=2)"), ast.parse(""), [UseSuccessors(places=(call,))], lambda *place: place)
    assert ast.unparse(tree) == "x.b(z, kind=1, new=2)"
