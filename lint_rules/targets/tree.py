"""The folders of a project, and bytes from them: bounded, regular files that lie inside, and nothing else."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from lint_rules import disk, files, watch
from lint_rules.finding import Problem
from lint_rules.targets.mention import Mention, Reading
from lint_rules.visible import printable

Reader = Callable[["Tree", Path], Iterable[Mention]]
"""Reads one file (or folder) of a project; may raise anything about what it holds."""

MARKS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile",
    "requirements.txt",
)
"""What tells the root of a project that is under no version control."""
_VERSION_CONTROL = (".git", ".hg")
_MAX_ANCESTORS = 20
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
_DEEP_KEY = re.compile(rf"(?:^[ \t\[]*|[{{,][ \t]*)(?:{_PART}){{20}}", re.MULTILINE)
"""A key of more names than any table is deep: reading it takes time in proportion to their square."""


class Tree:
    """One project: its root, and what its files say, each read when asked for and once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._inside = Path(watch.real(str(root)))
        self._readings: dict[tuple[str, Path], Reading] = {}
        self._names: dict[Path, list[str]] = {}

    def folders(self, folder: Path) -> Iterator[Path]:
        """Yield a folder of the project and those above it, up to the root."""
        for one in (folder, *folder.parents):
            yield one
            if one == self.root:
                return

    def label(self, path: Path) -> str:
        """Return a path as messages name it: from the root, and without anything that could forge a line."""
        return printable(os.path.relpath(path, self.root).replace(os.sep, "/"))

    def reading(self, reader: Reader, path: Path) -> Reading:
        """Return what a reader makes of a file; nothing for one that is not there, a note for one that is broken."""
        key = (reader.__qualname__, path)
        if key not in self._readings:
            there = watch.lexists(str(path))
            self._readings[key] = self.guarded(lambda: reader(self, path), path) if there else Reading()
        return self._readings[key]

    def guarded(self, read: Callable[[], Iterable[Mention]], path: Path) -> Reading:
        """Return what is read from a file; whatever goes wrong becomes a note."""
        try:
            return Reading(tuple(read()))
        except files.Unreadable as error:
            reason = error.problem.message
        except RecursionError:
            reason = "nested too deeply"
        except Exception as error:  # whatever a file of the project holds, it must not stop the check
            reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        return Reading(notes=(f"{self.label(path)} could not be read: {printable(reason)}",))

    def names(self, folder: Path) -> list[str]:
        """Return what a folder holds; nothing for one that cannot be looked into."""
        if folder not in self._names:
            self._names[folder] = watch.names(str(folder))
        return self._names[folder]

    def owns(self, path: Path) -> bool:
        """Tell whether a path leads into the project."""
        return Path(watch.real(str(path))).is_relative_to(self._inside)

    def data(self, path: Path) -> bytes:
        """Return the bytes of a file of the project, or raise `files.Unreadable`; no link leads out of it."""
        if not self.owns(path):
            raise files.Unreadable(Problem("leads out of the project"))
        return disk.look(str(path))

    def text(self, path: Path) -> str:
        """Return the text of a file of the project."""
        return self.data(path).decode("utf-8-sig").replace("\r\n", "\n")

    def toml(self, path: Path) -> dict[str, Any]:
        """Return the tables of a TOML file of the project."""
        return parse_toml(self.text(path))


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises ValueError for anything else, and RecursionError for too deep tables."""
    if _DEEP_KEY.search(text):
        raise RecursionError("a key of too many names")
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 - most runs ask for no target
    else:
        import tomli as tomllib  # noqa: PLC0415
    tables: dict[str, Any] = tomllib.loads(text)
    return tables


def table(value: object, *path: str) -> dict[str, Any]:
    """Return the table that lies at a path in others; an empty one for anything else that may stand there."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def root_of(folder: Path) -> Path:
    """Return the root of the project that a folder belongs to.

    That is the nearest folder under version control; without one, the nearest that looks like a project; else itself.
    """
    above = [folder, *folder.parents][:_MAX_ANCESTORS]
    controlled = next((one for one in above if _holds(one, _VERSION_CONTROL)), None)
    return controlled or next((one for one in above if not _is_shared(one) and _holds(one, MARKS)), folder)


def _holds(folder: Path, names: Iterable[str]) -> bool:
    return any(watch.lexists(str(folder / name)) for name in names)


def _is_shared(folder: Path) -> bool:
    """Tell whether stray files in a folder say nothing about what lies below it."""
    return folder in (folder.parent, Path(tempfile.gettempdir()), _home())


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a container's user may have none
        return None
