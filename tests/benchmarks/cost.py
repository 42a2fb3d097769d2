"""What checking a file costs, by kind of file: the table of docs/scaling.md.

`python -m tests.benchmarks.cost FOLDER [PAGE]` checks a folder in one process and prints CPU seconds, or writes them
into a page, between its marks.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lint_rules import files
from lint_rules.chunks import chunks
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.semantics import syntax

MILLION = 1_000_000
CORES = 16
BEGIN, END = "<!-- cost -->", "<!-- end of cost -->"


@dataclass
class Cost:
    """Of the files of one kind."""

    files: int = 0
    seconds: float = 0.0


def measured(folder: str) -> dict[str, Cost]:
    """Check a folder as a run does, and time each file."""
    costs = {kind: Cost() for kind in ("no SDK mentioned", "SDK mentioned", "findings")}
    discovered = list(files.discover([folder]))
    for chunk in chunks(discovered):
        around = Surroundings()
        around.expect(len(discovered))
        with syntax.collecting_late():
            for found in chunk:
                _measure(found.path, around, costs)
        around.forget()
        syntax.forget()
    return costs


def _measure(path: str, around: Surroundings, costs: dict[str, Cost]) -> None:
    """The first file of a project bears what it takes to look at the whole of it."""
    begin = time.process_time()
    data = files.read(path)
    report = check_bytes(data, path, around)
    kind = "findings" if report.findings else "SDK mentioned" if mentions(data) else "no SDK mentioned"
    costs[kind].files += 1
    costs[kind].seconds += time.process_time() - begin


def mentions(data: bytes) -> bool:
    """Tell whether a file mentions LiteLLM or Langfuse."""
    return b"litellm" in data or b"langfuse" in data


def table(costs: dict[str, Cost]) -> str:
    """Return the table, and what a million such files take."""
    total = Cost(sum(one.files for one in costs.values()), sum(one.seconds for one in costs.values()))
    lines = ["| files | number | CPU seconds | per file |", "|---|---:|---:|---:|"]
    for kind, cost in (*costs.items(), ("all", total)):
        each = f"{1000 * cost.seconds / max(cost.files, 1):.2f} ms"
        lines.append(f"| {kind} | {cost.files:,} | {cost.seconds:.1f} | {each} |")
    hours = total.seconds / max(total.files, 1) * MILLION / 3600
    minutes = hours * 60 / CORES
    lines += ["", f"A million such files: {hours:.2f} core hours, {minutes:.1f} minutes on {CORES} cores."]
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it into a page."""
    text = table(measured(sys.argv[1]))
    if len(sys.argv) <= 2:
        print(text)
        return
    page = Path(sys.argv[2])
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"{page}: no {BEGIN} … {END}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
