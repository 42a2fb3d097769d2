"""What is installed, told by the names of `*.dist-info` folders: nothing is imported, no interpreter is started."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lint_rules.targets.mention import Mention, Reading, pin
from lint_rules.targets.tree import Tree
from lint_rules.watch import names

ENVIRONMENTS = (".venv", "venv", "env")
VARIABLES = ("VIRTUAL_ENV", "CONDA_PREFIX")
_DIST_INFO = re.compile(r"(?P<name>litellm|langfuse)-(?P<version>[^-]+)\.dist-info", re.IGNORECASE)


def inside(tree: Tree, environment: Path) -> Iterator[Mention]:
    """Read an environment that lies in the project, if it really does."""
    if tree.owns(environment):
        yield from _environment(environment, f"installed in {tree.label(environment)}")


def around() -> Iterator[Reading]:
    """Yield what the active environments hold, and last the one that the linter itself runs in."""
    for variable in VARIABLES:
        prefix = os.environ.get(variable)
        if prefix:
            yield Reading(tuple(_environment(Path(prefix), f"installed in ${variable}")))
    yield Reading(tuple(_distributions(map(Path, sys.path), "installed beside the linter")))


def _environment(prefix: Path, origin: str) -> Iterator[Mention]:
    folders = [prefix / "lib" / name / "site-packages" for name in reversed(names(str(prefix / "lib")))]
    yield from _distributions([*folders, prefix / "Lib" / "site-packages"], origin)


def _distributions(folders: Iterable[Path], origin: str) -> Iterator[Mention]:
    """Yield the SDKs that lie in folders, as an import would find them: the first of each name."""
    seen: set[str] = set()
    for folder in folders:
        for name in reversed(names(str(folder))):
            found = _DIST_INFO.fullmatch(name)
            if found is not None and found["name"].lower() not in seen:
                seen.add(found["name"].lower())
                yield pin(found["name"].lower(), found["version"], origin)
