"""The timeline of a run: a lane per call on one axis, drawn so that it reflows with the page and needs no script.

Places are percent of the width, heights are pixels: nothing is distorted, whatever the width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from .escape import esc
from .marks import TONES, legend, mark_of
from .scale import Scale, scale
from .verdict import Call, Moment, Process, RunReport

LANES_SHOWN = 40
"""Lanes drawn before the rest is collapsed."""
PROCESSES_SHOWN = 12
_TICK_BUDGET = 40_000
"""Chunk ticks on a page, shared out between the calls."""
_MOST_TICKS = 240
"""Chunk ticks of one row: more would touch each other."""
_FLIP = 55.0
"""Percent of the width beyond which text stands to the left of its mark."""
_ROOM = 30.0
"""Percent of the width that a text takes on a narrow page, about."""
_APART = 14.0
"""Percent of the width between two labels of the axis that a narrow page needs."""
_LONGEST = 28
"""Characters of a label inside a lane."""

_MODEL, _PROGRAM, _LOG = 10, 28, 46
_HEIGHT = 56
_ROW = 26

_LOG_ENDS = ("log finished", "log cancelled", "log raised")
_CHUNKS = ("sent", "received")


def timeline(report: RunReport) -> str:
    """Return the timeline as HTML; a sentence where nothing was recorded."""
    times = [moment.at for moment in chain(report.moments, *(call.moments for call in report.calls))]
    if not times and not report.processes:
        return '<p class="quiet">No moments were recorded in this run, so there is no timeline.</p>'
    lives = [time for process in report.processes for time in (process.began, process.ended) if time is not None]
    axis = scale([*times, *lives, report.seconds], report.seconds)
    lanes = "".join((_processes(report, axis), _calls(report, axis), _run_lane(report, axis)))
    return f'<div class="timeline">{_axis(axis, report)}{lanes}</div>{_notes(report, axis)}{legend()}'


def ticks_of(calls: int) -> int:
    """Return how many chunk ticks one row may have on a page with that many calls."""
    return max(8, min(_MOST_TICKS, _TICK_BUDGET // (2 * max(calls, 1))))


def _axis(axis: Scale, report: RunReport) -> str:
    ticks = axis.ticks()
    lines = "".join(f'<line x1="{tick.x:.2f}%" x2="{tick.x:.2f}%" y1="0" y2="100%"/>' for tick in ticks)
    folds = "".join(
        f'<rect class="fold" x="{axis.x(fold.began):.2f}%" width="{axis.x(fold.ended) - axis.x(fold.began):.2f}%" '
        'y="0" height="100%"/>'
        for fold in axis.folds
    )
    end = axis.x(report.seconds)
    lines += f'<line class="end" x1="{end:.2f}%" x2="{end:.2f}%" y1="0" y2="100%"/>'
    labels = _labels([(tick.x, tick.label) for tick in ticks], 34, "time")
    skips = [((axis.x(fold.began) + axis.x(fold.ended)) / 2, _span(fold.ended - fold.began)) for fold in axis.folds]
    labels += _labels(skips, 14, "skip")
    return (
        f'<svg class="grid" aria-hidden="true">{folds}{lines}</svg>'
        f'<div class="axis" aria-hidden="true"><span>seconds</span><svg>{labels}</svg></div>'
    )


def _labels(labels: Iterable[tuple[float, str]], y: int, kind: str) -> str:
    """Write on the axis; what stands too close for a narrow page is marked, to be left out there."""
    written, last = "", -_APART
    for x, text in labels:
        near = x - last < _APART
        last = last if near else x
        written += f'<text class="{kind}{" near" if near else ""}" x="{x:.2f}%" y="{y}">{text}</text>'
    return written


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.95 else f"{seconds * 1000:.0f} ms"


def _notes(report: RunReport, axis: Scale) -> str:
    notes = ["Time runs in seconds since the program was started; the dashed line is its end."]
    if axis.folds:
        notes.append("Shaded stretches, in which nothing happened, are folded; above them stands how long they were.")
    most = ticks_of(len(report.calls))
    if any(len(_at(call.moments, kind)) > most for call in report.calls for kind in ("sent", "received")):
        notes.append(f"At most {most} chunk ticks are drawn in a row, evenly thinned out.")
    return f'<p class="quiet">{" ".join(notes)}</p>'


def _calls(report: RunReport, axis: Scale) -> str:
    """Draw what was not delivered first among what is shown, and collapse the rest."""
    calls = report.calls
    if len(calls) <= LANES_SHOWN:
        return _lanes(calls, calls, axis, report)
    bad = [call for call in calls if call.verdict != "delivered"]
    shown = (bad + [call for call in calls if call.verdict == "delivered"])[:LANES_SHOWN]
    drawn = {id(call) for call in shown}
    rest = [call for call in calls if id(call) not in drawn]
    more = f"<summary>{len(rest)} more calls</summary>"
    return (
        f'{_lanes(shown, calls, axis, report)}<details class="more">{more}{_lanes(rest, calls, axis, report)}</details>'
    )


def _lanes(shown: Iterable[Call], calls: Sequence[Call], axis: Scale, report: RunReport) -> str:
    most = ticks_of(len(calls))
    lanes = "".join(_call_lane(call, axis, most, _end_of(call, report)) for call in shown)
    return f'<ol class="lanes">{lanes}</ol>'


def _end_of(call: Call, report: RunReport) -> float:
    """Return when (seconds) the call's process came to its end, as far as is known."""
    own = next((process.ended for process in report.processes if process.pid == call.pid), None)
    return own if own is not None else report.seconds


def _call_lane(call: Call, axis: Scale, most: int, end: float) -> str:
    kind = "stream" if call.stream else "call"
    label = (
        f'<a class="label" href="#call-{call.number}" title="{esc(call.site or "")}">'
        f'<span class="verdict {call.verdict}">{call.verdict}</span> '
        f"<b>#{call.number}</b> <small>{esc(_short(call.api.partition('/')[0]))} {kind}</small> "
        f"<span>{esc(_short(base(call.site)) or 'site unknown')}</span></a>"
    )
    names = '<span class="rows" aria-hidden="true"><i>model</i><i>program</i><i>logging</i></span>'
    plot = '<span class="plot quiet">no moments recorded</span>'
    if call.moments:
        rows = (*_model_row(call, axis, most), *_program_row(call, axis, most), *_log_row(call, axis, end))
        plot = _plot(rows, _HEIGHT, _told(call))
    return f'<li class="lane" data-verdict="{call.verdict}">{label}{names}{plot}</li>'


def _told(call: Call) -> str:
    """Say the lane in words, for those who do not see it."""
    parts = [f"Call {call.number}, {call.verdict}"]
    parts += [f"{moment.kind} at {moment.at:.3f} s" for moment in call.moments if moment.kind not in _CHUNKS]
    return "; ".join(parts[:14])


def _plot(parts: Iterable[str], height: int, told: str) -> str:
    return f'<svg class="plot" height="{height}" role="img" aria-label="{esc(told)}">{"".join(parts)}</svg>'


def _at(moments: Iterable[Moment], *kinds: str) -> list[Moment]:
    return [moment for moment in moments if moment.kind in kinds]


def _model_row(call: Call, axis: Scale, most: int) -> Iterator[str]:
    seen = _at(call.moments, "asked", "sent", "answered", "hung up")
    if seen:
        yield _bar(axis, (seen[0].at, seen[-1].at), _MODEL, "model thin", "the request was open")
    yield _ticks(axis, _at(seen, "sent"), _MODEL, most, "the model sent")
    yield from (_mark(axis, moment, _MODEL) for moment in seen if moment.kind != "sent")


def _program_row(call: Call, axis: Scale, most: int) -> Iterator[str]:
    seen = _at(call.moments, "received", "left", "exhausted", "failed")
    if seen:
        yield _bar(axis, (seen[0].at, seen[-1].at), _PROGRAM, "program thin", "the program had the stream")
    yield _ticks(axis, _at(seen, "received"), _PROGRAM, most, "the program got")
    for moment in _at(seen, "left", "exhausted", "failed"):
        yield _mark(axis, moment, _PROGRAM)
        if moment.kind != "exhausted" and (place := moment.place or call.left_at):
            yield _text(axis, (seen[0].at, moment.at), _PROGRAM, base(place))


def _log_row(call: Call, axis: Scale, end: float) -> Iterator[str]:
    logs = [moment for moment in call.moments if moment.kind.startswith("log ")]
    unfinished = bool(logs) and logs[-1].kind not in _LOG_ENDS
    if unfinished:
        stop = max(end, logs[-1].at)
        yield _bar(axis, (logs[0].at, stop), _LOG, "bad dashed", "the log task never ended")
        yield _text(axis, (stop, stop), _LOG - 9, "never ended")
    elif logs:
        yield _bar(axis, (logs[0].at, logs[-1].at), _LOG, "log wide", "the log task")
    for moment in (*logs, *_at(call.moments, "arrived")):
        yield _mark(axis, moment, _LOG)
        if moment.kind in ("log cancelled", "log raised"):
            yield _text(axis, (logs[0].at, moment.at), _LOG, moment.kind.removeprefix("log "))
    if call.verdict == "lost" and not unfinished and not _at(logs, "log cancelled", "log raised"):
        last = (logs or call.moments)[-1]
        yield _text(axis, ((logs or [last])[0].at, last.at), _LOG, "nothing arrived")


def _run_lane(report: RunReport, axis: Scale) -> str:
    if not report.moments:
        return ""
    bars = [
        _bar(axis, (began.at, ended), 13, "run wide", f"flush {began.note}".strip())
        for began, ended in flushes(report.moments, axis.end)
    ]
    marks = [_mark(axis, moment, 13) for moment in _at(report.moments, "message")]
    label = '<span class="label"><b>SDKs</b> <span>flushes, complaints</span></span><span class="rows"></span>'
    told = "; ".join(f"{moment.kind} at {moment.at:.3f} s" for moment in report.moments[:12])
    return f'<ol class="lanes"><li class="lane">{label}{_plot([*bars, *marks], _ROW, told)}</li></ol>'


def flushes(moments: Iterable[Moment], end: float) -> list[tuple[Moment, float]]:
    """Pair each start of a flush with the next end (seconds) in its process; one that never ended lasts until `end`."""
    found: list[tuple[Moment, float]] = []
    open_: dict[int | None, list[Moment]] = {}
    for moment in moments:
        if moment.kind == "flush began":
            open_.setdefault(moment.pid, []).append(moment)
        elif moment.kind == "flush ended" and open_.get(moment.pid):
            found.append((open_[moment.pid].pop(), moment.at))
    found += [(began, end) for left in open_.values() for began in left]
    return sorted(found, key=lambda pair: pair[0].at)


def _processes(report: RunReport, axis: Scale) -> str:
    lanes = "".join(_process_lane(process, axis) for process in report.processes[:PROCESSES_SHOWN])
    left_out = len(report.processes) - PROCESSES_SHOWN
    more = f'<p class="quiet">{left_out} more processes are not drawn.</p>' if left_out > 0 else ""
    return f'<ol class="lanes">{lanes}</ol>{more}' if lanes else ""


def _process_lane(process: Process, axis: Scale) -> str:
    end = axis.end if process.ended is None else process.ended
    bar = _bar(axis, (process.began, end), 13, "run wide", process.command)
    ending = "exit handlers never ran" if process.ended is None else f"exit handlers ran at {process.ended:.3f} s"
    mark = _use(axis, end, 13, "no-exit" if process.ended is None else "exit", ending)
    label = (
        f'<span class="label" title="{esc(process.command)}"><b>pid {process.pid}</b> '
        f"<small>{'no orderly end' if process.ended is None else ''}</small> "
        f'<span>{esc(_short(process.command))}</span></span><span class="rows"></span>'
    )
    told = f"Process {process.pid}, began at {process.began:.3f} s, {ending}"
    return f'<li class="lane">{label}{_plot([bar, mark], _ROW, told)}</li>'


def _bar(axis: Scale, life: tuple[float, float], y: int, look: str, title: str) -> str:
    start, stop = life
    return (
        f'<line class="bar {look}" x1="{axis.x(start):.2f}%" x2="{axis.x(stop):.2f}%" y1="{y}" y2="{y}">'
        f"<title>{esc(title)}, {start:.3f} to {stop:.3f} s</title></line>"
    )


def _mark(axis: Scale, moment: Moment, y: int) -> str:
    said = " ".join(part for part in (moment.note, f"({moment.place})" if moment.place else "") if part)
    title = f"{moment.kind} at {moment.at:.3f} s" + (f": {said}" if said else "")
    return _use(axis, moment.at, y, mark_of(moment.kind)[0], title)


def _use(axis: Scale, at: float, y: int, symbol: str, title: str) -> str:
    place = f'x="{axis.x(at):.2f}%" y="{y}"'
    return f'<use class="{TONES[symbol]}" href="#m-{symbol}" {place}><title>{esc(title)}</title></use>'


def _ticks(axis: Scale, moments: Sequence[Moment], y: int, most: int, who: str) -> str:
    """Draw all ticks of a row as one path in a box of its own that stretches with the page."""
    if not moments:
        return ""
    drawn = thinned(moments, most)
    path = "".join(f"M{axis.x(moment.at) * 10:.1f} 0V10" for moment in drawn)
    told = f"{who} {len(moments)} chunks" + (f", {len(drawn)} of them drawn" if len(drawn) < len(moments) else "")
    return (
        f'<svg x="0" y="{y - 5}" width="100%" height="10" viewBox="0 0 1000 10" preserveAspectRatio="none">'
        f'<path class="ticks {moments[0].kind}" d="{path}" vector-effect="non-scaling-stroke">'
        f"<title>{told}</title></path></svg>"
    )


def thinned(moments: Sequence[Moment], most: int) -> Sequence[Moment]:
    """Return at most `most` of the moments, evenly taken, with the first and the last."""
    if len(moments) <= most:
        return moments
    return [moments[index * (len(moments) - 1) // (most - 1)] for index in range(most)]


def _text(axis: Scale, life: tuple[float, float], y: int, text: str) -> str:
    """Write beside a bar: behind its end, or, where there is no room, in front of its start."""
    start, stop = axis.x(life[0]), axis.x(life[1])
    x, side, shift = stop, "after", 12
    if stop > _FLIP:
        x, side, shift = (start if start > _ROOM else stop), "before", -12
    return f'<text class="{side}" x="{x:.2f}%" dx="{shift}" y="{y + 4}">{esc(_short(text))}</text>'


def _short(text: str) -> str:
    """Shorten from the left: the end of a path and the line number say most."""
    return text if len(text) <= _LONGEST else "…" + text[1 - _LONGEST :]


def base(place: str | None) -> str:
    """Return the last part of a path: in a lane there is no room for all of it."""
    return (place or "").replace("\\", "/").rpartition("/")[2]
