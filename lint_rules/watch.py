"""What is looked at on disk while something is found out; whoever watches learns what that was.

A result stays true as long as all of this looks the same (`lint_rules.cache`), so nothing that a result depends on may
be looked at by another way.
"""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FILE, FOLDER, OTHER, BROKEN_LINK, NOTHING = "f", "d", "o", "l", ""
"""What may be at a path."""

READ, PLACE, WALKED, NAMED, LISTED, LINK = range(6)
"""What may be asked: what a file holds; what is in a folder, under certain names; which names in it, or in all folders
below, may be those of modules; where links lead."""

Signature = tuple[int, int, int, int]
Sight = tuple[int, str, "str | dict[str, str]", "Signature | None"]


@dataclass(frozen=True)
class State:
    """How a file or a folder was: what it held and, where that tells, what the file system says of it."""

    digest: str
    signature: Signature | None = None


@dataclass
class Place:
    """A folder in which something was looked for: what is there, by name, and how the folder was before."""

    signature: Signature | None
    kinds: dict[str, str] = field(default_factory=dict)


@dataclass
class Seen:
    """What was looked at, by absolute path."""

    read: dict[str, State] = field(default_factory=dict)
    """Files, as they were."""
    places: dict[str, Place | None] = field(default_factory=dict)
    """Folders in which files were looked for; None for what is no folder."""
    walked: dict[str, State] = field(default_factory=dict)
    """Folders that were searched for modules."""
    named: dict[str, str] = field(default_factory=dict)
    """All names in a folder, as one digest."""
    listed: dict[str, str] = field(default_factory=dict)
    """Folders whose modules git has named, as one digest."""
    links: dict[str, str] = field(default_factory=dict)
    """Paths without their links."""
    steady: bool = True
    """Nothing was looked at twice and had changed."""

    def sights(self) -> Iterator[Sight]:
        """Yield all of it in one form: what was asked, where, what was seen, and the signature."""
        yield from ((READ, path, one.digest, one.signature) for path, one in self.read.items())
        yield from ((PLACE, path, one.kinds, one.signature) for path, one in self.places.items() if one is not None)
        yield from ((WALKED, path, one.digest, one.signature) for path, one in self.walked.items())
        for asked, table in ((NAMED, self.named), (LISTED, self.listed), (LINK, self.links)):
            yield from ((asked, path, what, None) for path, what in table.items())

    def note(self, path: str, state: State) -> None:
        """Remember how a file was."""
        path = os.path.abspath(path)  # noqa: PTH100 - asked for each file of a run
        self.steady = self.steady and self.read.setdefault(path, state).digest == state.digest

    def kind(self, path: str) -> str:
        """Tell what is at a path, looked at once; below what is no folder there is nothing, which needs no look."""
        folder, name = os.path.split(path if os.path.isabs(path) else os.path.abspath(path))  # noqa: PTH100, PTH117
        if not name:
            return kind(folder)[0]
        place = self._place(folder)
        if place is None:
            return NOTHING
        if name not in place.kinds:
            place.kinds[name], link = kind(path)
            if link:  # where it leads may change without a trace in the folder
                place.signature = None
        return place.kinds[name]

    def _place(self, folder: str) -> Place | None:
        missing = above = folder
        while above not in self.places:
            self.places[above] = Place(signature(above)) if os.path.isdir(above) else None  # noqa: PTH112
            if self.places[above] is None:
                missing, above = above, os.path.dirname(above)  # noqa: PTH120
        if missing != above and self.places[missing] is None:
            self.kind(missing)  # the outermost of those that are missing, whose folder is known
        return self.places[folder]

    def adopt(self, other: Seen) -> None:
        """Take over what was looked at meanwhile, but for what git has named."""
        for path, state in other.read.items():
            self.note(path, state)
        for folder, place in other.places.items():
            own = self.places.setdefault(folder, place)
            if own is not None and place is not None and own is not place:
                own.kinds.update({name: one for name, one in place.kinds.items() if name not in own.kinds})
                own.signature = own.signature if own.signature == place.signature else None
        self.walked.update(other.walked)
        self.steady = self.steady and other.steady


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


def current() -> Seen | None:
    """Return what is being collected, if anybody watches."""
    return _watch.seen


# ---- looks


def is_file(path: str) -> bool:
    """Tell whether there is a file at `path`."""
    seen = _watch.seen
    return os.path.isfile(path) if seen is None else seen.kind(path) == FILE  # noqa: PTH113 - asked very often


def is_folder(path: str) -> bool:
    """Tell whether there is a folder at `path`."""
    seen = _watch.seen
    return os.path.isdir(path) if seen is None else seen.kind(path) == FOLDER  # noqa: PTH112


def exists(path: str) -> bool:
    """Tell whether there is anything at `path`."""
    seen = _watch.seen
    return os.path.exists(path) if seen is None else seen.kind(path) not in (NOTHING, BROKEN_LINK)  # noqa: PTH110


def lexists(path: str) -> bool:
    """Tell whether there is anything at `path`, be it a link into nowhere."""
    seen = _watch.seen
    return os.path.lexists(path) if seen is None else seen.kind(path) != NOTHING


_NAMES = re.compile(
    r"(?:litellm|langfuse)-.*\.dist-info|pylock\..*|.*\.(?:txt|in|lock)|(?:python|pypy|graalpy).*", re.IGNORECASE
)


def names(folder: str) -> list[str]:
    """Return which names a folder holds that may tell something about versions, sorted; nothing for one that cannot be
    looked into. All others may come and go."""
    try:
        found = sorted(filter(_NAMES.fullmatch, os.listdir(folder)))  # noqa: PTH208 - as text, for what is installed beside the linter, too
    except OSError:
        found = []
    if _watch.seen is not None:
        _watch.seen.named[os.path.abspath(folder)] = digest_of_names(found)  # noqa: PTH100
    return found


def real(path: str) -> str:
    """Return a path without its links."""
    found = os.path.realpath(path)
    if _watch.seen is not None:
        _watch.seen.links[os.path.abspath(path)] = found  # noqa: PTH100
    return found


def kind(path: str) -> tuple[str, bool]:
    """Tell what is at a path now, and whether it is a link that says so."""
    link = False
    try:
        mode = os.lstat(path).st_mode
        link = stat.S_ISLNK(mode)
        if link:
            mode = os.stat(path).st_mode  # noqa: PTH116 - asked for each place where a module could be
    except (OSError, ValueError):
        return BROKEN_LINK if link else NOTHING, link
    return FILE if stat.S_ISREG(mode) else FOLDER if stat.S_ISDIR(mode) else OTHER, link


# ---- how a file was

_RACY = 2_000_000_000
"""Nanoseconds within which two writes may leave the same time stamp, on the coarsest of file systems."""


def signature(path: str) -> Signature | None:
    """Return what changes, as far as the file system knows, whenever a file does; None if that is too fresh to tell.

    As in git's index: a file that was written just now may be written again without a trace. The time of the last
    change of status cannot be set, so a file that is given its old date back is seen, too.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - asked for each file of a run
    except (OSError, ValueError):
        return None
    if max(status.st_mtime_ns, status.st_ctime_ns) > time.time_ns() - _RACY:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def digest(data: bytes) -> str:
    """Return what no other content has."""
    from hashlib import blake2b  # noqa: PLC0415 - a run in which nothing has changed needs none

    return blake2b(data, digest_size=16).hexdigest()


def digest_of_names(names: Iterable[str]) -> str:
    """Return what no other list of names has."""
    return digest("\0".join(names).encode("utf-8", "surrogateescape"))


_TELLING = "pyvenv.cfg"
"""Makes a folder one of those that hold no source."""


def listing(entries: Iterable[os.DirEntry[str]], before: Signature | None) -> State:
    """Return how a folder is that is searched for modules: the names that may be or hold some, and where links lead."""
    parts, links = [], False
    for entry in entries:
        if entry.is_symlink():
            links = True
            parts += [entry.name, os.path.realpath(entry.path), kind(entry.path)[0]]
        elif entry.name.endswith(".py") or entry.name == _TELLING:
            parts += [entry.name, "", FILE if entry.is_file(follow_symlinks=False) else OTHER]
        elif not entry.name.startswith((".", "__pycache__")) and entry.is_dir(follow_symlinks=False):
            parts += [entry.name, "", FOLDER]
    return State(digest_of_names(parts), None if links else before)
