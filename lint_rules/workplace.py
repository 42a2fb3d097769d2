"""Folders to work in: copies of a project, the base of a gate, what a program prints; and the clearing away of those
whose owner was killed.

Who works in one holds a lock on it, which the system takes back whatever becomes of the process: who gets the lock
knows that nobody works there any more. A number of a process would not tell, in a container or when it is used again.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lint_rules.temporary import SUFFIX, locked

PREFIX = "flake8-litellm-"
"""How they are called; not hidden, because programs run in them, and some pass hidden folders by."""
PATIENCE = 7 * 24 * 3600.0
"""Seconds after which a folder is taken for left behind where there are no locks to tell: no run takes that long."""

_NAME = re.compile(rf"{re.escape(PREFIX)}[a-z0-9_]{{8}}{re.escape(SUFFIX)}")
_FLAGS = ("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Make a folder for the block, and remove it at its end; first those that killed runs have left."""
    clear(tempfile.gettempdir())
    with contextlib.ExitStack() as stack:
        yield _made(stack)


def _made(stack: contextlib.ExitStack) -> Path:
    """Make the folder and lock it; another one if another run was so quick as to clear it away in between."""
    folder = tempfile.TemporaryDirectory(prefix=PREFIX, suffix=SUFFIX, ignore_cleanup_errors=True)
    path = stack.enter_context(folder)
    try:
        descriptor = _opened(path)
    except PermissionError:  # Windows opens no folder
        return Path(path)
    except FileNotFoundError:
        return _made(stack)
    stack.callback(os.close, descriptor)
    return Path(path) if locked(descriptor) is not False and _is_there(descriptor, path) else _made(stack)


@functools.lru_cache(maxsize=16)
def clear(parent: str) -> None:
    """Remove the folders in `parent` that killed runs of this user have left, and nothing else; looks once in a run."""
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                _remove_if_abandoned(entry.path)


def _remove_if_abandoned(path: str) -> None:
    with contextlib.suppress(OSError):  # somebody else has removed it meanwhile
        status = os.lstat(path)
        if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
            return
        old = time.time() - status.st_mtime > PATIENCE
        if not hasattr(os, "O_DIRECTORY"):  # Windows opens no folder
            if old:
                _remove(path)
            return
        descriptor = _opened(path)
        try:
            free = locked(descriptor)
            if (old if free is None else free) and _is_there(descriptor, path):
                _remove(path)
        finally:
            os.close(descriptor)


def _opened(path: str) -> int:
    return os.open(path, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in _FLAGS))


def _is_there(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _remove(path: str) -> None:
    """Remove a folder, also what a program has closed in it; links are removed, not followed."""
    for where, folders, _ in os.walk(path):
        for inside in (os.path.join(where, name) for name in folders):  # noqa: PTH118
            if stat.S_ISDIR(os.lstat(inside).st_mode):
                os.chmod(inside, stat.S_IRWXU)  # noqa: PTH101
    shutil.rmtree(path, ignore_errors=True)
