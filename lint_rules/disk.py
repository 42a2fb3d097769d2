"""The door through which inference looks at the disk, beside the files that it is asked about: all of it is seen by
whoever watches (`lint_rules.watch`)."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lint_rules import files, watch
from lint_rules.watch import State, exists, is_file, is_folder

__all__ = ["entries", "exists", "is_file", "is_folder", "look", "python_files", "read"]

UNREADABLE = "unreadable"


def look(path: str) -> bytes:
    """Return the bytes of a file, or raise `files.Unreadable`."""
    seen = watch.current()
    if seen is None:
        return files.read(path)
    before = watch.signature(path)
    try:
        data = files.read(path)
    except files.Unreadable as error:
        seen.note(path, unreadable(error))
        raise
    seen.note(path, State(watch.digest(data), before))
    return data


def unreadable(error: files.Unreadable) -> State:
    """Return how a file is that cannot be read; that is tried again each time."""
    return State(f"{UNREADABLE}: {error.problem.message}")


def read(path: str) -> bytes | None:
    """Return the bytes of a module, None if they cannot be had."""
    try:
        return look(path)
    except files.Unreadable:
        return None


def entries(folder: str) -> list[tuple[str, bool]]:
    """Return the names in a folder that may be or hold modules, and whether each is a folder; of links, what they lead
    to. Nothing of one that cannot be looked into."""
    before = watch.signature(folder) if watch.current() is not None else None
    try:
        with os.scandir(folder) as found:
            held = sorted(found, key=lambda entry: entry.name)
    except (OSError, ValueError):
        is_folder(folder)
        return []
    seen = watch.current()
    if seen is not None:
        seen.walked[os.path.abspath(folder)] = watch.listing(held, before)  # noqa: PTH100 - asked very often
    told = [(entry.name, _is_folder(entry)) for entry in held]
    return [(name, is_folder) for name, is_folder in told if is_folder or name.endswith(".py")]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link through what is no folder
        return False


def python_files(folder: str) -> Iterator[str]:
    """Yield the modules in and below a folder."""
    found = (found.path for found in files.discover([folder]) if found.problem is None)
    outer = watch.current()
    if outer is None:
        yield from found
        return
    with watch.watching() as seen:
        names = list(found)
    outer.adopt(seen)
    if seen.listed:  # what git says of them depends on more than the folders
        outer.listed[folder] = watch.digest_of_names(names)
    yield from names
