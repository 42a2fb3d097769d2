"""Folders in each other, more than anybody makes by hand: a named outcome, and the other files are done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import trees

DEEP = "error: more than 200 folders in each other"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="paths are shorter there")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Iterator[Path]:
    """A file with a finding, and one a thousand folders below."""
    trees.plant(tmp_path / "tree", 1, 1)
    with trees.standing_in(tmp_path / "tree"):
        for _ in range(1_000):
            Path("d").mkdir()
            os.chdir("d")
        Path("below.py").write_text(trees.SOURCE.format(number=2), encoding="utf-8")
    yield tmp_path / "tree"
    _remove(tmp_path / "tree")


def _remove(tree: Path) -> None:
    """Take the folders out of each other first: what removes a tree goes down one call a folder, and pytest does so in
    a later run."""
    while (deep := tree / "d").exists():
        deep.rename(tree / "outermost")
        if (tree / "outermost" / "d").exists():
            (tree / "outermost" / "d").rename(deep)
        shutil.rmtree(tree / "outermost")


@pytest.mark.parametrize("command", [trees.CHECK, (*trees.FIX, "--check")], ids=["check", "fix"])
def test_the_search_ends_and_the_other_files_are_done(folder: Path, command: tuple[str, ...]) -> None:
    below, missing = f"{'d/' * 1_000}below.py", f"{'x/' * 1_000}gone.py"
    done = trees.run(*command, ".", below, missing, cwd=folder)
    assert done.returncode == 2
    assert "part0/module0.py:10" in done.stdout and "below.py" not in done.stdout
    told = [line for line in done.stderr.splitlines() if "error" in line]
    assert [line.partition(": ")[2] for line in told] == [DEEP, DEEP, "error: no such file or directory"]
