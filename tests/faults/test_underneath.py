"""Files that change, move or vanish while they are fixed: a named outcome each, and nothing of anybody's is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lint_rules import files, fix, temporary

from . import trees

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")

CHANGED = "changed on disk since it was read: not written"
GONE = "not written: no such file or directory"


@pytest.fixture(name="file")
def file_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One of three files: something happens to it at a chosen moment."""
    monkeypatch.chdir(trees.plant(tmp_path, 3, 3))
    return tmp_path / "part1/module1.py"


Happens = Callable[[Path], object]


def overwrite(file: Path) -> None:
    file.write_text("mine = 1\n")


def become_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def become_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def become_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("../mine.py")
    (file.parent.parent / "mine.py").write_text("mine = 1\n")


def become_loop(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def grow(file: Path) -> None:
    with file.open("ab") as opened:
        opened.truncate(files.MAX_BYTES + 1)


def move_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("moved"))


HAPPENINGS: list[tuple[Happens, str]] = [
    (overwrite, CHANGED),
    (Path.unlink, GONE),
    (become_folder, CHANGED),
    (become_pipe, CHANGED),
    (become_link, CHANGED),
    (become_loop, "not written: too many levels of symbolic links"),
    (grow, CHANGED),
    (move_folder, GONE),
]


def everything(folder: Path) -> dict[str, object]:
    """Return all there is below a folder: what files hold, where links lead, what else is what."""
    found = sorted(path for path in folder.rglob("*"))
    return {
        str(path.relative_to(folder)): os.readlink(path)  # noqa: PTH115
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else path.is_dir()
        for path in found
    }


def outcome(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    temporary.clear.cache_clear()
    code = fix.main([*trees.FIX[2:], "."])
    return code, capsys.readouterr().err.splitlines()


def told(message: str) -> tuple[int, list[str]]:
    return 2, [f"part1/module1.py: error: {message}", "Fixed 4 findings in 2 files (1 path failed)."]


@pytest.mark.parametrize(("happens", "message"), HAPPENINGS)
def test_between_reading_and_writing(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], happens: Happens, message: str
) -> None:
    replace, then = files.replace, {}

    def late(path: str, *, old: bytes, new: bytes) -> None:
        if path == "part1/module1.py":
            happens(file)
            then.update(everything(file.parents[1]))
        replace(path, old=old, new=new)

    monkeypatch.setattr(files, "replace", late)
    assert outcome(capsys) == told(message)
    theirs = {name: what for name, what in then.items() if "module0" not in name and "module2" not in name}
    now = everything(file.parents[1])
    assert {name: now.get(name) for name in theirs} == theirs


@pytest.mark.parametrize("happens", [happens for happens, _ in HAPPENINGS])
def test_just_before_it_is_replaced(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], happens: Happens
) -> None:
    """The temporary file is written already."""
    sync, then = temporary.Unfinished.sync, {}

    def late(unfinished: temporary.Unfinished) -> None:
        sync(unfinished)
        if unfinished.path.parent.name == "part1":
            happens(file)
            then.update(everything(file.parents[1]))

    monkeypatch.setattr(temporary.Unfinished, "sync", late)
    assert outcome(capsys) == told(CHANGED)
    now = everything(file.parents[1])
    assert {name: now.get(name) for name in then if "flake8" not in name} == {
        name: what for name, what in then.items() if "flake8" not in name
    } | {name: what for name, what in now.items() if "module2" in name}
    monkeypatch.undo()
    os.chdir(file.parents[1])
    outcome(capsys)
    assert trees.leftovers(file.parents[1]) == []


@pytest.mark.parametrize(
    ("happens", "message"),
    [
        (Path.unlink, "no such file or directory"),
        (become_folder, "is a directory"),
        (become_pipe, "not a regular file"),
        (become_loop, "too many levels of symbolic links"),
        (grow, "larger than 5,000,000 bytes (5,000,001)"),
        (move_folder, "no such file or directory"),
    ],
)
def test_between_finding_and_reading(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], happens: Happens, message: str
) -> None:
    read = files.read

    def late(path: str) -> bytes:
        if path == "part1/module1.py" and file.is_file() and file.stat().st_size < files.MAX_BYTES:
            happens(file)
        return read(path)

    monkeypatch.setattr(files, "read", late)
    assert outcome(capsys) == told(message)


def test_a_mode_that_is_changed_meanwhile_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replace = files.replace

    def late(path: str, *, old: bytes, new: bytes) -> None:
        file.chmod(0o751)
        replace(path, old=old, new=new)

    monkeypatch.setattr(files, "replace", late)
    assert outcome(capsys)[0] == 0
    assert file.stat().st_mode & 0o777 == 0o751


WRITER = """\
import os, random, sys, time
from pathlib import Path
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
chance, paths = random.Random(seed), sorted(folder.rglob("*.py"))
number = 0
print("ready", flush=True)
while not (folder / "stop").exists():
    path = chance.choice(paths)
    number += 1
    text = path.read_text() + f"# theirs {number}\\n"
    beside = path.with_suffix(".theirs")
    beside.write_text(text)
    os.replace(beside, path)
    time.sleep(chance.uniform(0, 0.02))
"""


def test_another_program_writes_all_the_time(tmp_path: Path) -> None:
    """It only ever appends, by renames as editors do: a line of its own that is gone was overwritten."""
    folder = trees.plant(tmp_path / "tree", 8, 3)
    seed = random.SystemRandom().randrange(10**6)
    line = [sys.executable, "-c", WRITER, str(folder), str(seed)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        done = trees.run(*trees.FIX, ".", cwd=folder)
        time.sleep(0.05)
        (folder / "stop").touch()
    assert done.returncode in (0, 2), done.stderr
    assert all(line.endswith(CHANGED) for line in done.stderr.splitlines()[:-1]), f"seed {seed}: {done.stderr}"
    for name, data in trees.contents(folder).items():
        source = data.partition(b"# theirs")[0]
        number = Path(name).stem.removeprefix("module")
        assert source.startswith(b"import") and f"ask_{number}(".encode() in source, f"seed {seed}: {name}"
        assert compile(data, name, "exec")
    assert trees.leftovers(folder) == []
    trees.run(*trees.FIX, ".", cwd=folder)
    assert trees.run(*trees.FIX, "--check", ".", cwd=folder).returncode == 0
