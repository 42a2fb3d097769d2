"""Linting a project runs none of it: not its modules, whatever they are called, and nothing its git settings name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.repository import ENVIRONMENT, Repository, loss, module

ROOT = Path(__file__).parents[2]
NEW_ENOUGH = pytest.mark.skipif(sys.version_info < (3, 11), reason="`python -P` came with 3.11")
OTHERS = ("libcst", "packaging", "tomli", "flake8", "pycodestyle", "pyflakes", "mccabe")
UNHELPED = {"lint_rules", "codemods", "runpy"}
"""What `python -m lint_rules` is, and what Python itself runs to get there."""
SPARED: set[str] = set()
"""What Python runs from the working directory whatever it is told, as was found out once."""
FIXABLE = module(loss())
FORMATS = ("concise", "github", "gitlab", "json", "json-lines", "junit", "markdown", "sarif")
CHECKS = (
    ["-m", "lint_rules", "--base=HEAD", *(f"--report={name}=../report.{name}" for name in FORMATS), "."],
    ["-m", "lint_rules", "--write-baseline=../known.json", "--statistics", "."],
    ["-m", "lint_rules", "--baseline=../known.json", "--explain-trace", "."],
    ["-m", "lint_rules", "--show-target", "app.py"],
    ["-m", "lint_rules.fix", "--check", "--unsafe-fixes", "app.py"],
    ["-m", "lint_rules.fix", "--diff", "--unsafe-fixes", "app.py"],
)
WRITES = (["-m", "lint_rules.fix", "--unsafe-fixes", "app.py"], ["-m", "lint_rules", "--add-noqa", "."])


class Trapped:
    """A project in which whatever is executed leaves its name in a file outside."""

    def __init__(self, top: Path) -> None:
        self.sprung_file = top.parent / "sprung"
        self.repository = Repository.new(top)
        self.top = top
        names = {*sys.stdlib_module_names, *OTHERS, "sitecustomize", "usercustomize", "conftest", "setup"} - UNHELPED
        for name in (*sorted(names - {"antigravity", "this"}), "package/__init__", "tests/conftest"):
            self._trap(top / f"{name}.py")
        (top / "trap.pth").write_text(f"import builtins; open({str(self.sprung_file)!r}, 'a').write('pth ')\n")
        backend = '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n'
        (top / "pyproject.toml").write_text(backend + '[project]\nname = "a"\ndependencies = ["litellm>=1.70"]\n')
        (top / "app.py").write_text(f"import package, json\n{FIXABLE}")

        self._spare_python(top.parent / "elsewhere")

    def _spare_python(self, elsewhere: Path) -> None:
        """Remove what any `python -m` springs, and breaks on, before the module that it is told gets a say."""
        elsewhere.mkdir()
        (elsewhere / "nothing.py").write_text("")
        for name in SPARED:
            (self.top / f"{name}.py").unlink()
        while self.run("-m", "nothing", path=[elsewhere], fine=True) or self.sprung_file.exists():
            for name in self.sprung():
                (self.top / f"{name}.py").unlink()
                SPARED.add(name)

    def _trap(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(self.sprung_file)!r}, 'a').write({path.stem!r} + ' ')\n")

    def run(self, *arguments: str, path: Sequence[Path] = (ROOT,), stdin: bytes = b"", fine: bool = False) -> int:
        environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(map(str, path))}
        line = [sys.executable, *arguments]
        done = subprocess.run(line, cwd=self.top, env=environment, capture_output=True, check=False, input=stdin)
        assert fine or b"Traceback" not in done.stderr, done.stderr.decode()
        return done.returncode

    def sprung(self) -> set[str]:
        """Return what was executed since this was asked last."""
        names = set(self.sprung_file.read_text().split()) if self.sprung_file.exists() else set()
        self.sprung_file.unlink(missing_ok=True)
        return names


@pytest.fixture
def trapped(tmp_path: Path) -> Trapped:
    return Trapped(tmp_path / "project")


def test_the_traps_work(trapped: Trapped) -> None:
    elsewhere = trapped.top.parent / "elsewhere"
    (elsewhere / "program.py").write_text("import json, difflib, packaging\n")
    trapped.run("-m", "program", path=[elsewhere])
    assert trapped.sprung() == {"json", "difflib", "packaging"}


def test_no_check_executes_the_project(trapped: Trapped) -> None:
    trapped.repository.commit(more=module(loss("more")))
    for arguments in CHECKS:
        assert trapped.run(*arguments) in (0, 1), arguments
        assert not trapped.sprung(), arguments


@pytest.mark.parametrize("arguments", WRITES, ids=" ".join)
def test_nothing_that_writes_executes_the_project(trapped: Trapped, arguments: list[str]) -> None:
    before = (trapped.top / "app.py").read_text()
    assert trapped.run(*arguments) in (0, 1)
    assert not trapped.sprung()
    assert (trapped.top / "app.py").read_text() != before


def test_asking_about_fixes_executes_nothing(trapped: Trapped) -> None:
    assert trapped.run("-m", "lint_rules.fix", "--unsafe-fixes", "--interactive", "app.py", stdin=b"y\n") in (0, 1)
    assert trapped.run("-m", "lint_rules", "-", "--stdin-filename=app.py", stdin=FIXABLE.encode()) == 1
    assert not trapped.sprung()


def test_flake8_with_the_plugin_executes_nothing(trapped: Trapped) -> None:
    script = Path(sys.executable).with_name("flake8")
    assert trapped.run(str(script), "--isolated", "-j2", "--select=LLM", "app.py", "json.py", "package", "tests") == 1
    assert not trapped.sprung()


def test_the_plugin_imports_nothing_from_where_flake8_runs(trapped: Trapped) -> None:
    """`python -m flake8` has the working directory on its path: what flake8 itself imports is flake8's affair."""
    ours = {"packaging", "tomllib", "tomli", "difflib", "secrets"}
    for path in trapped.top.glob("*.py"):
        if path.stem not in {*ours, "app"}:
            path.unlink()
    assert trapped.run("-m", "flake8", "--isolated", "-j1", "--select=LLM", "app.py") == 1
    assert not trapped.sprung()


@NEW_ENOUGH
def test_the_libcst_command_executes_nothing(trapped: Trapped) -> None:
    command = ("-P", "-m", "libcst.tool", "codemod", "--no-format", "-x", "codemods.commands.All", "--unsafe-fixes")
    assert trapped.run(*command, "app.py", "package/__init__.py") == 0
    assert not trapped.sprung()
    assert "aclose" in (trapped.top / "app.py").read_text() or "async for _" in (trapped.top / "app.py").read_text()


@NEW_ENOUGH
def test_a_module_called_as_the_linter_is_not_run_with_a_safe_path(trapped: Trapped) -> None:
    for name in ("lint_rules", "codemods", "runpy"):
        (trapped.top / f"{name}.py").write_text((trapped.top / "json.py").read_text())
    assert trapped.run("-P", "-m", "lint_rules", "app.py") == 1
    assert not trapped.sprung()
