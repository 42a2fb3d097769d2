"""Child side: when the program, or the interpreter's exit, flushes LiteLLM's worker and the exporters."""

from __future__ import annotations

import functools
import inspect
import itertools
import types
from collections.abc import Callable
from typing import Any

from . import record, sites

AfterImport = Callable[[str, Callable[[Any], None]], None]

_FLUSHES = {
    "litellm.litellm_core_utils.logging_worker": (("LoggingWorker", "flush", "LiteLLM's worker"),),
    "opentelemetry.sdk.trace.export": (
        ("BatchSpanProcessor", "force_flush", "span exporter"),
        ("BatchSpanProcessor", "shutdown", "span exporter, for good"),
    ),
    "langfuse._task_manager.task_manager": (
        ("TaskManager", "flush", "Langfuse 2 client"),
        ("TaskManager", "shutdown", "Langfuse 2 client, for good"),
    ),
    "langfuse.task_manager": (
        ("TaskManager", "flush", "Langfuse 2 client"),
        ("TaskManager", "shutdown", "Langfuse 2 client, for good"),
    ),
}
_numbers = itertools.count(1)


def install(after_import: AfterImport) -> None:
    """Note each flush's begin and end from now on."""
    for module, flushes in _FLUSHES.items():
        after_import(module, functools.partial(record.quietly, _wrap, flushes))


def _wrap(flushes: tuple[tuple[str, str, str], ...], module: types.ModuleType) -> None:
    for owner_name, name, what in flushes:
        owner = getattr(module, owner_name, None)
        original = vars(owner).get(name) if owner is not None else None
        if callable(original):
            setattr(owner, name, (_async if inspect.iscoroutinefunction(original) else _sync)(original, what))


def _sync(original: Callable[..., Any], what: str) -> Callable[..., Any]:
    @functools.wraps(original)
    def flushed(*arguments: Any, **options: Any) -> Any:
        number = _began(what)
        try:
            return original(*arguments, **options)
        finally:
            record.note("flush", id=number, what=what, state="ended")

    return flushed


def _async(original: Callable[..., Any], what: str) -> Callable[..., Any]:
    @functools.wraps(original)
    async def flushed(*arguments: Any, **options: Any) -> Any:
        number = _began(what)
        try:
            return await original(*arguments, **options)
        finally:
            record.note("flush", id=number, what=what, state="ended")

    return flushed


def _began(what: str) -> int:
    number = next(_numbers)
    record.note("flush", id=number, what=what, state="began", at=record.quietly(sites.call_site))
    return number
