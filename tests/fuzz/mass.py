"""Lint and fix whole trees of real code in a scratch copy, and look for harm: `make mass` (`MASS='folder …'`).

Of each tree: nothing ends in an internal error or a traceback, what compiled still compiles, a second run changes
nothing, a file that is not reported as fixed is the same to the byte with its mode and its time, and no other file has
come or gone. Real code has few findings, so each file is then planted with some (see `planted`) and fixed again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from lint_rules import files
from lint_rules.rules import all_rules

from .oracle import harm
from .planted import TARGET, Planted, Verdict, judge_planted

EVERYTHING = ",".join(rule.code for rule in all_rules())
_FAILURE = re.compile(r"^(?P<path>.+?):(?:(?P<line>\d+):(?:\d+:)?)? error: (?P<why>.+)$")
_NUMBERS = re.compile(r"`[^`]*`|'[^']*'|\d[\d,]*|\([^)]*\)")
_SUMMARY = re.compile(r"(?:Fixed|Would fix) ([\d,]+) findings? in ([\d,]+) files?")


@dataclass(frozen=True)
class Seen:
    """What a file is: its content, its mode, its time."""

    content: bytes
    mode: int
    modified: int


@dataclass
class Told:
    """What became of one tree."""

    name: str
    files: int = 0
    compiled: int = 0
    findings: int = 0
    fixed: int = 0
    changed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    harm: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Go through the trees, tell of each, and return 1 if any harm was done."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.mass", description=__doc__)
    parser.add_argument(
        "trees", nargs="*", metavar="FOLDER", help="trees to copy (the standard library, site-packages)"
    )
    parser.add_argument("--planted", choices=("no", "also", "only"), default="also", help="plant findings and fix them")
    parser.add_argument("--most", type=int, metavar="N", help="plant at most N files of a tree")
    parser.add_argument("--largest", type=int, default=60_000, metavar="BYTES", help="plant files up to this size")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes for what is planted"
    )
    options = parser.parse_args(arguments)
    hurt = False
    for tree in map(Path, options.trees or own_trees()):
        told = Told(tree.name)
        if options.planted != "only":
            in_scratch_copy(tree, told)
        if options.planted != "no":
            plant(tree, told, options)
        hurt = hurt or bool(told.harm)
        print(report(told), flush=True)
    return int(hurt)


def own_trees() -> list[str]:
    """Return the standard library and what is installed beside this project."""
    return [sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"]]


def report(told: Told) -> str:
    """Say what became of a tree."""
    total = (
        f"{told.name}: {told.files} files ({told.compiled} compile), {told.fixed} fixed in {told.changed} files, "
        f"{told.findings} left, {sum(told.failed.values())} failed"
    )
    lines = [
        total,
        *(f"    failed: {count} times: {why}" for why, count in told.failed.most_common()),
        *(f"    planted: {count} times: {what}" for what, count in sorted(told.planted.items())),
        *(f"    HARM: {what}" for what in told.harm),
    ]
    return "\n".join(lines)


# ---- as they are


def in_scratch_copy(tree: Path, told: Told) -> None:
    """Fix a copy of the tree twice, as a user would, and look at what it has become."""
    with tempfile.TemporaryDirectory(prefix="mass-") as scratch:
        copy = Path(scratch, tree.name)
        shutil.copytree(tree, copy, symlinks=True, ignore=_other_environments(tree))
        before = seen(copy)
        compiled = {path for path in before if path.endswith(".py") and compiles(before[path].content)}
        told.files, told.compiled = sum(path.endswith(".py") for path in before), len(compiled)
        first = fix(copy)
        after = seen(copy)
        _tell_of_run(first, copy, told)
        told.harm += [*_run_harm(first), *_tree_harm(before, after, compiled)]
        again = fix(copy)
        told.harm += [f"the second run changed {path}" for path, now in seen(copy).items() if now != after.get(path)]
        told.harm += _run_harm(again)
        told.changed = sum(after.get(path) != was for path, was in before.items())


def _other_environments(tree: Path):  # type: ignore[no-untyped-def]
    """Leave out what is a tree of its own: the packages that are installed inside a standard library."""
    return lambda folder, names: (
        {"__pycache__", "site-packages"} & set(names) if Path(folder) == tree else {"__pycache__"}
    )


def fix(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the fix over a folder."""
    options = ["--isolated", "--unsafe-fixes", "--select", EVERYTHING, *(f"--target={one}" for one in TARGET)]
    return subprocess.run(
        [sys.executable, "-m", "lint_rules.fix", *options, str(folder)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def seen(folder: Path) -> dict[str, Seen]:
    """Return what every file below a folder is."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            data = path.read_bytes()
            content = data if path.suffix == ".py" else hashlib.sha256(data).digest()
            found[str(path.relative_to(folder))] = Seen(content, status.st_mode, status.st_mtime_ns)
    return found


def compiles(data: bytes) -> bool:
    """Tell whether Python takes the bytes for a module."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "<module>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _tell_of_run(run: subprocess.CompletedProcess[str], copy: Path, told: Told) -> None:
    told.findings = sum(1 for line in run.stdout.splitlines() if re.match(r".+:\d+:\d+: LLM\d", line))
    summary = _SUMMARY.search(run.stderr)
    told.fixed = int(summary[1].replace(",", "")) if summary else 0
    for line in run.stderr.splitlines():
        failure = _FAILURE.match(line)
        if failure:
            told.failed[_NUMBERS.sub("…", failure["why"])] += 1


def _run_harm(run: subprocess.CompletedProcess[str]) -> Iterator[str]:
    if run.returncode not in (0, 1, 2):
        yield f"the run ended with {run.returncode}: {run.stderr[-500:]}"
    for line in run.stderr.splitlines():
        if "internal error" in line or line.startswith("Traceback"):
            yield line


def _tree_harm(before: dict[str, Seen], after: dict[str, Seen], compiled: set[str]) -> Iterator[str]:
    yield from (f"{path} has come or gone" for path in before.keys() ^ after.keys())
    for path in before.keys() & after.keys():
        was, now = before[path], after[path]
        if was.content == now.content:
            if was != now:
                yield f"{path} is untouched, and its mode or time is not"
            continue
        if was.mode != now.mode:
            yield f"{path} has another mode"
        if path in compiled and not compiles(now.content):
            yield f"{path} does not compile any more"
        yield from (f"{path}: {what}" for what in harm(was.content, now.content))


# ---- planted


def plant(tree: Path, told: Told, options: argparse.Namespace) -> None:
    """Plant findings into each file of the tree, and fix them."""
    found = [one.path for one in files.discover([str(tree)]) if not one.problem]
    paths = [path for path in found if 0 < Path(path).stat().st_size <= options.largest]
    if options.most is not None and len(paths) > options.most:
        paths = paths[:: len(paths) // options.most + 1]
    for verdict in _judged(paths, options.jobs):
        _count(verdict, told)


def _judged(paths: Sequence[str], jobs: int) -> Iterator[Verdict]:
    if jobs == 1:
        yield from (verdict for path in paths for verdict in judge_planted(path))
        return
    with ProcessPoolExecutor(jobs) as pool:
        for verdicts in pool.map(judge_planted, paths, chunksize=4):
            yield from verdicts


def _count(verdict: Verdict, told: Told) -> None:
    kind = Planted(verdict.kind).value
    told.planted[f"{kind}: files"] += 1
    told.planted[f"{kind}: findings fixed"] += verdict.fixed
    if verdict.refused:
        told.planted[f"{kind}: refused: {_NUMBERS.sub('…', verdict.refused)}"] += 1
    told.harm += [f"{verdict.path} ({kind}): {what}" for what in verdict.harm]


if __name__ == "__main__":
    sys.exit(main())
