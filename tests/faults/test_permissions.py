"""Folders and files that may not be read, searched or written: a named outcome each, and the others are done."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import trees

pytestmark = pytest.mark.skipif(
    os.name == "nt" or (trees.is_root() and shutil.which("setpriv") is None), reason="modes mean nothing here"
)
CLOSED = "permission denied"


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Iterator[Path]:
    folder = trees.plant(tmp_path / "tree", 3, 3)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755)


def run(*command: str, cwd: Path) -> tuple[int, list[str], list[str]]:
    done = trees.run(*command, cwd=cwd, before=trees.AS_ANYBODY if trees.is_root() else ())
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def fixed(folder: Path, *, but: str, old: bytes) -> bool:
    """Tell whether all files but one are fixed, and that one is as it was."""
    rest = {name: b"await" in data and b'or ""' in data for name, data in trees.contents(folder).items() if name != but}
    return all(rest.values()) and len(rest) == 2 and (folder / but).read_bytes() == old


@pytest.mark.parametrize(
    ("mode", "tracked"),
    [
        pytest.param(0, True, marks=trees.long),
        pytest.param(0, False, marks=trees.long),
        (0o100, True),
        pytest.param(0o100, False, marks=trees.long),
        pytest.param(0o400, True, marks=trees.long),
        (0o400, False),
    ],
)
def test_a_folder_that_may_not_be_looked_into(folder: Path, mode: int, tracked: bool) -> None:
    if tracked:
        for command in (["init", "-q"], ["add", "."]):
            subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    (folder / "part1").chmod(mode)
    code, _, err = run(*trees.FIX, ".", cwd=folder)
    (folder / "part1").chmod(0o755)
    old = trees.SOURCE.format(number=1).encode()
    if mode == 0o100 and tracked:  # git knows what is in it
        assert (code, err) == (2, ["part1/module1.py: error: not written: permission denied", *err[1:]])
    else:
        assert code == 2
        assert err[0] in (f"part1: error: {CLOSED}", f"part1/module1.py: error: {CLOSED}")
    assert err[1:] == ["Fixed 4 findings in 2 files (1 path failed)."]
    assert fixed(folder, but="part1/module1.py", old=old)


@pytest.mark.parametrize("command", [trees.CHECK, trees.FIX])
def test_a_path_behind_a_closed_folder(folder: Path, command: tuple[str, ...]) -> None:
    (folder / "part1").chmod(0)
    code, _, err = run(*command, "part1/module1.py", "part1", cwd=folder)
    assert (code, err[:2]) == (2, [f"part1/module1.py: error: {CLOSED}", f"part1: error: {CLOSED}"])


def test_a_link_into_a_closed_folder(folder: Path) -> None:
    (folder / "link.py").symlink_to("part1/module1.py")
    (folder / "part1").chmod(0)
    code, out, err = run(*trees.CHECK, ".", cwd=folder)
    assert (code, err) == (2, [f"link.py: error: {CLOSED}", f"part1: error: {CLOSED}"])
    assert len([line for line in out if line.startswith("part")]) == 4


def test_a_file_that_may_not_be_read(folder: Path) -> None:
    (folder / "part1/module1.py").chmod(0)
    code, _, err = run(*trees.FIX, ".", cwd=folder)
    assert (code, err) == (
        2,
        [f"part1/module1.py: error: {CLOSED}", "Fixed 4 findings in 2 files (1 path failed)."],
    )


def test_a_file_and_a_folder_that_may_not_be_written(folder: Path) -> None:
    (folder / "part0/module0.py").chmod(0o444)
    (folder / "part1").chmod(0o555)
    before = trees.contents(folder)
    code, _, err = run(*trees.FIX, ".", cwd=folder)
    assert (code, err) == (
        2,
        [
            "part0/module0.py: error: not written: permission denied",
            "part1/module1.py: error: not written: permission denied",
            "Fixed 2 findings in 1 file (2 paths failed).",
        ],
    )
    after = trees.contents(folder)
    assert [name for name in before if before[name] != after[name]] == ["part2/module2.py"]
    assert stat.S_IMODE((folder / "part0/module0.py").stat().st_mode) == 0o444
    assert trees.leftovers(folder) == []


@trees.long
@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock", "requirements.txt", ".flake8", "helper.py"])
def test_what_is_looked_up_around_a_file_may_be_closed(folder: Path, name: str) -> None:
    """Settings that cannot be read are no settings: the file is not checked. The rest is as if it were not there."""
    (folder / "part0" / name).write_text("[tool.lint_rules]\nselect = 'LLM'\n")
    (folder / "part0" / name).chmod(0)
    (folder / "part0/module0.py").write_text("import helper\n" + trees.SOURCE.format(number=0))
    code, _, err = run("-m", "lint_rules", "part0/module0.py", "part2", cwd=folder)
    assert code in (1, 2)
    assert len(err) <= 1 and code == (2 if err else 1), err


@pytest.mark.parametrize("option", ["--report=json=closed/report", "--write-baseline=closed/baseline"])
def test_results_that_may_not_be_written(folder: Path, option: str) -> None:
    (folder / "closed").mkdir(mode=0o555)
    code, _, err = run(*trees.CHECK, option, "part0", cwd=folder)
    assert (code, len(err)) == (2, 1)
    assert err[0].endswith(CLOSED)
    assert list((folder / "closed").iterdir()) == []


def test_a_file_system_that_is_read_only(folder: Path) -> None:
    (folder / "disk").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", "disk"], cwd=folder, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        trees.plant(folder / "disk", 1, 1)
        subprocess.run(["mount", "-o", "remount,ro", "disk"], cwd=folder, check=True, capture_output=True)
        code, _, err = run(*trees.FIX, ".", cwd=folder)
    finally:
        subprocess.run(["umount", "disk"], cwd=folder, check=True)
    assert (code, err) == (
        2,
        [
            "disk/part0/module0.py: error: not written: read-only file system",
            "Fixed 6 findings in 3 files (1 path failed).",
        ],
    )
