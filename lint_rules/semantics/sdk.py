"""The LiteLLM and Langfuse surface as data: which dotted name does what.

Read off litellm 1.64.1 to 1.106.2 (`litellm/main.py`, `litellm/router.py`, `litellm/responses/main.py`) and
langfuse 2.60 to 5.0.4 as installed; versions stand where a name is younger or gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lint_rules.semantics.releases import Fact

MENTIONS = (b"litellm", b"langfuse")
"""A file that holds neither of these bytes cannot bring a LiteLLM stream or a Langfuse trace into being by itself."""


def is_mentioned(data: bytes) -> bool:
    """Tell whether a module's bytes mention LiteLLM or Langfuse at all."""
    return any(mention in data for mention in MENTIONS)


@dataclass(frozen=True)
class Call:
    """A LiteLLM callable whose calls are logged: awaited or not, and whether `stream=True` makes its result a
    stream."""

    is_async: bool
    streams: bool = True


_ASYNC, _SYNC = Call(is_async=True), Call(is_async=False)
_ASYNC_WHOLE = Call(is_async=True, streams=False)

_ENTRIES: Mapping[str, Call] = {
    "acompletion": _ASYNC,
    "atext_completion": _ASYNC,
    "aresponses": _ASYNC,
    "acompletion_with_retries": _ASYNC,
    "completion": _SYNC,
    "text_completion": _SYNC,
    "responses": _SYNC,
    "completion_with_retries": _SYNC,
    "aembedding": _ASYNC_WHOLE,
    "aimage_generation": _ASYNC_WHOLE,
    "amoderation": _ASYNC_WHOLE,
    "arerank": _ASYNC_WHOLE,
    "aspeech": _ASYNC_WHOLE,
    "atranscription": _ASYNC_WHOLE,
}

_HOMES = ("litellm", "litellm.main", "litellm.responses.main", "litellm.Router", "litellm.router.Router")

CALLS: Mapping[str, Call] = {f"{home}.{name}": call for home in _HOMES for name, call in _ENTRIES.items()}

STREAM_TYPES = frozenset(
    f"{home}.{name}"
    for home in (
        "litellm",
        "litellm.utils",
        "litellm.types.utils",
        "litellm.litellm_core_utils.streaming_handler",
        "litellm.responses.streaming_iterator",
        "litellm.main",
    )
    for name in ("CustomStreamWrapper", "TextCompletionStreamWrapper", "ResponsesAPIStreamingIterator")
)

CHUNK_TYPES = frozenset(
    {
        "litellm.ModelResponseStream",
        "litellm.types.utils.ModelResponseStream",
        "litellm.utils.ModelResponseStream",
    }
)
DELTA_TYPES = frozenset({"litellm.types.utils.Delta", "litellm.utils.Delta"})

CALLBACK_LISTS = frozenset({"litellm.success_callback", "litellm.failure_callback", "litellm.callbacks"})
CALLBACK_KEYWORDS = frozenset({"success_callback", "failure_callback", "callbacks"})
CALLBACK_NAMES = frozenset({"langfuse", "langfuse_otel"})
CALLBACK_MODULES = ("litellm.integrations.langfuse",)
"""An instance of a class from here is a Langfuse callback."""


def callbacks_of(dotted: str) -> frozenset[str]:
    """Return the name of the callback that a class of LiteLLM's is (`LangfuseOtelLogger`), if it is one of Langfuse."""
    if not dotted.startswith(CALLBACK_MODULES):
        return frozenset()
    return frozenset({"langfuse_otel" if "otel" in dotted.lower() else "langfuse"})


WORKER = "litellm.litellm_core_utils.logging_worker.GLOBAL_LOGGING_WORKER"
"""LiteLLM's background logging worker, first in litellm 1.76.0."""

LANGFUSE_CLIENTS = frozenset(
    {"langfuse.Langfuse", "langfuse.get_client", "langfuse.client.Langfuse", "langfuse._client.client.Langfuse"}
)
LANGFUSE_CONTEXTS = frozenset({"langfuse.decorators.langfuse_context", "langfuse.langfuse_context"})
LANGFUSE_HANDLERS = frozenset(
    {
        "langfuse.callback.CallbackHandler",
        "langfuse.langchain.CallbackHandler",
        "langfuse.langchain.CallbackHandler.CallbackHandler",
    }
)
OBSERVE_DECORATORS = frozenset({"langfuse.observe", "langfuse.decorators.observe"})
LANGFUSE_OPENAI = "langfuse.openai"
"""Drop-in clients of this module record an observation for each call."""

FLUSH_METHODS = frozenset({"flush", "shutdown", "flush_async"})
SILENT_CLIENT_METHODS = frozenset(
    {
        "auth_check",
        "get_prompt",
        "get_trace_url",
        "get_current_trace_id",
        "get_dataset",
        "create_prompt",
        "api",
        "async_api",
        "join",
    }
)
"""Methods of a Langfuse client that leave nothing behind to be exported."""

LITELLM_EXPORTER_FLUSH = "litellm.integrations.langfuse.langfuse_sdk.flush_langfuse_tracing"
"""Flushes the private exporter of the "langfuse" callback: litellm >= 1.104.0."""

# Facts with a date. `tests/semantics/test_sdk.py` re-derives from the installed SDKs what can be re-derived.

LOGGING_WORKER = Fact("litellm", WORKER, "litellm_core_utils/logging_worker.py: LoggingWorker.flush", first="1.76.0")
WORKER_RESTARTS = Fact(
    "litellm",
    "GLOBAL_LOGGING_WORKER.flush() on a new loop takes over what an earlier loop left",
    "litellm_core_utils/logging_worker.py: LoggingWorker.flush calls start()",
    first="1.104.0",
)
WORKER_TASK_AT_ONCE = Fact(
    "litellm",
    "the first call makes the worker's task, which never ends, one of the loop's",
    "measured: waiting for all tasks after one call hangs with 1.77.7, and does not with 1.80.11",
    first="1.76.0",
    gone="1.80.0",
)
EXPORTER_FLUSH = Fact(
    "litellm", LITELLM_EXPORTER_FLUSH, "integrations/langfuse/langfuse_sdk.py: flush_langfuse_tracing", first="1.104.0"
)
PRIVATE_PROVIDERS = Fact(
    "litellm",
    "langfuse_otel exports through a provider per credential",
    "integrations/opentelemetry.py: OpenTelemetry._get_tracer_with_dynamic_headers",
    first="1.85.0",
)
SPAN_MERGED = Fact(
    "litellm",
    "langfuse_otel writes onto the active span instead of making a generation",
    "integrations/opentelemetry.py; measured",
    first="1.80.0",
)
DECORATORS = Fact("langfuse", "langfuse.decorators", "decorators/__init__.py", gone="3.0.0")
GET_CLIENT = Fact("langfuse", "langfuse.get_client", "__init__.py", first="3.0.0")

RUNNERS: Mapping[str, str] = {
    "asyncio.run": "asyncio.run",
    "asyncio.runners.run": "asyncio.run",
    "anyio.run": "anyio.run",
    "trio.run": "trio.run",
    "uvloop.run": "uvloop.run",
    "nest_asyncio.run": "asyncio.run",
    "asgiref.sync.async_to_sync": "async_to_sync",
}
LOOP_FACTORIES = frozenset(
    {"asyncio.get_event_loop", "asyncio.new_event_loop", "asyncio.get_running_loop", "uvloop.new_event_loop"}
)
LOOP_RUN_METHODS = frozenset({"asyncio.Runner.run", "asyncio.loop.run_until_complete"})

TRANSPARENT = frozenset(
    {
        "typing.cast",
        "typing_extensions.cast",
        "aiter",
        "iter",
        "asyncio.ensure_future",
        "asyncio.create_task",
        "asyncio.shield",
        "asyncio.wait_for",
        "anyio.to_thread.run_sync",
        "copy.copy",
    }
)
"""Callables that hand back the value of one argument: the last positional of `cast`, else the first."""

NUMBERING = frozenset(
    {
        "enumerate",
        "asyncstdlib.enumerate",
        "asyncstdlib.builtins.enumerate",
        "aioitertools.enumerate",
        "aioitertools.builtins.enumerate",
    }
)
CLOSING = frozenset({"contextlib.aclosing", "contextlib.closing", "async_generator.aclosing"})
_DELIVERING_NAME = re.compile(
    r"flush|drain|deliver|shutdown|teardown|telemetry|tracing|langfuse|observability|wait_for_log",
    re.IGNORECASE,
)


_OTHER_RECEIVERS = re.compile(
    r"^(sys|std(in|out|err)|files?|f|fh|handle|writer|sessions?|db|executor|redis|socket|server|buffer|cache|queue|pool)$"
)
"""What else is flushed, drained and shut down."""


def is_other_receiver(name: str) -> bool:
    """Tell whether `<name>.flush()` is about something else than traces."""
    return bool(_OTHER_RECEIVERS.match(name))


def may_deliver(name: str, receiver: str = "") -> bool:
    """Tell whether something outside our sight, called `name`, may well deliver traces: then we stay silent."""
    return bool(_DELIVERING_NAME.search(name)) and not is_other_receiver(receiver)
