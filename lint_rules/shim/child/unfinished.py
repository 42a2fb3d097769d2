"""Child side, standard library only: what LiteLLM and the exporters still have to do in this process, and doing it.

A program is judged when it has ended: its threads are joined, its exit handlers flush. A process that runs tests goes
on after each of them, so somebody inside must wait and flush in their stead.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import sys
import threading
import time
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

AfterImport = Callable[[str, Callable[[Any], None]], None]

_EXECUTOR = "litellm.litellm_core_utils.thread_pool_executor"
_EXPORTERS = {
    # LiteLLM's own channels to Langfuse, and the processor of the Langfuse SDK, are made of it.
    "opentelemetry.sdk.trace.export": ("BatchSpanProcessor", "force_flush"),
    "langfuse._task_manager.task_manager": ("TaskManager", "flush"),
    "langfuse.task_manager": ("TaskManager", "flush"),
}
_HANDLERS = ("success_handler", "failure_handler")
_POLL = 0.005

_futures: set[Any] = set()
_exporters: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
_flushing: dict[int, threading.Thread] = {}


def install(after_import: AfterImport) -> None:
    """Remember LiteLLM's logging threads and the exporters from now on."""
    after_import(_EXECUTOR, _wrap_executor)
    for name, (kind, flush) in _EXPORTERS.items():
        if name in sys.modules:
            _remember_made(getattr(sys.modules[name], kind, None), flush)
        after_import(name, functools.partial(_wrap_making, kind, flush))


def settle(limit: float) -> None:
    """Wait for what LiteLLM logs in other threads, then have the exporters send: `limit` seconds each, at most."""
    deadline = time.monotonic() + limit
    while _moving() and time.monotonic() < deadline:
        time.sleep(_POLL)
    threads = [_flushing_thread(exporter, flush) for exporter, flush in list(_exporters.items())]
    deadline = time.monotonic() + limit
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def waiting_calls() -> set[str]:
    """Return the ids of the calls whose log tasks wait in a loop that is not closed yet."""
    return {log.call for log in _unfinished_logs() if log.call and log.loop and not log.loop.is_closed()}


def open_streams() -> set[str]:
    """Return the ids of the calls whose streams are still held by somebody, and not read to their end."""
    tracker = _tracker()
    return {stream.call for stream in _copy(tracker.STREAMS) if stream.call and not stream.over} if tracker else set()


# ---- what is still to be done


def _moving() -> bool:
    """Whether anything that logs goes on while this thread waits."""
    if any(not future.done() for future in list(_futures)) or any(map(_logs, threading.enumerate())):
        return True
    return any(log.loop is None or _runs_elsewhere(log.loop) for log in _unfinished_logs())


def _logs(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    return getattr(target, "__name__", "") in _HANDLERS and str(getattr(target, "__module__", "")).startswith("litellm")


def _runs_elsewhere(loop: asyncio.AbstractEventLoop) -> bool:
    return loop.is_running() and asyncio._get_running_loop() is not loop


def _unfinished_logs() -> Iterator[Any]:
    tracker = _tracker()
    return (log for log in _copy(tracker.LOGS) if not log.over) if tracker else iter(())


def _tracker() -> types.ModuleType | None:
    return sys.modules.get(f"{__package__}.tracker")


def _copy(things: weakref.WeakSet[Any]) -> list[Any]:
    """Copy a set that other threads may change meanwhile."""
    while True:
        with contextlib.suppress(RuntimeError):
            return list(things)


# ---- who does it


def _wrap_executor(module: types.ModuleType) -> None:
    executor = getattr(module, "executor", None)
    if executor is None:
        return
    submit = executor.submit

    @functools.wraps(submit)
    def submitted(*arguments: Any, **options: Any) -> Any:
        future = submit(*arguments, **options)
        _futures.add(future)
        future.add_done_callback(_futures.discard)
        return future

    executor.submit = submitted


def _wrap_making(kind: str, flush: str, module: types.ModuleType) -> None:
    owner = getattr(module, kind, None)
    if owner is None:
        return
    make = owner.__init__

    @functools.wraps(make)
    def made(exporter: Any, *arguments: Any, **options: Any) -> None:
        make(exporter, *arguments, **options)
        _exporters[exporter] = flush

    owner.__init__ = made


def _remember_made(kind: type | None, flush: str) -> None:
    """Remember those that are there already: somebody imported the SDKs before."""
    if kind is not None:
        _exporters.update({one: flush for one in gc.get_objects() if issubclass(type(one), kind)})


def _flushing_thread(exporter: Any, flush: str) -> threading.Thread:
    """Have `exporter` flush, in a thread that may hang; one that still hangs from the last time is not asked again."""
    known = _flushing.get(id(exporter))
    if known is not None and known.is_alive():
        return known
    thread = threading.Thread(target=_quietly, args=(getattr(exporter, flush),), daemon=True)
    _flushing[id(exporter)] = thread
    thread.start()
    return thread


def _quietly(flush: Callable[[], object]) -> None:
    with contextlib.suppress(Exception):
        flush()
