"""Requirements files of pip: pinned ones count as locks (pip-tools, `pip freeze`, exports), the others as ranges."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lint_rules import files
from lint_rules.targets.mention import PACKAGES, Mention, requirement
from lint_rules.targets.tree import Tree

MAX_FILES = 50
"""Files that one folder's requirements lead to; more are not followed."""

_NAME = re.compile(r"(requirements|constraints).*\.(txt|in|lock)|.*[-_.]requirements\.(txt|in)", re.IGNORECASE)
_IN_FOLDER = re.compile(r".+\.(txt|in)", re.IGNORECASE)
_ASIDE = re.compile(r"(?<![a-z])(dev(elop(ment)?)?|tests?|lint(ing)?|docs?|build|ci|examples?|bench(mark)?s?)(?![a-z])")
"""What a file is called whose versions are less likely those of the program."""
_INCLUDE = re.compile(r"(?:-(?P<short>[rc])\s*|--(?P<long>requirement|constraint)(?:\s+|\s*=\s*))(?P<file>\S.*)")
_COMMENT = re.compile(r"(?<!\S)#.*")
_OPTIONS = re.compile(r"\s--[a-zA-Z].*")
"""What may follow a requirement on its line: hashes and the like."""
_ENCODED = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}
"""Windows shells write `pip freeze > requirements.txt` in UTF-16, and pip reads it."""


def requirement_file(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read a requirements file and what it includes."""
    yield from _Chain(tree).mentions(path, path.name.lower().startswith("constraints"))


def pinned(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Yield what counts as a lock: pins, but for those in the files that pip-tools starts from.

    Where the requirement is loose, the pin may stand in a constraint.
    """
    return (
        one for one in mentions if one.problem or (one.pinned and not one.origin.rpartition(":")[0].endswith(".in"))
    )


def requirement_files(tree: Tree, folder: Path) -> Iterator[Path]:
    """Yield the requirements files of a folder, those for the program before those for work on it."""
    names = [name for name in tree.names(folder) if _NAME.fullmatch(name)]
    names += [f"requirements/{name}" for name in tree.names(folder / "requirements") if _IN_FOLDER.fullmatch(name)]
    for name in sorted(names, key=_likelihood):
        yield folder / name


def _likelihood(name: str) -> tuple[bool, bool, bool, str]:
    lower = name.lower()
    return lower.startswith("constraints"), bool(_ASIDE.search(lower)), lower != "requirements.txt", name


class _Chain:
    """The files that one requirements file leads to, each read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._seen: set[tuple[Path, bool]] = set()

    def mentions(self, path: Path, limits: bool) -> Iterator[Mention]:
        """Yield what a file says; with `limits`, as constraints."""
        if (path, limits) in self._seen or len(self._seen) >= MAX_FILES:
            return
        self._seen.add((path, limits))
        for number, line in _lines(_decoded(self._tree.data(path))):
            origin = f"{self._tree.label(path)}:{number}"
            included = _INCLUDE.fullmatch(line)
            if included is None:
                yield from requirement(_OPTIONS.sub("", line), origin, limits=limits)
            else:
                is_constraint = limits or (included["short"] or included["long"]).startswith("c")
                yield from self._included(path.parent, included["file"].strip("\"' "), origin, is_constraint)

    def _included(self, folder: Path, name: str, origin: str, limits: bool) -> Iterator[Mention]:
        if "://" in name or "$" in name:  # nothing is fetched, and the environment of the installation is not known
            return
        try:
            yield from self.mentions(Path(os.path.normpath(folder / name)), limits)
        except (files.Unreadable, ValueError) as error:
            problem = f"{origin} includes {name[:80]!r}, which could not be read: {error}"
            yield from (Mention(package, "", (), origin, problem=problem) for package in PACKAGES)


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _ENCODED.items() if data.startswith(mark)), "utf-8")
    return data.decode(encoding)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield logical lines with the number of their first: continuations joined, comments gone."""
    start, parts = 0, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        start = start if parts else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1])
            continue
        whole = _COMMENT.sub("", "".join([*parts, line])).strip()
        parts = []
        if whole:
            yield start, whole
