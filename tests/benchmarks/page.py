"""The tables of docs/performance.md, and its picture, from what was measured."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.chart import Bar, chart, spelled
from tests.benchmarks.groups import AIMS, HEADINGS, Aim

BEGIN, END = "<!-- bench -->", "<!-- end of bench -->"
PEAK, LINEAR = 200_000_000, 1.25
"""Bytes; and how much more a file may cost among many, for noise."""
_DRAWN = ("check", "flake8", "flake8-litellm", "fix")

Told = Mapping[str, Any]


def written(page: Path, groups: Mapping[str, Told | None], about: str) -> None:
    """Write the tables between the marks of a page, and the picture beside it."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"error: {page}: no {BEGIN} … {END}")
    there = {name: told for name, told in groups.items() if told is not None}
    parts = [about, *_picture(page, there), *(_section(name, told) for name, told in there.items())]
    text = "\n\n".join(parts)
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def _picture(page: Path, groups: Mapping[str, Told]) -> Iterator[str]:
    drawn = [(HEADINGS[name][0], list(_bars(told))) for name, told in groups.items() if name in _DRAWN]
    if not drawn:
        return
    picture = page.with_suffix(".svg")
    picture.write_text(chart("CPU seconds, by command", drawn), encoding="utf-8", newline="\n")
    yield f"![CPU seconds of each command, on a logarithmic axis: the numbers of the tables below]({picture.name})"


def _bars(told: Told) -> Iterator[Bar]:
    for row in told["rows"]:
        yield row["name"], max(statistics.median(row["cpu"]), 0.001), "ours" in row["name"] or "plugin" in row["name"]


def _section(name: str, told: Told) -> str:
    heading = f"### {HEADINGS[name][0]}"
    table = _growth(told) if name == "growth" else _table(name, told)
    return "\n\n".join(part for part in (heading, told["note"], table) if part)


def _table(name: str, told: Told) -> str:
    base = HEADINGS[name][1]
    lines = [
        f"Median seconds, and the ratio to *{base}* within each run:\n",
        "| | wall s | CPU s | wall, ratio | CPU, ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    rows = {row["name"]: row for row in told["rows"]}
    for row in rows.values():
        seconds = (spelled(statistics.median(row[kind])) for kind in ("wall", "cpu"))
        ratios = (" · ".join(f"{one:.2f}" for one in _ratios(row, rows[base], kind)) for kind in ("wall", "cpu"))
        lines.append(f"| {row['name']} | {' | '.join(seconds)} | {' | '.join(ratios)} |")
    commands = "\n".join(f"{row['command']}" for row in rows.values())
    aims = "\n".join(f"- {_judged(aim, rows)}" for aim in AIMS[name])
    return "\n".join(lines) + f"\n\nAims, by the median of the ratios:\n\n{aims}\n\n```console\n{commands}\n```"


def _ratios(row: Told, base: Told, kind: str) -> list[float]:
    """Return the ratio of each run: within it, both were slowed down alike."""
    return [one / max(other, 1e-9) for one, other in zip(row[kind], base[kind], strict=True)]


def _judged(aim: Aim, rows: Mapping[str, Told]) -> str:
    kind = {"cpu": "CPU", "wall": "wall"}[aim.by]
    asked = f"{aim.row}: {kind} at most {aim.times:g} times that of {aim.than}"
    if aim.than not in rows:
        return f"{asked}: not measured ({aim.than} is not installed)."
    ratio = statistics.median(_ratios(rows[aim.row], rows[aim.than], aim.by))
    return f"{asked}: {_verdict(ratio <= aim.times)} ({ratio:.3g} times)."


def _verdict(met: bool) -> str:
    return "**met**" if met else "**not met**"


def _growth(told: Told) -> str:
    rows = told["rows"]
    lines = ["| checked | files | wall s | CPU s | CPU per file | peak memory |", "|---|---:|---:|---:|---:|---:|"]
    for row in rows:
        cells = (f"{row['files']:,}", spelled(row["wall"]), spelled(row["cpu"]), f"{1000 * _each(row):.2f} ms")
        lines.append(f"| {row['what']} | {' | '.join(cells)} | {row['peak'] / 1e6:.0f} MB |")
    peak, more = max(row["peak"] for row in rows), _each(rows[-1]) / _each(rows[-2])
    memory = f"- Memory below {PEAK / 1e6:.0f} MB: {_verdict(peak < PEAK)} ({peak / 1e6:.0f} MB)."
    often = f"among the most files, one costs {more:.2f} times as much as in the tree; up to {LINEAR:g} is noise"
    aims = memory, f"- Time linear in files: {_verdict(more <= LINEAR)} ({often})."
    return "\n".join([*lines, "", *aims, "", "```console", told["command"], "```"])


def _each(row: Told) -> float:
    return float(row["cpu"]) / max(int(row["files"]), 1)
