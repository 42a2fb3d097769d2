"""Talks to git. Plumbing, object names and NUL-separated paths: nothing that a user's configuration could colour,
quote, reorder or hand to another program."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from lint_rules import files
from lint_rules.gate.lines import Hunk
from lint_rules.refusal import Refused

LINK, SUBMODULE = "120000", "160000"
_SETTINGS = {"GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color", "-O/dev/null")
_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


class GitFailed(Exception):  # noqa: N818 - says what git has done
    """Git did not do it; the message is git's own, in one line."""


@dataclass(frozen=True)
class Entry:
    """One file of a commit's tree."""

    mode: str
    object: str


@dataclass(frozen=True)
class Change:
    """What became of one file of a commit, or where one of now comes from: a side that is not there is None."""

    status: str
    old: str | None
    new: str | None


def run(folder: str, *arguments: str, fine: tuple[int, ...] = (0,)) -> bytes:
    """Return what git prints. Raises `GitFailed` when it exits otherwise than `fine`."""
    command = ["git", "-C", folder, *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=_environment())
    except OSError as error:
        raise Refused(f"git cannot be run: {files.reason(error)}") from error
    if done.returncode not in fine:
        raise GitFailed(_said(done.stderr) or f"failed with {done.returncode}")
    return done.stdout


def _environment() -> dict[str, str]:
    return {**files.git_environment(), **_SETTINGS}


def _said(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").splitlines()
    wrong = (line for line in lines if line.startswith(("fatal: ", "error: ")))
    return next(wrong, next(iter(lines), "")).partition(": ")[2].strip()


def top_of(folder: str) -> str:
    """Return the top folder of the work tree around a folder. Raises `GitFailed`."""
    return os.path.realpath(os.fsdecode(run(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))


def commit_of(top: str, name: str) -> str | None:
    """Return the commit that a name stands for; None if there is no such commit, or the name would be an option."""
    if not name or name.startswith("-"):
        return None
    try:
        return run(top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
    except GitFailed:
        return None


def merge_bases(top: str, one: str, other: str) -> list[str]:
    """Return the best common ancestors of two commits, as git orders them."""
    return run(top, "merge-base", "--all", one, other, fine=(0, 1)).decode().split()


def is_shallow(top: str) -> bool:
    """Tell whether history was cut off when the repository was cloned."""
    return run(top, "rev-parse", "--is-shallow-repository").strip() == b"true"


def has_remote(top: str, name: str) -> bool:
    """Tell whether there is a remote of that name."""
    return name.encode() in run(top, "remote").split()


def tree(top: str, commit: str) -> dict[str, Entry]:
    """Return the files, links and submodules of a commit, by path."""
    entries = {}
    for record in run(top, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
        about, tab, path = record.partition(b"\t")
        if tab:
            mode, _, name = about.decode().split()
            entries[os.fsdecode(path)] = Entry(mode, name)
    return entries


def changes(top: str, commit: str) -> Iterator[Change]:
    """Yield what differs between a commit and the work tree, renames as such; untracked files are not among it."""
    options = ("--raw", "-z", "--no-abbrev", "-M", "--ignore-submodules=all")
    fields = iter(run(top, "diff-index", *_PLAIN, *options, commit, "--").split(b"\0"))
    for about in fields:
        if not about:
            return
        status = about.decode().rpartition(" ")[2][0]
        path = os.fsdecode(next(fields))
        if status == "R":
            yield Change(status, path, os.fsdecode(next(fields)))
        else:
            yield Change(status, None if status == "A" else path, None if status == "D" else path)


def hunks(top: str, old: str, path: str) -> tuple[Hunk, ...]:
    """Return where a file differs from an older content (an object's name), apart from white space."""
    options = ("--text", "--ignore-all-space", "--unified=0", "--inter-hunk-context=0")
    diff = ("-c", "diff.autoRefreshIndex=false", "diff")  # which would write the index
    found = _HUNK.finditer(run(top, *diff, *_PLAIN, *options, old, "--", path))
    return tuple(Hunk(*(1 if number is None else int(number) for number in one.groups())) for one in found)


def contents(top: str, objects: Sequence[str]) -> Iterator[bytes | None]:
    """Yield what objects hold, in order; None for what is not there, or is too large to be looked at."""
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{name}\n" for name in objects).encode())
        asked.seek(0)
        command = ["git", "-C", top, "cat-file", "--batch"]
        with subprocess.Popen(
            command, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        ) as process:
            assert process.stdout is not None
            for _ in objects:
                yield _content(process.stdout)


def _content(stream: IO[bytes]) -> bytes | None:
    header = stream.readline().split()
    if len(header) != 3:  # `NAME missing`, or git has ended
        return None
    size = int(header[2])
    if size <= files.MAX_BYTES:
        return stream.read(size + 1)[:size]
    for start in range(0, size + 1, files.MAX_BYTES):
        stream.read(min(files.MAX_BYTES, size + 1 - start))
    return None
