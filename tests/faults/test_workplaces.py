"""Folders that killed runs leave in the folder for temporary files: the next run removes them, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lint_rules import workplace

from . import trees

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

SLEEPS = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\nos.rename('pid', 'started')\ntime.sleep(60)\n"
NAME = f"{workplace.PREFIX}0_1_2_3_.tmp"


@pytest.fixture(name="parent")
def parent_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go."""
    parent = tmp_path / "parent"
    parent.mkdir()
    workplace.clear.cache_clear()
    monkeypatch.setattr("tempfile.tempdir", str(parent))
    yield parent
    workplace.clear.cache_clear()


# ---- killed


def killed(command: Sequence[str], folder: Path, parent: Path, begun: Path | None = None) -> None:
    """Run Python until a file is there, or it says that it has begun, and kill it: its folder stays."""
    with trees.started(*command, cwd=folder, env={**trees.ENVIRONMENT, "TMPDIR": str(parent)}) as running:
        if begun is None:
            assert running.stdout is not None
            assert running.stdout.readline() == "begun\n"
        else:
            trees.wait_for(lambda: begun.exists() or running.poll() is not None)
        running.send_signal(signal.SIGKILL)
        assert running.wait() == -signal.SIGKILL
    if begun is not None:
        os.kill(int(begun.read_text()), signal.SIGKILL)  # nobody has told the program
        begun.unlink()
    assert list(parent.iterdir()) != [], "it was killed too early: this test shows nothing"


def done(command: Sequence[str], folder: Path, parent: Path) -> int:
    return trees.run(*command, cwd=folder, env={**trees.ENVIRONMENT, "TMPDIR": str(parent)}).returncode


def test_a_gate(tmp_path: Path, parent: Path) -> None:
    folder = trees.plant(tmp_path / "tree", 1, 1)
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    with (folder / "part0/module0.py").open("a") as file:
        file.write("x = 1\n")
    killed(
        [*trees.slow(folder, "lint_rules.__main__", "lint_rules.gate.layout._lay_out"), "--base=HEAD", "."],
        folder,
        parent,
    )
    assert done([*trees.CHECK, "--base=HEAD", "."], folder, parent) == 0
    assert list(parent.iterdir()) == []


@trees.with_sdks
def test_a_shim(tmp_path: Path, parent: Path) -> None:
    (tmp_path / "program.py").write_text(SLEEPS)
    command = ["-m", "lint_rules.shim", "--", "program.py"]
    killed(command, tmp_path, parent, tmp_path / "started")
    (tmp_path / "program.py").write_text("pass\n")
    assert done(command, tmp_path, parent) == 0
    assert list(parent.iterdir()) == []


@trees.long
@trees.with_sdks
def test_a_trial_of_fixes(tmp_path: Path, parent: Path) -> None:
    folder = trees.plant(tmp_path / "tree", 2)
    (folder / "program.py").write_text(f"import os\nos.chdir({str(tmp_path)!r})\n{SLEEPS}")
    command = [*trees.FIX, "part0", "part1", "--verify", "--", "program.py"]
    before = trees.contents(folder)
    killed(command, folder, parent, tmp_path / "started")
    assert trees.contents(folder) == before
    (folder / "program.py").write_text("pass\n")
    done(command, folder, parent)
    assert list(parent.iterdir()) == []


# ---- whose folders are cleared away


def test_one_that_is_worked_in_stays(parent: Path) -> None:
    with workplace.workplace() as one:
        workplace.clear.cache_clear()
        with workplace.workplace() as other:
            assert one.is_dir() and other.is_dir() and one != other
        assert list(parent.iterdir()) == [one]
    assert list(parent.iterdir()) == []


def test_all_that_is_in_one_goes_and_nothing_that_it_leads_to(tmp_path: Path, parent: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    closed = parent / NAME / "closed" / "deeper"
    closed.mkdir(parents=True)
    (closed / "file").write_text("theirs")
    (closed / "link").symlink_to(tmp_path / "mine")
    closed.chmod(0)
    closed.parent.chmod(0o500)
    workplace.clear(str(parent))
    assert list(parent.iterdir()) == []
    assert (tmp_path / "mine" / "file").read_text() == "mine"


def test_nothing_else_goes(tmp_path: Path, parent: Path) -> None:
    (tmp_path / "mine").mkdir()
    for name in ("flake8-litellm-checkout", f"my{NAME}", f"{NAME}.bak", NAME.upper()):
        (parent / name).mkdir()
    (parent / f"{workplace.PREFIX}aaaaaaaa.tmp").write_text("a file")
    (parent / f"{workplace.PREFIX}bbbbbbbb.tmp").symlink_to(tmp_path / "mine")
    before = sorted(parent.iterdir())
    workplace.clear(str(parent))
    assert sorted(parent.iterdir()) == before


@pytest.mark.skipif(not trees.is_root(), reason="needs root, to make a folder of another user")
def test_nothing_of_another_user_goes(parent: Path) -> None:
    (parent / NAME).mkdir()
    os.chown(parent / NAME, 65534, 65534)
    workplace.clear(str(parent))
    assert (parent / NAME).is_dir()


@pytest.mark.parametrize(("age", "there"), [(3600, True), (2 * workplace.PATIENCE, False)])
def test_without_locks_age_decides(parent: Path, monkeypatch: pytest.MonkeyPatch, age: float, there: bool) -> None:
    monkeypatch.setattr(workplace, "locked", lambda _: None)
    (parent / NAME).mkdir()
    os.utime(parent / NAME, (time.time() - age,) * 2)
    workplace.clear(str(parent))
    assert (parent / NAME).exists() is there


def test_who_lost_it_to_a_quick_cleaner_makes_another(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between making and locking it, a folder looks like one that was left behind."""
    locked, turns = workplace.locked, []

    def late(descriptor: int) -> bool | None:
        if not turns:
            turns.append(descriptor)
            [left] = parent.iterdir()
            left.rmdir()
        return locked(descriptor)

    monkeypatch.setattr(workplace, "locked", late)
    with workplace.workplace() as folder:
        assert turns and list(parent.iterdir()) == [folder]
    assert list(parent.iterdir()) == []
