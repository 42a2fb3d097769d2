"""A tree of files with findings, and runs over it that something happens to."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIX = ("-m", "lint_rules.fix", "--unsafe-fixes", "--target=litellm==1.106.2", "--target=langfuse==4.18.0")
CHECK = ("-m", "lint_rules", "--target=litellm==1.106.2", "--target=langfuse==4.18.0")
LEFTOVER = ".flake8-litellm-*"
SOURCE = """\
import litellm


async def ask_{number}(question):
    response = await litellm.acompletion(model="m", messages=question, stream=True)
    text = ""
    async for chunk in response:
        text += chunk.choices[0].delta.content
        if "{number}" in text:
            break
    return text
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}

Tree = Mapping[str, bytes]

long = pytest.mark.skipif("FAULTS" not in os.environ, reason="of the long form: make faults")
with_sdks = pytest.mark.skipif(importlib.util.find_spec("litellm") is None, reason="needs the SDKs")


def plant(folder: Path, files: int = 60, folders: int = 6) -> Path:
    """Write files with findings into a folder and folders in it."""
    for number in range(files):
        path = folder / f"part{number % folders}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE.format(number=number), encoding="utf-8")
    return folder


def contents(folder: Path) -> Tree:
    """Return the bytes of all source files."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.py"))}


@contextlib.contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    """Work in a folder, and below it, where no path from the root is short enough."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def leftovers(folder: Path) -> list[str]:
    """Return the names of all temporary files."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(LEFTOVER))


@functools.cache
def old_and_new(files: int = 60) -> tuple[Tree, Tree]:
    """Return a tree as it is planted, and as a run that nobody disturbs leaves it."""
    with tempfile.TemporaryDirectory() as kept:
        folder = plant(Path(kept), files)
        old = contents(folder)
        done = run(*FIX, ".", cwd=folder)
        assert (done.returncode, done.stderr) == (0, f"Fixed {2 * files} findings in {files} files.\n")
        return old, contents(folder)


def replant(folder: Path, tree: Tree) -> None:
    """Have in a folder this tree and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def neither(folder: Path, old: Tree, new: Tree) -> list[str]:
    """Return the files that are neither their old nor their new self, and those that are gone."""
    now = contents(folder)
    return [name for name in {**old, **now} if now.get(name) not in (old.get(name, b""), new.get(name, b""))]


AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""Before a command of root's: what may be read and written is then what the modes of files say."""


def is_root() -> bool:
    """Tell whether modes of files mean nothing to this process."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def started(*command: str, cwd: Path, before: Sequence[str] = (), **options: object) -> subprocess.Popen[str]:
    """Start Python, behind the words `before`, in a session of its own; what it prints is kept."""
    line = [*before, sys.executable, *command]
    chosen: dict[str, object] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    chosen["env"] = ENVIRONMENT
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        line, cwd=cwd, text=True, start_new_session=True, **{**chosen, **options}
    )


def run(*command: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run Python to its end."""
    with started(*command, cwd=cwd, **options) as process:
        out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def slow(folder: Path, door: str, what: str) -> list[str]:
    """Return a command line for a door behind which one step tells that it has begun, and takes its time."""
    module, _, name = what.rpartition(".")
    text = (
        f"import sys, time\nimport {module} as module\n"
        f"step = module.{name}\n"
        "def late(*arguments, **options):\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(30)\n"
        "    return step(*arguments, **options)\n"
        f"module.{name} = late\n"
        f"from lint_rules import interrupts\nfrom {door} import main\n"
        "sys.exit(interrupts.guarded(main))\n"
    )
    (folder / "door.txt").write_text(text)
    return ["door.txt"]


def wait_for(happens: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def changes(folder: Path, old: Tree) -> Callable[[], bool]:
    """Return what tells whether a file of a tree has been written, or is about to be."""
    names: Iterator[str] = iter(old)
    paths = [(folder / name, (folder / name).stat().st_ino) for name in names]
    return lambda: any(path.stat().st_ino != inode for path, inode in paths) or bool(leftovers(folder))


@contextlib.contextmanager
def open_to_all() -> Iterator[Path]:
    """Make a folder that other users may look into; those of the tests are closed to them."""
    with tempfile.TemporaryDirectory() as kept:
        Path(kept).chmod(0o777)
        yield Path(kept)
