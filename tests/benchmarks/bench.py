"""`make bench`: ours and the peers side by side over a tree of real packages, and the tables of docs/performance.md.

    python -m tests.benchmarks.bench [--tree FOLDER] [--only GROUP ...]

Without a folder the packages of `packages.txt` are downloaded. What was measured is kept by group, so that a group can
be measured anew by itself; the page is written from all that is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import groups, tree
from tests.benchmarks.groups import Group, Place
from tests.benchmarks.page import written
from tests.benchmarks.timing import once, side_by_side

ROOT = Path(__file__).parents[2]
BENCH = ROOT / ".venvs/bench"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
SECONDS = 300
"""Of one check: a tree of which a copy of eight takes longer is copied twice only."""


def main() -> int:
    """Measure, and write the page."""
    options = _options()
    if shutil.which("hyperfine") is None and options.only != ["growth"]:
        print("error: hyperfine is not installed: it measures (https://github.com/sharkdp/hyperfine)", file=sys.stderr)
        return 2
    folder = options.tree or _downloaded()
    options.results.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        place = Place(folder.resolve(), Path(scratch).resolve(), BENCH)
        for name in options.only or groups.NAMES:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            told = growth(place) if name == "growth" else measured(groups.make(name, place), place, options)
            (options.results / f"{name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    about = groups.about(folder, BENCH)
    written(options.page, {name: _kept(options.results, name) for name in groups.NAMES}, about)
    print(f"wrote {options.page}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure ours and the peers, and write docs/performance.md.")
    parser.add_argument("--tree", type=_folder, metavar="FOLDER", help="the tree, if it is there (default: download)")
    parser.add_argument("--only", nargs="+", choices=groups.NAMES, metavar="GROUP", help=", ".join(groups.NAMES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--page", type=Path, default=ROOT / "docs/performance.md")
    parser.add_argument("--results", type=Path, default=BENCH / "results")
    return parser.parse_args()


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text}: no such folder")
    return Path(text)


def _downloaded() -> Path:
    folder = CACHE / "flake8-litellm-bench"  # below this repository, it would count as an ignored folder of it
    folder.mkdir(parents=True, exist_ok=True)
    for pin in tree.get(folder, str(groups.environment(BENCH / "bare", groups.FLAKE8))):
        print(f"left out: {pin} cannot be had", file=sys.stderr)
    return folder


def _kept(results: Path, name: str) -> dict[str, object] | None:
    path = results / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def measured(group: Group, place: Place, options: argparse.Namespace) -> dict[str, object]:
    """Measure a group side by side."""
    times = side_by_side([row.command for row in group.rows], group.plan, options.runs)
    rows = [
        {"name": row.name, "command": shown(row.command, place), "wall": one.wall, "cpu": one.cpu}
        for row, one in zip(group.rows, times, strict=True)
    ]
    return {"note": group.note, "rows": rows}


def shown(command: tuple[str, ...], place: Place) -> str:
    """Return a command as one would type it: without the places of this machine."""
    words = [word.replace(str(place.tree), "TREE").replace(str(place.scratch), "TMP") for word in command]
    words = [word.removeprefix(f"{ROOT}/") for word in words]
    name = Path(words[0]).name
    if words[0] == sys.executable:
        name = "python"
    elif not Path(words[0]).is_absolute() and name == "flake8":
        name = words[0]
    return shlex.join([name, *words[1:]])


def growth(place: Place) -> dict[str, object]:
    """Check ever more files in one process, once each, and look at time and memory."""
    steps = [(len(tree.modules(folder)), what, folder) for what, folder in _grown(place)]
    rows: list[dict[str, object]] = []
    for number, what, folder in steps:
        rows.append(_step(number, what, folder))
    seconds = float(str(rows[-1]["wall"]))
    copies = 8 if 8 * seconds < SECONDS else 2
    with tempfile.TemporaryDirectory(dir=place.tree.parent if os.access(place.tree.parent, os.W_OK) else None) as name:
        for copy in range(copies):
            tree.linked(tree.packages(place.tree), Path(name) / str(copy))
        rows.append(_step(len(tree.modules(Path(name))), f"the tree {copies} times", Path(name)))
    note = "" if copies == 8 else f"Not eight times: one check would take more than {SECONDS // 60} minutes."
    return {"note": note, "rows": rows, "command": "python -m lint_rules --no-cache --jobs 1 FOLDER"}


def _grown(place: Place) -> Iterator[tuple[str, Path]]:
    part = tree.smallest(place.tree, 1000)
    tree.linked(part, place.scratch / "part")
    yield f"the {len(part)} smallest packages", place.scratch / "part"
    yield "the tree", place.tree


def _step(number: int, what: str, folder: Path) -> dict[str, object]:
    one = once([sys.executable, "-m", "lint_rules", "--no-cache", "--jobs", "1", str(folder)])
    return {"files": number, "what": what, "wall": one.wall, "cpu": one.cpu, "peak": one.peak}


if __name__ == "__main__":
    sys.exit(main())
