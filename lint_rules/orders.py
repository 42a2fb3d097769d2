"""What goes to whoever checks a part of a run, and what comes back: plain data, and light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.finding import FileReport
    from lint_rules.surroundings import Surroundings
    from lint_rules.watch import Seen

MAX_JOBS = 61
"""Processes at once: Windows can wait for no more."""


@dataclass(frozen=True)
class Order:
    """How a chunk is to be checked."""

    around: Surroundings
    """With nothing known yet."""
    folder: str
    """The working directory: what paths start from."""
    watched: bool = False
    """Tell, too, what the results depend on."""


@dataclass(frozen=True)
class Outcome:
    """What came of a chunk."""

    reports: tuple[FileReport, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    seen: Seen | None = None
