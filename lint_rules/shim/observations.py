"""Parent side: the report of a run, put together from what both endpoints saw and what was observed inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .causes import Event, Observed, named, observed
from .provider import Exchange
from .sink import Generation
from .verdict import Call, Elsewhere, Moment, MomentKind, Process, Refused, RunReport, judge

_STATES: Mapping[str, MomentKind] = {
    "chunk": "received",
    "left": "left",
    "exhausted": "exhausted",
    "cancelled": "failed",
    "failed": "failed",
}
_LOGS: Mapping[str, MomentKind] = {
    "created": "log created",
    "started": "log started",
    "finished": "log finished",
    "cancelled": "log cancelled",
    "raised": "log raised",
}
_INSIDE = "mock_response or a cache"


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    command: tuple[str, ...]
    exit_code: int | None
    stdout: str
    stderr: str
    began: float
    """Seconds since 1970."""
    seconds: float


def report_of(
    ended: Ended, exchanges: Sequence[Exchange], generations: Sequence[Generation], events: Sequence[Event]
) -> RunReport:
    """Put together what is known of a run."""
    seen = observed(events, exchanges)
    calls, strays = judge(exchanges, generations, seen)
    timeline = _Timeline(ended.began, events)
    return RunReport(
        command=ended.command,
        exit_code=ended.exit_code,
        timed_out=ended.exit_code is None,
        calls=tuple(
            replace(call, moments=timeline.of_call(call, exchange))
            for call, exchange in zip(calls, exchanges, strict=True)
        ),
        strays=strays,
        stdout=ended.stdout,
        stderr=ended.stderr,
        seconds=ended.seconds,
        began=ended.began,
        unobserved=seen.failures,
        processes=timeline.processes(),
        moments=timeline.of_run(),
        refused=_refused(events),
        elsewhere=_elsewhere(events, seen, exchanges),
        reached=seen.reached,
        originals=seen.originals,
    )


class _Timeline:
    """Turns observations into moments, in seconds since the program was started."""

    def __init__(self, began: float, events: Sequence[Event]) -> None:
        self._began, self._events = began, events
        self._by_call: dict[str, list[Event]] = {}
        for event in events:
            if event["event"] in ("stream", "log") and event["call"]:
                self._by_call.setdefault(event["call"], []).append(event)

    def of_call(self, call: Call, exchange: Exchange) -> tuple[Moment, ...]:
        """Return what happened to one call, in order of time."""
        found = [Moment(self._at(at), kind) for kind, at in exchange.moments]
        found += [moment for event in self._by_call.get(exchange.call, ()) for moment in self._inside(event)]
        found += [
            Moment(self._at(one.arrived), "arrived", f"{one.kind} {one.name}")
            for one in call.generations
            if one.arrived
        ]
        return tuple(sorted(found, key=lambda moment: moment.at))

    def of_run(self) -> tuple[Moment, ...]:
        """Return the flushes, and what the SDKs complained of."""
        found = [
            Moment(self._at(one["t"]), _flush(one["state"]), one["what"], one.get("at"), one["pid"])
            for one in named(self._events, "flush")
        ]
        found += [
            Moment(self._at(one["t"]), "message", f"{one['level']} {one['logger']}: {one['text']}", None, one["pid"])
            for one in named(self._events, "message")
        ]
        return tuple(sorted(found, key=lambda moment: moment.at))

    def processes(self) -> tuple[Process, ...]:
        """Return the processes that were observed. A process begins anew when its program is replaced (`exec`)."""
        exits = {event["pid"]: event["t"] for event in named(self._events, "exit")}
        began: dict[int, Event] = {}
        for event in named(self._events, "process"):
            began.setdefault(event["pid"], event)
        return tuple(
            Process(
                pid,
                event["parent"] if event["parent"] in began else None,
                " ".join(event["argv"]),
                self._at(event["t"]),
                self._at(exits[pid]) if pid in exits else None,
            )
            for pid, event in began.items()
        )

    def _inside(self, event: Event) -> Iterator[Moment]:
        kinds = _LOGS if event["event"] == "log" else _STATES
        kind = kinds.get(event["state"])
        if kind is not None:
            note = event.get("what") or event.get("text") or event.get("how") or event.get("error") or ""
            yield Moment(self._at(event["t"]), kind, note, event.get("at"), event["pid"])

    def _at(self, epoch: float) -> float:
        return round(max(0.0, epoch - self._began), 4)


def _flush(state: str) -> MomentKind:
    return "flush began" if state == "began" else "flush ended"


def _refused(events: Iterable[Event]) -> tuple[Refused, ...]:
    tried = Counter((one["host"], one["port"], one["by"], one["site"]) for one in named(events, "refused"))
    return tuple(Refused(*what, count=count) for what, count in tried.items())


def _elsewhere(events: Iterable[Event], seen: Observed, exchanges: Iterable[Exchange]) -> tuple[Elsewhere, ...]:
    """Return the LiteLLM calls that were logged, or are known otherwise, and that the loopback model did not answer."""
    others = named(events, "elsewhere")
    found = Counter((one["what"], one["site"]) for one in others)
    known = {call for one in others for call in one["call"]} | {exchange.call for exchange in exchanges}
    inside = {log.call: log.at for log in seen.logs if log.number is None and log.call and log.call not in known}
    found.update((_INSIDE, site) for site in inside.values())
    return tuple(Elsewhere(*what, count=count) for what, count in found.items())
