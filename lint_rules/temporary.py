"""Files that are not finished yet, each beside the file it will be, and the clearing away of those that never will be.

A run that is killed leaves its temporary file behind. While it lived it held a lock on that, and the system has taken
the lock back since: who gets it knows that nobody writes there any more, whatever process, container or machine it was.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

PREFIX, SUFFIX = ".flake8-litellm-", ".tmp"
"""How the half-written neighbour of a file is called, for whoever finds one after a power cut."""
PATIENCE = 3600.0
"""Seconds after which a temporary file is taken for left behind where there are no locks to tell."""

_NAME = re.compile(rf"{re.escape(PREFIX)}[0-9a-f]{{16}}{re.escape(SUFFIX)}")
_TAKEN = (errno.EAGAIN, errno.EACCES)
_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")


@dataclass(frozen=True)
class Unfinished:
    """A file that is being written."""

    path: Path
    file: BinaryIO

    def sync(self) -> None:
        """Have on disk what was written."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def become(self, target: Path) -> None:
        """Put it in the place of `target`, at once; the lock is kept until then where that is possible."""
        if not self.file.closed:
            self.file.flush()
        if fcntl is None:
            self.file.close()  # Windows renames no open file
        self.path.replace(target)


@contextlib.contextmanager
def beside(target: Path, mode: int = 0o600) -> Iterator[Unfinished]:
    """Make a file in the folder of `target`, and remove it again unless it has become something."""
    clear(str(target.parent))
    path = target.with_name(f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}")
    try:
        with _made(path, mode) as file:
            yield Unfinished(path, file)
    finally:  # by its name, which was known before there was a file: however early the interruption comes
        with contextlib.suppress(OSError):
            path.unlink()


def put(path: Path, data: bytes) -> None:
    """Write a file of results, whole or not at all.

    What is there and is no file, a pipe or a device, is written to; so is a file in a folder that takes no other.
    """
    target = path.resolve()
    if target.exists() and not (target.is_file() and os.access(target.parent, os.W_OK)):
        target.write_bytes(data)
        return
    with beside(target, mode=0o666) as unfinished:
        if target.exists():
            unfinished.path.chmod(stat.S_IMODE(target.stat().st_mode))
        unfinished.file.write(data)
        unfinished.sync()
        unfinished.become(target)


def _made(path: Path, mode: int) -> BinaryIO:
    """Make the file and lock it; once more if another run was so quick as to clear it away in between."""
    file = open(path, "xb", opener=functools.partial(os.open, mode=mode))  # noqa: SIM115 - the caller closes it
    if locked(file.fileno()) is not False and (fcntl is None or os.fstat(file.fileno()).st_nlink):
        return file
    file.close()
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    return _made(path, mode)


def locked(descriptor: int) -> bool | None:
    """Try to lock what is open: whether that went well, or None where there are no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _TAKEN else None
    return True


# ---- what was left behind


def clear_around(paths: Iterable[str]) -> None:
    """Remove what killed runs have left beside these files."""
    for folder in dict.fromkeys(os.path.split(path)[0] for path in paths):
        clear(folder)


@functools.lru_cache(maxsize=4096)
def clear(folder: str) -> None:
    """Remove what killed runs have left in a folder, and nothing else; looks once in a run."""
    with contextlib.suppress(OSError), os.scandir(folder or ".") as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_if_abandoned(entry.path)


def _remove_if_abandoned(path: str) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | sum(getattr(os, flag, 0) for flag in _FLAGS))
        try:
            ours, status = locked(descriptor), os.fstat(descriptor)
            if ours and os.path.samestat(status, os.lstat(path)):
                Path(path).unlink()
        finally:
            os.close(descriptor)
        if ours is None and time.time() - status.st_mtime > PATIENCE:
            Path(path).unlink()  # on Windows only closed files can be
