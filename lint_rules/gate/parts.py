"""The repositories of one work tree, the main one and its submodules: which file of the base a file of now is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lint_rules.gate import git
from lint_rules.gate.git import Change, Entry
from lint_rules.gate.lines import Hunk


@dataclass(frozen=True)
class Part:
    """One repository, and its commit of the base. Paths are relative to `top`."""

    top: str
    prefix: str
    """Where it lies in the main repository: nothing, or `path/`."""
    tree: Mapping[str, Entry]
    changes: tuple[Change, ...]

    @cached_property
    def _by_new(self) -> dict[str, Change]:
        return {change.new: change for change in self.changes if change.new is not None}

    @cached_property
    def _by_old(self) -> dict[str, Change]:
        return {change.old: change for change in self.changes if change.old is not None}

    def old(self, name: str) -> str | None:
        """Return what a file of now was called in the base; None if it was not there."""
        change = self._by_new.get(name)
        if change is not None:
            return None if change.status == "T" else change.old
        return name if name in self.tree and name not in self._by_old else None

    def new(self, old: str) -> str | None:
        """Return what a file of the base is called now; None if it is gone."""
        change = self._by_old.get(old)
        if change is not None:
            return None if change.status == "T" else change.new
        return old if old in self.tree else None

    def differs(self) -> Iterator[str]:
        """Yield the files of the base that are not any more what they were."""
        return (change.old for change in self.changes if change.old is not None)

    def hunks(self, old: str) -> tuple[Hunk, ...]:
        """Return where a file of the base, which is still there, has changed."""
        change = self._by_old.get(old)
        if change is None or change.new is None:
            return ()
        return git.hunks(self.top, self.tree[old].object, change.new)


@dataclass(frozen=True)
class Whole:
    """All repositories of a work tree. Paths are relative to the top of the main one."""

    top: str
    parts: tuple[Part, ...]
    unknown: tuple[tuple[str, str], ...] = ()
    """Submodules whose commit of the base is not there, with that commit."""

    def of(self, path: str) -> tuple[Part, str]:
        """Return the repository that a path lies in, and the path there."""
        part = max((one for one in self.parts if path.startswith(one.prefix)), key=lambda one: len(one.prefix))
        return part, path[len(part.prefix) :]

    def old(self, path: str) -> str | None:
        """Return where a file of now was in the base."""
        part, name = self.of(path)
        old = part.old(name)
        return None if old is None else part.prefix + old

    def new(self, path: str) -> str | None:
        """Return where a file of the base is now."""
        part, name = self.of(path)
        new = part.new(name)
        return None if new is None else part.prefix + new

    def hunks(self, path: str) -> tuple[Hunk, ...]:
        """Return where a file of the base has changed."""
        part, name = self.of(path)
        return part.hunks(name)

    def differs(self) -> Iterator[str]:
        """Yield the files of the base that are not any more what they were."""
        return (part.prefix + name for part in self.parts for name in part.differs())


def compare(top: str, commit: str) -> Whole:
    """Compare a work tree with a commit, and its submodules with the commits of theirs that belong to that one."""
    parts: list[Part] = []
    unknown: list[tuple[str, str]] = []
    waiting = [("", commit)]
    while waiting:
        prefix, wanted = waiting.pop(0)
        folder = str(Path(top, prefix))
        if prefix and git.commit_of(folder, wanted) is None:
            unknown.append((prefix.rstrip("/"), wanted))
            continue
        tree = git.tree(folder, wanted)
        parts.append(Part(folder, prefix, tree, tuple(git.changes(folder, wanted))))
        submodules = ((path, entry) for path, entry in tree.items() if entry.mode == git.SUBMODULE)
        waiting += [
            (f"{prefix}{path}/", entry.object)
            for path, entry in submodules
            if os.path.lexists(Path(folder, path, ".git"))
        ]
    return Whole(top, tuple(parts), tuple(unknown))
