"""Keeps the linted project from being imported: `python -m` puts the working directory first on `sys.path`, and the
project's `json.py` would be taken for Python's.

This runs before all else of this package, so it imports nothing that a Python which has started has not: even a
`__future__.py` of the project would be run. What nobody here can help is a `lint_rules.py` in the working directory;
`python -P -m lint_rules` (3.11 and newer) does not look there.
"""

import os
import sys

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib is an import
"""Where this package lies: a working directory that is its home is no project like any other."""

_DOORS = ("lint_rules", "codemods")


class FromElsewhere:
    """While this is entered, nothing is imported from the working directory: for processes that are not ours."""

    def __enter__(self) -> None:
        self._before = list(sys.path)
        leave_out_working_directory()

    def __exit__(self, *_: object) -> None:
        sys.path[:] = self._before


def guard_door() -> None:
    """Leave the working directory out of `sys.path` for good if this process is one of our own commands."""
    if _is_door():
        leave_out_working_directory()


def leave_out_working_directory() -> None:
    """Leave the working directory out of `sys.path`, unless it is the home of this package."""
    try:
        here = os.getcwd()  # noqa: PTH109
    except OSError:  # somebody has removed it
        return
    key = (here, *sys.path)
    if key not in _LEFT:
        _LEFT[key] = _left(here)
    sys.path[:] = _LEFT[key]


_LEFT: dict[tuple[str, ...], list[str]] = {}
"""What is left of a working directory and a `sys.path`: flake8 asks for every file."""


def _left(here: str) -> list[str]:
    here = os.path.realpath(here)
    if here == os.path.realpath(HOME):
        return list(sys.path)
    return [entry for entry in sys.path if os.path.realpath(entry) != here]


def _is_door() -> bool:
    """Tell whether Python was told `-m` one of our modules, while it is on its way there."""
    arguments = getattr(sys, "argv", [])
    if arguments[:1] != ["-m"]:
        return False
    named = sys.orig_argv[-len(arguments)]
    module = named.partition("m")[2] if named.startswith("-") else named
    return module.partition(".")[0] in _DOORS
