"""Talks to git. Plumbing, object names and NUL-separated paths: nothing that a user's configuration could colour,
quote, reorder or hand to another program."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO

from lint_rules import files, plumbing
from lint_rules.gate.lines import Hunk
from lint_rules.refusal import Refused

_BATCHES = 10
"""How much longer than for one answer to wait for the contents of a whole base."""
LINK, SUBMODULE = "120000", "160000"
_SETTINGS = {"GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
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


def run(folder: str, *arguments: str, fine: tuple[int, ...] = (0,), settings: tuple[str, ...] = ()) -> bytes:
    """Return what git prints. Raises `GitFailed` when it exits otherwise than `fine`."""
    command = plumbing.command(folder, *arguments, settings=settings)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=_environment(),
            timeout=files.GIT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"git {arguments[0]} has not answered for {files.GIT_SECONDS:g} seconds") from None
    except OSError as error:
        raise Refused(f"git cannot be run: {files.reason(error)}") from error
    if done.returncode not in fine:
        raise GitFailed(_said(done.stderr) or f"failed with {done.returncode}")
    return done.stdout


def _environment() -> dict[str, str]:
    return {**plumbing.environment(), **_SETTINGS}


def _said(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").splitlines()
    wrong = (line for line in lines if line.startswith(("fatal: ", "error: ")))
    return next(wrong, next(iter(lines), "")).partition(": ")[2].strip()


@contextlib.contextmanager
def _understood() -> Iterator[None]:
    """Raise `GitFailed` when what is read from git makes no sense: what is called git may be anything."""
    try:
        yield
    except (ValueError, IndexError, RuntimeError) as error:  # the last: a generator that asks for more than there is
        raise GitFailed("it printed what cannot be understood") from error


def top_of(folder: str) -> str:
    """Return the top folder of the work tree around a folder. Raises `GitFailed`."""
    printed = run(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")
    with _understood():
        return os.path.realpath(os.fsdecode(printed))


def commit_of(top: str, name: str) -> str | None:
    """Return the commit that a name stands for; None if there is no such commit, or the name would be an option."""
    if not name or name.startswith("-"):
        return None
    try:
        printed = run(top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except GitFailed:
        return None
    with _understood():
        return printed.decode().strip()


def merge_bases(top: str, one: str, other: str) -> list[str]:
    """Return the best common ancestors of two commits, as git orders them."""
    printed = run(top, "merge-base", "--all", one, other, fine=(0, 1))
    with _understood():
        return printed.decode().split()


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
            with _understood():
                mode, _, name = about.decode().split()
            entries[os.fsdecode(path)] = Entry(mode, name)
    return entries


@cache
def _unfiltered(top: str) -> tuple[str, ...]:
    """Return settings with which contents of the work tree go through no programs on their way into a comparison."""
    return plumbing.without_filters(run(top, *plumbing.FILTERS, fine=(0, 1)))


def changes(top: str, commit: str) -> list[Change]:
    """Return what differs between a commit and the work tree, renames as such; untracked files are not among it."""
    options = ("--raw", "-z", "--no-abbrev", "-M", "--ignore-submodules=all")
    listed = run(top, "diff-index", *_PLAIN, *options, commit, "--", settings=_unfiltered(top))
    with _understood():
        return list(_changes(iter(listed.split(b"\0"))))


def _changes(fields: Iterator[bytes]) -> Iterator[Change]:
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
    settings = ("diff.autoRefreshIndex=false", *_unfiltered(top))  # a refresh would write the index
    found = _HUNK.finditer(run(top, "diff", *_PLAIN, *options, old, "--", path, settings=settings))
    return tuple(Hunk(*(1 if number is None else int(number) for number in one.groups())) for one in found)


def contents(top: str, objects: Sequence[str]) -> Iterator[bytes | None]:
    """Yield what objects hold, in order; None for what is too large to be looked at. Raises `GitFailed` for one that a
    partial clone has left out: it is not fetched."""
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{name}\n" for name in objects).encode())
        asked.seek(0)
        command = plumbing.command(top, "cat-file", "--batch")
        with subprocess.Popen(
            command, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        ) as process:
            assert process.stdout is not None
            late = threading.Timer(_BATCHES * files.GIT_SECONDS, process.kill)
            late.daemon = True
            late.start()
            try:
                for _ in objects:
                    with _understood():
                        content = _content(process.stdout)
                    yield content
            finally:
                late.cancel()


def _content(stream: IO[bytes]) -> bytes | None:
    header = stream.readline().split()
    if header[1:] == [b"missing"]:
        told = f"{header[0][:12].decode()} is not in this clone, and nothing is fetched"
        raise GitFailed(f"object {told}: clone without --filter, or `git checkout` the base once")
    if not header:
        raise GitFailed("it ended before all of the base was read")
    if header[-1] == b"ambiguous":
        return None
    size = int(header[2])
    if size <= files.MAX_BYTES:
        return stream.read(size + 1)[:size]
    for start in range(0, size + 1, files.MAX_BYTES):
        stream.read(min(files.MAX_BYTES, size + 1 - start))
    return None
