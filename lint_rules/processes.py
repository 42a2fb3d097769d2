"""Checking in several processes of this machine.

One that dies, killed for want of memory or by hand, loses no file: what it was at is checked again by another, and if
that dies, too, file by file, so that only the file that kills has no result. Where no process can be started at all,
this one does the work.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from typing import TypeVar

from lint_rules import interrupts
from lint_rules.chunks import Chunk
from lint_rules.files import Found
from lint_rules.finding import FileReport, Problem, Status
from lint_rules.orders import MAX_JOBS, Order, Outcome
from lint_rules.work import check_chunk

_AHEAD = 3
"""Chunks under way per process: the next is there when one is done, and what a lost one takes with it is little."""
_SAFE = sys.version_info >= (3, 11)
_T = TypeVar("_T")
DIED = "the process that checked it died (out of memory?)"


def cores() -> int:
    """Return how many processes can run at once, as far as they can be started safely."""
    if not (_copies() or _SAFE):
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return min(os.cpu_count() or 1, MAX_JOBS)


def context() -> BaseContext:
    """Return how processes are started: by copying this one where that is safe, and else afresh.

    A Python that starts afresh looks for its own modules in the working directory first, and that is the code that is
    checked: it is told not to. Raises `RuntimeError` where it cannot be.
    """
    if _copies():
        return multiprocessing.get_context("fork")
    if not _SAFE:
        raise RuntimeError("before Python 3.11 they would import modules of the working directory")
    os.environ["PYTHONSAFEPATH"] = "1"
    return multiprocessing.get_context("spawn")


def _copies() -> bool:
    return sys.platform.startswith("linux") and hasattr(os, "fork") and threading.active_count() == 1


class Processes:
    """Checks chunks in a pool of processes."""

    def __init__(self, order: Order, jobs: int, started: Callable[[], BaseContext] = context) -> None:
        self.width = jobs * _AHEAD
        self._order, self._jobs, self._context = order, jobs, started
        self._pool: _Pool | None = None
        self._alone = False
        self._under_way: set[Future[Outcome]] = set()

    def submit(self, chunk: Chunk) -> Future[Outcome]:
        """Begin with a chunk."""
        if not self._alone:
            try:
                with interrupts.starting_workers():
                    self._pool = self._pool or _Pool(self._jobs, self._context())
                    future = self._pool.submit(check_chunk, self._order, chunk)
                    self._under_way.add(future)
                return future
            except BrokenExecutor:
                return Future()
            except (OSError, ImportError, RuntimeError) as error:
                self._give_up(f"{type(error).__name__}: {error}")
        return Future()

    def outcome(self, chunk: Chunk, future: Future[Outcome]) -> Outcome:
        """Return what came of a chunk: of the first try, of a second, or of each of its files."""
        for attempt in (future, None):
            if self._alone:
                break
            taken = attempt if attempt is not None else self.submit(chunk)
            if taken not in self._under_way:
                continue
            try:
                outcome = taken.result()
            except BrokenExecutor:
                self._under_way.discard(taken)
                self._drop()
            else:
                self._under_way.discard(taken)
                return outcome
        if self._alone or not self._can_start():
            return check_chunk(self._order, chunk)
        return self._one_by_one(chunk)

    def close(self) -> None:
        """Let the processes go."""
        if self._pool is not None:
            self._pool.close(at_once=bool(self._under_way))

    def _drop(self) -> None:
        """Let go of a pool that has lost a process; what else was under way is lost with it, and notices by itself."""
        if self._pool is not None and self._pool.is_broken():
            self._pool.close(at_once=True)
            self._pool = None

    def _can_start(self) -> bool:
        """Tell whether any process lives long enough to say so; if not, say that, once, and do without."""
        try:
            pool = _Pool(1, self._context())
            try:
                pool.submit(os.getpid).result()
            finally:
                pool.close(at_once=True)
        except (BrokenExecutor, OSError, ImportError, RuntimeError) as error:
            self._give_up(f"{type(error).__name__}: {error}")
        return not self._alone

    def _give_up(self, why: str) -> None:
        if not self._alone:
            print(f"note: no processes can be started ({why}): checking in this one", file=sys.stderr)
        self._alone = True

    def _one_by_one(self, chunk: Chunk) -> Outcome:
        outcomes = []
        pool = None
        for found in chunk:
            pool = pool or _Pool(1, self._context())
            try:
                outcomes.append(pool.submit(check_chunk, self._order, (found,)).result())
            except BrokenExecutor:
                outcomes.append(lost(found, DIED))
                pool.close(at_once=True)
                pool = None
        if pool is not None:
            pool.close(at_once=True)
        return joined(outcomes)


def lost(found: Found, why: str) -> Outcome:
    """Return the outcome of a file that nobody could check."""
    return Outcome((FileReport(found.path, Status.FAILED, problem=found.problem or Problem(why)),))


def joined(outcomes: list[Outcome]) -> Outcome:
    """Make one outcome of several; what it depends on is not known."""
    return Outcome(
        tuple(report for one in outcomes for report in one.reports),
        tuple(dict.fromkeys(note for one in outcomes for note in one.notes)),
        tuple(dict.fromkeys(problem for one in outcomes for problem in one.problems)),
    )


class _Pool:
    """A pool, and the processes that it has started."""

    def __init__(self, jobs: int, context: BaseContext) -> None:
        self._others = set(multiprocessing.active_children())
        self._executor = ProcessPoolExecutor(jobs, context, _begin)

    def submit(self, work: Callable[..., _T], *arguments: object) -> Future[_T]:
        """Hand work to a process, which may have to be started for it."""
        with interrupts.starting_workers():
            return self._executor.submit(work, *arguments)

    def is_broken(self) -> bool:
        try:
            self.submit(os.getpid)
        except (BrokenExecutor, RuntimeError):
            return True
        return False

    def close(self, *, at_once: bool) -> None:
        if at_once:
            for process in set(multiprocessing.active_children()) - self._others:
                process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Prepare a worker: it stops when it is told to, or alone in the world, and says nothing."""
    interrupts.leave_to_parent()
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End with the process that started this one, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
