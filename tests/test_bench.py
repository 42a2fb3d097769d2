"""The benchmark measures, and writes a page that can be read: on a tiny tree, once, whatever time it takes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.benchmarks import page, tree

ROOT = Path(__file__).parents[1]
PAGE = f"# Performance\n\nBefore.\n\n{page.BEGIN}\nold\n{page.END}\n\nAfter.\n"
CALL = "import litellm\nanswer = litellm.completion(model='m', messages=[])\n"

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="the benchmark asks POSIX systems for memory")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    for name, text in (("calls/ask.py", CALL), ("calls/sum.py", "x = 1\n"), ("plain/one.py", "y = 2\n")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "page.md").write_text(PAGE, encoding="utf-8")
    return folder


def bench(small: Path, *only: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    above = small.parent
    options = ["--tree", str(small), "--page", str(above / "page.md"), "--results", str(above / "results")]
    command = [sys.executable, "-m", "tests.benchmarks.bench", *options, "--runs", "1", "--only", *only]
    env = {**os.environ, "PATH": os.environ["PATH"] if path is None else path}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def tables(text: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each table of a page, by its heading."""
    found: dict[str, list[dict[str, str]]] = {}
    for heading, rest in re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL):
        names, _, *rows = [line.strip("| ").split(" | ") for line in re.findall(r"^\|.*\|$", rest, re.MULTILINE)]
        names = names if len(names) == len(rows[0]) else ["", *names]
        found[heading] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


@pytest.mark.skipif(shutil.which("hyperfine") is None, reason="hyperfine is not installed")
def test_commands_are_measured_side_by_side(small: Path) -> None:
    done = bench(small, "check")
    assert done.returncode == 0, done.stderr
    text = (small.parent / "page.md").read_text(encoding="utf-8")
    [rows] = tables(text).values()
    assert {"ours, one process", "ours, warm cache", "ruff, one rule"} <= {row[""] for row in rows}
    assert all(float(row["wall s"]) > 0 for row in rows)
    assert [row["wall, ratio"] for row in rows if row[""] == "ruff, one rule"] == ["1.00"]
    assert re.search(r"ours, one process: CPU at most 1 times that of ruff, one rule: \*\*(met|not met)\*\*", text)
    assert "\npython -m lint_rules --no-cache --jobs 1 TREE\n" in text and str(small) not in text
    picture = ElementTree.parse(small.parent / "page.svg")
    assert {row[""] for row in rows} <= {element.text for element in picture.iter()}


def test_time_and_memory_need_no_other_tool(small: Path, tmp_path: Path) -> None:
    done = bench(small, "growth", path=str(tmp_path))
    assert done.returncode == 0, done.stderr
    text = (small.parent / "page.md").read_text(encoding="utf-8")
    assert text.startswith("# Performance\n\nBefore.\n") and text.endswith("\nAfter.\n") and "\nold\n" not in text
    [rows] = tables(text).values()
    assert [(row["checked"], row["files"]) for row in rows[1:]] == [("the tree", "3"), ("the tree 8 times", "24")]
    assert all(5 < int(row["peak memory"].removesuffix(" MB")) < 500 for row in rows)
    assert "crewai" in text.partition("Not to be had: ")[2].partition(".")[0]


def test_without_hyperfine_it_says_so(small: Path, tmp_path: Path) -> None:
    done = bench(small, "check", path=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"error: hyperfine is not installed: .*\n", done.stderr)
    assert (small.parent / "page.md").read_text(encoding="utf-8") == PAGE


def test_the_largest_package_that_mentions_no_sdk(small: Path, tmp_path: Path) -> None:
    assert tree.silent(small, tmp_path / "copy") == (small / "plain", "plain")
    (small / "plain/one.py").write_text("# LiteLLM\n", encoding="utf-8")
    folder, name = tree.silent(small, tmp_path / "copy")
    assert [path.name for path in tree.modules(folder)] == ["sum.py"] and "calls" in name


def test_the_page_has_room_for_the_tables() -> None:
    text = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    assert text.count(page.BEGIN) == text.count(page.END) == 1
    assert all(len(rows) > 1 for rows in tables(text.partition(page.BEGIN)[2].partition(page.END)[0]).values())
