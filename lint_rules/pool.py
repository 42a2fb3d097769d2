"""Many files, checked by whoever there is: this process, several, or a cluster's.

Reports come in order of discovery, as soon as they are ready. Who checked what makes no difference to them: a chunk is
the same wherever it is checked (`lint_rules.chunks`). A worker that is lost takes no file with it.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from lint_rules.chunks import Chunk, chunks
from lint_rules.files import Found
from lint_rules.finding import FileReport
from lint_rules.orders import Order, Outcome
from lint_rules.surroundings import Surroundings

if TYPE_CHECKING:
    from concurrent.futures import Future

    from lint_rules.cache import Cache

HANDFUL = 32
"""Files that are left: up to that many are not worth a second process."""
PATIENCE = 0.3
"""Seconds that one process may take before others are asked to help: starting them takes about as long."""


class Lane(Protocol):
    """Somebody who checks chunks."""

    width: int
    """How many chunks may be under way."""

    def submit(self, chunk: Chunk) -> Future[Outcome]:
        """Begin with a chunk."""

    def outcome(self, chunk: Chunk, future: Future[Outcome]) -> Outcome:
        """Return what came of a chunk, whatever it takes."""

    def close(self) -> None:
        """Stop, at once if something is still under way."""


class Here:
    """Checks in this process, when asked for the outcome."""

    width = 1

    def __init__(self, order: Order) -> None:
        self._order = order

    def submit(self, chunk: Chunk) -> Future[Outcome]:
        """Promise to check a chunk."""
        from concurrent.futures import Future  # noqa: PLC0415 - a run whose results are known promises nothing

        return Future()

    def outcome(self, chunk: Chunk, future: Future[Outcome]) -> Outcome:
        """Check it."""
        from lint_rules.work import check_chunk  # noqa: PLC0415 - nor does it infer anything

        return check_chunk(self._order, chunk)

    def close(self) -> None:
        """Nothing is under way."""


class Crew:
    """Decides who checks: one process at first; several if that takes long and there is more to do."""

    def __init__(self, order: Order, jobs: int | None, lane: Lane | None = None) -> None:
        self._lane = lane or Here(order)
        self._order, self._jobs = order, jobs
        self._grows = lane is None and jobs != 1
        self._spent = 0.0

    def lane(self, left: int) -> Lane:
        """Return who checks the next chunk, when `left` files are left."""
        if self._grows and left > HANDFUL and (self._jobs is not None or self._spent > PATIENCE):
            from lint_rules.processes import Processes, cores  # noqa: PLC0415 - many runs need no other process

            self._grows = False
            jobs = self._jobs or cores()
            if jobs > 1:
                self._lane = Processes(self._order, jobs)
        return self._lane

    def outcome(self, lane: Lane, chunk: Chunk, future: Future[Outcome]) -> Outcome:
        """Return what came of a chunk, and remember how long that took."""
        begin = time.monotonic()
        try:
            return lane.outcome(chunk, future)
        finally:
            self._spent += time.monotonic() - begin

    def close(self) -> None:
        """Let go of everybody."""
        self._lane.close()


Waiting = tuple[Chunk, "Outcome | tuple[Lane, Future[Outcome]]"]


def check_found(
    found: Sequence[Found], around: Surroundings, *, jobs: int | None = 1, lane: Lane | None = None
) -> Iterator[FileReport]:
    """Check what discovery found.

    `jobs` is the number of processes: None for as many as there are cores, if that is worth it. `lane` is somebody
    else who checks. What there is to say about targets is told to `around`.
    """
    crew = Crew(order_of(around), jobs, lane)
    for outcome in outcomes(list(chunks(found)), crew, around):
        yield from outcome.reports


def outcomes(cut: Sequence[Chunk], crew: Crew, around: Surroundings, cache: Cache | None = None) -> Iterator[Outcome]:
    """Yield what comes of each chunk, and let go of the crew."""
    try:
        for outcome in _outcomes(cut, crew, cache):
            around.targets.adopt(outcome.notes, outcome.problems)
            yield outcome
    finally:
        crew.close()


def order_of(around: Surroundings, *, watched: bool = False) -> Order:
    """Return what a worker has to know."""
    return Order(around.afresh(), os.getcwd(), watched)  # noqa: PTH109 - plain data


def _outcomes(cut: Sequence[Chunk], crew: Crew, cache: Cache | None) -> Iterator[Outcome]:
    """Yield what comes of each chunk, in order, with others under way behind it."""
    waiting: deque[Waiting] = deque()
    left = sum(map(len, cut))
    for chunk in cut:
        known = cache.known(chunk) if cache is not None else None
        if known is not None:
            waiting.append((chunk, known))
        else:
            lane = crew.lane(left)
            waiting.append((chunk, (lane, lane.submit(chunk))))
        left -= len(chunk)
        while _is_ready(waiting):
            yield _finished(*waiting.popleft(), crew, cache)
    while waiting:
        yield _finished(*waiting.popleft(), crew, cache)
    if cache is not None:
        cache.save()


def _is_ready(waiting: deque[Waiting]) -> bool:
    """Tell whether to take the first: it is there, or enough others are under way."""
    if not waiting:
        return False
    first = waiting[0][1]
    if isinstance(first, Outcome):
        return True
    lane, future = first
    return future.done() or len(waiting) >= lane.width


def _finished(chunk: Chunk, first: Outcome | tuple[Lane, Future[Outcome]], crew: Crew, cache: Cache | None) -> Outcome:
    if isinstance(first, Outcome):
        return first
    outcome = crew.outcome(first[0], chunk, first[1])
    if cache is not None:
        cache.keep(chunk, outcome)
    return outcome
