"""Fixing with several processes comes to what fixing one file after the other comes to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules import files, pool
from lint_rules.engine import check_file
from lint_rules.files import Found
from lint_rules.finding import FileReport, Status
from lint_rules.found_first import Fixer, each_fixed
from lint_rules.surroundings import Surroundings

SHARED = """\
import litellm


async def ask():
    return await litellm.acompletion(model="m", messages=[], stream=True)
"""
LOSS = """\
from shared import ask


async def main():
    async for chunk in await ask():
        print(chunk)
        break
"""
OWN_LOSS = SHARED.replace("async def ask", "async def first") + LOSS.partition("\n")[2].replace("ask", "first")


def tree(folder: Path) -> Path:
    for project in ("one", "two", "three", "four"):
        (folder / project).mkdir(parents=True)
        texts = {"shared": SHARED, "loss": LOSS, "zbroken": "import litellm\ndef broken(:\n", "pyproject": ""}
        texts |= {f"clean_{number:02}": "import os\n" for number in range(60)}
        for name, text in texts.items():
            (folder / project / f"{name}.py").write_text(text, encoding="utf-8")
        (folder / project / "pyproject.toml").write_text("", encoding="utf-8")
    return folder


def fix(folder: Path, *arguments: str) -> tuple[int, str, str, dict[str, str]]:
    command = [sys.executable, "-m", "lint_rules.fix", *arguments, "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    texts = {str(one.relative_to(folder)): one.read_text(encoding="utf-8") for one in sorted(folder.rglob("*.py"))}
    return done.returncode, done.stdout, done.stderr, texts


@pytest.mark.parametrize("arguments", [(), ("--unsafe-fixes",), ("--unsafe-fixes", "--diff"), ("--check",)])
def test_two_processes_fix_what_one_fixes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    alone, together = (fix(tree(tmp_path / jobs), "--jobs", jobs, *arguments) for jobs in ("1", "2"))
    assert together == alone
    assert alone[0] == 2
    assert (alone[3]["one/loss.py"] == LOSS) is (arguments != ("--unsafe-fixes",))


def test_what_was_found_with_the_help_of_a_file_that_is_written_since_is_found_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    first = "async def ask():\n    yield 1\n\n\n" + OWN_LOSS
    (tmp_path / "shared.py").write_text(first, encoding="utf-8")
    (tmp_path / "user.py").write_text(LOSS, encoding="utf-8")
    around, asked = Surroundings(), list[str]()
    monkeypatch.setattr(pool, "HANDFUL", 0)

    def fix(found: Found) -> FileReport:
        asked.append(Path(found.path).name)
        report = check_file(found.path, around)
        if found.path.endswith("user.py"):
            return report
        (tmp_path / "shared.py").write_text(SHARED, encoding="utf-8")
        around.forget()
        return FileReport(found.path, Status.FIXED, fixed=report.findings)

    found = list(files.discover([str(tmp_path)]))
    assert [bool(check_file(one.path).findings) for one in found] == [True, False]
    pretended = list(each_fixed(found, around, Fixer(fix, write=False), 2))
    (tmp_path / "shared.py").write_text(first, encoding="utf-8")
    around.forget()
    written = list(each_fixed(found, around, Fixer(fix, write=True), 2))
    assert [one.status for one in pretended] == [Status.FIXED, Status.CLEAN]
    assert [one.status for one in written] == [Status.FIXED, Status.FINDINGS]
    assert asked == ["shared.py", "shared.py", "user.py"]
