"""Bars on a logarithmic axis, as SVG, for a light page and for a dark one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape

WIDTH, LABELS, RIGHT, ROW, TOP = 760, 270, 70, 22, 14
_STYLE = """\
text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.heading { font-weight: 600 }
.axis { fill: #59636e; text-anchor: middle }
.label { text-anchor: end }
line { stroke: #59636e; stroke-opacity: 0.3 }
.ours { fill: #0969da }
.peer { fill: #9aa4af }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.axis { fill: #9198a1 }
line { stroke: #9198a1 }
.ours { fill: #4493f8 }
.peer { fill: #6e7681 }
}"""

Bar = tuple[str, float, bool]
"""What it is, how long it took, whether it is ours."""


def chart(title: str, groups: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """Return the picture of groups of bars that share an axis of seconds."""
    times = [seconds for _, bars in groups for _, seconds, _ in bars]
    first, last = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    axis = _Axis(first, max(last, first + 1))
    rows = sum(1 + len(bars) for _, bars in groups)
    bottom = TOP + rows * ROW + 6
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 24}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE}\n</style>",
            *axis.drawn(bottom),
            *_drawn(groups, axis),
            "</svg>",
            "",
        ]
    )


class _Axis:
    """Whole powers of ten."""

    def __init__(self, first: int, last: int) -> None:
        self._first, self._last = first, last

    def x(self, seconds: float) -> float:
        share = (math.log10(seconds) - self._first) / (self._last - self._first)
        return LABELS + share * (WIDTH - LABELS - RIGHT)

    def drawn(self, bottom: int) -> Iterator[str]:
        for power in range(self._first, self._last + 1):
            x = f"{self.x(10**power):.1f}"
            yield f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}"/>'
            yield f'<text class="axis" x="{x}" y="{bottom + 16}">{10.0**power:g} s</text>'


def _drawn(groups: Iterable[tuple[str, Sequence[Bar]]], axis: _Axis) -> Iterator[str]:
    y = TOP
    for heading, bars in groups:
        yield f'<text class="heading" x="4" y="{y + 15}">{escape(heading)}</text>'
        y += ROW
        for name, seconds, ours in bars:
            width, kind = max(axis.x(seconds) - LABELS, 1), "ours" if ours else "peer"
            yield f'<text class="label" x="{LABELS - 8}" y="{y + 15}">{escape(name)}</text>'
            yield f'<rect class="{kind}" x="{LABELS}" y="{y + 4}" width="{width:.1f}" height="{ROW - 8}" rx="2"/>'
            yield f'<text x="{LABELS + width + 6:.1f}" y="{y + 15}">{spelled(seconds)} s</text>'
            y += ROW


def spelled(seconds: float) -> str:
    """Return a number of seconds, with as many digits as mean something."""
    if seconds >= 100:
        return f"{seconds:.0f}"
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}" if seconds >= 0.1 else f"{seconds:.3f}"
