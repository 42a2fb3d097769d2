"""What became of each call: the model endpoint's record held against what arrived in Langfuse."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from .causes import Came, Cause, Observed, Why, why
from .protocols import APIS
from .provider import Exchange
from .sink import Generation

CallVerdict = Literal["delivered", "lost", "partial", "duplicated", "failed"]
"""`failed`: the model answered with an error, broke off or never answered, so that there was nothing to deliver."""
RunVerdict = Literal["delivered", "lost", "partial", "duplicated", "failed", "crashed", "hung", "no-calls"]

MomentKind = Literal[
    "asked",
    "sent",
    "answered",
    "hung up",
    "received",
    "left",
    "exhausted",
    "failed",
    "log created",
    "log started",
    "log finished",
    "log cancelled",
    "log raised",
    "arrived",
    "flush began",
    "flush ended",
    "message",
]

SCHEMA = 1
"""The version of what `to_json` returns. It grows when a field goes away or changes; new fields do not change it."""

WORST_FIRST: tuple[CallVerdict, ...] = ("lost", "partial", "duplicated", "failed", "delivered")


@dataclass(frozen=True)
class Moment:
    """Something that happened at one time. The timeline of a run is made of these."""

    at: float
    """Seconds since the program was started."""
    kind: MomentKind
    """`asked`, `sent` (a chunk), `answered`, `hung up`: at the model's endpoint. `received` (a chunk), `left`,
    `exhausted`, `failed`, `log …`: inside the program. `arrived`: at Langfuse's endpoint. `flush …` and `message` (a
    warning or an error that an SDK logged) belong to the run, the others to a call."""
    note: str = ""
    place: str | None = None
    """`file:line` of the program, where that is known."""
    pid: int | None = None
    """The process it happened in; None for what the endpoints saw."""


@dataclass(frozen=True)
class Process:
    """One Python process of the program."""

    pid: int
    parent: int | None
    """The pid of the Python process that started it; None for the first one."""
    command: str
    began: float
    """Seconds since the program was started."""
    ended: float | None
    """When its exit handlers ran; None if they never did (`os._exit`, a signal, still running)."""


@dataclass(frozen=True)
class Refused:
    """A connection to another machine, which was not let through."""

    host: str
    port: int | None
    by: str
    """Who tried: `litellm`, `langfuse`, `opentelemetry`, `program`."""
    site: str | None
    count: int = 1


@dataclass(frozen=True)
class Elsewhere:
    """LiteLLM calls that the loopback model did not answer, so that nothing can be said about them."""

    what: str
    """Who answered: `mock_response or a cache`, or the address of another server on this machine."""
    site: str | None
    count: int = 1


@dataclass(frozen=True)
class Call:
    """One request to the model and what Langfuse got of it."""

    number: int
    site: str | None
    """`file:line` of the program, where the stack showed it."""
    api: str
    model: str
    stream: bool
    chunks: int
    chunks_sent: int
    disconnected: bool
    """Whether the program hung up before the last chunk was sent."""
    verdict: CallVerdict
    generations: tuple[Generation, ...]
    usage: int
    """Total tokens that arrived; 0 is normal for a LiteLLM >= 1.106 stream without `stream_options.include_usage`."""
    detail: str
    chunks_received: int | None = None
    """Chunks of the stream that the program got from LiteLLM, which swallows some; None where that was not observed."""
    exhausted: bool | None = None
    """Whether the program read the stream to its end; None where that was not observed."""
    left_at: str | None = None
    """`file:line` of the program where it left the stream before its end; None if it did not, as far as observed."""
    cause: Cause | None = None
    """Why it was not delivered, as observed inside the program (`unknown`: nothing seen says so); None if it was."""
    cause_detail: str = ""
    """The observation behind `cause`."""
    rule: str | None = None
    """The code of the lint rule that finds programs that lose calls by this cause."""
    pid: int | None = None
    """The process that made the call; None where that is not known."""
    via: str = ""
    """The package that made the request (`litellm`, `openai`, …); empty where that is not known."""
    status: int = 200
    """The HTTP status of the model's answer."""
    moments: tuple[Moment, ...] = ()
    """What happened to it, in order of time."""


@dataclass(frozen=True)
class RunReport:
    """One run of one program: how it ended, and every call it made."""

    command: tuple[str, ...]
    exit_code: int | None
    """As `subprocess` has it (negative: the signal); None when the program had to be killed."""
    timed_out: bool
    calls: tuple[Call, ...]
    strays: tuple[Generation, ...]
    """Generations that belong to none of the calls."""
    stdout: str
    stderr: str
    seconds: float
    """From the start of the program to its end."""
    began: float = 0.0
    """When that start was, in seconds since the epoch: ties the program's own clock to `seconds`."""
    unobserved: tuple[str, ...] = ()
    """Where looking into the program failed; what became of its calls is not affected, causes may be missing."""
    processes: tuple[Process, ...] = ()
    """The Python processes of the program, in the order in which they began."""
    moments: tuple[Moment, ...] = ()
    """What happened to no call in particular: flushes, and what the SDKs complained of."""
    refused: tuple[Refused, ...] = ()
    """Connections to other machines that were tried."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """LiteLLM calls that are not judged, because the loopback model did not answer them."""
    reached: tuple[tuple[str, int], ...] = ()
    """The lines that ran, as path and number, of those that `reached` was asked about."""
    originals: tuple[str, ...] = ()
    """The files that ran from the original of a project that was copied to be run."""

    @property
    def call_verdict(self) -> CallVerdict | None:
        """The worst verdict among the calls; None without calls. A failed call is no worse than a delivered one."""
        verdicts = {call.verdict for call in self.calls}
        if verdicts == {"failed", "delivered"}:
            return "delivered"
        return next((verdict for verdict in WORST_FIRST if verdict in verdicts), None)

    @property
    def verdict(self) -> RunVerdict:
        """The run in one word. A program that hangs or fails is never `delivered`, whatever became of its calls."""
        if self.timed_out:
            return "hung"
        return "crashed" if self.exit_code else self.call_verdict or "no-calls"

    @property
    def outcome(self) -> str:
        """How the program ended, for a human."""
        if self.timed_out:
            return "hung"
        if self.exit_code is not None and self.exit_code < 0:
            return f"killed by {_signal_name(-self.exit_code)}"
        return f"exit {self.exit_code}"

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data for `json.dumps`; `docs/shim-report.md` describes it field by field."""
        derived = {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "call_verdict": self.call_verdict,
            "outcome": self.outcome,
        }
        return {**derived, **asdict(self)}


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def judge(
    exchanges: Sequence[Exchange], observations: Iterable[Generation], seen: Observed | None = None
) -> tuple[tuple[Call, ...], tuple[Generation, ...]]:
    """Return a verdict for each exchange, and the generations that belong to none.

    `seen` is what was observed inside the program; without it, every cause is unknown.
    """
    matched = match(exchanges, observations)
    generations = [one for one in matched if one[1].kind == "generation"]
    spans = [one for one in matched if one[1].kind == "span"]
    numbers = {exchange.number for exchange in exchanges}
    strays = tuple(generation for number, generation in generations if number not in numbers)
    counts = {exchange.call: exchange.number for exchange in exchanges if exchange.call and not exchange.failed}
    calls = tuple(
        _call(
            exchange,
            _of(exchange.number, generations),
            _Beside(_of(exchange.number, spans), any(_may_be(one, exchange) for one in strays)),
            seen or Observed(),
            counts.get(exchange.call, exchange.number),
        )
        for exchange in exchanges
    )
    return calls, strays


class _Beside(NamedTuple):
    """What arrived that is no generation of a call, and may be about it."""

    spans: tuple[Generation, ...]
    wordless: bool
    """Whether a generation without output arrived that no call can be told by."""


def _may_be(stray: Generation, exchange: Exchange) -> bool:
    return not stray.output_text and (stray.model in exchange.model or exchange.model in stray.model)


def _of(number: int, matched: Iterable[tuple[int | None, Generation]]) -> tuple[Generation, ...]:
    return tuple(observation for known, observation in matched if known == number)


def match(exchanges: Sequence[Exchange], observations: Iterable[Generation]) -> list[tuple[int | None, Generation]]:
    """Pair each observation with its exchange's number, from the surest sign to the least.

    These are LiteLLM's call id, the marker in the output or in an id, the exact text of a scripted answer. What can
    carry none of them (vectors, images, sounds) pairs by model, in order.
    """
    known = [(_by_call(one, exchanges) or one.number, one) for one in observations]
    waiting = [one for one in exchanges if one.number not in {number for number, _ in known}]
    matched: list[tuple[int | None, Generation]] = []
    for number, observation in known:
        found = None if number is not None else _by_text(observation, waiting) or _by_model(observation, waiting)
        if found is not None:
            waiting.remove(found)
        matched.append((found.number if found else number, observation))
    return matched


def _by_call(observation: Generation, exchanges: Sequence[Exchange]) -> int | None:
    """Return the exchange of the call that the observation names: the one that failed, or the one that did not."""
    named = observation.call if observation.kind == "generation" else ""
    own = [one for one in exchanges if named and one.call == named]
    failed = [one.number for one in own if one.failed]
    successful = [one.number for one in own if not one.failed]
    if failed and (observation.level == "ERROR" or not successful):
        return observation.number if observation.number in failed else failed[-1]
    return successful[0] if len(successful) == 1 else None


def _by_text(observation: Generation, waiting: Iterable[Exchange]) -> Exchange | None:
    said = [one for one in waiting if one.scripted and one.text and one.text == observation.output_text]
    return said[0] if len(said) == 1 else None


def _by_model(observation: Generation, waiting: Iterable[Exchange]) -> Exchange | None:
    if observation.kind != "generation":
        return None
    return next((one for one in waiting if _is_about(observation, one)), None)


def _is_about(observation: Generation, exchange: Exchange) -> bool:
    word = APIS[exchange.api].word
    said = (observation.name, observation.model, observation.output_text)
    says_so = bool(word) and not exchange.failed and any(word in text for text in said)
    return says_so and (exchange.model in observation.model or observation.model in exchange.model)


def is_full(exchange: Exchange, generation: Generation) -> bool:
    """Tell whether `generation` holds all of the answer; of one with a tool call some exporters keep only that."""
    if exchange.called and any(word in generation.output_text for word in exchange.called):
        return True
    # Of an image the text is only what it says about itself.
    return APIS[exchange.api].word != "" or (exchange.text in generation.output_text and not _only_calls(exchange))


def _only_calls(exchange: Exchange) -> bool:
    return bool(exchange.called) and not exchange.text


def _call(
    exchange: Exchange,
    generations: tuple[Generation, ...],
    beside: _Beside,
    seen: Observed,
    counts: int,
) -> Call:
    """Judge one exchange; of those of one call, `counts` is the number of the one that counts."""
    if exchange.failed or (counts != exchange.number and not generations):
        verdict, detail = _failed(exchange, generations, counts)
    else:
        verdict, detail = _verdict(exchange, generations, beside.spans, seen.repeats_of(exchange.number))
    reason = _reason(exchange, verdict, beside, seen)
    stream = seen.stream_of(exchange) if exchange.stream else None
    return Call(
        number=exchange.number,
        site=exchange.site,
        api=exchange.api,
        model=exchange.model,
        stream=exchange.stream,
        chunks=exchange.chunks,
        chunks_sent=exchange.chunks_sent,
        disconnected=exchange.disconnected,
        verdict=verdict,
        generations=generations,
        usage=max((generation.usage_total for generation in generations), default=0),
        detail=detail,
        chunks_received=stream.chunks if stream else None,
        exhausted=stream.exhausted if stream else None,
        left_at=stream.left_at if stream else None,
        cause=reason.cause if reason else None,
        cause_detail=reason.detail if reason else "",
        rule=reason.rule if reason else None,
        pid=exchange.pid,
        via=exchange.via,
        status=exchange.status,
    )


def _failed(exchange: Exchange, generations: tuple[Generation, ...], counts: int) -> tuple[CallVerdict, str]:
    """Say how the model failed; an answer that the client did not wait for, and asked for again, counts as well."""
    if not exchange.failed:
        return "failed", f"asked again as call {counts}"
    how = "the answer broke off" if exchange.broken else f"HTTP {exchange.status}" if exchange.status else "no answer"
    level = any(generation.level == "ERROR" for generation in generations)
    again = f", asked again as call {counts}" if counts != exchange.number else ""
    return "failed", f"{how}{again}; {'an' if level else 'no'} ERROR generation arrived"


def _reason(exchange: Exchange, verdict: CallVerdict, beside: _Beside, seen: Observed) -> Why | None:
    if verdict in ("delivered", "failed"):
        return None
    if verdict == "duplicated":
        return Why("recorded twice", None, "it arrived more than once")
    came = Came(merged=bool(beside.spans), logged=verdict == "partial", wordless=beside.wordless)
    return why(exchange, seen, came)


def _verdict(
    exchange: Exchange, generations: tuple[Generation, ...], spans: tuple[Generation, ...], repeats: int
) -> tuple[CallVerdict, str]:
    """Judge what arrived of one answer, which a cache may have handed out `repeats` times more."""
    if not generations:
        merged = next((f"the output went onto the span {span.name!r}, which is no generation" for span in spans), None)
        return "lost", merged or "nothing arrived"
    if len(generations) > 1 + repeats:
        return "duplicated", f"{len(generations)} generations arrived"
    if is_full(exchange, generations[0]):
        return "delivered", "one generation with the full output"
    whole, got = len(exchange.text), len(generations[0].output_text)
    return "partial", f"{got} of {whole} characters arrived"
