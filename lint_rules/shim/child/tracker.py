"""Child side, standard library only: note what each LiteLLM stream and log task of the program did.

Where LiteLLM logs, and which of its steps can be lost, is upstream source (litellm 1.64 to 1.106):
`litellm_core_utils/streaming_handler.py` (a stream is logged by the step that finds its end), `utils.py:
_client_async_logging_helper` and `litellm_core_utils/litellm_logging.py: Logging.*success_handler*` (everything else).
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import itertools
import logging
import sys
import types
import weakref
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, get_args

from . import leaving, record, sites

AfterImport = Callable[[str, Callable[[Any], None]], None]

_STREAMS = {
    "litellm.litellm_core_utils.streaming_handler": ("CustomStreamWrapper",),
    "litellm.responses.streaming_iterator": ("ResponsesAPIStreamingIterator", "SyncResponsesAPIStreamingIterator"),
}
_LOGGING = "litellm.litellm_core_utils.litellm_logging"
_UTILS = "litellm.utils"
_THREADS = "litellm.litellm_core_utils.thread_pool_executor"
_EXPORTING = "litellm.integrations.opentelemetry"
_EXPORTS = ("_handle_success", "_handle_sucess")
"""The method by which LiteLLM's OpenTelemetry callback makes a span of a call; 1.64 to 1.72 misspell it."""
_TASKS = ("async_success_handler", "dispatch_success_handlers")
_LOGGERS = ("LiteLLM", "langfuse", "opentelemetry")
_MARK = "_llm_shim_stream"
_SAID = 1000
"""Characters of an error or a message that are kept."""
_SHOWN = 60
"""Characters of a chunk that are kept, to be shown."""
_REGISTRIES = ("success_callback", "_async_success_callback", "callbacks")
_DYNAMIC = ("dynamic_success_callbacks", "dynamic_async_success_callbacks", "dynamic_callbacks")
_TRACERS = ("langfuse", "otel", "opentelemetry")

_numbers = itertools.count(1)
STREAMS: weakref.WeakSet[_Stream] = weakref.WeakSet()
"""The streams that somebody holds."""
LOGS: weakref.WeakSet[_Log] = weakref.WeakSet()
"""The log tasks whose coroutines, or calls, exist."""


def install(after_import: AfterImport) -> None:
    """Observe LiteLLM from now on. `after_import(module, action)` calls `action` with a module once it is imported."""
    _listen_to_loggers()
    for module, names in _STREAMS.items():
        after_import(module, functools.partial(record.quietly, _wrap_streams, names))
    after_import(_LOGGING, functools.partial(record.quietly, _wrap_logging))
    after_import(_UTILS, functools.partial(record.quietly, _wrap_helper))
    after_import(_THREADS, functools.partial(record.quietly, _wrap_threads))
    after_import(_EXPORTING, functools.partial(record.quietly, _wrap_exports))


# ---- streams


class _Stream:
    """One stream under observation."""

    def __init__(self, call: str | None) -> None:
        self._facts = {"id": next(_numbers), "call": call}
        self.call, self.over = call, False
        self._chunks = 0
        self._watch: leaving.Watch | None = None
        STREAMS.add(self)

    def note(self, state: str, at: str | None, **facts: Any) -> None:
        """Write that the stream is now in `state`."""
        record.note("stream", **self._facts, state=state, at=at, **facts)

    def asked(self) -> str | None:
        """The program asks for a chunk: return where."""
        if self._watch is not None:
            self._watch.stop()
        site: str | None = sites.call_site()
        return site

    def got(self, chunk: object, at: str | None, is_async: bool) -> None:
        """The program gets a chunk: watch what it does with it."""
        self._chunks += 1
        content = _content(chunk)
        text = content[:_SHOWN] if isinstance(content, str) else None
        self.note("chunk", at, text=text, none=_has_choices(chunk) and content is None, is_async=is_async)
        frame = sites.call_frame()
        if frame is None:
            return
        prefix = sites.line_of(frame).rpartition(":")[0]
        self._watch = leaving.watch(frame, functools.partial(self._left, prefix))

    def _left(self, file: str, line: int, how: str, error: str | None) -> None:
        self.note("left", f"{file}:{line}", how=how, error=error)

    def ended(self, error: BaseException, at: str | None) -> None:
        """The stream raises."""
        self.over = True
        states = {StopIteration: "exhausted", StopAsyncIteration: "exhausted", asyncio.CancelledError: "cancelled"}
        self.note(states.get(type(error), "failed"), at, error=f"{type(error).__name__}: {error}"[:_SAID])


def _wrap_streams(names: tuple[str, ...], module: types.ModuleType) -> None:
    for name in names:
        stream = getattr(module, name, None)
        if stream is None:
            continue
        own = vars(stream)
        if "__init__" in own:
            stream.__init__ = _opening(own["__init__"])
        if "__next__" in own:
            stream.__next__ = _sync_step(own["__next__"])
        if "__anext__" in own:
            stream.__anext__ = _async_step(own["__anext__"])


def _opening(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def opened(stream: Any, *arguments: Any, **options: Any) -> None:
        original(stream, *arguments, **options)
        record.quietly(_opened, stream)

    return opened


def _opened(stream: Any) -> None:
    seen = _Stream(_call_id(getattr(stream, "logging_obj", None)))
    setattr(stream, _MARK, seen)
    seen.note("opened", sites.call_site(), traced=record.quietly(_is_traced, stream.logging_obj))


def _sync_step(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
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


def _async_step(original: Callable[[Any], Coroutine[Any, Any, Any]]) -> Callable[[Any], Any]:
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


def _has_choices(chunk: Any) -> bool:
    return bool(getattr(chunk, "choices", None))


def _content(chunk: Any) -> object:
    return getattr(getattr(chunk.choices[0], "delta", None), "content", None) if _has_choices(chunk) else None


def _is_traced(logging_obj: Any) -> bool:
    """Whether a callback that may reach Langfuse is registered, for all calls or for this one."""
    litellm = sys.modules["litellm"]
    lists = [getattr(litellm, name, None) for name in _REGISTRIES]
    lists += [getattr(logging_obj, name, None) for name in _DYNAMIC]
    registered = (callback for callbacks in lists if isinstance(callbacks, list) for callback in callbacks)
    # A name that this release does not know yet is ignored without a word.
    known = get_args(getattr(litellm, "_custom_logger_compatible_callbacks_literal", None))
    registered = (
        one for one in registered if not isinstance(one, str) or one == "langfuse" or one in known or not known
    )
    return any(word in _name_of(callback) for callback in registered for word in _TRACERS)


def _name_of(callback: object) -> str:
    kind = callback if inspect.isroutine(callback) else type(callback)
    text = callback if isinstance(callback, str) else f"{kind.__module__}.{getattr(kind, '__qualname__', '')}"
    return text.lower()


# ---- log tasks


def _wrap_logging(module: types.ModuleType) -> None:
    own = vars(module.Logging)
    for name in _TASKS:
        if name in own:
            setattr(module.Logging, name, _log_task(own[name]))
    if "success_handler" in own:
        module.Logging.success_handler = _log_call(own["success_handler"])


def _wrap_helper(module: types.ModuleType) -> None:
    helper = getattr(module, "_client_async_logging_helper", None)
    if helper is not None:
        module._client_async_logging_helper = _log_task(helper)  # type: ignore[attr-defined]


def _wrap_threads(module: types.ModuleType) -> None:
    """Observe what is handed to LiteLLM's log threads: that they never come to it leaves no other mark."""
    submit = module.executor.submit

    @functools.wraps(submit)
    def submitted(handler: Any, /, *arguments: Any, **options: Any) -> Any:
        record.quietly(_note_submitted, handler, *arguments[:1])
        return submit(handler, *arguments, **options)

    module.executor.submit = submitted


def _note_submitted(*handlers: Any) -> None:
    """`handlers`: what the thread runs and its first argument, which is the handler when it runs in a context."""
    handler = next((one for one in handlers if getattr(one, "__name__", "") == "success_handler"), None)
    if handler is not None:
        _Log(handler.__name__, (handler.__self__,), {}).note("created")


class _Log:
    """One log task under observation."""

    def __init__(self, what: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> None:
        logging_obj = arguments[0] if arguments else options.get("logging_obj")
        kind = getattr(logging_obj, "call_type", None)
        self.call, self.over = _call_id(logging_obj), False
        self._facts = {"id": next(_numbers), "call": self.call, "what": what, "kind": kind}
        result = arguments[1] if len(arguments) > 1 else options.get("result")
        self._more = {"traced": record.quietly(_is_traced, logging_obj), "answer": getattr(result, "id", None)}
        self._more["at"] = record.quietly(sites.call_site)
        self.loop = _running_loop()
        LOGS.add(self)

    def note(self, state: str) -> None:
        """Write that the task is now in `state`. Late is what runs in another loop than the one it was meant for."""
        late = self.loop is not None and _running_loop() is not self.loop
        self.over = state not in ("created", "started")
        record.note("log", **self._facts, state=state, late=late, **self._more)
        self._more = {}


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _log_task(original: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    """Wrap a coroutine function: its creation counts, since what is lost is mostly never started."""

    @functools.wraps(original)
    def created(*arguments: Any, **options: Any) -> Any:
        log = record.quietly(_Log, original.__name__, arguments, options)
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


def _log_call(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def handled(*arguments: Any, **options: Any) -> Any:
        log = record.quietly(_Log, original.__name__, arguments, options)
        if log is None:
            return original(*arguments, **options)
        log.note("started")
        result = original(*arguments, **options)
        log.note("finished")
        return result

    return handled


# ---- what the callback raises


def _wrap_exports(module: types.ModuleType) -> None:
    own = vars(module.OpenTelemetry)
    for name in _EXPORTS:
        if name in own:
            setattr(module.OpenTelemetry, name, _export(own[name]))


def _export(original: Callable[..., Any]) -> Callable[..., Any]:
    """Note what it raises: LiteLLM's handlers catch that, and tell it to nobody."""

    @functools.wraps(original)
    def exported(callback: Any, kwargs: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return original(callback, kwargs, *arguments, **options)
        except Exception as error:
            record.quietly(_note_raised, kwargs, error)
            raise

    return exported


def _note_raised(kwargs: Mapping[str, Any], error: Exception) -> None:
    record.note("callback", call=kwargs.get("litellm_call_id"), error=f"{type(error).__name__}: {error}"[:_SAID])


# ---- what the SDKs say


def _listen_to_loggers() -> None:
    """Note the warnings and errors of the SDKs. Not by a handler: a logger without one prints them, and still must."""
    original = logging.Logger.callHandlers

    @functools.wraps(original)
    def call_handlers(logger: logging.Logger, message: logging.LogRecord) -> None:
        if message.levelno >= logging.WARNING and message.name.partition(".")[0] in _LOGGERS:
            record.quietly(_note_message, message)
        original(logger, message)

    logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign,assignment]


def _note_message(message: logging.LogRecord) -> None:
    error = message.exc_info[0].__name__ if message.exc_info and message.exc_info[0] else None
    text = message.getMessage()[:_SAID]
    record.note("message", logger=message.name, level=message.levelname, text=text, error=error)
