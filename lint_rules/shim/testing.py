"""The shim inside a process that runs tests: both endpoints, and what became of the calls of each test.

`pytest_plugin` is what drives it; `LlmShim` is the value of its fixture `llm_shim`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import time
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from lint_rules.workplace import workplace

from .causes import NOT_INITIALISED, Event, events_in, named, numbers_of
from .child import hooks as own_hooks
from .child import unfinished as own_unfinished
from .launch import INSTALL_HINT, program_env, require_extra
from .loopback import ShimError
from .observations import Ended, report_of
from .provider import Exchange, Provider, provider
from .public_api import Trace
from .script import Answer, Failure, Script, Step
from .sink import Generation, Sink, sink
from .table import calls_table
from .verdict import Call

PATIENCE = 2.0
"""Seconds to wait for LiteLLM's logging threads, and again for the exporters."""
_ROOM = "_llm_shim"
"""The name of the room `child` where it was loaded at the start of the process: a worker of pytest-xdist, for one."""


@dataclass(frozen=True)
class Mark:
    """How much had been seen when something began."""

    exchanges: int
    deliveries: int
    events: int
    at: float


@dataclass(frozen=True)
class Judged:
    """The calls of a test, and those among them about which there is nothing to be said yet."""

    calls: tuple[Call, ...]
    undecided: frozenset[int] = frozenset()

    @property
    def lost(self) -> tuple[Call, ...]:
        """The calls that did not arrive as they should. What the model itself refused has no answer to arrive."""
        answered = [call for call in self.calls if 0 < call.status < 400]
        return tuple(call for call in answered if call.verdict in ("lost", "partial", "duplicated"))


class Bench:
    """Both endpoints, and the observation of this process."""

    def __init__(self, model: Provider, langfuse: Sink, record: TextIO) -> None:
        self.model, self.langfuse, self._record = model, langfuse, record
        self._events: list[Event] = []
        self._torn = ""

    def mark(self) -> Mark:
        """Say what has been seen so far. Nothing is read without a call, so that other tests cost nothing."""
        asked = len(self.model.exchanges())
        return Mark(asked, self.langfuse.count, len(self._events), time.time())

    def settle(self) -> None:
        """Let LiteLLM's threads log, and have the exporters send, as the end of the process would."""
        _room("unfinished").settle(PATIENCE)
        self.langfuse.settle(0.0)

    def judge(self, since: Mark, until: Mark | None = None, *, shared: Container[int] = ()) -> Judged:
        """Return what became of the calls from `since` to `until`; those in `shared` other tests may go on with."""
        exchanges = self.model.exchanges()[since.exchanges : until.exchanges if until else None]
        if not exchanges:
            return Judged(())
        events = self._seen(since)
        undecided = _undecided(exchanges, events, shared)
        # Its own exit handlers have not run, but what they do for an exporter has been done.
        events = (*events, {"event": "exit", "pid": os.getpid(), "t": time.time()})
        ended = Ended((), 0, "", "", since.at, time.time() - since.at)
        report = report_of(ended, exchanges, self.langfuse.observations(since.deliveries), events)
        return Judged(report.calls, undecided)

    def _seen(self, since: Mark) -> tuple[Event, ...]:
        """Return what was observed since then, and what LiteLLM said only once."""
        *lines, self._torn = (self._torn + self._record.read()).split("\n")
        self._events += events_in(lines)
        said = named(self._events[: since.events], "message")
        return (*(one for one in said if NOT_INITIALISED in one["text"]), *self._events[since.events :])


def _undecided(exchanges: Sequence[Exchange], events: Sequence[Event], shared: Container[int]) -> frozenset[int]:
    """Return the calls whose end is still to come.

    Their log tasks wait in a loop that lives on, or a shared fixture holds their streams, or another process made them.
    """
    unfinished = _room("unfinished")
    numbers = numbers_of(events, exchanges)
    found = {numbers.get(call) for call in unfinished.waiting_calls()}
    found |= {number for call in unfinished.open_streams() if (number := numbers.get(call)) and number in shared}
    gone = {event["pid"] for event in named(events, "exit")}
    others = {one.number: one.pid for one in exchanges if one.pid not in (None, os.getpid(), *gone)}
    return frozenset(number for number in found if number) | {one for one, pid in others.items() if _is_alive(pid)}


def _is_alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _room(name: str) -> Any:
    """Return a module of the room `child` that observes this process."""
    if f"{_ROOM}.hooks" in sys.modules:
        return importlib.import_module(f"{_ROOM}.{name}")
    return {"hooks": own_hooks, "unfinished": own_unfinished}[name]


# ---- begin and end


@contextlib.contextmanager
def endpoints() -> Iterator[tuple[Provider, Sink]]:
    """Run both endpoints. Raises `ShimError` where that is of no use."""
    _require()
    with provider() as model, sink() as langfuse:
        yield model, langfuse


def _require() -> None:
    missing = [name for name in ("litellm", "langfuse") if importlib.util.find_spec(name) is None]
    if missing:
        raise ShimError(f"{sys.executable} cannot import {' and '.join(missing)}; {INSTALL_HINT}")
    require_extra("")


@contextlib.contextmanager
def tied(model: Provider, langfuse: Sink) -> Iterator[Bench]:
    """Tie this process, and those that it starts, to the endpoints; put its environment back in the end.

    What has begun to observe this process stays: LiteLLM's exit handlers must not send anything to a real Langfuse.
    """
    before = dict(os.environ)
    with workplace() as kept:
        record = kept / "record"
        record.touch()
        wanted = program_env(None, model, langfuse, record=str(record))
        changed = {key for key in {*before, *wanted} if before.get(key) != wanted.get(key)}
        _put(wanted, changed)
        try:
            _room("hooks").begin_anew()
            _room("unfinished").install(_room("hooks").after_import)
            with record.open(encoding="utf-8", errors="replace") as observations:
                yield Bench(model, langfuse, observations)
        finally:
            _put(before, {key for key in changed if os.environ.get(key) == wanted.get(key)})


def _put(values: dict[str, str], keys: set[str]) -> None:
    for key in keys:
        if key in values:
            os.environ[key] = values[key]
        else:
            os.environ.pop(key, None)


# ---- what is said


def told(calls: Sequence[Call]) -> str:
    """Return the table of some calls, and a line for each that was lost."""
    lost = Judged(tuple(calls)).lost
    lines = [f"{call.site or '?'}: {call.verdict}: {_why(call)}" for call in lost]
    return "\n".join(
        [f"{len(lost)} of {_counted(calls)} did not arrive in Langfuse as made", calls_table(calls), *lines]
    )


def _counted(calls: Sequence[Call]) -> str:
    return f"{len(calls)} LLM call{'' if len(calls) == 1 else 's'}"


def _why(call: Call) -> str:
    rule = f" ({call.rule})" if call.rule else ""
    return f"{call.cause}{rule}: {call.cause_detail}" if call.cause else call.detail


class LlmShim:
    """What a test may ask of the shim, and tell it: the value of the fixture `llm_shim`."""

    def __init__(self, bench: Bench, since: Mark) -> None:
        self._bench, self._since = bench, since
        self.lost_on_purpose: str | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of this test so far, with what has become of each."""
        self.flush()
        return self._bench.judge(self._since).calls

    @property
    def generations(self) -> tuple[Generation, ...]:
        """The generations that Langfuse got during this test; not those of calls that earlier tests had made."""
        return tuple(one for one in self._observations() if one.kind == "generation")

    @property
    def traces(self) -> dict[str, Trace]:
        """The traces, by id, of what Langfuse got during this test."""
        own = {one.trace_id for one in self._observations()}
        traces = self._bench.langfuse.traces(self._since.deliveries)
        return {key: trace for key, trace in traces.items() if key in own}

    def _observations(self) -> tuple[Generation, ...]:
        self.flush()
        found = self._bench.langfuse.observations(self._since.deliveries)
        return tuple(one for one in found if one.number is None or one.number > self._since.exchanges)

    def flush(self) -> None:
        """Wait for LiteLLM's logging threads, and have the exporters send, as the end of a program would.

        What LiteLLM logs in the event loop of the caller only that loop can do: `await GLOBAL_LOGGING_WORKER.flush()`.
        """
        self._bench.settle()

    def script(self, *answers: str | int | Step) -> None:
        """Say what the model answers from now on, in this test: a text, an HTTP status, or steps of a `Script`."""
        play(self._bench, answers)

    def allow_lost(self, reason: str) -> None:
        """Let this test lose calls; `reason` is for those who read it."""
        self.lost_on_purpose = reason


def play(bench: Bench, answers: Sequence[str | int | Step]) -> None:
    """Have the loopback model answer by `answers`, in order, and then in its own words."""
    bench.model.step = Script(tuple(map(_step, answers))).played()


def _step(answer: str | int | Step) -> Step:
    if isinstance(answer, str):
        return Answer(text=answer)
    return Failure(status=answer) if isinstance(answer, int) else answer
