"""Which LiteLLM and Langfuse the linted project runs with: what its user, its files or its environment say.

Looked for only when a rule asks, so that a project without a finding pays nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lint_rules.semantics.releases import Target, Targets

if TYPE_CHECKING:
    from lint_rules.targets.tree import Tree

OPTION = "--target"
"""Where the user's own requirements come from, as messages say."""


class Finder:
    """Finds the targets of the projects that files belong to; each project is looked at once.

    `stated` holds requirements that the user gives (`litellm==1.77.7`); they win over everything that is found. If it
    is `isolated`, what `[tool.lint_rules]` states is none of it.
    """

    def __init__(self, stated: tuple[str, ...] = (), origin: str = OPTION, *, isolated: bool = False) -> None:
        self._stated, self._origin, self._isolated = stated, origin, isolated
        self._trees: dict[Path, Tree] = {}
        self._found: dict[tuple[Path, str], tuple[Target, list[str]]] = {}
        self._problems: dict[Path, str] = {}
        self._notes: dict[str, None] = {}
        self._adopted: dict[str, None] = {}

    def afresh(self) -> Finder:
        """Return a finder of the same that has not looked at anything yet."""
        return Finder(self._stated, self._origin, isolated=self._isolated)

    def targets(self, path: str) -> Targets:
        """Return the targets of the project that the file at `path` belongs to."""
        self.problem(path)
        return Targets(partial(self._find, _absolute(path)))

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say about the targets that were asked for, each thing once."""
        return tuple(note for note in self._notes if note not in self.problems)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the settings of the projects that were looked at, each thing once."""
        return tuple(dict.fromkeys(filter(None, (*self._adopted, *self._problems.values()))))

    def adopt(self, notes: Iterable[str], problems: Iterable[str]) -> None:
        """Take over what another finder has to say."""
        self._notes.update(dict.fromkeys(notes))
        self._adopted.update(dict.fromkeys(problems))

    def problem(self, path: str) -> str:
        """Return what is wrong with the settings of the project that the file at `path` belongs to, if anything is."""
        folder = _absolute(path).parent
        if self._isolated:
            return ""
        if folder not in self._problems:
            from lint_rules.targets.search import configuration  # noqa: PLC0415 - most runs meet no SDK

            settings = configuration(self._tree(folder), folder)
            self._problems[folder] = next((one.problem for one in settings.mentions if one.problem), "")
        return self._problems[folder]

    def root(self, path: str) -> Path:
        """Return the root of the project that the file at `path` belongs to."""
        return self._tree(_absolute(path).parent).root

    def _find(self, path: Path, package: str) -> Target:
        target, notes = self._searched(path, package)
        self._notes.update(dict.fromkeys(notes))
        return target

    def _searched(self, path: Path, package: str) -> tuple[Target, list[str]]:
        from lint_rules.targets import search  # noqa: PLC0415 - most runs ask for no target
        from lint_rules.targets.mention import stated  # noqa: PLC0415

        folder = path.parent
        tree = self._tree(folder)
        own = [stated(self._stated, self._origin), *search.script_readings(tree, path)]
        around = search.project_readings(tree, folder, isolated=self._isolated)
        if any(any(reading.about(package)) or reading.notes for reading in own):
            return search.first_target(package, (*own, *around))
        if (folder, package) not in self._found:
            self._found[folder, package] = search.first_target(package, around)
        return self._found[folder, package]

    def _tree(self, folder: Path) -> Tree:
        if folder not in self._trees:
            from lint_rules.targets.tree import Tree, root_of  # noqa: PLC0415 - most runs ask for no target

            root = root_of(folder)
            self._trees[folder] = self._trees.setdefault(root, Tree(root))
        return self._trees[folder]


def _absolute(path: str) -> Path:
    """Return a path without `..`, but with its links: a linked file belongs to the project it is linked into."""
    return Path(os.path.normpath(Path(path).absolute()))
