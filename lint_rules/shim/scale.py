"""A time axis that folds quiet stretches: seconds of start-up must not squeeze the milliseconds that matter."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

LEFT, RIGHT = 1.0, 99.0
"""Percent of the width between which time runs: marks on the edge stay whole."""
_FOLD = 5.0
"""Percent of the width that a folded stretch takes."""
_MOST_FOLDS = 7
_QUIET = 0.2
"""A stretch without events is folded if it is longer than this share of what is not folded yet."""
_SHORTEST = 0.1
"""Seconds. Shorter stretches are never folded."""
_OUTSTANDING = 3
"""And only if it is that many times as long as stretches usually are: of equal ones, none is quiet."""
_TICKS = 12
_APART = 5.5
"""Percent of the width between two labels, at least."""


class Fold(NamedTuple):
    """A quiet stretch, in seconds since the program was started."""

    began: float
    ended: float


class Tick(NamedTuple):
    """A label on the axis."""

    x: float
    """Percent of the width."""
    label: str


class Scale:
    """Maps seconds to percent of the width, piece by piece."""

    def __init__(self, folds: Sequence[Fold], end: float) -> None:
        self.folds = tuple(folds)
        self.end = end
        """Seconds: where the axis ends."""
        self._times = [0.0, *(edge for fold in folds for edge in fold), end]
        self._open = end - sum(fold.ended - fold.began for fold in folds)
        room = RIGHT - LEFT - _FOLD * len(folds)
        self._places = [LEFT]
        for index, (start, stop) in enumerate(pairwise(self._times)):
            width = _FOLD if index % 2 else room * (stop - start) / self._open
            self._places.append(self._places[-1] + width)

    def x(self, at: float) -> float:
        """Return where `at` (seconds) lies, in percent of the width."""
        at = min(max(at, 0.0), self.end)
        piece = min(bisect_right(self._times, at), len(self._times) - 1)
        start, stop = self._times[piece - 1], self._times[piece]
        left, right = self._places[piece - 1], self._places[piece]
        return min(RIGHT, left + (right - left) * (at - start) / (stop - start)) if stop > start else left

    def ticks(self) -> list[Tick]:
        """Return round times for the axis, no two too close, none in a fold."""
        step = _round_step(self._open / _TICKS)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        found: list[Tick] = []
        for start, stop in list(pairwise(self._times))[::2]:
            for count in range(math.ceil(start / step - 1e-9), math.floor(stop / step + 1e-9) + 1):
                place = self.x(count * step)
                if not found or place - found[-1].x >= _APART:
                    found.append(Tick(place, f"{count * step:.{decimals}f}"))
        return found


def scale(times: Iterable[float], end: float) -> Scale:
    """Return the axis for events at `times`, in a run that took `end` seconds."""
    known = [time for time in times if math.isfinite(time) and time >= 0]
    last = max([end, *known, 0.001])
    points = sorted({0.0, last, *known})
    return Scale(_folds(list(pairwise(points)), last), last)


def _folds(gaps: Sequence[tuple[float, float]], span: float) -> list[Fold]:
    usual = _OUTSTANDING * median(stop - start for start, stop in gaps) if len(gaps) > 3 else 0.0
    rest, quiet = span, []
    for start, stop in sorted(gaps, key=lambda gap: gap[0] - gap[1])[:_MOST_FOLDS]:
        length = stop - start
        if length < max(_QUIET * rest, _SHORTEST, usual) or length > 0.9999 * rest:
            break
        quiet.append((start, stop))
        rest -= length
    # A little of the quiet stays on both sides, so that no event stands on the edge of a fold.
    return [
        Fold(start + _margin(rest, start, stop), stop - _margin(rest, start, stop)) for start, stop in sorted(quiet)
    ]


def _margin(rest: float, start: float, stop: float) -> float:
    return min(0.03 * rest, (stop - start) / 8)


def _round_step(rough: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
