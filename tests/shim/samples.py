"""Reports made by hand: what the shim would say of programs that need not be run to draw them."""

from __future__ import annotations

from dataclasses import replace

from lint_rules.shim.sink import Generation
from lint_rules.shim.verdict import Call, Elsewhere, Moment, Process, Refused, RunReport

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\x00\u202e\"'&.py"
_START = 2.41
"""Seconds: importing the SDKs comes first, in real programs too."""


def generation(number: int, text: str = "the whole answer", /, **changes: object) -> Generation:
    known = Generation("4bf92f3577b34da6a3ce929d0e0e4736", f"{number:016x}", "litellm-acompletion", "generation",
                       "gpt-4o-mini", text, 42, "DEFAULT", number)  # fmt: skip
    return replace(known, **changes)  # type: ignore[arg-type]


def _call(number: int, verdict: str, **more: object) -> Call:
    base = Call(number, "app/worker.py:31", "chat", "gpt-4o-mini", False, 0, 0, False, "delivered",
                (generation(number),), 42, "one generation with the full output", pid=4242, via="litellm")  # fmt: skip
    return replace(base, verdict=verdict, **more)  # type: ignore[arg-type]


def _stream(at: float, sent: int, received: int, pause: float = 0.02) -> list[Moment]:
    moments = [Moment(at + pause * (index + 1), "sent") for index in range(sent)]
    moments += [Moment(at + pause * (index + 1) + 0.004, "received", pid=4242) for index in range(received)]
    return moments


def _ordered(*moments: Moment) -> tuple[Moment, ...]:
    return tuple(sorted(moments, key=lambda moment: moment.at))


def lost_stream(number: int = 1, at: float = _START) -> Call:
    """Return a stream that was left with `break`, whose log task never came to be."""
    moments = _ordered(
        Moment(at, "asked"),
        *_stream(at, 14, 9),
        Moment(at + 0.19, "left", "break", "app/chat.py:58", 4242),
        Moment(at + 0.29, "hung up"),
    )
    return _call(number, "lost", site="app/chat.py:55", stream=True, chunks=20, chunks_sent=14, disconnected=True,
                 generations=(), usage=0, detail="nothing arrived", chunks_received=9, exhausted=False,
                 left_at="app/chat.py:58", cause="abandoned stream", rule="LLM101", moments=moments,
                 cause_detail="the program left the stream by break at app/chat.py:58 after 9 chunks")  # fmt: skip


def cancelled(number: int = 2, at: float = _START + 0.08) -> Call:
    """Return a call whose log task was cancelled when the loop closed."""
    moments = (
        Moment(at, "asked"),
        Moment(at + 0.11, "answered", "200"),
        Moment(at + 0.115, "log created", "async_success_handler", None, 4242),
        Moment(at + 0.13, "log started", "async_success_handler", None, 4242),
        Moment(at + 0.36, "log cancelled", "at loop close", "app/worker.py:40", 4242),
    )
    return _call(number, "lost", generations=(), usage=0, detail="nothing arrived", rule="LLM301", moments=moments,
                 cause="logging cancelled at loop close",
                 cause_detail="the log task was cancelled when its loop closed")  # fmt: skip


def partial(number: int = 3, at: float = _START + 0.15) -> Call:
    """Return a stream that an error cut."""
    moments = _ordered(
        Moment(at, "asked"),
        *_stream(at, 12, 11),
        Moment(at + 0.25, "answered"),
        Moment(at + 0.245, "failed", "TypeError: unsupported operand", "app/summary.py:19", 4242),
        Moment(at + 0.25, "log created", "async_success_handler", None, 4242),
        Moment(at + 0.252, "log started", "async_success_handler", None, 4242),
        Moment(at + 0.27, "log finished", "async_success_handler", None, 4242),
        Moment(at + 1.31, "arrived", "12 of 61 characters"),
    )
    return _call(number, "partial", site="app/summary.py:17", stream=True, chunks=12, chunks_sent=12,
                 detail="12 of 61 characters arrived", chunks_received=11, exhausted=False, usage=0,
                 left_at="app/summary.py:19", cause="crash on a None delta", rule="LLM103", moments=moments,
                 generations=(generation(number, "twelve chars"),),
                 cause_detail="TypeError after a chunk whose content was None")  # fmt: skip


def duplicated(number: int = 4, at: float = _START + 0.3) -> Call:
    """Return a call that two callbacks logged."""
    moments = (
        Moment(at, "asked"),
        Moment(at + 0.09, "answered", "200"),
        Moment(at + 0.1, "log created", "async_success_handler", None, 4242),
        Moment(at + 0.11, "log started", "async_success_handler", None, 4242),
        Moment(at + 0.13, "log finished", "async_success_handler", None, 4242),
        Moment(at + 1.16, "arrived", "litellm-acompletion"),
        Moment(at + 1.18, "arrived", "litellm-acompletion"),
    )
    twice = (generation(number), generation(number, observation_id="f" * 16))
    return _call(number, "duplicated", generations=twice, detail="2 generations arrived", cause="unknown",
                 cause_detail="it arrived more than once", moments=moments)  # fmt: skip


def delivered(number: int = 5, at: float = _START + 0.42) -> Call:
    """Return a stream that was read to its end and arrived."""
    moments = _ordered(
        Moment(at, "asked"),
        *_stream(at, 16, 16, 0.015),
        Moment(at + 0.25, "answered"),
        Moment(at + 0.26, "exhausted", "", "app/chat.py:70", 4242),
        Moment(at + 0.262, "log created", "async_success_handler", None, 4242),
        Moment(at + 0.27, "log started", "async_success_handler", None, 4242),
        Moment(at + 0.29, "log finished", "async_success_handler", None, 4242),
        Moment(at + 1.05, "arrived", "litellm-acompletion"),
    )
    return _call(number, "delivered", site="app/chat.py:68", stream=True, chunks=16, chunks_sent=16,
                 chunks_received=16, exhausted=True, moments=moments)  # fmt: skip


def pending(number: int = 6, at: float = _START + 0.6) -> Call:
    """Return a call whose log task was waiting when its process went away without exit handlers; it had failed."""
    moments = (
        Moment(at, "asked"),
        Moment(at + 0.02, "answered", "429"),
        Moment(at + 0.03, "log created", "async_failure_handler", None, 4250),
    )
    return _call(number, "failed", site="app/jobs/nightly_summaries_for_everyone.py:112", generations=(), usage=0,
                 detail="HTTP 429; nothing arrived", status=429, pid=4250, moments=moments)  # fmt: skip


def mixed() -> RunReport:
    """Return a report with something of everything."""
    calls = (lost_stream(), cancelled(), partial(), duplicated(), delivered(), pending())
    return RunReport(
        command=("python", "-m", "app.main", "--customers", "two words"),
        exit_code=0,
        timed_out=False,
        calls=calls,
        strays=(generation(99, "somebody else's", number=None, name="warm-up"),),
        stdout="hello\n" * 30,
        stderr="Warning: \x1b[33mcareful\x1b[0m\n",
        seconds=4.02,
        began=1_795_000_000.0,
        unobserved=("tracker: litellm.main has no acompletion",),
        processes=(
            Process(4242, None, "python -m app.main --customers 'two words'", 0.02, 3.98),
            Process(4250, 4242, "python app/jobs/nightly.py", 2.7, None),
        ),
        moments=(
            Moment(3.5, "flush began", "langfuse", None, 4242),
            Moment(3.82, "flush ended", "langfuse", None, 4242),
            Moment(3.6, "message", "langfuse: Failed to export span batch code: 500", None, 4242),
            Moment(3.9, "flush began", "opentelemetry", None, 4242),
            Moment(3.96, "flush ended", "opentelemetry", None, 4242),
        ),
        refused=(
            Refused("api.example.com", 443, "program", "app/tools.py:12", 3),
            Refused("pypi.org", None, "litellm", None),
        ),
        elsewhere=(Elsewhere("mock_response or a cache", "app/cache.py:9", 2),),
    )


def hostile() -> RunReport:
    """Return a report in which every text of the program is an attack."""
    report = mixed()
    bad = tuple(
        replace(call, site=HOSTILE, model=HOSTILE, detail=HOSTILE, cause_detail=HOSTILE, left_at=HOSTILE, api=HOSTILE,
                via=HOSTILE, rule=HOSTILE if call.rule else None, generations=(generation(1, name=HOSTILE),),
                moments=tuple(replace(one, note=HOSTILE, place=HOSTILE) for one in call.moments))
        for call in report.calls
    )  # fmt: skip
    return replace(
        report, calls=bad, command=(HOSTILE,), stdout=HOSTILE, stderr=HOSTILE + "\ud800", unobserved=(HOSTILE,),
        processes=tuple(replace(one, command=HOSTILE) for one in report.processes),
        moments=tuple(replace(one, note=HOSTILE, place=HOSTILE) for one in report.moments),
        refused=(Refused(HOSTILE, 1, HOSTILE, HOSTILE),), elsewhere=(Elsewhere(HOSTILE, HOSTILE),),
        strays=(generation(7, name=HOSTILE, model=HOSTILE, level=HOSTILE, trace_id=HOSTILE),),
    )  # fmt: skip


def many(count: int = 500) -> RunReport:
    """Return a report with that many calls, among them streams of a thousand chunks."""
    makers = (cancelled, lost_stream, delivered, partial)
    calls = []
    for index in range(count):
        at = _START + index * 0.05
        call = makers[index % 4](index + 1, at)
        long = _stream(at, 1000, 1000, 0.0002) if call.stream else []
        calls.append(replace(call, moments=_ordered(*call.moments, *long)))
    return replace(mixed(), calls=tuple(calls), seconds=30.0)
