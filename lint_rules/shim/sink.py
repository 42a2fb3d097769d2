"""The loopback Langfuse: accepts what the SDKs and LiteLLM's own exporters send, and reads the generations out of it.

Bodies are kept as they came and decoded when asked for, after the program is gone. Asked to, the endpoint fails the way
real ones do (`Answer`), because what a program does then is part of what delivery means.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args
from urllib.parse import urlsplit

from .answers import marked
from .loopback import LOOPBACK, Handler, Server, serving
from .public_api import Trace, epoch_of, is_authorized, read_back, unauthorized

Kind = Literal["generation", "span"]
Answer = Literal["ok", "500", "hang", "slow", "refuse"]
"""How the endpoint takes what it is sent: it accepts it; answers 500; accepts the connection and never answers; accepts
it after `SLOW` seconds; refuses the connection. What gets no `ok` in the end counts as not arrived."""
ANSWERS: tuple[Answer, ...] = get_args(Answer)
SLOW = 2.0

_OUTPUTS = (
    "langfuse.observation.output",
    "gen_ai.output.messages",
    "gen_ai.completion",
    "gen_ai.completion.0.content",
    "llm.output_messages.0.message.content",
    "output.value",
)
_MODELS = (
    "langfuse.observation.model.name",
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "model",
)
_IDS = ("gen_ai.response.id", "llm.response.id", "langfuse.observation.metadata.response_id")
_ERRORS = ("langfuse.observation.status_message", "exception.message", "error.message")
_CALL = "litellm_call_id"
"""How the key ends under which LiteLLM's integrations send its call id."""
_TOTALS = ("gen_ai.usage.total_tokens", "llm.token_count.total", "llm.usage.total_tokens")
_INPUTS = ("langfuse.observation.input", "gen_ai.input.messages", "gen_ai.prompt", "input.value")
_USERS = ("langfuse.user.id", "user.id", "gen_ai.user.id")
_TRACE_NAMES = ("langfuse.trace.name",)
_TAGS = ("langfuse.trace.tags",)
_SUBJECTS = ("generation", "span", "observation")
_MODEL_TYPES = ("generation", "embedding")


@dataclass(frozen=True)
class Generation:
    """One observation as Langfuse would show it, from whichever protocol it came."""

    trace_id: str
    observation_id: str
    name: str
    kind: Kind
    model: str
    output_text: str
    usage_total: int
    level: str
    number: int | None
    """Of the loopback model's answer that the output (or, failing that, an id) comes from."""
    input_text: str = ""
    started: float = 0.0
    """Seconds since 1970."""
    arrived: float = 0.0
    """When its last part reached Langfuse, in seconds since 1970."""
    call: str = ""
    """LiteLLM's id of the call, where it came along."""
    error: str = ""
    """Why the call failed, if it did."""


@dataclass(frozen=True)
class Delivery:
    """One body that arrived."""

    protocol: Literal["legacy", "otlp"]
    body: bytes
    at: float
    """Seconds since 1970."""


class Sink:
    """The endpoint's address and what arrived."""

    def __init__(self, url: str, idle: Callable[[], bool], answer: Answer = "ok") -> None:
        self.url = url
        self.answer = answer
        self.keys: tuple[str, str] | None = None
        """The public and the secret key that a request has to bring; None: any will do."""
        self.readable = True
        """Whether the public API serves what arrived; Langfuse's does not while its own queue is stuck."""
        self.closing = threading.Event()
        """Set when the endpoint goes away, for those who wait in it."""
        self._idle = idle
        self._deliveries: list[Delivery] = []
        self._lock = threading.Lock()

    def accept(self, delivery: Delivery) -> None:
        """Keep a body."""
        with self._lock:
            self._deliveries.append(delivery)

    def settle(self, grace: float, limit: float = SLOW + 2.0) -> None:
        """Wait for what is still on its way: `grace` seconds at least, then until no request is being read."""
        time.sleep(grace)
        deadline = time.monotonic() + limit
        while not self._idle() and time.monotonic() < deadline:
            time.sleep(0.01)

    @property
    def count(self) -> int:
        """How many bodies arrived."""
        return len(self._deliveries)

    def observations(self, since: int = 0) -> tuple[Generation, ...]:
        """Decode what arrived after the first `since` bodies, one entry per observation, in order of arrival."""
        legacy, spans = self._decoded(since)
        return (*legacy_observations(legacy), *span_observations(spans))

    def traces(self, since: int = 0) -> dict[str, Trace]:
        """Decode what arrived after the first `since` bodies about whole traces, by id, in order of arrival."""
        legacy, spans = self._decoded(since)
        return {**legacy_traces(legacy), **span_traces(spans)}

    def _decoded(self, since: int) -> tuple[list[dict[str, Any]], list[SpanData]]:
        with self._lock:
            deliveries = tuple(self._deliveries[since:])
        legacy = [
            {**event, "shim_arrived": delivery.at}
            for delivery in deliveries
            if delivery.protocol == "legacy"
            for event in _events(delivery.body)
        ]
        spans = [
            replace(span, arrived=delivery.at)
            for delivery in deliveries
            if delivery.protocol == "otlp"
            for span in decode_spans(delivery.body)
        ]
        return legacy, spans


@contextmanager
def sink(
    port: int = 0, answer: Answer = "ok", *, keys: tuple[str, str] | None = None, readable: bool = True
) -> Iterator[Sink]:
    """Run the endpoint, on `port` or a free one, for as long as the block runs.

    With `keys` (public, secret), requests without them are answered 401; if not `readable`, the public API stays empty.
    """
    if answer == "refuse":
        with socket.socket() as taken:
            # Bound and not listening: the port refuses, and nobody else can open it meanwhile.
            taken.bind((LOOPBACK, port))
            yield Sink(f"http://{LOOPBACK}:{taken.getsockname()[1]}", lambda: True, answer)
        return
    server = Server(_SinkHandler, port)
    server.owner = Sink(server.url, lambda: server.idle, answer)
    server.owner.keys, server.owner.readable = keys, readable
    with serving(server):
        try:
            yield server.owner
        finally:
            server.owner.closing.set()


class _SinkHandler(Handler):
    @property
    def sink(self) -> Sink:
        return cast(Sink, self.server.owner)

    def do_GET(self) -> None:
        self._take(self._get)

    def do_POST(self) -> None:
        self._take(self._post)

    def _take(self, accept: Callable[[bytes], None]) -> None:
        """Read one request and answer it the way this endpoint has been told to."""
        with self.server.working():
            body = self.body()
            if self.sink.answer == "slow":
                self.sink.closing.wait(SLOW)
            if self.sink.answer == "500":
                self.answer_json({"message": "the shim was asked to fail", "error": "InternalServerError"}, 500)
            elif self.sink.answer != "hang" and not is_authorized(self.headers.get("Authorization"), self.sink.keys):
                status, refusal = unauthorized()
                self.answer_json(refusal, status)
            elif self.sink.answer != "hang":
                accept(body)
        if self.sink.answer == "hang":
            # Not counted as work: nobody shall wait for an answer that never comes.
            self.sink.closing.wait()
            self.close_connection = True

    def _get(self, _: bytes) -> None:
        route = urlsplit(self.path).path.rstrip("/")
        if route.endswith("/health"):
            return self.answer_json({"status": "OK", "version": "3.200.0"})
        if route.endswith("/projects"):
            return self.answer_json({"data": [{"id": "shim", "name": "shim", "metadata": {}, "organization": None}]})
        traces, found = (self.sink.traces(), self.sink.observations()) if self.sink.readable else ({}, ())
        served = read_back(self.path, traces, found)
        if served:
            status, answer = served
            return self.answer_json(answer, status)
        return self.answer_json({"message": f"the shim has nothing at {route}", "error": "NotFound"}, 404)

    def _post(self, body: bytes) -> None:
        route = urlsplit(self.path).path.rstrip("/")
        if route.endswith(("/otel/v1/traces", "/otel")):
            self.sink.accept(Delivery("otlp", body, time.time()))
            # An ExportTraceServiceResponse in which every span was accepted is the empty message.
            return self.answer(200, b"", "application/x-protobuf")
        if route.endswith("/ingestion"):
            self.sink.accept(Delivery("legacy", body, time.time()))
            done = [{"id": event.get("id", ""), "status": 201} for event in _events(body)]
            return self.answer_json({"successes": done, "errors": []}, 207)
        return self.answer_json({"id": "shim"})


def _events(body: bytes) -> list[dict[str, Any]]:
    try:
        batch = json.loads(body)["batch"]
    except (ValueError, KeyError, TypeError):
        return []
    return [event for event in batch if isinstance(event, dict)] if isinstance(batch, list) else []


def legacy_observations(events: Iterable[Mapping[str, Any]]) -> tuple[Generation, ...]:
    """Merge the create and update events of each observation, and read the result."""
    merged: dict[str, dict[str, Any]] = {}
    for event in events:
        subject = str(event.get("type", "")).removesuffix("-create").removesuffix("-update")
        body = event.get("body")
        if subject not in _SUBJECTS or not isinstance(body, dict):
            continue
        known = merged.setdefault(str(body.get("id")), {"shim_kind": subject})
        known.update({key: value for key, value in body.items() if value is not None})
        known["shim_arrived"] = event.get("shim_arrived", 0.0)
    return tuple(_legacy_observation(body) for body in merged.values())


def _legacy_observation(body: Mapping[str, Any]) -> Generation:
    is_generation = body["shim_kind"] == "generation" or str(body.get("type", "")).lower() == "generation"
    output = text_of(body.get("output"))
    identity, error = str(body.get("id", "")), str(body.get("statusMessage", ""))
    metadata = body["metadata"] if isinstance(body.get("metadata"), dict) else {}
    return Generation(
        trace_id=str(body.get("traceId", "")),
        observation_id=identity,
        name=str(body.get("name", "")),
        kind="generation" if is_generation else "span",
        model=str(body.get("model", "")),
        output_text=output,
        usage_total=_usage_total(body.get("usageDetails") or body.get("usage")),
        level=str(body.get("level", "DEFAULT")),
        number=_number(output, error, str(metadata.get("response_id", "")), identity),
        input_text=text_of(body.get("input")),
        started=epoch_of(body.get("startTime")),
        arrived=body["shim_arrived"],
        call=_call(metadata),
        error=error,
    )


def legacy_traces(events: Iterable[Mapping[str, Any]]) -> dict[str, Trace]:
    """Merge the events of each trace; an observation makes the trace that it names, as in Langfuse."""
    merged: dict[str, dict[str, Any]] = {}
    for event in events:
        body = event.get("body")
        if not isinstance(body, dict):
            continue
        is_trace = event.get("type") == "trace-create"
        known = merged.setdefault(str(body.get("id" if is_trace else "traceId")), {})
        if is_trace:
            known.update({key: value for key, value in body.items() if value is not None})
    return {
        key: Trace(key, str(body.get("name", "")), str(body.get("userId", "")), _tags(body.get("tags")))
        for key, body in merged.items()
    }


@dataclass(frozen=True)
class SpanData:
    """One OTLP span, without the protobuf."""

    trace_id: str
    span_id: str
    name: str
    failed: bool
    attributes: Mapping[str, Any]
    started: float = 0.0
    """Seconds since 1970."""
    arrived: float = 0.0
    status: str = ""
    """What the span's status says."""


def decode_spans(body: bytes) -> tuple[SpanData, ...]:
    """Decode one OTLP/HTTP protobuf body; what is no such body has no spans."""
    # Imported here, because `lint_rules.shim` must import without the `shim` extra.
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: PLC0415

    try:
        message = ExportTraceServiceRequest.FromString(body)
    except Exception:  # protobuf's DecodeError; protobuf brings no types along to name it by
        return ()
    scopes = (scope for resource in message.resource_spans for scope in resource.scope_spans)
    return tuple(_span(span) for scope in scopes for span in scope.spans)


def _span(span: Any) -> SpanData:
    attributes = {pair.key: _any_value(pair.value) for pair in span.attributes}
    started = span.start_time_unix_nano / 1e9
    status = span.status
    return SpanData(
        span.trace_id.hex(),
        span.span_id.hex(),
        span.name,
        status.code == 2,
        attributes,
        started,
        status=status.message,
    )


def _any_value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_any_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _any_value(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, kind) if kind else None


def span_observations(spans: Iterable[SpanData]) -> tuple[Generation, ...]:
    """Read observations out of spans; a span exported twice is one observation, as in Langfuse."""
    unique = {(span.trace_id, span.span_id): span for span in spans}
    return tuple(_span_observation(span) for span in unique.values())


def span_traces(spans: Iterable[SpanData]) -> dict[str, Trace]:
    """Gather what the spans of each trace say about the trace."""
    merged: dict[str, dict[str, Any]] = {}
    for span in spans:
        merged.setdefault(span.trace_id, {}).update(span.attributes)
    return {
        key: Trace(
            key,
            str(_first(attributes, _TRACE_NAMES) or ""),
            str(_first(attributes, _USERS) or ""),
            _tags(_first(attributes, _TAGS)),
        )
        for key, attributes in merged.items()
    }


def _tags(value: object) -> tuple[str, ...]:
    """Read tags, which are a list or JSON of one."""
    tags = _parsed(value)
    return tuple(map(str, tags)) if isinstance(tags, list) else ()


def _span_observation(span: SpanData) -> Generation:
    attributes = span.attributes
    output, error = text_of(_first(attributes, _OUTPUTS)), str(_first(attributes, _ERRORS) or span.status)
    return Generation(
        trace_id=span.trace_id,
        observation_id=span.span_id,
        name=span.name,
        kind=_kind(attributes),
        model=str(_first(attributes, _MODELS) or ""),
        output_text=output,
        usage_total=_span_usage(attributes),
        level=str(attributes.get("langfuse.observation.level") or ("ERROR" if span.failed else "DEFAULT")),
        number=_number(output, error, *(str(attributes.get(key, "")) for key in _IDS)),
        input_text=text_of(_first(attributes, _INPUTS)),
        started=span.started,
        arrived=span.arrived,
        call=_call(attributes) or _call(_metadata(attributes)),
        error=error,
    )


def _kind(attributes: Mapping[str, Any]) -> Kind:
    """Langfuse's own reading: the explicit type decides, else a span that names a model is a generation."""
    named = attributes.get("langfuse.observation.type")
    if named:
        return "generation" if named in _MODEL_TYPES else "span"
    return "generation" if _first(attributes, _MODELS) else "span"


def _span_usage(attributes: Mapping[str, Any]) -> int:
    try:
        details = json.loads(attributes.get("langfuse.observation.usage_details") or "null")
    except (TypeError, ValueError):
        details = None
    total = _first(attributes, _TOTALS)
    return _usage_total(details) or (int(total) if isinstance(total, (int, float)) else 0)


def _usage_total(usage: object) -> int:
    if not isinstance(usage, dict):
        return 0
    counts = {key: value for key, value in usage.items() if isinstance(value, (int, float))}
    total = next((counts[key] for key in ("total", "totalTokens", "total_tokens") if counts.get(key)), None)
    return int(sum(counts.values()) if total is None else total)


def _call(attributes: Mapping[str, Any]) -> str:
    """Return LiteLLM's call id among `attributes`."""
    return next((str(value) for key, value in attributes.items() if key.endswith(_CALL) and value), "")


def _metadata(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an observation's metadata, where they are one JSON object."""
    found = _parsed(attributes.get("langfuse.observation.metadata"))
    return found if isinstance(found, dict) else {}


def _first(attributes: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((attributes[key] for key in keys if attributes.get(key)), None)


def _number(*texts: str) -> int | None:
    return next((number for text in texts if (number := marked(text)) is not None), None)


def text_of(output: object) -> str:
    """Return the text of an output, which is a string, a message, or JSON of one; anything richer stays JSON."""
    value = _parsed(output)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("content"), str) and not value.get("tool_calls"):
        return str(value["content"])
    return json.dumps(value, default=str)


def _parsed(output: object) -> object:
    if not isinstance(output, str) or not output.startswith(("{", "[", '"')):
        return output
    try:
        parsed: object = json.loads(output)
    except ValueError:
        return output
    return parsed
