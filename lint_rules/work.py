"""What one worker does: checks a chunk of files, on its own, and tells all that came of it.

Everything that goes to a worker and comes back is plain data. Nothing of one chunk is kept for the next: what comes of
a chunk depends on no other, and memory does not grow with the tree.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lint_rules import engine, files
from lint_rules.chunks import Chunk
from lint_rules.disk import look, watching
from lint_rules.engine import Surroundings
from lint_rules.finding import FileReport, Status
from lint_rules.witness import Witness, witness


@dataclass(frozen=True)
class Order:
    """How a chunk is to be checked."""

    around: Surroundings
    """With nothing known yet."""
    folder: str
    """The working directory: what paths start from."""
    watched: bool = False
    """Tell, too, what the results depend on."""


@dataclass(frozen=True)
class Outcome:
    """What came of a chunk."""

    reports: tuple[FileReport, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    witness: Witness | None = None


def check_chunk(order: Order, chunk: Chunk) -> Outcome:
    """Check a chunk, in whatever process this runs."""
    if os.getcwd() != order.folder:  # noqa: PTH109 - a cluster's worker was started elsewhere
        os.chdir(order.folder)
    around = order.around.afresh()
    if not order.watched:
        return told(each_checked(chunk, around), around)
    with watching() as seen:
        reports = tuple(each_checked(chunk, around))
        return told(reports, around, witness(seen, around.targets.answers))


def each_checked(chunk: Chunk, around: Surroundings) -> Iterator[FileReport]:
    """Check the files of a chunk; whatever is wrong with one becomes its outcome."""
    for found in chunk:
        if found.problem is not None:
            yield FileReport(found.path, Status.FAILED, problem=found.problem)
            continue
        try:
            data = look(found.path)
        except files.Unreadable as error:
            yield FileReport(found.path, Status.FAILED, problem=error.problem)
        else:
            yield engine.check_bytes(data, found.path, around)


def told(reports: Iterable[FileReport], around: Surroundings, witness: Witness | None = None) -> Outcome:
    """Return reports with what else there is to say."""
    reports = tuple(reports)
    return Outcome(reports, around.targets.notes, around.targets.problems, witness)
