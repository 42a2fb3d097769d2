"""Lock files: which single releases a resolution has chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lint_rules.targets.mention import PACKAGES, Mention, pin
from lint_rules.targets.tree import Reader, Tree, table


def packages(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read uv.lock, poetry.lock, pdm.lock (`[[package]]`) and pylock.toml (`[[packages]]`, PEP 751).

    A package that is there several times is so for several environments: the lock holds whichever is installed into.
    """
    tables = tree.toml(path)
    origin = tree.label(path)
    for key in ("package", "packages"):
        entries = tables.get(key)
        for entry in entries if isinstance(entries, list) else ():
            yield from _entry(entry, origin)


def _entry(entry: Any, origin: str) -> Iterator[Mention]:
    name, version = table(entry).get("name"), table(entry).get("version")
    if isinstance(name, str) and name.lower() in PACKAGES and isinstance(version, str):
        yield pin(name.lower(), version, origin, partly=True)


def pipfile_lock(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read Pipfile.lock: JSON, one object per category, `default` first."""
    categories = json.loads(tree.text(path))
    if not isinstance(categories, dict):
        raise ValueError("holds no object")
    for category in sorted(categories, key=lambda name: name != "default"):
        for name, entry in table(categories, category).items():
            version = table(entry).get("version")
            if name.lower() in PACKAGES and isinstance(version, str):
                yield pin(name.lower(), version.lstrip("= "), tree.label(path), partly=True)


LOCKS: dict[str, Reader] = {
    "uv.lock": packages,
    "poetry.lock": packages,
    "pdm.lock": packages,
    "pylock.toml": packages,
    "Pipfile.lock": pipfile_lock,
}


def lock_files(tree: Tree, folder: Path) -> Iterator[tuple[Reader, Path]]:
    """Yield the lock files that a folder may hold, with what reads them; named pylock files (PEP 751) come last."""
    for name, reader in LOCKS.items():
        yield reader, folder / name
    for name in tree.names(folder):
        if name.startswith("pylock.") and name.endswith(".toml") and name != "pylock.toml":
            yield packages, folder / name
