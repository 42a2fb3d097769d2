"""CONTRIBUTING.md is right: its example of a rule is four files, and the project's own tests take it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SILENT = '''\
"""Nothing is left when the loop has ended.

before: failed, delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def main() -> None:
    try:
        async for _ in await litellm.acompletion(model="gpt-4o-mini", messages=[], stream=True):
            pass
        raise SystemExit("refused")
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
'''


def example() -> dict[str, str]:
    """The files of the example, by path: each is a block in four backticks, after the last path named before it."""
    prose, *rest = re.split(r"^````python\n(.*?)^````$", TEXT, flags=re.DOTALL | re.MULTILINE)
    named = [re.findall(r"`([\w/]+\.py)`", part)[-1:] for part in (prose, *rest[1::2])]
    return {names[0]: text for names, text in zip(named, rest[::2], strict=False)}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the four files of the example."""
    folder = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__", "matrix", "corpus", "benchmarks")
    for name in ("lint_rules", "codemods", "tests", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("README.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for name, text in example().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str, copy: Path, status: int = 0) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_a_rule_is_four_files() -> None:
    slug = "raise_at_finish_reason"
    assert list(example()) == [
        f"lint_rules/rules/{slug}.py",
        f"codemods/{slug}.py",
        f"tests/cases/{slug}/refuses_answers/before.py",
        f"tests/cases/{slug}/refuses_answers/after.py",
    ]


def test_the_commands_know_the_rule(copy: Path) -> None:
    program = copy / "program.py"
    case = copy / "tests" / "cases" / "raise_at_finish_reason" / "refuses_answers"
    program.write_text((case / "before.py").read_text(encoding="utf-8").replace("  # expect: LLM901@17", ""))
    assert "program.py:22:17: LLM901 `raise`" in run("-m", "lint_rules", "program.py", copy=copy, status=1)
    assert "LLM901 raise-at-finish-reason: " in run("-m", "lint_rules", "--explain", "LLM901", copy=copy)
    run("-m", "lint_rules.fix", "program.py", copy=copy)
    assert program.read_text(encoding="utf-8") == (case / "after.py").read_text(encoding="utf-8")


def test_the_projects_own_tests_take_the_rule(copy: Path) -> None:
    """With what else they ask for: a silent case, and `make docs`."""
    silent = copy / "tests" / "cases" / "raise_at_finish_reason" / "safe_after_the_loop"
    silent.mkdir()
    (silent / "before.py").write_text(SILENT, encoding="utf-8")
    assert "wrote docs/rules/LLM901.md" in run("tests/pages.py", copy=copy)
    files = ["tests/test_cases.py", "tests/rules/test_manuals.py", "tests/test_docs.py", "tests/test_floors.py"]
    wanted = "LLM901 or raise_at_finish_reason or generated_pages"
    own = f"--basetemp={copy.with_name('temporary')}"  # else it would clear away what other runs have left
    told = run("-m", "pytest", "-q", "-p", "no:cacheprovider", own, *files, "-k", wanted, copy=copy)
    passed = re.search(r"(\d+) passed", told)
    assert passed
    assert int(passed[1]) >= 20
