"""What is measured against what, and what the aim was."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import tree
from tests.benchmarks.timing import Plan

ROOT = Path(__file__).parents[2]
FLAKE8 = "flake8==7.5.0"
NAMES = ("check", "start", "flake8", "flake8-litellm", "fix", "growth")
WORDS = "litellm|langfuse"
FIXED = "crewai"
"""The package that is fixed, if it is there."""


@dataclass(frozen=True)
class Place:
    """Where things are: the tree, a folder that is thrown away, environments."""

    tree: Path
    scratch: Path
    bench: Path


@dataclass(frozen=True)
class Row:
    """One command."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Commands that do the same to the same files."""

    rows: tuple[Row, ...]
    plan: Plan = field(default_factory=Plan)
    note: str = ""


@dataclass(frozen=True)
class Aim:
    """At most so many times what another row takes."""

    row: str
    times: float
    than: str
    by: str = "cpu"


ONE, ALL, WARM = "ours, one process", "ours, all cores", "ours, warm cache"
RUFF, RUFF_WARM, RG = "ruff, one rule", "ruff, one rule, warm cache", "ripgrep"
READ = "Python, read and search"
BARE, VERSION = "python -c pass", "python -m lint_rules --version"
WITHOUT, WITH = "flake8", "flake8 with the plugin"
NAIVE, FIX = "LibCST, every file with metadata", "ours, fix"

HEADINGS = {
    "check": ("Check the whole tree", RUFF),
    "start": ("Start", BARE),
    "flake8": ("flake8, files that do not mention the SDKs", WITHOUT),
    "flake8-litellm": ("flake8, LiteLLM's own source", WITHOUT),
    "fix": ("Fix one package", NAIVE),
    "growth": ("Time and memory by number of files", ""),
}
"""What a table is about, and which row the others are held against."""

AIMS = {
    "check": (
        Aim(ONE, 1.0, RUFF),
        Aim(ALL, 1.0, RUFF, "wall"),
        Aim(ONE, 8.0, RG),
        Aim(ALL, 8.0, RG, "wall"),
        Aim(WARM, 0.5, RUFF),
        Aim(WARM, 0.5, RUFF, "wall"),
    ),
    "start": (Aim(VERSION, 2.5, BARE),),
    "flake8": (Aim(WITH, 1.03, WITHOUT),),
    "flake8-litellm": (Aim(WITH, 1.10, WITHOUT),),
    "fix": (Aim(FIX, 0.1, NAIVE),),
}


def make(name: str, place: Place) -> Group:
    """Return a group, with all that it needs laid out."""
    return {
        "check": _check,
        "start": _start,
        "flake8": _flake8_silent,
        "flake8-litellm": _flake8_litellm,
        "fix": _fix,
    }[name](place)


def _check(place: Place) -> Group:
    folder, kept, of_ruff = str(place.tree), str(place.scratch / "cache"), str(place.scratch / "ruff")
    ours = (sys.executable, "-m", "lint_rules")
    ruff = (_tool("ruff"), "check", "--isolated", "--no-respect-gitignore", "--select", "E711", "-e", "-q")
    rows = [
        Row(ONE, (*ours, "--no-cache", "--jobs", "1", folder)),
        Row(ALL, (*ours, "--no-cache", folder)),
        Row(WARM, (*ours, "--cache-dir", kept, folder)),
        Row(RUFF, (*ruff, "--no-cache", folder)),
        Row(RUFF_WARM, (*ruff, "--cache-dir", of_ruff, folder)),
        Row(READ, (sys.executable, str(ROOT / "tests/benchmarks/search.py"), folder)),
    ]
    if shutil.which("rg"):
        rows.append(Row(RG, (_tool("rg"), "-l", "--no-ignore", "-t", "py", WORDS, folder)))
    Path(kept).mkdir()
    for row in rows:
        if row.name in {WARM, RUFF_WARM}:
            subprocess.run(row.command, check=False, capture_output=True)
    return Group(tuple(rows), Plan(warmup=0))


def _start(place: Place) -> Group:
    rows = Row(BARE, (sys.executable, "-c", "pass")), Row(VERSION, (sys.executable, "-m", "lint_rules", "--version"))
    return Group(rows, Plan(repeat=20))


def _flake8_silent(place: Place) -> Group:
    folder, name = tree.silent(place.tree, place.scratch / "silent")
    return _flake8(place, folder, f"{len(tree.modules(folder)):,} files of {name}, which mention none.")


def _flake8_litellm(place: Place) -> Group:
    """LiteLLM's modules at the top and its providers: the rest would take many minutes more."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        sys.exit("error: litellm is not installed beside the benchmark: its source is checked")
    source, copy = Path(spec.origin).parent, place.scratch / "litellm"
    tree.copy_of(source, [*source.glob("*.py"), *tree.modules(source / "llms")], copy)
    note = f"A copy of `litellm/*.py` and `litellm/llms`: {len(tree.modules(copy)):,} of its "
    return _flake8(place, copy, f"{note}{len(tree.modules(source)):,} files; all would take many minutes more.")


def _flake8(place: Place, folder: Path, note: str) -> Group:
    environment(place.bench / "bare", FLAKE8)
    environment(place.bench / "ours", FLAKE8, str(ROOT))
    options = ("--isolated", "-j1", str(folder))
    rows = tuple(
        Row(name, (str(place.bench / where / "bin/flake8"), *options))
        for name, where in ((WITHOUT, "bare"), (WITH, "ours"))
    )
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return Group(rows, Plan(environment=env, warmup=0), note)


def _fix(place: Place) -> Group:
    """Fix a copy, made anew before each run."""
    source = place.tree / FIXED if (place.tree / FIXED).is_dir() else tree.packages(place.tree)[-1]
    copy = place.scratch / "fixed"
    again = "import shutil, sys; shutil.rmtree(sys.argv[2], True); shutil.copytree(*sys.argv[1:])"
    rows = (
        Row(NAIVE, (sys.executable, str(ROOT / "tests/benchmarks/naive.py"), str(copy))),
        Row(FIX, (sys.executable, "-m", "lint_rules.fix", "--jobs", "1", str(copy))),
    )
    prepare = (sys.executable, "-c", again, str(source), str(copy))
    note = f"A copy of {source.name}, made anew before each run: {len(tree.modules(source)):,} files."
    return Group(rows, Plan(prepare, warmup=0), note)


def environment(folder: Path, *requirements: str) -> Path:
    """Make an environment if it is not there, install into it what is wanted, and return its Python."""
    python = folder / "bin/python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    subprocess.run(install, check=True, cwd=folder)
    return python


def _tool(name: str) -> str:
    """Return the tool that is installed beside this Python, else the one on the path."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        sys.exit(f"error: {name} is not installed: it is measured")
    return found


def about(folder: Path, bench: Path) -> str:
    """Say what was measured where."""
    told = [f"Python {platform.python_version()}", *_versions(bench)]
    gone = tree.missing(folder)
    left_out = f" Not to be had: {', '.join(gone)}." if gone else ""
    packages, files = len(tree.packages(folder)), len(tree.modules(folder))
    return f"`TREE`: {packages} packages, {files:,} files.{left_out} {os.cpu_count()} cores; {', '.join(told)}."


def _versions(bench: Path) -> Sequence[str]:
    commands = (_tool("ruff"), shutil.which("rg"), shutil.which("hyperfine"))
    asked = [subprocess.run([one, "--version"], capture_output=True, text=True, check=False) for one in commands if one]
    first = [done.stdout.partition("\n")[0].partition(" (")[0].strip() for done in asked]
    return [*first, FLAKE8.replace("==", " ")]
