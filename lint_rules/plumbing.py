"""How git is asked: which program, and told what, so that nothing runs that the linted repository names.

A repository that somebody else made may come with settings: a file system monitor, hooks, filters, programs for diffs
and for fetching. Who only wants to know which files there are has asked for none of them.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE"})
_SETTINGS = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "protocol.allow=never")
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
}


def command(folder: str, *arguments: str, settings: tuple[str, ...] = ()) -> list[str]:
    """Return the command line that asks git in a folder; `settings` hold for this one command."""
    given = [part for setting in (*_SETTINGS, *settings) for part in ("-c", setting)]
    return [_program(os.environ.get("PATH", os.defpath)), *given, "-C", folder, *arguments]


def environment() -> dict[str, str]:
    """Return an environment in which git finds a repository by its folder (inside a hook, git names one itself), writes
    nothing by the way and fetches nothing."""
    return {name: value for name, value in os.environ.items() if name not in _PLACES} | _ENVIRONMENT


@cache
def _program(path: str) -> str:
    """Return where git is: Windows would look into the working directory first, and so does a `.` in the path."""
    name = "git.exe" if os.name == "nt" else "git"
    found = (Path(folder, name) for folder in path.split(os.pathsep) if Path(folder).is_absolute())
    return next((str(one) for one in found if os.access(one, os.X_OK) and not one.is_dir()), name)


def without_filters(listed: bytes) -> tuple[str, ...]:
    """Return the settings that switch off filters, whose keys git has `listed`, each ended by a zero byte."""
    names = (os.fsdecode(key) for key in listed.split(b"\0") if key)
    return tuple(f"{name}={'false' if name.endswith('.required') else ''}" for name in names)


FILTERS = ("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$")
"""Asks git for the keys of filters: programs that contents go through on their way from the work tree."""
