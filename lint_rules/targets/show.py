"""What `--show-target` prints: which versions are believed, project by project, and where that comes from."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from lint_rules.semantics.releases import Target
from lint_rules.targets import Finder
from lint_rules.visible import printable

_Group = tuple[Path, Target, Target]


def lines(paths: Iterable[str], finder: Finder) -> Iterator[str]:
    """Yield the targets of the projects that files belong to; files of one project that agree are shown as one."""
    groups: dict[_Group, list[str]] = {}
    for path in paths:
        targets = finder.targets(path)
        groups.setdefault((finder.root(path), targets.litellm, targets.langfuse), []).append(os.path.normpath(path))
    in_project = Counter(root for root, _, _ in groups)
    for (root, *pair), members in groups.items():
        yield _heading(root if in_project[root] == 1 else _common(members))
        for target in pair:
            yield f"    {target}"
            if target.note:
                yield f"        note: {target.note}"


def _common(members: list[str]) -> Path:
    """Return the one file, or the folder that holds all of several."""
    return Path(os.path.commonpath([Path(member).absolute() for member in members]))


def _heading(path: Path) -> str:
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return printable(str(shown))
