"""What checking a file costs, by kind of file: the table of docs/scaling.md.

`python -m tests.benchmarks.cost FOLDER` checks a folder in one process and prints CPU seconds.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from lint_rules import files
from lint_rules.chunks import chunks
from lint_rules.engine import Surroundings, check_bytes

MILLION = 1_000_000


@dataclass
class Cost:
    """Of the files of one kind."""

    files: int = 0
    seconds: float = 0.0


def measured(folder: str) -> dict[str, Cost]:
    """Check a folder as a run does, and time each file."""
    costs = {kind: Cost() for kind in ("no SDK mentioned", "SDK mentioned", "findings")}
    for chunk in chunks(list(files.discover([folder]))):
        around = Surroundings()
        for found in chunk:
            begin = time.process_time()
            data = files.read(found.path)
            report = check_bytes(data, found.path, around)
            kind = "findings" if report.findings else "SDK mentioned" if mentions(data) else "no SDK mentioned"
            costs[kind].files += 1
            costs[kind].seconds += time.process_time() - begin
    return costs


def mentions(data: bytes) -> bool:
    """Tell whether a file mentions LiteLLM or Langfuse."""
    return b"litellm" in data or b"langfuse" in data


def main() -> None:
    """Print the table."""
    costs = measured(sys.argv[1])
    total = Cost(sum(one.files for one in costs.values()), sum(one.seconds for one in costs.values()))
    print("| files | number | CPU seconds | per file |\n|---|---:|---:|---:|")
    for kind, cost in (*costs.items(), ("all", total)):
        each = f"{1000 * cost.seconds / max(cost.files, 1):.2f} ms"
        print(f"| {kind} | {cost.files:,} | {cost.seconds:.1f} | {each} |")
    hours = total.seconds / max(total.files, 1) * MILLION / 3600
    print(f"\nA million such files: {hours:.2f} core hours.")


if __name__ == "__main__":
    main()
