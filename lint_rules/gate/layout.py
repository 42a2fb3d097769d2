"""The base laid out in a temporary folder: the files that are checked, and those that findings may depend on."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Container, Iterable, Iterator
from pathlib import Path, PurePosixPath

from lint_rules import files
from lint_rules.gate import git
from lint_rules.gate.git import Entry
from lint_rules.gate.parts import Part, Whole
from lint_rules.refusal import Refused
from lint_rules.targets.installed import ENVIRONMENTS
from lint_rules.workplace import workplace

_SUFFIXES = frozenset({".py", ".toml", ".cfg", ".lock", ".txt", ".in", ".yml", ".yaml"})
"""What holds source, or says which versions of the SDKs it runs with; the latter also in `_NAMES`."""
_NAMES = frozenset({"Pipfile"})
_SITE_PACKAGES = ("lib/*/site-packages", "Lib/site-packages")
_SDK = re.compile(r"(litellm|langfuse)-.*\.dist-info", re.IGNORECASE)
_UNNAMEABLE = frozenset({errno.EILSEQ, errno.EINVAL, errno.ENAMETOOLONG})


@contextlib.contextmanager
def laid_out(whole: Whole, checked: Container[str]) -> Iterator[Path]:
    """Lay out the base in a folder that is called as the work tree is; remove it afterwards."""
    try:
        with workplace() as folder:
            root = Path(os.path.realpath(folder), Path(whole.top).name or "root")
            for part in whole.parts:
                _lay_out(part, root / part.prefix, checked)
            _mirror_environments(Path(whole.top), root)
            yield root
    except OSError as error:
        raise Refused(f"the base could not be laid out in a temporary folder: {files.reason(error)}") from error


def _lay_out(part: Part, root: Path, checked: Container[str]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / ".git").mkdir()  # what is looked for upwards ends where it ends in the work tree
    wanted = {name: entry for name, entry in part.tree.items() if _is_wanted(part.prefix + name, entry, checked)}
    contents = git.contents(part.top, [entry.object for entry in wanted.values()])
    links = []
    for (name, entry), data in zip(wanted.items(), contents, strict=True):
        if data is not None and entry.mode == git.LINK:
            links.append((name, os.fsdecode(data)))
        elif data is not None:
            _write(root / name, data)
    for name, goal in links:  # last, so that nothing is written through one
        _link(root, name, goal)


def _is_wanted(path: str, entry: Entry, checked: Container[str]) -> bool:
    if entry.mode == git.SUBMODULE or not _is_inside(path):
        return False
    plain = PurePosixPath(path)
    return entry.mode == git.LINK or plain.suffix in _SUFFIXES or plain.name in _NAMES or path in checked


def _is_inside(path: str) -> bool:
    """Tell whether a path of a tree, which anybody may have made, leads where it seems to."""
    parts = re.split(rf"[/{re.escape(os.sep)}]", path)
    return not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) and not Path(path).anchor


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        if error.errno not in _UNNAMEABLE:  # no name for a file on this system
            raise


def _link(root: Path, name: str, goal: str) -> None:
    """Make a link if it leads to something of the base; where there are no links, do without."""
    leads_to = Path(os.path.normpath((root / name).parent / goal))
    if Path(goal).is_absolute() or not leads_to.is_relative_to(root) or not leads_to.exists():
        return
    with contextlib.suppress(OSError):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(goal)


def _mirror_environments(top: Path, root: Path) -> None:
    """Have the base know what is installed in the work tree's environments, which git does not."""
    folders = (Path(folder).relative_to(root) for folder, _, _ in os.walk(root))
    for folder in [one for one in folders if ".git" not in one.parts]:
        for environment in _environments(top / folder):
            for found in _installed(environment):
                (root / found.relative_to(top)).mkdir(parents=True, exist_ok=True)


def _environments(folder: Path) -> Iterable[Path]:
    return (folder / name for name in ENVIRONMENTS if (folder / name).is_dir())


def _installed(environment: Path) -> Iterator[Path]:
    for pattern in _SITE_PACKAGES:
        yield from (found for found in environment.glob(f"{pattern}/*.dist-info") if _SDK.fullmatch(found.name))
