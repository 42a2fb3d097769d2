"""The door `python -m tests.matrix`: measure, and write the document. Exit status 1 when anything misses its mark."""

from __future__ import annotations

import argparse
import datetime
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import results
from .measure import Bench, bench, everything, fixes_once
from .pairs import BY_NAME, DEFAULT, LEGACY, PAIRS, Pair, columns, is_installed
from .proof import TOPIC, proofs
from .proof_report import proof_document
from .report import TOPICS, document, misses
from .results import Cell, Results

QUICK_PAIRS = (DEFAULT, LEGACY)
RUNS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, write it down, and say what misses its mark."""
    options = _parser().parse_args(arguments)
    earlier = results.read(options.earlier) if options.earlier else None
    measured = _measured(options, earlier) if not options.report_only else earlier
    if measured is None:
        print("matrix: --report-only needs --from FILE", file=sys.stderr)
        return 2
    for path, written in ((options.out, document), (options.verdicts, proof_document)):
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written(measured), encoding="utf-8")
    missed = misses(measured.cells)
    for line in missed:
        print(line)
    print(f"matrix: {len(measured.cells)} cells, {len(missed)} miss their mark", file=sys.stderr)
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    option = parser.add_argument
    option("--pair", action="append", choices=list(BY_NAME), metavar="PAIR", help="only this pair (repeatable)")
    option("--topic", action="append", choices=list(TOPICS), metavar="TOPIC", help="only this table (repeatable)")
    option("--runs", type=int, metavar="N", help="runs of each program that is no fixed one (3, of verdicts 1)")
    option("--quick", action="store_true", help="two pairs, one run each, the fixed programs only")
    option("--out", type=Path, metavar="FILE", help="write the document to FILE")
    option("--verdicts", type=Path, metavar="FILE", help="write the document on what the shim says to FILE")
    option("--json", type=Path, metavar="FILE", help="write the results to FILE, after each pair")
    option("--from", type=Path, dest="earlier", metavar="FILE", help="earlier results, which the new ones replace")
    option("--report-only", action="store_true", help="measure nothing, write the document of --from FILE")
    return parser


def _measured(options: argparse.Namespace, earlier: Results | None) -> Results:
    wanted = [BY_NAME[name] for name in options.pair or ()] or [*(QUICK_PAIRS if options.quick else PAIRS)]
    topics = options.topic or list(TOPICS)
    pairs = [pair for pair in wanted if is_installed(pair)]
    left_out = tuple(pair.name for pair in wanted if pair not in pairs)
    for name in left_out:
        print(f"matrix: {name} is left out: there is no such environment", file=sys.stderr)
    today = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}"
    measured = Results(today, {}, (), left_out) if earlier is None else earlier
    for pair in pairs:
        cells = _pair(pair, topics, options.runs, quick=options.quick)
        measured = results.merged(measured, Results(today, {pair.name: _version(pair)}, cells))
        if options.json:
            results.write(options.json, measured)
    return measured


def _pair(pair: Pair, topics: Sequence[str], runs: int | None, *, quick: bool) -> tuple[Cell, ...]:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder, bench(pair, Path(folder)) as on:
        cells = tuple(fixes_once(on) if quick else _cells(on, topics, runs))
    print(f"matrix: {pair.name}: {len(cells)} cells in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return cells


def _cells(on: Bench, topics: Sequence[str], runs: int | None) -> Iterator[Cell]:
    yield from everything(on, topics, runs or RUNS)
    if TOPIC in topics:
        for column in columns(on.pair):
            yield from proofs(on, column, runs or 1)


def _version(pair: Pair) -> str:
    command = [str(pair.interpreter), "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
