"""A project copied to be run: where it begins, what belongs to it, which place of the copy is which of the original.

Reads the user's tree and never writes to it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lint_rules import files

MAX_FILES, MAX_BYTES = 100_000, 2_000_000_000
"""More than that is no project: somebody stands in the home folder."""
_MARKS = ("pyproject.toml", ".git")
_LEFT_OUT = frozenset({".git", ".venv", "node_modules", "__pycache__"})


class Uncopyable(Exception):  # noqa: N818 - says what the project is
    """The project cannot be copied; the message says why, in one line."""


@dataclass(frozen=True)
class Copy:
    """One copy of a project. All paths are real ones."""

    original: Path
    root: Path

    def at(self, path: str | os.PathLike[str]) -> Path | None:
        """Return the place of the copy for one of the original; None if `path` is not inside the original."""
        inside = within(self.original, path)
        return None if inside is None else self.root / inside

    def inside(self, path: str | os.PathLike[str]) -> str | None:
        """Return `path`, which is a place of the copy, as relative to its root; None if it is not inside."""
        return within(self.root, path)


def within(root: Path, path: str | os.PathLike[str]) -> str | None:
    """Return `path` relative to `root`, however it is spelled; its last part is not followed if it is a link."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - `..` is to go, links are to stay
    for spelled in (Path(folder, name), Path(os.path.realpath(folder), name)):
        if spelled.is_relative_to(root):
            return str(spelled.relative_to(root))
    return None


def find_root(paths: Sequence[str], cwd: Path) -> Path:
    """Return the project's root: git's, else the nearest folder above `paths` that looks like one, else the folder that
    `paths` and `cwd` have in common."""
    real = [Path(path).resolve() for path in paths]
    common = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in real]))
    if files.git_files(str(common)) is not None:
        top = files.git(str(common), "rev-parse", "--show-toplevel")
        if top:
            return Path(os.fsdecode(top.rstrip(b"\n"))).resolve()
    marked = (folder for folder in (common, *common.parents) if any((folder / mark).exists() for mark in _MARKS))
    return next(marked, None) or Path(os.path.commonpath([common, cwd]))


def names(root: Path, below: str = "") -> Iterator[str]:
    """Yield what belongs to the project, relative to `root`: what git lists, elsewhere all but what is installed."""
    folder = root / below
    listed = files.git_files(str(folder))
    for name in _walked(folder) if listed is None else listed:
        full = os.path.normpath(Path(below, name))
        path = root / full
        if path.is_dir() and not path.is_symlink():
            yield from names(root, full)  # a submodule, or a repository of its own
        elif "__pycache__" not in Path(full).parts and (path.is_symlink() or path.is_file()):
            yield full


def _walked(folder: Path) -> Iterator[str]:
    for where, folders, found in os.walk(folder):
        here = Path(where)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and _belongs(here / name))
        yield from (str((here / name).relative_to(folder)) for name in (*links, *found))


def _belongs(folder: Path) -> bool:
    return folder.name not in _LEFT_OUT and not (folder / "pyvenv.cfg").exists()


def copy_project(root: Path, listed: Iterable[str], parent: Path) -> Copy:
    """Copy the files `listed`, modes and links kept, into a new folder in `parent` that is called as `root` is."""
    copy = Copy(root, parent / (root.name or "root"))
    copy.root.mkdir(parents=True)
    total = 0
    for number, name in enumerate(listed):
        source, target = root / name, copy.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(_goal(source, copy))
            continue
        total += source.stat().st_size
        if number > MAX_FILES or total > MAX_BYTES:
            raise Uncopyable(f"{root} is too large to be copied: is that the project?")
        shutil.copy2(source, target)
    return copy


def _goal(link: Path, copy: Copy) -> str:
    """Say where a link leads in the copy: to the copy of what it leads to, where that is inside the project."""
    goal = os.readlink(link)  # noqa: PTH115 - as it is spelled
    place = link.parent / goal
    inside = copy.at(place)
    if inside is None:
        return os.path.normpath(place)
    return str(inside) if Path(goal).is_absolute() else goal
