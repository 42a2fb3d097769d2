"""What results depend on, as plain data, and whether all of it still is as it was.

That is: the files that were read, the folders in which files were looked for, the lists of a project's modules, and
what was found out about target versions. Contents decide; time stamps only save reading (`disk.signature`).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass

from lint_rules import disk, files
from lint_rules.disk import Seen, State
from lint_rules.targets import Answer, Finder


@dataclass(frozen=True)
class Folder:
    """How a folder was, as far as was looked."""

    names: tuple[str, ...]
    state: State


@dataclass(frozen=True)
class Witness:
    """How everything was that results depend on, by path."""

    files: Mapping[str, State]
    folders: Mapping[str, Folder]
    listings: Mapping[str, str]
    answers: Mapping[tuple[str, str], Answer]


def witness(seen: Seen, answers: Mapping[tuple[str, str], Answer]) -> Witness | None:
    """Return what was looked at; None if some of it has changed meanwhile."""
    names: dict[str, set[str]] = {}
    for (path, question), answer in seen.probed.items():
        if _fits(_kind(path), question) != answer:
            return None
        folder, name = _place(path)
        names.setdefault(folder, set()).add(name)
    folders = {folder: folder_state(folder, tuple(sorted(looked))) for folder, looked in names.items()}
    return Witness(dict(seen.read), folders, dict(seen.listed), dict(answers)) if seen.steady else None


def _fits(kind: str, question: str) -> bool:
    return kind == question or (question == disk.ANYTHING and kind != "")


def _kind(path: str) -> str:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - of each place that was looked at, as below
    except (OSError, ValueError):
        return ""
    return disk.FILE if stat.S_ISREG(mode) else disk.FOLDER if stat.S_ISDIR(mode) else disk.ANYTHING


def _place(path: str) -> tuple[str, str]:
    """Return the folder that decides whether there is something at a path, and the name that it would have to hold:
    of a path that leads through folders that are not there, the first of them."""
    folder, name = os.path.split(path)
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):  # noqa: PTH112, PTH120
        folder, name = os.path.split(folder)
    return folder, name


def folder_state(folder: str, names: tuple[str, ...]) -> Folder:
    """Return what a folder holds under these names.

    Where a link leads may change without a trace in the folder, so if one of them is a link they are always looked at.
    """
    before = disk.signature(folder)
    paths = [os.path.join(folder, name) for name in names]  # noqa: PTH118
    kinds = [_kind(path) for path in paths]
    links = any(os.path.islink(path) for path in paths)  # noqa: PTH114
    return Folder(names, State(disk.digest_of_names(kinds), "" if links else before))


class Now:
    """How things are now, each looked at once in a run."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._files: dict[str, State] = {}
        self._folders: dict[tuple[str, tuple[str, ...]], State] = {}
        self._listings: dict[str, str] = {}

    def agrees(self, then: Witness) -> bool:
        """Tell whether everything is as it was."""
        return (
            all(self._file(path, state).digest == state.digest for path, state in then.files.items())
            and all(self._folder(path, folder).digest == folder.state.digest for path, folder in then.folders.items())
            and all(self._listing(path) == listing for path, listing in then.listings.items())
            and all(self._finder.answer(*asked) == answer for asked, answer in then.answers.items())
        )

    def renewed(self, then: Witness) -> Witness:
        """Return a witness that everything agrees with, with the signatures of today."""
        folders = {path: Folder(one.names, self._folder(path, one)) for path, one in then.folders.items()}
        return Witness({path: self._files[path] for path in then.files}, folders, then.listings, then.answers)

    def _file(self, path: str, then: State) -> State:
        if path not in self._files:
            self._files[path] = file_state(path, then)
        return self._files[path]

    def _folder(self, path: str, then: Folder) -> State:
        if (path, then.names) not in self._folders:
            same = then.state.signature and disk.signature(path) == then.state.signature
            self._folders[path, then.names] = then.state if same else folder_state(path, then.names).state
        return self._folders[path, then.names]

    def _listing(self, folder: str) -> str:
        if folder not in self._listings:
            with disk.watching() as seen:
                list(disk.python_files(folder))
            self._listings[folder] = seen.listed[folder]
        return self._listings[folder]


def file_state(path: str, then: State) -> State:
    """Return how a file is, which is not read if the file system says that it is as it was."""
    before = disk.signature(path)
    if before and before == then.signature:
        return then
    try:
        return State(disk.digest(files.read(path)), before)
    except files.Unreadable as error:
        return State(f"unreadable: {error.problem.message}")
