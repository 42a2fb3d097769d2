"""Checking on other machines: on any `concurrent.futures.Executor`, and on Dask's by its address.

Workers read the files themselves, from the folder in which the run was started: they need the same file system, this
package, and for what is installed beside the linted code, the same environment. A worker that is lost loses no file:
what it was at is checked again file by file, and a file that nobody can check fails, which is said.
"""

from __future__ import annotations

import importlib
import re
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

from lint_rules.chunks import Chunk
from lint_rules.files import Found
from lint_rules.orders import Order, Outcome
from lint_rules.processes import joined, lost
from lint_rules.refusal import Refused
from lint_rules.work import check_chunk

AHEAD = 256
"""Chunks under way: enough for a hundred workers, and few enough to be held here."""
_DASK = re.compile(r"dask://\S+:\d+")
_PATIENCE = "10s"


class Cluster:
    """Checks chunks on an executor."""

    width = AHEAD

    def __init__(self, order: Order, executor: Executor, client: Any = None) -> None:
        self._order, self._executor, self._client = order, executor, client
        self._under_way: set[Future[Outcome]] = set()

    def submit(self, chunk: Chunk) -> Future[Outcome]:
        """Begin with a chunk."""
        try:
            future = self._executor.submit(check_chunk, self._order, chunk)
        except Exception as error:  # whatever an executor raises that cannot do it
            future = Future()
            future.set_exception(error)
        self._under_way.add(future)
        return future

    def outcome(self, chunk: Chunk, future: Future[Outcome]) -> Outcome:
        """Return what came of a chunk, or of each of its files."""
        try:
            return self._result(future)
        except (Exception, CancelledError):
            again = [(found, self.submit((found,))) for found in chunk]
            return joined([self._single(found, one) for found, one in again])

    def _result(self, future: Future[Outcome]) -> Outcome:
        try:
            return future.result()
        finally:
            if future.done():
                self._under_way.discard(future)

    def _single(self, found: Found, future: Future[Outcome]) -> Outcome:
        try:
            return self._result(future)
        except (Exception, CancelledError) as error:
            return lost(found, f"no worker could check it: {type(error).__name__}: {_first_line(error)}")

    def close(self) -> None:
        """Let go of the executor; what is under way is not waited for."""
        for future in self._under_way:
            future.cancel()
        self._executor.shutdown(wait=False)
        if self._client is not None:
            self._client.close()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def cluster(where: str, order: Order) -> Cluster:
    """Return who checks at a place that a user names. Raises `Refused`."""
    if _DASK.fullmatch(where):
        return _dask(where, order)
    module, colon, name = where.partition(":")
    if not (module and colon and name.isidentifier()):
        raise Refused(f"--executor {where}: expected dask://HOST:PORT or MODULE:FACTORY")
    try:
        executor = getattr(importlib.import_module(module), name)()
    except Exception as error:  # code of the user's
        raise Refused(f"--executor {where}: {type(error).__name__}: {_first_line(error)}") from error
    if not isinstance(executor, Executor):
        raise Refused(f"--executor {where}: returned no concurrent.futures.Executor")
    return Cluster(order, executor)


def _dask(where: str, order: Order) -> Cluster:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise Refused(f"--executor {where}: needs flake8-litellm[audit] ({_first_line(error)})") from error
    try:
        client = Client(f"tcp://{where.removeprefix('dask://')}", timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Refused(f"--executor {where}: {_first_line(error) or type(error).__name__}") from error
    return Cluster(order, client.get_executor(pure=False), client)
