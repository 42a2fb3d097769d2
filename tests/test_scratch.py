"""Copies of a project: what belongs to it, and where its links lead."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lint_rules import scratch
from lint_rules.scratch import Uncopyable, copy_project, find_root, names, within


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


@pytest.fixture(name="root")
def root_fixture(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "project"
    root.mkdir()
    return root


def test_git_says_what_belongs(root: Path) -> None:
    git(root, "init", "-q")
    put(root, "a.py", "ü b.py", "gone.py", "data/x.json", "secret.env", "__pycache__/a.pyc", "vendored/v.py")
    (root / ".gitignore").write_text("*.env\n")
    git(root, "add", "a.py", "gone.py")
    (root / "gone.py").unlink()
    git(root / "vendored", "init", "-q")
    assert sorted(names(root)) == [".gitignore", "a.py", "data/x.json", "vendored/v.py", "ü b.py"]


def test_elsewhere_what_is_installed_does_not(root: Path) -> None:
    put(
        root,
        "a.py",
        ".hidden/b.py",
        ".venv/c.py",
        "node_modules/d.js",
        "__pycache__/a.pyc",
        "own/pyvenv.cfg",
        "own/e.py",
    )
    (root / "folder").symlink_to(".hidden")
    assert sorted(names(root)) == [".hidden/b.py", "a.py", "folder"]


def test_modes_and_links_are_kept(root: Path) -> None:
    put(root, "a.py", "bin/run", "../outside.txt")
    (root / "bin/run").chmod(0o755)
    (root / "bin/relative").symlink_to("../a.py")
    (root / "bin/absolute").symlink_to(root / "a.py")
    (root / "bin/round").symlink_to(f"../../{root.name}/a.py")
    (root / "bin/out").symlink_to("../../outside.txt")
    (root / "bin/dangling").symlink_to("nothing")
    (root / "all").symlink_to(".")
    copy = copy_project(root, names(root), root.parent / "copies")
    assert os.access(copy.root / "bin/run", os.X_OK)
    assert (copy.root / "bin/relative").readlink() == Path("../a.py")
    for link in ("relative", "absolute", "round"):
        assert (copy.root / "bin" / link).resolve() == copy.root / "a.py"
    assert (copy.root / "bin/out").resolve() == root.parent / "outside.txt"
    assert (copy.root / "bin/dangling").readlink() == Path("nothing")
    assert (copy.root / "all").resolve() == copy.root


def test_the_home_folder_is_no_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "a.py", "b.py", "c.py")
    monkeypatch.setattr(scratch, "MAX_FILES", 1)
    with pytest.raises(Uncopyable, match="too large"):
        copy_project(root, names(root), root.parent / "copies")


def test_where_the_project_begins(root: Path) -> None:
    put(root, "src/deep/a.py", "tests/b.py")
    deep, tests = str(root / "src/deep"), str(root / "tests/b.py")
    assert find_root([deep, tests], root / "src") == root
    assert find_root([deep], root / "src") == root / "src"
    put(root, "src/pyproject.toml")
    assert find_root([deep], root) == root / "src"
    git(root, "init", "-q")
    assert find_root([deep], root) == root


def test_an_ignored_folder_is_not_gits(root: Path) -> None:
    git(root, "init", "-q")
    put(root, "ignored/a.py")
    (root / ".gitignore").write_text("ignored\n")
    (root / "ignored/pyproject.toml").touch()
    assert find_root([str(root / "ignored/a.py")], root) == root / "ignored"


def test_places_however_they_are_spelled(root: Path) -> None:
    put(root, "src/a.py")
    (root.parent / "link").symlink_to(root)
    assert within(root, f"{root}/src/../src/a.py") == "src/a.py"
    assert within(root, root.parent / "link/src/a.py") == "src/a.py"
    assert within(root, root) == "."
    assert within(root, f"{root}-2/a.py") is None
