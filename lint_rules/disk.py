"""What inference looks at on disk, beside the files that it is asked about; whoever watches learns what that was.

A result stays true as long as all of this looks the same (`lint_rules.cache`), so nothing in `semantics` may look at
the disk by another way.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lint_rules import files

FILE, FOLDER, ANYTHING = "file", "folder", "anything"
"""What may be looked for at a path."""


@dataclass
class Seen:
    """What was looked at."""

    read: dict[str, State] = field(default_factory=dict)
    """Files by path, as they were."""
    steady: bool = True
    """Nothing was looked at twice and had changed."""
    probed: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether there was a file, a folder or anything, by path and what was asked."""
    listed: dict[str, str] = field(default_factory=dict)
    """Folders that were searched for modules, with a digest of what was found."""

    def note(self, path: str, state: State) -> None:
        """Remember how a file was."""
        path = os.path.abspath(path)  # noqa: PTH100 - asked for each file of a run
        self.steady = self.steady and self.read.setdefault(path, state).digest == state.digest


class _Watch(threading.local):
    seen: Seen | None = None


_watch = _Watch()


@contextmanager
def watching() -> Iterator[Seen]:
    """Collect what is looked at meanwhile, in this thread."""
    outer, _watch.seen = _watch.seen, Seen()
    try:
        yield _watch.seen
    finally:
        _watch.seen = outer


def is_file(path: str) -> bool:
    """Tell whether there is a file at `path`."""
    return _noted(path, FILE, os.path.isfile(path))  # noqa: PTH113 - asked for each import of each module, as the two below


def is_folder(path: str) -> bool:
    """Tell whether there is a folder at `path`."""
    return _noted(path, FOLDER, os.path.isdir(path))  # noqa: PTH112


def exists(path: str) -> bool:
    """Tell whether there is anything at `path`."""
    return _noted(path, ANYTHING, os.path.exists(path))  # noqa: PTH110


def look(path: str) -> bytes:
    """Return the bytes of a file, or raise `files.Unreadable`."""
    if _watch.seen is None:
        return files.read(path)
    before = signature(path)
    try:
        data = files.read(path)
    except files.Unreadable as error:
        _watch.seen.note(path, State(f"unreadable: {error.problem.message}"))
        raise
    _watch.seen.note(path, State(digest(data), before))
    return data


def read(path: str) -> bytes | None:
    """Return the bytes of a module, None if they cannot be had."""
    try:
        return look(path)
    except files.Unreadable:
        return None


def python_files(folder: str) -> Iterator[str]:
    """Yield the modules in and below a folder."""
    found = (found.path for found in files.discover([folder]) if found.problem is None)
    if _watch.seen is None:
        yield from found
        return
    listed = list(found)
    _watch.seen.listed[folder] = digest_of_names(listed)
    yield from listed


def _noted(path: str, question: str, answer: bool) -> bool:
    seen = _watch.seen
    if seen is not None and seen.probed.setdefault((path, question), answer) != answer:
        seen.steady = False
    return answer


# ---- how a file was


@dataclass(frozen=True)
class State:
    """How a file or a folder was: what it held and, where that tells, what the file system says of it."""

    digest: str
    signature: str = ""


_RACY = 2_000_000_000
"""Nanoseconds within which two writes may leave the same time stamp, on the coarsest of file systems."""


def signature(path: str) -> str:
    """Return what changes, as far as the file system knows, whenever a file does; nothing if that is too fresh to tell.

    As in git's index: a file that was written just now may be written again without a trace. The time of the last
    change of status cannot be set, so a file that is given its old date back is seen, too.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - asked for each file of a run
    except OSError:
        return ""
    if max(status.st_mtime_ns, status.st_ctime_ns) > time.time_ns() - _RACY:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def digest(data: bytes) -> str:
    """Return what no other content has."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


def digest_of_names(names: Iterable[str]) -> str:
    """Return what no other list of names has."""
    return digest("\0".join(names).encode("utf-8", "surrogateescape"))
