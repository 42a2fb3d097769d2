"""A run as one self-contained HTML page: no script, nothing loaded, and everything of the program's is escaped."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from .escape import esc, uncoloured
from .marks import icon, mark_of, symbols
from .sink import Generation
from .timeline import timeline
from .verdict import WORST_FIRST, Call, Moment, RunReport

CARDS_OPEN = 12
"""Calls up to which the cards of calls that were not delivered stand open."""
_MOMENTS_SHOWN = 60
_LISTED = 200
"""Entries of a list (refused connections, strays, messages) before the rest is only counted."""
_OUTPUT_SHOWN = 40_000
"""Characters of the program's output that are kept: the last ones, where errors stand."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Should anything hostile ever come through, the browser will neither run nor load it."""
_STYLE = Path(__file__).with_name("report.css")
_WORDS = {
    "delivered": "Everything arrived.",
    "no-calls": "The program made no model call.",
    "crashed": "The program failed.",
    "hung": "The program hung and was killed.",
}


def page(report: RunReport) -> str:
    """Return the page of one run."""
    parts = (
        _header(report),
        _section("Why", _causes(report.calls)),
        _section("Timeline", timeline(report)),
        _section("Calls", _cards(report)),
        _section("Processes", _process_table(report)),
        _section("Connections refused", _refused(report)),
        _section("Answered elsewhere, not judged", _elsewhere(report)),
        _section("Generations that belong to no call", _generations(report.strays)),
        _section("What the SDKs did and said", _of_the_run(report.moments)),
        _section("Where looking into the program failed", _list(esc(one) for one in report.unobserved)),
        _section("Output", _output("stdout", report.stdout) + _output("stderr", report.stderr)),
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>{esc(report.verdict)}: {esc(_command(report))[:200]}</title>"
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f"<body>{symbols()}{''.join(parts[:1])}<main>{''.join(parts[1:])}</main></body></html>\n"
    )


def _section(title: str, body: str) -> str:
    """Return a section; nothing where there is nothing to say."""
    return f"<section><h2>{title}</h2>{body}</section>\n" if body else ""


def _command(report: RunReport) -> str:
    return shlex.join(report.command)


def _header(report: RunReport) -> str:
    began = datetime.fromtimestamp(report.began, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC") if report.began else ""
    facts = [
        ("ended", esc(report.outcome)),
        ("took", f"{report.seconds:.2f} s"),
        ("started", began),
        ("processes", str(len(report.processes) or "")),
        ("tokens arrived", f"{sum(call.usage for call in report.calls):,}" if report.calls else ""),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    return (
        f'<header><p class="kicker">Do the calls of this program reach Langfuse?</p>'
        f'<h1><span class="verdict {report.verdict}">{report.verdict}</span> {esc(_headline(report))}</h1>'
        f'<p class="command"><code>{esc(_command(report))}</code></p><dl class="facts">{listed}</dl>'
        f"{_counts(report.calls)}</header>\n"
    )


def _headline(report: RunReport) -> str:
    """Say the run in one sentence or two."""
    ending = f"{_WORDS[report.verdict]} " if report.verdict in ("crashed", "hung") else ""
    total = len(report.calls)
    bad = sum(call.verdict not in ("delivered", "failed") for call in report.calls)
    failed = sum(call.verdict == "failed" for call in report.calls)
    if not total:
        return ending or _WORDS["no-calls"]
    calls = "1 call" if total == 1 else f"{total} calls"
    if bad:
        return f"{ending}{bad} of {calls} did not arrive as {'it' if bad == 1 else 'they'} should."
    if failed:
        return f"{ending}{failed} of {calls} got an error from the model; {total - failed} arrived whole, once."
    return f"{ending}{'The call' if total == 1 else f'All {calls}'} arrived whole, once."


def _counts(calls: Sequence[Call]) -> str:
    """Return the verdicts as a bar, and as a filter that works without a script."""
    if not calls:
        return ""
    counted = Counter(call.verdict for call in calls)
    bar = "".join(f'<i class="{one}" style="flex-grow:{counted[one]}"></i>' for one in WORST_FIRST if counted[one])
    choices = _choice("all", len(calls), checked=True)
    choices += "".join(_choice(verdict, counted[verdict], checked=False) for verdict in WORST_FIRST)
    return (
        f'<div class="share" aria-hidden="true">{bar}</div>'
        f'<fieldset class="counts"><legend>Show calls that are</legend>{choices}</fieldset>'
    )


def _choice(name: str, count: int, *, checked: bool) -> str:
    state = " checked" if checked else "" if count else " disabled"
    return (
        f'<label class="count {name}"><input type="radio" name="show" id="show-{name}"{state}>'
        f"<b>{count}</b> {name}</label>"
    )


def _causes(calls: Sequence[Call]) -> str:
    """Group what went wrong by place and cause: a loop that loses 500 calls is one mistake, not 500."""
    groups: dict[tuple[str, ...], list[Call]] = {}
    for call in calls:
        if call.verdict != "delivered":
            key = (call.verdict, call.site or "", call.cause or "", call.rule or "", call.left_at or "")
            groups.setdefault(key, []).append(call)
    ordered = sorted(groups.values(), key=lambda group: (WORST_FIRST.index(group[0].verdict), -len(group)))
    rows = "".join(_cause_row(group) for group in ordered[:_LISTED])
    return f'<ol class="causes">{rows}</ol>{_left_out(len(ordered))}' if rows else ""


def _cause_row(group: Sequence[Call]) -> str:
    call = group[0]
    detail = " · ".join(esc(part) for part in (call.cause_detail, call.detail) if part)
    left = f'<span class="left-at">left at <code>{esc(call.left_at)}</code></span>' if call.left_at else ""
    return (
        f'<li class="{call.verdict}"><span class="times">{len(group)}&times;</span>'
        f'<span class="verdict {call.verdict}">{call.verdict}</span>'
        f"<span><code>{esc(call.site or 'site unknown')}</code> {left}</span>"
        f"<span><b>{esc(call.cause or 'unknown')}</b> {_rule(call)}<br><small>{detail}</small></span></li>"
    )


def _rule(call: Call) -> str:
    return f'<span class="rule" title="the lint rule that finds this">{esc(call.rule)}</span>' if call.rule else ""


def _cards(report: RunReport) -> str:
    few = len(report.calls) <= CARDS_OPEN
    # What went wrong comes first: that is what the page is opened for.
    calls = sorted(report.calls, key=lambda call: call.verdict == "delivered")
    cards = "".join(_card(call, is_open=few and call.verdict != "delivered") for call in calls)
    return f'<div class="cards">{cards}</div>' if cards else ""


def _card(call: Call, *, is_open: bool) -> str:
    summary = (
        f'<summary><span class="verdict {call.verdict}">{call.verdict}</span> <b>#{call.number}</b> '
        f"<code>{esc(call.site or 'site unknown')}</code> <small>{esc(call.cause or '')}</small></summary>"
    )
    facts = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in _facts(call) if value)
    moments = f"<h3>Moments</h3><ol class='moments'>{_moments(call.moments)}</ol>" if call.moments else ""
    got = f"<h3>At Langfuse</h3>{_generations(call.generations)}" if call.generations else ""
    return (
        f'<details class="card {call.verdict}" data-verdict="{call.verdict}"{" open" if is_open else ""}>{summary}'
        f'<div id="call-{call.number}"><dl>{facts}</dl>{got}{moments}</div></details>'
    )


def _facts(call: Call) -> list[tuple[str, str]]:
    """Return what is known of a call, as HTML; the empty ones are left out by the reader."""
    return [
        ("Outcome", esc(call.detail)),
        ("Cause", f"{esc(call.cause)} {_rule(call)}" if call.cause else ""),
        ("Observed", esc(call.cause_detail)),
        ("Asked", f"{esc(call.api)} of <code>{esc(call.model)}</code>{f' by {esc(call.via)}' if call.via else ''}"),
        ("Stream", _stream(call)),
        ("Left at", f"<code>{esc(call.left_at)}</code>" if call.left_at else ""),
        ("Model's status", f"HTTP {call.status}" if call.status != 200 else ""),
        ("Tokens arrived", f"{call.usage:,}"),
        ("Process", f"pid {call.pid}" if call.pid is not None else ""),
    ]


def _stream(call: Call) -> str:
    if not call.stream:
        return ""
    got = "unknown how many were" if call.chunks_received is None else str(call.chunks_received)
    end = {True: ", read to its end", False: ", not read to its end", None: ""}[call.exhausted]
    hung_up = "; the program hung up" if call.disconnected else ""
    return f"{got} received of {call.chunks_sent} sent of {call.chunks} chunks{end}{hung_up}"


def _moments(moments: Sequence[Moment]) -> str:
    """List the moments; chunks that follow each other take one line."""
    rows: list[str] = []
    chunks: list[Moment] = []
    for moment in moments:
        if moment.kind in ("sent", "received"):
            chunks.append(moment)
            continue
        rows += _chunk_row(chunks)
        chunks = []
        rows.append(_moment_row(moment))
    rows += _chunk_row(chunks)
    more = f"<li>{len(rows) - _MOMENTS_SHOWN} more are left out.</li>" if len(rows) > _MOMENTS_SHOWN else ""
    return "".join(rows[:_MOMENTS_SHOWN]) + more


def _chunk_row(chunks: Sequence[Moment]) -> list[str]:
    if not chunks:
        return []
    counted = Counter(chunk.kind for chunk in chunks)
    told = ", ".join(f"{counted[kind]} {kind}" for kind in ("sent", "received") if counted[kind])
    symbol, tone = mark_of("received" if counted["received"] else "sent")
    until = f"&ndash;{chunks[-1].at:.3f}" if len(chunks) > 1 else ""
    noun = "chunk" if len(chunks) == 1 else "chunks"
    return [f"<li><time>{chunks[0].at:.3f}{until}</time>{icon(symbol, tone)}<span>{noun}: {told}</span></li>"]


def _moment_row(moment: Moment) -> str:
    symbol, tone = mark_of(moment.kind)
    place = f" <code>{esc(moment.place)}</code>" if moment.place else ""
    note = f" <small>{esc(moment.note)}</small>" if moment.note else ""
    return f"<li><time>{moment.at:.3f}</time>{icon(symbol, tone)}<span><b>{moment.kind}</b>{place}{note}</span></li>"


def _generations(generations: Sequence[Generation]) -> str:
    return _list(
        f"<b>{esc(one.name)}</b> {esc(one.model)} · {len(one.output_text):,} characters · {one.usage_total:,} tokens · "
        f"{esc(one.level)} · trace <code>{esc(one.trace_id)}</code>"
        for one in generations
    )


def _process_table(report: RunReport) -> str:
    return _list(
        f"<b>pid {one.pid}</b>{f' from {one.parent}' if one.parent is not None else ''} <code>{esc(one.command)}</code>"
        f" <small>{one.began:.3f} s to {'no orderly end' if one.ended is None else f'{one.ended:.3f} s'}</small>"
        for one in report.processes
    )


def _refused(report: RunReport) -> str:
    return _list(
        f"<code>{esc(one.host)}{'' if one.port is None else f':{one.port}'}</code> "
        f"tried {one.count}&times; by {esc(one.by)}" + (f" at <code>{esc(one.site)}</code>" if one.site else "")
        for one in report.refused
    )


def _elsewhere(report: RunReport) -> str:
    return _list(
        f"{one.count}&times; {esc(one.what)}" + (f" at <code>{esc(one.site)}</code>" if one.site else "")
        for one in report.elsewhere
    )


def _of_the_run(moments: Iterable[Moment]) -> str:
    rows = [_moment_row(moment) for moment in moments]
    return f'<ol class="moments">{"".join(rows[:_LISTED])}</ol>{_left_out(len(rows))}' if rows else ""


def _list(entries: Iterable[str]) -> str:
    rows = list(entries)
    listed = "".join(f"<li>{row}</li>" for row in rows[:_LISTED])
    return f'<ul class="plain">{listed}</ul>{_left_out(len(rows))}' if rows else ""


def _left_out(total: int) -> str:
    return f'<p class="quiet">{total - _LISTED} more are left out.</p>' if total > _LISTED else ""


def _output(name: str, text: str) -> str:
    if not text:
        return f'<p class="quiet">{name} is empty.</p>'
    cut = len(text) - _OUTPUT_SHOWN
    said = f"{name}, {len(text):,} characters" + (f", the first {cut:,} left out" if cut > 0 else "")
    kept = f'<pre tabindex="0">{esc(uncoloured(text[-_OUTPUT_SHOWN:]))}</pre>'
    return f'<details class="output"><summary>{said}</summary>{kept}</details>'
