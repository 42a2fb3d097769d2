"""Whether what results depend on still is as it was. Contents decide; the file system's word only saves looking."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from lint_rules import disk, files, watch
from lint_rules.watch import LINK, LISTED, NAMED, PLACE, READ, WALKED, State

Known = list[Any]
"""A sight as it is kept: what was asked, where, what was seen, and the signature or None."""
_SIGNED = frozenset({READ, PLACE, WALKED})


def agrees(sight: Known) -> bool:
    """Tell whether something looks as it did; if it does and only the signature has changed, put that right."""
    asked, path, what, then = sight
    if then is not None and _is_signed(path, then):
        return True
    now = watch.signature(path) if asked in _SIGNED else None
    seen, signature = _look(asked, path, what, now)
    if seen != what:
        return False
    sight[3] = list(signature) if signature is not None else None
    return True


def _is_signed(path: str, then: list[int]) -> bool:
    """Tell whether the file system says that nothing has changed; what it said then was old enough to tell."""
    try:
        status = os.stat(path)  # noqa: PTH116 - of each file of a run
    except (OSError, ValueError):
        return False
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino] == then


def _look(asked: int, path: str, what: Any, before: watch.Signature | None) -> tuple[Any, watch.Signature | None]:
    """Look once more and return what is seen, and the signature if that tells."""
    if asked == PLACE:
        looks = {name: watch.kind(os.path.join(path, name)) for name in what}  # noqa: PTH118
        links = any(link for _, link in looks.values())
        return {name: kind for name, (kind, _) in looks.items()}, None if links else before
    if asked == READ:
        return _content(path), before
    if asked == WALKED:
        return _walked(path, before)
    return _OTHERS[asked](path), None


def _content(path: str) -> str:
    try:
        return watch.digest(files.read(path))
    except files.Unreadable as error:
        return disk.unreadable(error).digest


def _walked(folder: str, before: watch.Signature | None) -> tuple[str, watch.Signature | None]:
    try:
        with os.scandir(folder) as found:
            state = watch.listing(sorted(found, key=lambda entry: entry.name), before)
    except OSError:
        state = State("unreadable")
    return state.digest, state.signature


def _named(folder: str) -> str:
    with watch.watching() as seen:
        watch.names(folder)
    return seen.named[folder]


def _listed(folder: str) -> str:
    with watch.watching() as seen:
        list(disk.python_files(folder))
    return seen.listed.get(folder, "")


_OTHERS: dict[int, Callable[[str], str]] = {NAMED: _named, LISTED: _listed, LINK: os.path.realpath}
