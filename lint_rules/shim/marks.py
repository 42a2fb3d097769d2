"""The marks of the timeline: a shape and a tone for each kind of moment, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .verdict import MomentKind

SYMBOLS: Mapping[str, str] = {
    "asked": '<circle r="3.5" class="hollow"/>',
    "answered": '<circle r="4"/>',
    "hung-up": '<path class="stroke" d="M-3.5-5H0V5H-3.5M3-3.5V3.5"/>',
    "left": '<path d="M-1-8H8L5.5-4.5 8-1H1V7H-1Z"/>',
    "exhausted": '<path class="stroke" d="M-4 0-1 3.5 5-4.5"/>',
    "failed": '<path class="stroke" d="M-4-4 4 4M4-4-4 4"/>',
    "log-created": '<path class="hollow" d="M-3.5-3.5H3.5V3.5H-3.5Z"/>',
    "log-started": '<path d="M-3-4.5 4.5 0-3 4.5Z"/>',
    "log-finished": '<path d="M-4-4H4V4H-4Z"/>',
    "log-cancelled": '<path class="stroke" d="M-4.5-4.5 4.5 4.5M4.5-4.5-4.5 4.5"/>',
    "log-raised": '<path d="M0-5.5 6 5H-6Z"/>',
    "arrived": '<path d="M0-6.5 6.5 0 0 6.5-6.5 0Z"/>',
    "message": '<path d="M0-5.5 6 5H-6Z"/>',
    "exit": '<path class="stroke" d="M0-7V7"/>',
    "no-exit": '<path class="stroke" d="M-3-7 2-3-3 1 2 5"/>',
    "sent": '<path class="stroke" d="M-4-5V5M0-5V5M4-5V5"/>',
    "received": '<path class="stroke" d="M-4-5V5M0-5V5M4-5V5"/>',
    "bar": '<path class="stroke wide" d="M-9 0H9"/>',
    "pending": '<path class="stroke dashed" d="M-9 0H9"/>',
    "fold": '<path class="shade" d="M-8-7H8V7H-8Z"/>',
}
"""The shapes of the marks, around 0,0. Every kind has its own: colour only repeats what the shape says."""

LEGEND: Sequence[tuple[str, str, str]] = (
    ("asked", "model", "the model was asked"),
    ("sent", "model", "chunk the model sent"),
    ("answered", "model", "answered in full"),
    ("hung-up", "bad", "the program hung up"),
    ("received", "program", "chunk the program got"),
    ("exhausted", "program", "stream read to its end"),
    ("left", "bad", "stream left early, and where"),
    ("failed", "bad", "the call or its stream failed"),
    ("log-created", "log", "log task created"),
    ("log-started", "log", "log task started"),
    ("log-finished", "log", "log task finished"),
    ("log-cancelled", "bad", "log task cancelled"),
    ("log-raised", "bad", "log task raised"),
    ("pending", "bad", "log task never ended"),
    ("arrived", "ok", "arrived at Langfuse"),
    ("bar", "run", "exporter flush; life of a process"),
    ("exit", "run", "exit handlers ran"),
    ("no-exit", "bad", "exit handlers never ran"),
    ("message", "warn", "an SDK complained"),
    ("fold", "run", "quiet stretch, folded"),
)
TONES = {symbol: tone for symbol, tone, _ in LEGEND}


def symbols() -> str:
    """Return the shapes, to be used by reference anywhere on the page."""
    shapes = "".join(f'<g id="m-{name}">{shape}</g>' for name, shape in SYMBOLS.items())
    return f'<svg class="defs" width="0" height="0" aria-hidden="true"><defs>{shapes}</defs></svg>'


def legend() -> str:
    """Return what the marks mean."""
    entries = "".join(f"<li>{icon(symbol, tone)}{text}</li>" for symbol, tone, text in LEGEND)
    return f'<details class="legend" open><summary>Legend</summary><ul>{entries}</ul></details>'


def icon(symbol: str, tone: str) -> str:
    """Return one mark to stand in a line of text."""
    return f'<svg class="icon {tone}" viewBox="-10 -10 20 20" aria-hidden="true"><use href="#m-{symbol}"/></svg>'


def mark_of(kind: MomentKind) -> tuple[str, str]:
    """Return the symbol of a kind of moment, and its tone."""
    symbol = {"flush began": "bar", "flush ended": "bar"}.get(kind, kind.replace(" ", "-"))
    return symbol, TONES[symbol]
