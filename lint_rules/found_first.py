"""Fixing many files: several processes find, one fixes.

What has findings is checked once more before it is written, and so is what was found out with the help of a file that
has been written since: what comes of a run is what comes of checking and fixing one file after the other. LibCST meets
so few files that fixing them is not worth the processes, and files are written in one order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lint_rules import pool
from lint_rules.chunks import chunks
from lint_rules.files import Found
from lint_rules.finding import FileReport
from lint_rules.orders import Outcome
from lint_rules.processes import cores
from lint_rules.surroundings import Surroundings


@dataclass(frozen=True)
class Fixer:
    """How files with findings are fixed, and whether they are written."""

    fix: Callable[[Found], FileReport]
    write: bool


def each_fixed(found: Sequence[Found], around: Surroundings, how: Fixer, jobs: int | None) -> Iterator[FileReport]:
    """Fix what discovery found: with one process, or a handful of files, one after the other."""
    if len(found) <= pool.HANDFUL or (jobs or cores()) == 1:
        yield from map(how.fix, found)
        return
    written: set[str] = set()
    places = iter(found)
    crew = pool.Crew(pool.order_of(around, watched=True), jobs)
    for outcome in pool.outcomes(list(chunks(found)), crew, around):
        is_stale = _is_stale(outcome, written)
        for report, place in zip(outcome.reports, places, strict=False):
            if not is_stale and not report.findings:
                yield report
                continue
            fixed = how.fix(place)
            if how.write and fixed.fixed:
                written.add(os.path.realpath(place.path))
                is_stale = True
            yield fixed
        around.forget()


def _is_stale(outcome: Outcome, written: set[str]) -> bool:
    """Tell whether a chunk was checked with the help of what has been written since."""
    seen = outcome.seen
    return bool(written) and (seen is None or any(os.path.realpath(path) in written for path in seen.read))
