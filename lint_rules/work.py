"""What one worker does: checks a chunk of files, on its own, and tells all that came of it.

Everything that goes to a worker and comes back is plain data. Nothing of one chunk is kept for the next: what comes of
a chunk depends on no other, and memory does not grow with the tree.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable

from lint_rules import engine
from lint_rules.chunks import Chunk
from lint_rules.finding import FileReport
from lint_rules.orders import Order, Outcome
from lint_rules.semantics import syntax
from lint_rules.surroundings import Surroundings
from lint_rules.watch import Seen, watching

LITTLE = 50_000
"""Bytes of source whose trees are not worth a search for what is free: Python searches by itself, later."""


def check_chunk(order: Order, chunk: Chunk) -> Outcome:
    """Check a chunk, in whatever process this runs."""
    if os.getcwd() != order.folder:  # noqa: PTH109 - a cluster's worker was started elsewhere
        sys.path[:] = [place for place in sys.path if place]  # "" is where one stands: nothing is imported from there
        os.chdir(order.folder)
    around, parsed = order.around.afresh(), syntax.parsed()
    try:
        return _checked(order, chunk, around)
    finally:
        around.forget()
        _tidy(syntax.parsed() - parsed)


def _checked(order: Order, chunk: Chunk, around: Surroundings) -> Outcome:
    if not order.watched:
        return told(engine.check_found(chunk, around), around)
    with watching() as seen:
        return told(engine.check_found(chunk, around), around, seen)


def _tidy(parsed: int) -> None:
    """Let go of what is left of a chunk: what is known of a module leads back to itself, so only a search frees it."""
    syntax.forget()
    if parsed > LITTLE:
        gc.collect()


def told(reports: Iterable[FileReport], around: Surroundings, seen: Seen | None = None) -> Outcome:
    """Return reports with what else there is to say."""
    reports = tuple(reports)
    return Outcome(reports, around.targets.notes, around.targets.problems, seen)
