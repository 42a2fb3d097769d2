"""Child side, standard library only: note what each LiteLLM stream and log task of the program did.

Where LiteLLM logs, and which of its steps can be lost, is upstream source (litellm 1.64 to 1.106):
`litellm_core_utils/streaming_handler.py` (a stream is logged by the step that finds its end), `utils.py:
_client_async_logging_helper` and `litellm_core_utils/litellm_logging.py: Logging.*success_handler*` (everything else).

Each observation is one JSON line, written at once: neither `os._exit` nor a signal takes anything back. Nothing here
raises into the program; what goes wrong is itself an observation (`failed`).
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import inspect
import itertools
import json
import logging
import os
import types
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from . import leaving
else:
    # By file, as `bootstrap` imports this one. The program may have a module of that name, too.
    import sys

    import leaving

    del sys.modules["leaving"]

RECORD_VARIABLE = "LLM_SHIM_RECORD"
"""The file that gets the observations, in the program's environment. Without it nothing is observed."""

AfterImport = Callable[[str, Callable[[types.ModuleType], None]], None]
Frame = Callable[[], "types.FrameType | None"]
Line = Callable[[types.FrameType], str]

_STREAMS = {
    "litellm.litellm_core_utils.streaming_handler": ("CustomStreamWrapper",),
    "litellm.responses.streaming_iterator": ("ResponsesAPIStreamingIterator", "SyncResponsesAPIStreamingIterator"),
}
_LOGGING = "litellm.litellm_core_utils.litellm_logging"
_UTILS = "litellm.utils"
_TASKS = ("async_success_handler", "dispatch_success_handlers")
_LOGGERS = ("LiteLLM", "langfuse", "opentelemetry")
_MARK = "_llm_shim_stream"
_SAID = 1000
"""Characters of a result that are kept: enough for its id or its first words."""
_TELLING = 4
"""Chunks of a stream that are kept: one of them has its first words."""

_numbers = itertools.count(1)


class Record:
    """The file of observations, and what to ask for the program's place on the current stack."""

    def __init__(self, path: str, site: Callable[[], str | None], frame: Frame, line: Line) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.site, self.frame, self.line = site, frame, line

    def note(self, event: str, **facts: Any) -> None:
        """Write one observation. Never raises: the program must not notice."""
        try:
            line = json.dumps({"event": event, "pid": os.getpid(), **facts}, default=str)
            os.write(self._file, line.encode(errors="backslashreplace") + b"\n")
        except Exception:
            return

    def quietly(self, look: Callable[..., Any], *arguments: Any) -> Any:
        """Return `look(*arguments)`, or None with a note of what went wrong."""
        try:
            return look(*arguments)
        except Exception as error:
            self.note("failed", where=getattr(look, "__name__", "?"), error=f"{type(error).__name__}: {error}")
            return None


def install(after_import: AfterImport, site: Callable[[], str | None], frame: Frame, line: Line) -> Record | None:
    """Observe LiteLLM from now on, as far as the environment asks for it; return where that is noted.

    `after_import(module, action)` calls `action` with the module once it is imported; `site()` is the program's
    `file:line` for the current stack, `frame()` its innermost frame there, `line(frame)` the `file:line` of that.
    """
    path = os.environ.get(RECORD_VARIABLE)
    if not path:
        return None
    try:
        record = Record(path, site, frame, line)
    except OSError:
        return None
    record.note("installed")
    atexit.register(record.note, "exit")
    _listen_to_loggers(record)
    for module, names in _STREAMS.items():
        after_import(module, functools.partial(record.quietly, _wrap_streams, record, names))
    after_import(_LOGGING, functools.partial(record.quietly, _wrap_logging, record))
    after_import(_UTILS, functools.partial(record.quietly, _wrap_helper, record))
    return record


def share(trace: leaving.Trace) -> None:
    """Go along with `trace`, another tracer of the shim's."""
    leaving.share(trace)


# ---- streams


class _Stream:
    """One stream under observation."""

    def __init__(self, record: Record, call: str | None) -> None:
        self._record = record
        self._facts = {"id": next(_numbers), "call": call}
        self._chunks = 0
        self._watch: leaving.Watch | None = None

    def note(self, state: str, at: str | None, **facts: Any) -> None:
        """Write that the stream is now in `state`."""
        self._record.note("stream", **self._facts, state=state, at=at, **facts)

    def asked(self) -> str | None:
        """The program asks for a chunk: return where."""
        if self._watch is not None:
            self._watch.stop()
        site: str | None = self._record.site()
        return site

    def got(self, chunk: object, at: str | None, is_async: bool) -> None:
        """The program gets a chunk: watch what it does with it."""
        self._chunks += 1
        said = _said(chunk) if self._chunks <= _TELLING else ""
        self.note("chunk", at, said=said, none=_has_no_content(chunk), is_async=is_async)
        frame = self._record.frame()
        if frame is None:
            return
        prefix = self._record.line(frame).rpartition(":")[0]
        self._watch = leaving.watch(frame, functools.partial(self._left, prefix))

    def _left(self, file: str, line: int, how: str, error: str | None) -> None:
        self.note("left", f"{file}:{line}", how=how, error=error)

    def ended(self, error: BaseException, at: str | None) -> None:
        """The stream raises."""
        states = {StopIteration: "exhausted", StopAsyncIteration: "exhausted", asyncio.CancelledError: "cancelled"}
        self.note(states.get(type(error), "failed"), at, error=f"{type(error).__name__}: {error}"[:_SAID])


def _wrap_streams(record: Record, names: tuple[str, ...], module: types.ModuleType) -> None:
    for name in names:
        stream = getattr(module, name, None)
        if stream is None:
            continue
        own = vars(stream)
        if "__init__" in own:
            stream.__init__ = _opening(record, own["__init__"])
        if "__next__" in own:
            stream.__next__ = _sync_step(record, own["__next__"])
        if "__anext__" in own:
            stream.__anext__ = _async_step(record, own["__anext__"])


def _opening(record: Record, original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def opened(stream: Any, *arguments: Any, **options: Any) -> None:
        original(stream, *arguments, **options)
        record.quietly(_opened, record, stream)

    return opened


def _opened(record: Record, stream: Any) -> None:
    seen = _Stream(record, _call_id(getattr(stream, "logging_obj", None)))
    setattr(stream, _MARK, seen)
    seen.note("opened", record.site())


def _sync_step(record: Record, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(original)
    def step(stream: Any) -> Any:
        seen: _Stream | None = getattr(stream, _MARK, None)
        if seen is None:
            return original(stream)
        site = record.quietly(seen.asked)
        try:
            chunk = original(stream)
        except BaseException as error:
            record.quietly(seen.ended, error, site)
            raise
        record.quietly(seen.got, chunk, site, False)
        return chunk

    return step


def _async_step(record: Record, original: Callable[[Any], Coroutine[Any, Any, Any]]) -> Callable[[Any], Any]:
    @functools.wraps(original)
    async def step(stream: Any) -> Any:
        seen: _Stream | None = getattr(stream, _MARK, None)
        if seen is None:
            return await original(stream)
        site = record.quietly(seen.asked)
        try:
            chunk = await original(stream)
        except BaseException as error:
            record.quietly(seen.ended, error, site)
            raise
        record.quietly(seen.got, chunk, site, True)
        return chunk

    return step


def _call_id(logging_obj: Any) -> str | None:
    return getattr(logging_obj, "litellm_call_id", None)


def _said(result: object) -> str:
    """Return what tells from which answer of the model `result` comes: its id and its text are in there."""
    return repr(result)[:_SAID]


def _has_no_content(chunk: Any) -> bool:
    choices: Any = getattr(chunk, "choices", None)
    return bool(choices) and getattr(getattr(choices[0], "delta", None), "content", None) is None


# ---- log tasks


def _wrap_logging(record: Record, module: types.ModuleType) -> None:
    own = vars(module.Logging)
    for name in _TASKS:
        if name in own:
            setattr(module.Logging, name, _log_task(record, own[name]))
    if "success_handler" in own:
        module.Logging.success_handler = _log_call(record, own["success_handler"])


def _wrap_helper(record: Record, module: types.ModuleType) -> None:
    helper = getattr(module, "_client_async_logging_helper", None)
    if helper is not None:
        module._client_async_logging_helper = _log_task(record, helper)  # type: ignore[attr-defined]


class _Log:
    """One log task under observation."""

    def __init__(self, record: Record, what: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> None:
        logging_obj = arguments[0] if arguments else options.get("logging_obj")
        result = arguments[1] if len(arguments) > 1 else options.get("result")
        kind = getattr(logging_obj, "call_type", None)
        self._facts = {"id": next(_numbers), "call": _call_id(logging_obj), "what": what, "kind": kind}
        self._record = record
        self._said = _said(result)
        self._loop = _running_loop()

    def note(self, state: str) -> None:
        """Write that the task is now in `state`. Late is what runs in another loop than the one it was meant for."""
        late = self._loop is not None and _running_loop() is not self._loop
        self._record.note("log", **self._facts, state=state, late=late, said=self._said)
        self._said = ""


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _log_task(record: Record, original: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    """Wrap a coroutine function: its creation counts, since what is lost is mostly never started."""

    @functools.wraps(original)
    def created(*arguments: Any, **options: Any) -> Any:
        log = record.quietly(_Log, record, original.__name__, arguments, options)
        if log is None:
            return original(*arguments, **options)
        log.note("created")
        task: Any = _observed(log, original, arguments, options)
        # LiteLLM's messages, and asyncio's, name a coroutine by this.
        task.__name__, task.__qualname__ = original.__name__, original.__qualname__
        return task

    mark = getattr(inspect, "markcoroutinefunction", None)
    if mark is None:
        created._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]
        return created
    marked: Callable[..., Any] = mark(created)
    return marked


async def _observed(
    log: _Log, original: Callable[..., Coroutine[Any, Any, Any]], arguments: tuple[Any, ...], options: Mapping[str, Any]
) -> Any:
    log.note("started")
    try:
        result = await original(*arguments, **options)
    except (asyncio.CancelledError, GeneratorExit):
        log.note("cancelled")
        raise
    except BaseException:
        log.note("raised")
        raise
    log.note("finished")
    return result


def _log_call(record: Record, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def handled(*arguments: Any, **options: Any) -> Any:
        log = record.quietly(_Log, record, original.__name__, arguments, options)
        if log is None:
            return original(*arguments, **options)
        log.note("started")
        result = original(*arguments, **options)
        log.note("finished")
        return result

    return handled


# ---- what the SDKs say


def _listen_to_loggers(record: Record) -> None:
    """Note the warnings and errors of the SDKs. Not by a handler: a logger without one prints them, and still must."""
    original = logging.Logger.callHandlers

    @functools.wraps(original)
    def call_handlers(logger: logging.Logger, message: logging.LogRecord) -> None:
        if message.levelno >= logging.WARNING and message.name.partition(".")[0] in _LOGGERS:
            record.quietly(_note_message, record, message)
        original(logger, message)

    logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign,assignment]


def _note_message(record: Record, message: logging.LogRecord) -> None:
    error = message.exc_info[0].__name__ if message.exc_info and message.exc_info[0] else None
    text = message.getMessage()[:_SAID]
    record.note("message", logger=message.name, level=message.levelname, text=text, error=error)
