"""Parent side: why a call was lost, from what `tracker` observed inside the program. Nothing observed, nothing said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from .answers import marked
from .provider import Exchange

Cause = Literal[
    "abandoned stream",
    "crash on a None delta",
    "logging cancelled at loop close",
    "exporter not flushed",
    "unsupported versions",
    "exporter error",
    "merged into a span",
    "not traced",
    "recorded twice",
    "output not recorded",
    "unknown",
]
Event = Mapping[str, Any]

NOT_INITIALISED = "Error initializing custom logger"
_MISFITS = ("ImportError", "ModuleNotFoundError", "AttributeError", "TypeError")
"""What LiteLLM's integration raises when it meets a Langfuse, or OpenTelemetry, of another release."""
_EXPORTERS = ("langfuse", "opentelemetry")
_EXPORT_WORDS = ("langfuse", "export", "otel")
_NONE_ERRORS = ("TypeError", "AttributeError")
_ENDED_SPAN = "Setting attribute on ended span"
_THREADED = "success_handler"
"""What LiteLLM logs by in a thread, which the exit of the interpreter waits for."""
_RULES = {"exception": "LLM103"}


class Why(NamedTuple):
    """A cause, the rule that finds its like (None: no rule does), and what was observed."""

    cause: Cause
    rule: str | None
    detail: str


@dataclass
class StreamSeen:
    """What one LiteLLM stream did."""

    number: int | None = None
    opened_at: str | None = None
    chunks: int = 0
    exhausted: bool = False
    is_async: bool = True
    left_at: str | None = None
    how: str | None = None
    error: str | None = None
    last_was_none: bool = False
    traced: bool | None = None

    def take(self, event: Event) -> None:
        """Take one observation."""
        state = event["state"]
        if state == "opened":
            self.opened_at, self.traced = event["at"], event["traced"]
        elif state == "chunk":
            self.chunks += 1
            self.is_async, self.last_was_none = event["is_async"], event["none"]
            self.left_at, self.how, self.error = event["at"], None, None
        elif state == "exhausted":
            self.exhausted, self.left_at, self.how, self.error = True, None, None, None
        else:
            how = event.get("how") or state
            self.left_at, self.how, self.error = event["at"] or self.left_at, how, event["error"]


@dataclass
class LogSeen:
    """What one log task did."""

    number: int | None
    what: str
    kind: str | None
    pid: int
    call: str | None
    at: str | None = None
    traced: bool | None = None
    """Whether a callback that may reach Langfuse was registered; None if that could not be seen."""
    answer: str = ""
    """The id of the answer that is logged: a cache hands the same one out again."""
    states: list[str] = field(default_factory=list)
    late: bool = False

    @property
    def in_time(self) -> bool:
        """Whether it ran to its end while its loop did."""
        return "finished" in self.states and not self.late


@dataclass(frozen=True)
class Observed:
    """All that was seen inside the program's process."""

    streams: tuple[StreamSeen, ...] = ()
    logs: tuple[LogSeen, ...] = ()
    messages: tuple[Event, ...] = ()
    raised: Mapping[int, str] = field(default_factory=dict)
    """What LiteLLM's callback raised when it was to record a call, by the number of its answer."""
    exited: frozenset[int] = frozenset()
    """The processes that came to their exit handlers."""
    failures: tuple[str, ...] = ()
    """Where the tracker itself failed."""
    reached: tuple[tuple[str, int], ...] = ()
    """The lines that ran, of those that were asked about."""
    originals: tuple[str, ...] = ()
    """The files that ran from the original of a copied project."""

    def stream_of(self, exchange: Exchange) -> StreamSeen | None:
        """Return the stream that read this answer; failing that, one opened at its call site that nobody read."""
        own = [stream for stream in self.streams if stream.number == exchange.number]
        unread = [one for one in self.streams if not one.chunks and not one.exhausted and exchange.site is not None]
        return next(iter([*own, *(one for one in unread if one.opened_at == exchange.site)]), None)

    def repeats_of(self, number: int) -> int:
        """Count the calls that got this answer again from a cache of LiteLLM's, and so are logged on their own."""
        return len({log.call for log in self.logs if log.number is None and marked(log.answer) == number})

    def logs_of(self, number: int) -> tuple[LogSeen, ...]:
        """Return the log tasks of one call."""
        return tuple(log for log in self.logs if log.number == number)


def read_record(path: Path) -> tuple[Event, ...]:
    """Return the observations in `path`, in order; none if there is no such file. A torn last line is left out."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    return events_in(lines)


def events_in(lines: Iterable[str]) -> tuple[Event, ...]:
    """Return the observations that `lines` of a record hold."""
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "event" in event:
            events.append(event)
    return tuple(events)


def observed(events: Sequence[Event], exchanges: Iterable[Exchange] = ()) -> Observed:
    """Put the observations together by stream, log task and call."""
    numbers = numbers_of(events, exchanges)
    streams: dict[tuple[int, int], StreamSeen] = {}
    logs: dict[tuple[int, int], LogSeen] = {}
    for event in events:
        if event["event"] == "stream":
            stream = streams.setdefault(_key(event), StreamSeen(numbers.get(event["call"])))
            stream.take(event)
        elif event["event"] == "log":
            log = logs.setdefault(_key(event), _log(event, numbers))
            log.states.append(event["state"])
            log.late = log.late or event["late"]
    return Observed(
        streams=tuple(streams.values()),
        logs=tuple(logs.values()),
        messages=named(events, "message"),
        raised={numbers[one["call"]]: one["error"] for one in named(events, "callback") if one["call"] in numbers},
        exited=frozenset(event["pid"] for event in named(events, "exit")),
        failures=tuple(f"{event['where']}: {event['error']}" for event in named(events, "failed")),
        reached=tuple(dict.fromkeys((event["file"], event["line"]) for event in named(events, "reached"))),
        originals=tuple(dict.fromkeys(event["file"] for event in named(events, "original"))),
    )


def _log(event: Event, numbers: Mapping[str, int]) -> LogSeen:
    seen = LogSeen(numbers.get(event["call"]), event["what"], event["kind"], event["pid"], event["call"])
    # Only a task's first observation says these.
    seen.at, seen.traced, seen.answer = event.get("at"), event.get("traced"), str(event.get("answer") or "")
    return seen


def _key(event: Event) -> tuple[int, int]:
    return event["pid"], event["id"]


def named(events: Iterable[Event], name: str) -> tuple[Event, ...]:
    """Return the observations of one kind."""
    return tuple(event for event in events if event["event"] == name)


def numbers_of(events: Iterable[Event], exchanges: Iterable[Exchange]) -> dict[str, int]:
    """Return which answer of the model each of LiteLLM's calls got in the end; one call may be made by another."""
    numbers = {exchange.call: exchange.number for exchange in exchanges if exchange.call and not exchange.failed}
    for event in named(events, "nested"):
        inner, *outer = event["calls"]
        if inner in numbers:
            numbers.update(dict.fromkeys(outer, numbers[inner]))
    return numbers


# ---- why


class Came(NamedTuple):
    """What arrived of a call that was not delivered."""

    merged: bool = False
    """Its output, on a span that is no generation."""
    logged: bool = False
    """A part of it, so that it was logged and sent."""
    wordless: bool = False
    """A generation without output that may be it."""


def why(exchange: Exchange, seen: Observed, came: Came) -> Why:
    """Return why the call behind `exchange` was not delivered, from the surest observation to the least."""
    found = _not_initialised(seen) or _untraced(exchange, seen) or _stream(exchange, seen)
    found = found or _hung_up(exchange, seen)
    if came.logged and exchange.via == "langfuse":
        # Langfuse's own client records what went through it, at the end or when its generator is closed.
        found = found or Why("abandoned stream", None, "Langfuse's client recorded what had been read")
    if came.logged:
        return found or _without_output(exchange, seen)
    found = found or _cancelled(exchange, seen)
    if found is not None:
        return found
    if came.merged:
        return Why("merged into a span", "LLM403", "its output went onto a span that is no generation")
    return (
        _on_an_ended_span(exchange, seen)
        or _exporter(exchange, seen)
        or (_without_output(exchange, seen) if came.wordless else None)
        or Why("unknown", None, "nothing observed says why")
    )


def _not_initialised(seen: Observed) -> Why | None:
    for message in seen.messages:
        if NOT_INITIALISED not in message["text"]:
            continue
        detail = f"LiteLLM could not set up its callback: {message['text'].rpartition(NOT_INITIALISED)[2].strip(': ')}"
        if message["error"] in _MISFITS:
            return Why("unsupported versions", "LLM402", detail)
        return Why("exporter error", None, detail)
    return None


def _untraced(exchange: Exchange, seen: Observed) -> Why | None:
    if exchange.via not in ("", "litellm", "langfuse"):
        return Why("not traced", None, f"{exchange.via} asked the model itself, and nothing records that")
    stream = seen.stream_of(exchange)
    traced = [log.traced for log in seen.logs_of(exchange.number)] + ([stream.traced] if stream else [])
    if traced and not any(one is not False for one in traced):
        return Why("not traced", None, "no Langfuse callback was registered with LiteLLM")
    return None


def _stream(exchange: Exchange, seen: Observed) -> Why | None:
    stream = seen.stream_of(exchange) if exchange.stream else None
    if stream is None or stream.exhausted or stream.how == "failed":
        return None
    if not stream.chunks and stream.left_at is None:
        return Why("abandoned stream", "LLM104", "nobody read the stream")
    if _crashed_on_none(stream):
        return Why("crash on a None delta", "LLM201", f"{stream.error} at {stream.left_at}")
    rule = _RULES.get(stream.how or "", "LLM101" if stream.is_async else "LLM102")
    how = {None: "left", "suspended": "left waiting", "cancelled": "cancelled"}.get(stream.how, f"left ({stream.how})")
    return Why("abandoned stream", rule, f"{how} at {stream.left_at or '?'} after {stream.chunks} chunks")


def _without_output(exchange: Exchange, seen: Observed) -> Why:
    """Say why a call was logged, but not its whole output, although its stream, if it had one, was read to its end."""
    if any(log.in_time for log in seen.logs_of(exchange.number)):
        said = "LiteLLM logged the whole answer, and its callback sent it without all of its output"
        return Why("output not recorded", None, said)
    return Why("unknown", None, "it was logged without its whole output, and nothing observed says why")


def _hung_up(exchange: Exchange, seen: Observed) -> Why | None:
    """A stream that was not LiteLLM's, so that only the model saw that nobody read on."""
    if not (exchange.stream and exchange.disconnected) or seen.stream_of(exchange) is not None:
        return None
    said = f"the program hung up after {exchange.chunks_sent} of {exchange.chunks} chunks"
    return Why("abandoned stream", None, said)


def _on_an_ended_span(exchange: Exchange, seen: Observed) -> Why | None:
    if not any(log.in_time for log in seen.logs_of(exchange.number)):
        return None
    if not any(_ENDED_SPAN in message["text"] for message in seen.messages):
        return None
    return Why("merged into a span", "LLM403", "LiteLLM logged it onto the program's own span, which had ended")


def _crashed_on_none(stream: StreamSeen) -> bool:
    error = stream.error or ""
    return stream.how == "exception" and stream.last_was_none and error.startswith(_NONE_ERRORS) and "NoneType" in error


def _cancelled(exchange: Exchange, seen: Observed) -> Why | None:
    logs = seen.logs_of(exchange.number)
    handlers = [log for log in logs if log.what in ("async_success_handler", _THREADED)]
    if not logs or any(log.in_time for log in handlers):
        return None
    last = [log for log in logs if log.what != _THREADED][-1:] or logs[-1:]
    return _unfinished(last[0], seen)


def _unfinished(last: LogSeen, seen: Observed) -> Why:
    if "raised" in last.states:
        return Why("exporter error", None, "LiteLLM's log task raised")
    if last.what == _THREADED and last.pid not in seen.exited:
        said = "the process ended without its exit handlers, before LiteLLM's log thread was done"
        return Why("exporter not flushed", "LLM305", said)
    if last.late:
        said = "started only after its event loop had closed"
    elif "cancelled" in last.states:
        said = "was cancelled"
    else:
        said = "was never started" if last.states[-1] == "created" else "never finished"
    return Why("logging cancelled at loop close", "LLM301", f"LiteLLM's log task {said}")


def _exporter(exchange: Exchange, seen: Observed) -> Why | None:
    if exchange.number in seen.raised:
        return Why("exporter error", None, f"LiteLLM's callback raised {seen.raised[exchange.number]}")
    for message in seen.messages:
        if message["level"] in ("ERROR", "CRITICAL") and _is_about_export(message):
            return Why("exporter error", None, f"{message['logger']}: {_first_line(message['text'])}")
    if any(log.in_time and log.pid not in seen.exited for log in seen.logs_of(exchange.number)):
        return Why("exporter not flushed", "LLM305", "logged, but the process ended without its exit handlers")
    return None


def _is_about_export(message: Event) -> bool:
    if message["logger"].partition(".")[0] in _EXPORTERS:
        return True
    return any(word in message["text"].lower() for word in _EXPORT_WORDS)


def _first_line(text: str) -> str:
    return (text.splitlines() or [""])[0]
