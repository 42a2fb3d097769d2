"""What was measured, as plain data: written to and read back from JSON, so that the document can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

DELIVERED = "F"
PART = "P"
ABSENT = "absent"
HANG = "HANG"
CANNOT = ("LLM402", "LLM403")
"""The rules that say that no fix helps: these versions cannot deliver that way."""


@dataclass(frozen=True)
class Cell:
    """One row of one table in one column: what became of each of its runs."""

    topic: str
    row: str
    column: str
    codes: tuple[str, ...] = ()
    """Of each run: `F` everything arrived once and in full, else what deviates (the legend of the document)."""
    unfixed: tuple[str, ...] = ()
    """The same of the program before its fix."""
    found: tuple[str, ...] = ()
    """The codes that the linter reports in the program."""
    fixed: bool = False
    """Whether the fixer rewrote it; `codes` are of the rewritten program then."""
    seconds: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Times of each run, by what they are the times of."""
    note: str = ""
    """What else there is to say, in a few words."""

    @property
    def delivered(self) -> int:
        """How many runs delivered."""
        return self.codes.count(DELIVERED)

    @property
    def is_absent(self) -> bool:
        """Whether these versions do not have what the program uses."""
        return ABSENT in self.codes

    def with_runs(self, codes: Iterable[str]) -> Cell:
        """Return the cell with more runs."""
        return replace(self, codes=(*self.codes, *codes))


@dataclass(frozen=True)
class Results:
    """Everything a document is made of."""

    date: str
    pythons: dict[str, str]
    """The version of each environment's Python, by the pair's name."""
    cells: tuple[Cell, ...]
    left_out: tuple[str, ...] = ()
    """Pairs that this machine could not measure."""

    def of(self, topic: str) -> tuple[Cell, ...]:
        """Return the cells of one table."""
        return tuple(cell for cell in self.cells if cell.topic == topic)


def merged(old: Results, new: Results) -> Results:
    """Return both, where a cell that was measured again replaces the old one."""
    again = {(cell.topic, cell.row, cell.column) for cell in new.cells}
    kept = tuple(cell for cell in old.cells if (cell.topic, cell.row, cell.column) not in again)
    pythons = {**old.pythons, **new.pythons}
    left_out = tuple(name for name in (*old.left_out, *new.left_out) if name not in pythons)
    return Results(new.date, pythons, kept + new.cells, left_out)


def write(path: Path, results: Results) -> None:
    """Write results as JSON, one cell per line."""
    cells = ",\n".join("  " + json.dumps(_without_empty(asdict(cell))) for cell in results.cells)
    head = json.dumps({"date": results.date, "pythons": results.pythons, "left_out": results.left_out})
    path.write_text(f'{head[:-1]}, "cells": [\n{cells}\n]}}\n', encoding="utf-8")


def read(path: Path) -> Results:
    """Read results back."""
    data = json.loads(path.read_text(encoding="utf-8"))
    cells = tuple(Cell(**{key: _frozen(value) for key, value in cell.items()}) for cell in data["cells"])
    return Results(data["date"], data["pythons"], cells, tuple(data["left_out"]))


def _without_empty(cell: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cell.items() if value}


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return tuple(value) if isinstance(value, list) else value
