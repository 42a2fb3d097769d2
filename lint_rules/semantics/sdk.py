"""The LiteLLM and Langfuse surface as data: which dotted name does what.

Read off litellm 1.64.1 to 1.106.2 (`litellm/main.py`, `litellm/router.py`, `litellm/responses/main.py`) and
langfuse 2.60 to 5.0.4 as installed; versions stand where a name is younger or gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lint_rules.semantics.releases import Fact

MENTIONS = (b"litellm", b"langfuse")
"""A file that holds neither of these bytes cannot bring a LiteLLM stream or a Langfuse trace into being by itself."""


def is_mentioned(data: bytes) -> bool:
    """Tell whether a module's bytes mention LiteLLM or Langfuse at all."""
    litellm, langfuse = MENTIONS
    return litellm in data or langfuse in data


def owners_of(names: Iterable[str]) -> frozenset[str]:
    """Return everything that dotted names are reached through: of `litellm.Router.acompletion`, `litellm` and
    `litellm.Router`."""
    return frozenset(name[:at] for name in names for at, letter in enumerate(name) if letter == ".")


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

LOGGING_OBJECT = "logging_obj"
"""What a stream has to log its call with; undocumented."""
PART_HANDLERS = frozenset({"async_success_handler", "dispatch_success_handlers"})
"""Its methods that log the response they are given at once, and once per call."""
SYNC_PART_HANDLERS = frozenset({"success_handler"})
"""That of a stream that is not async."""
CHUNK_BUILDERS = frozenset({"litellm.stream_chunk_builder", "litellm.main.stream_chunk_builder"})

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

_NOTED = frozenset(
    {*CALLS, *STREAM_TYPES, *CHUNK_TYPES, *DELTA_TYPES, *CHUNK_BUILDERS, *CALLBACK_LISTS, *CALLBACK_MODULES} | {WORKER}
)
_LEADING = _NOTED | owners_of(_NOTED)


def is_noted(dotted: str) -> bool:
    """Tell whether a name of LiteLLM's means something here: it does, something is reached through it that does, or it
    is a member of what does. Most of LiteLLM (its exceptions, its settings, its caches) means nothing."""
    if dotted in _LEADING or dotted.startswith(CALLBACK_MODULES):
        return True
    return dotted.rpartition(".")[0] in _NOTED


LANGFUSE = "langfuse"
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
_SPAN_METHODS = frozenset({"start_as_current_span", "start_as_current_observation", "start_as_current_generation"})


def opens_span(dotted: str) -> bool:
    """Tell whether a callable of Langfuse >= 3 makes its span the active one inside a `with`."""
    root, _, method = dotted.rpartition(".")
    return root in LANGFUSE_CLIENTS and method in _SPAN_METHODS


SPAN_SWITCH_REQUEST, SPAN_SWITCH_CONTEXT = "USE_OTEL_LITELLM_REQUEST_SPAN", "OTEL_IGNORE_CONTEXT_PROPAGATION"
"""Environment variables with which langfuse_otel makes a generation inside an active span, too."""
SPAN_SWITCHES = frozenset({SPAN_SWITCH_REQUEST, SPAN_SWITCH_CONTEXT})

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

# Facts with a date: read off the wheels of neighbouring releases, so `first` and `gone` are exact. What is "measured"
# was run. `tests/semantics/test_sdk.py` re-derives from the installed SDKs what can be re-derived.

LOGGING_WORKER = Fact("litellm", WORKER, "litellm_core_utils/logging_worker.py: LoggingWorker.flush", first="1.76.0")
WORKER_MAY_HANG = Fact(
    "litellm",
    "the worker awaits each log in `asyncio.wait_for`, which before Python 3.12 may swallow the cancellation at the end"
    " of `asyncio.run`: it hangs",
    "litellm_core_utils/logging_worker.py: LoggingWorker._worker_loop; hang measured on 1.77.7",
    first="1.76.0",
    gone="1.80.5",
)
EXIT_HOOK = Fact(
    "litellm",
    f"{WORKER}._flush_on_exit",
    "litellm_core_utils/logging_worker.py: LoggingWorker.__init__",
    first="1.80.0",
)
FLUSH_WAITS_FOR_STARTED = Fact(
    "litellm",
    "the worker's flush waits for logs that it has taken from its queue, too",
    "litellm_core_utils/logging_worker.py: LoggingWorker.flush",
    first="1.83.13",
)
FLUSH_ON_NEW_LOOP = Fact(
    "litellm",
    "the worker's flush starts the worker on the running loop, so that it may be called on a new one",
    "litellm_core_utils/logging_worker.py: LoggingWorker.flush",
    first="1.104.0",
)
STREAM_ACLOSE = Fact(
    "litellm",
    "litellm.CustomStreamWrapper.aclose",
    "litellm_core_utils/streaming_handler.py: CustomStreamWrapper.aclose",
    first="1.81.14",
)
FIRST_CHUNK_EMPTY = Fact(
    "litellm",
    'the role-only first chunk of a stream is passed through, with content ""',
    "litellm_core_utils/streaming_handler.py: CustomStreamWrapper.is_chunk_non_empty; run on both sides",
    first="1.83.14",
)
ROUTER_HIDES_CHUNKS = Fact(
    "litellm",
    "an async stream of a Router does not have the chunks that it has passed on",
    "router.py: Router._acompletion_streaming_iterator; run on both sides",
    first="1.74.14",
    gone="1.94.0",
)
CALLBACK_CLIENTS = Fact(
    "litellm",
    "litellm.integrations.langfuse.langfuse.LangFuseLogger keeps a Langfuse client of its own in `.Langfuse`",
    "integrations/langfuse/langfuse.py: LangFuseLogger.__init__",
    gone="1.104.0",
)
EXPORTER_FLUSH = Fact(
    "litellm",
    LITELLM_EXPORTER_FLUSH,
    "integrations/langfuse/langfuse_sdk.py: flush_langfuse_tracing(timeout_millis: int = 30000) -> bool",
    first="1.104.0",
)
NEEDS_LANGFUSE_2 = Fact(
    "litellm",
    'the "langfuse" callback works with langfuse 2 only',
    "integrations/langfuse/langfuse_prompt_management.py: langfuse_client_init; measured",
    gone="1.104.0",
)
NEEDS_LANGFUSE_4_7 = Fact(
    "litellm",
    'the "langfuse" callback works with langfuse>=4.7,<5 only',
    "integrations/langfuse/langfuse.py: MINIMUM_LANGFUSE_VERSION, UNSUPPORTED_LANGFUSE_VERSION",
    first="1.104.0",
)
LANGFUSE_4_7 = Fact(
    "langfuse",
    'is accepted by the "langfuse" callback of litellm >= 1.104.0',
    "litellm: integrations/langfuse/langfuse.py: MINIMUM_LANGFUSE_VERSION; run with 4.6.1 and 4.7.0",
    first="4.7.0",
    gone="5.0.0",
)
VERSION_MODULE = Fact("langfuse", "langfuse.version", "version.py", gone="4.0.4")
TAKES_INTEGRATION = Fact(
    "langfuse", "`Langfuse(sdk_integration=...)` is accepted", "client.py: Langfuse.__init__", gone="3.0.0"
)
OTEL_CALLBACK = Fact(
    "litellm",
    "litellm.integrations.langfuse.langfuse_otel",
    "__init__.py: _custom_logger_compatible_callbacks_literal",
    first="1.72.7",
)
OTEL_NEEDS_GRPC = Fact(
    "litellm",
    "langfuse_otel imports the OTLP exporter over gRPC, though it does not use it",
    "integrations/opentelemetry.py: OpenTelemetry._get_span_processor",
    gone="1.81.3",
)
OTEL_NEEDS_SETTINGS = Fact(
    "litellm",
    "langfuse_otel imports pydantic_settings, which nothing installs",
    "integrations/otel/model/config.py; METADATA; run with 1.87.5 and 1.88.0",
    first="1.88.0",
    gone="1.96.0",
)
PRIVATE_PROVIDERS = Fact(
    "litellm",
    "langfuse_otel exports through a provider per credential, kept in `_tracer_provider_cache`, not the global one",
    "integrations/opentelemetry.py: OpenTelemetry.get_tracer_to_use_for_request",
    first="1.81.15",
)
PRIVATE_PROVIDERS_WRAPPED = Fact(
    "litellm",
    "an entry of `_tracer_provider_cache` holds the provider in `.provider`",
    "integrations/opentelemetry.py: _CachedTracerProvider",
    first="1.99.0",
)
ACTIVE_SPAN_ENDED = Fact(
    "litellm",
    "langfuse_otel ends the active span",
    "integrations/opentelemetry.py: OpenTelemetry._handle_success; seen in runs",
    first="1.79.1",
    gone="1.80.12",
)
SPAN_MERGED_AT_FIRST = Fact(
    "litellm",
    "langfuse_otel writes onto the active span instead of making a generation",
    "integrations/opentelemetry.py: OpenTelemetry._start_primary_span, later _handle_success; run on both sides",
    first="1.80.6",
    gone="1.81.9",
)
SPAN_MERGED = Fact(
    "litellm",
    "langfuse_otel writes onto the active span instead of making a generation",
    "integrations/opentelemetry.py: OpenTelemetry._handle_success; run on both sides",
    first="1.82.5",
)
RAW_REQUEST_IS_GENERATION = Fact(
    "litellm",
    "langfuse_otel sends the raw request as a second generation, which arrives inside an active span, too",
    "integrations/opentelemetry.py: OpenTelemetry.set_raw_request_attributes; run on both sides",
    first="1.81.9",
    gone="1.82.1",
)
REQUEST_SPAN_SWITCH = Fact(
    "litellm",
    f"{SPAN_SWITCH_REQUEST}=true makes a span of its own inside an active one",
    "integrations/opentelemetry.py: OpenTelemetry._handle_success",
    first="1.80.6",
)
CONTEXT_SWITCH = Fact(
    "litellm",
    f"{SPAN_SWITCH_CONTEXT}=true makes a span of its own, outside the active one",
    "integrations/opentelemetry.py: OpenTelemetryConfig.__post_init__",
    first="1.82.5",
)
DECORATORS = Fact("langfuse", "langfuse.decorators", "decorators/__init__.py", gone="3.0.0")
GET_CLIENT = Fact("langfuse", "langfuse.get_client", "__init__.py", first="3.0.0")
BRINGS_OTEL = Fact(
    "langfuse",
    "installs opentelemetry-sdk and the OTLP exporter over HTTP, for langfuse_otel",
    "METADATA",
    first="3.0.0",
)
BRINGS_GRPC = Fact("langfuse", "installs the OTLP exporter over gRPC, too", "METADATA", first="3.0.0", gone="3.2.5")

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
