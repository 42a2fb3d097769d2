"""Names across files: every layout gives the same answer, and nothing a project holds makes the linter fall over."""

from __future__ import annotations

from pathlib import Path

import pytest

from lint_rules import check_paths
from lint_rules.finding import Status
from lint_rules.semantics import infer

CLIENT = """\
import litellm


async def ask(prompt):
    return await litellm.acompletion(model="m", messages=[{"role": "user", "content": prompt}], stream=True)
"""
LOSS = """\
{line}


async def main():
    stream = await {ask}("hello")
    async for chunk in stream:
        if chunk.choices[0].finish_reason:
            break
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def codes(path: Path) -> list[str]:
    [report] = check_paths([str(path)])
    assert report.status in (Status.CLEAN, Status.FINDINGS), report.problem
    return [finding.code for finding in report.findings]


LAYOUTS = {
    "a module beside it": ({"client.py": CLIENT}, "main.py", "import client", "client.ask"),
    "a name of it": ({"client.py": CLIENT}, "main.py", "from client import ask", "ask"),
    "an alias": ({"client.py": CLIENT}, "main.py", "from client import ask as say", "say"),
    "a relative import": (
        {"app/__init__.py": "", "app/client.py": CLIENT},
        "app/main.py",
        "from .client import ask",
        "ask",
    ),
    "a relative module": (
        {"app/__init__.py": "", "app/client.py": CLIENT},
        "app/main.py",
        "from . import client",
        "client.ask",
    ),
    "two levels up": (
        {"app/__init__.py": "", "app/sub/__init__.py": "", "app/client.py": CLIENT},
        "app/sub/main.py",
        "from ..client import ask",
        "ask",
    ),
    "an absolute import": (
        {"pyproject.toml": "", "app/__init__.py": "", "app/client.py": CLIENT},
        "app/main.py",
        "from app.client import ask",
        "ask",
    ),
    "a src layout": (
        {"pyproject.toml": "", "src/app/__init__.py": "", "src/app/client.py": CLIENT},
        "scripts/main.py",
        "import app.client",
        "app.client.ask",
    ),
    "a namespace package": (
        {"pyproject.toml": "", "ns/app/client.py": CLIENT},
        "main.py",
        "from ns.app import client",
        "client.ask",
    ),
    "a re-export": (
        {"app/__init__.py": "from .client import ask\n", "app/client.py": CLIENT},
        "main.py",
        "from app import ask",
        "ask",
    ),
    "a star import": ({"client.py": CLIENT}, "main.py", "from client import *", "ask"),
    "for type checkers only": (
        {"client.py": CLIENT},
        "main.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from client import ask",
        "ask",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(tmp_path: Path, name: str) -> None:
    files, program, line, ask = LAYOUTS[name]
    write(tmp_path, {**files, program: LOSS.format(line=line, ask=ask)})
    assert codes(tmp_path / program) == ["LLM101"]


def test_a_module_that_shadows_litellm(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"litellm.py": "async def acompletion(*a, **k): ...\n", "main.py": CLIENT + LOSS.format(line="", ask="ask")},
    )
    assert codes(tmp_path / "main.py") == []


def test_a_folder_that_is_called_litellm_shadows_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"litellm/notes.py": "", "main.py": CLIENT + LOSS.format(line="", ask="ask")})
    assert codes(tmp_path / "main.py") == ["LLM101"]


def test_import_cycles(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "one.py": "import litellm\nfrom two import name, other\n",
            "two.py": "import litellm\nfrom one import name\nfrom one import other\nother()\n",
            "main.py": LOSS.format(line="import litellm\nfrom one import name", ask="name"),
        },
    )
    assert codes(tmp_path / "main.py") == []


def test_a_neighbour_that_cannot_be_parsed_is_unknown(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "client.py": "import litellm\ndef ask(:\n",
            "main.py": LOSS.format(line="import litellm\nfrom client import ask", ask="ask"),
        },
    )
    assert codes(tmp_path / "main.py") == []


def test_a_neighbour_that_is_gone_when_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lint_rules import files  # noqa: PLC0415

    write(
        tmp_path,
        {"client.py": CLIENT, "main.py": LOSS.format(line="import litellm\nfrom client import ask", ask="ask")},
    )
    read = files.read

    def vanishing(path: str) -> bytes:
        if path.endswith("client.py"):
            Path(path).unlink(missing_ok=True)
        return read(path)

    monkeypatch.setattr(files, "read", vanishing)
    assert codes(tmp_path / "main.py") == []


def test_a_generated_module_of_ten_thousand_lines(tmp_path: Path) -> None:
    body = "".join(
        f"def f{i}(x):\n    if x:\n        return f{i - 1 if i else 0}(x)\n    return g(x)\n" for i in range(2_500)
    )
    write(tmp_path, {"main.py": CLIENT + body + LOSS.format(line="", ask="ask")})
    assert codes(tmp_path / "main.py") == ["LLM101"]


def test_beyond_the_bound_is_silence_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(infer, "MAX_STEPS", 20)
    write(tmp_path, {"main.py": CLIENT + LOSS.format(line="", ask="ask")})
    [report] = check_paths([str(tmp_path / "main.py")])
    assert (report.status, report.findings) == (Status.SKIPPED, ())
    assert report.problem is not None
    assert report.problem.message == "too large to be checked within bounds"


def test_recursion_and_mutual_recursion(tmp_path: Path) -> None:
    source = (
        CLIENT
        + "async def a(n):\n    return await b(n)\nasync def b(n):\n    return await a(n)\n"
        + LOSS.format(line="", ask="a")
    )
    write(tmp_path, {"main.py": source})
    assert codes(tmp_path / "main.py") == []


RENDER = """\
async def first(chunks):
    async for chunk in chunks:
        if chunk:
            break
"""
CALLER = """\
import litellm
from render import first


async def main(other):
    await first(await litellm.acompletion(model="m", messages=[], stream=True))
"""


def test_a_parameter_that_every_caller_passes_a_stream(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "render.py": RENDER, "main.py": CALLER})
    assert codes(tmp_path / "render.py") == ["LLM101"]


def test_a_parameter_that_one_caller_passes_something_else(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "render.py": RENDER, "main.py": CALLER + "    await first(other)\n"})
    assert codes(tmp_path / "render.py") == []
