"""Which LiteLLM and Langfuse the linted project runs with."""

from __future__ import annotations

from pathlib import Path

from lint_rules.semantics.releases import Release, Target, Targets, release, shown

NEWEST: dict[str, Release] = {"litellm": (1, 106, 2), "langfuse": (5, 0, 4)}
"""The newest releases that the facts of this linter were measured on."""


class Finder:
    """Finds the targets of the projects that files belong to; each project is looked at once.

    `stated` holds requirements that the user gives (`litellm==1.77.7`); they win over everything that is found.
    """

    def __init__(self, stated: tuple[str, ...] = ()) -> None:
        self._stated = stated
        self._found: dict[str, Targets] = {}

    def targets(self, path: str) -> Targets:
        """Return the targets of the project that the file at `path` belongs to."""
        folder = str(Path(path).absolute().parent)
        return self._found.setdefault(folder, Targets(self._find))

    def _find(self, package: str) -> Target:
        for name, _, pinned in (requirement.partition("==") for requirement in self._stated):
            if name == package and pinned:
                return Target(package, (release(pinned),), pinned, "--target")
        return newest_known(package)


def newest_known(package: str) -> Target:
    """Return the target of a project that says nothing."""
    newest = NEWEST[package]
    return Target(package, (newest,), shown(newest), "newest known", stated=False)
