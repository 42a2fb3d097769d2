"""A fix that is killed at any moment: every file is old or new, and the next run leaves nothing of it behind.

`make faults` kills 200 runs instead of a few: `FAULTS_KILLS=200`. Moments are drawn until that many have hit a run that
had not ended. `FAULTS_SEED` brings a run of the tests back.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from lint_rules import temporary

from . import trees

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

KILLS = int(os.environ.get("FAULTS_KILLS", "2"))
SEED = int(os.environ.get("FAULTS_SEED", random.SystemRandom().randrange(10**6)))
MANY = KILLS > 50
FILES = 60 if MANY else 12
MOST = 2 * KILLS + 10


@pytest.fixture(name="trees_of", scope="module")
def trees_of_fixture() -> tuple[trees.Tree, trees.Tree]:
    return trees.old_and_new(FILES)


def seconds(folder: Path, old: trees.Tree) -> tuple[float, float]:
    """Return how long a run takes until its first write, and from there to its end."""
    trees.replant(folder, old)
    has_begun, start = trees.changes(folder, old), time.monotonic()
    with trees.started(*trees.FIX, ".", cwd=folder) as running:
        while running.poll() is None and not has_begun():
            time.sleep(0.001)
        begun = time.monotonic()
        running.communicate()
    return begun - start, time.monotonic() - begun


def kill(folder: Path, old: trees.Tree, wait: float, *, writing: bool) -> bool:
    """Kill a run after a while, counted from its start or its first write; tell whether it still ran."""
    trees.replant(folder, old)
    has_begun = trees.changes(folder, old)
    with trees.started(*trees.FIX, ".", cwd=folder) as running:
        while writing and running.poll() is None and not has_begun():
            time.sleep(0.001)
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    return running.returncode == -signal.SIGKILL


def test_every_file_is_old_or_new(
    tmp_path: Path, trees_of: tuple[trees.Tree, trees.Tree], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = trees_of
    chance, folder = random.Random(SEED), tmp_path / "tree"
    before, during = seconds(folder, old)
    killed = half = left = number = 0
    while killed < KILLS:
        number += 1
        assert number <= MOST, f"{killed} of {MOST} moments hit a running fix: the moments are drawn badly"
        writing = number % 4 != 0
        at = chance.uniform(0, during if writing else before + during)
        what = f"seed {SEED}, kill {number}, {'writing for' if writing else 'after'} {at:.4f} s"
        killed += kill(folder, old, at, writing=writing)
        assert trees.neither(folder, old, new) == [], what
        todo = sum(trees.contents(folder)[name] != new[name] for name in new)
        half, left = half + (0 < todo < len(new)), left + bool(trees.leftovers(folder))
        done = trees.run(*trees.FIX, ".", cwd=folder)
        told = f"Fixed {2 * todo} findings in {todo} file{'' if todo == 1 else 's'}.\n" if todo else "Nothing to fix.\n"
        assert (done.returncode, done.stdout, done.stderr) == (0, "", told), what
        assert trees.contents(folder) == new, what
        assert trees.leftovers(folder) == [], what
    with capsys.disabled():
        print(f"\n  seed {SEED}: {killed} of {number} killed, {half} amid the files, {left} left a temporary file")
    assert half or not MANY, "no run was killed while it wrote: this test shows nothing"


# ---- whose temporary files are cleared away


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    temporary.clear.cache_clear()
    return trees.plant(tmp_path / "tree", 1, 1)


NAME = ".flake8-litellm-0123456789abcdef.tmp"


def leave_behind(folder: Path) -> Path:
    """Leave what a run leaves behind that is killed between its write and its rename."""
    path = folder / NAME
    path.write_bytes(b"half of it")
    return path


@pytest.mark.parametrize("name", [pytest.param("part0/module0.py", marks=trees.long), "clean.py"])
def test_a_fix_clears_the_folders_of_its_files(folder: Path, name: str) -> None:
    """Also where there is nothing to write any more: somebody has undone it."""
    (folder / "clean.py").write_text("pass\n")
    left = leave_behind((folder / name).parent)
    trees.run(*trees.FIX, name, cwd=folder)
    assert not left.exists()


@pytest.mark.parametrize("option", [pytest.param("--check", marks=trees.long), "--diff"])
def test_what_writes_nothing_removes_nothing(folder: Path, option: str) -> None:
    left = leave_behind(folder / "part0")
    trees.run(*trees.FIX, option, ".", cwd=folder)
    assert left.exists()


@trees.long
@pytest.mark.parametrize(
    "options", [["--add-noqa", "part0"], ["--report=json=part0/r.json", "part0"], ["--write-baseline=part0/b", "part0"]]
)
def test_all_that_writes_clears_the_folder_it_writes_to(folder: Path, options: list[str]) -> None:
    left = leave_behind(folder / "part0")
    trees.run(*trees.CHECK, *options, cwd=folder)
    assert trees.leftovers(folder) == [], left


def test_a_file_that_is_being_written_is_not_cleared_away(folder: Path) -> None:
    with temporary.beside(folder / "a.py") as unfinished:
        unfinished.file.write(b"whole")
        trees.run(*trees.FIX, ".", cwd=folder)
        assert unfinished.path.exists()
        unfinished.become(folder / "a.py")
    assert (folder / "a.py").read_bytes() == b"whole"
    assert trees.leftovers(folder) == []


def test_nothing_else_is_removed(folder: Path) -> None:
    """What only looks like it: other names, a folder, a link to somebody's file."""
    here = folder / "part0"
    (here / "mine.txt").write_text("mine")
    names = [".flake8-litellm-notes.tmp", f"{NAME}.bak", f"my{NAME}", ".flake8-litellm-0123456789ABCDEF.tmp"]
    for name in names:
        (here / name).write_text("mine")
    (here / ".flake8-litellm-aaaaaaaaaaaaaaaa.tmp").mkdir()
    (here / ".flake8-litellm-bbbbbbbbbbbbbbbb.tmp").symlink_to("mine.txt")
    before = sorted(path.name for path in here.iterdir())
    trees.run(*trees.FIX, ".", cwd=folder)
    assert sorted(path.name for path in here.iterdir()) == before
    assert (here / "mine.txt").read_text() == "mine"


def test_a_writer_that_lost_its_file_to_a_quick_cleaner_makes_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making and locking it, a file looks like one that was left behind."""
    locked, turns = temporary.locked, []

    def late(descriptor: int) -> bool | None:
        if not turns:
            turns.append(descriptor)
            [left] = folder.glob(trees.LEFTOVER)
            left.unlink()
        return locked(descriptor)

    monkeypatch.setattr(temporary, "locked", late)
    with temporary.beside(folder / "a.py") as unfinished:
        unfinished.file.write(b"whole")
        unfinished.become(folder / "a.py")
    assert turns and (folder / "a.py").read_bytes() == b"whole"


@pytest.mark.parametrize(("age", "there"), [(60, True), (2 * temporary.PATIENCE, False)])
def test_without_locks_age_decides(folder: Path, monkeypatch: pytest.MonkeyPatch, age: float, there: bool) -> None:
    monkeypatch.setattr(temporary, "fcntl", None)
    left = leave_behind(folder)
    os.utime(left, (time.time() - age,) * 2)
    temporary.clear(str(folder))
    assert left.exists() is there
