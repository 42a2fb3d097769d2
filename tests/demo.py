"""`make demo`: the three programs that started this project: found by flake8, fixed by the codemods, proven."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from lint_rules.shim.run import RunReport, Warm, run
from lint_rules.shim.table import Comparison, comparison

REPORTS = Path(__file__).parent / "cases" / "original_reports"
MARKS = re.compile(r"  # expect: .*$", re.MULTILINE)


def main() -> int:
    """Run the demonstration; the exit code is 0 when every program lost its trace before and delivers it after."""
    with tempfile.TemporaryDirectory() as folder:
        programs = [unpack(case, Path(folder)) for case in sorted(REPORTS.iterdir())]
        names = [program.name for program in programs]
        _step("flake8 finds", ["flake8", "--select", "LLM", *names], folder)
        before = _run_all(programs)
        _step("the codemods rewrite", ["lint_rules.fix", "--diff", *names], folder)
        _step("", ["lint_rules.fix", *names], folder)
        after = _run_all(programs)
    print("\n=== the shim proves: run against a loopback model and a loopback Langfuse\n")
    print(comparison([Comparison(name, *pair) for name, *pair in zip(names, before, after, strict=True)]))
    proven = all(_lost(was) and _delivered(now) for was, now in zip(before, after, strict=True))
    print("\nLost before, delivered after." if proven else "\nNOT proven: see the table.")
    return 0 if proven else 1


def unpack(case: Path, folder: Path) -> Path:
    """Write the program of a case to `folder`, without the marks of what is to be found in it."""
    program = folder / f"{case.name}.py"
    program.write_text(MARKS.sub("", (case / "before.py").read_text(encoding="utf-8")), encoding="utf-8")
    return program


def _step(title: str, command: list[str], folder: str) -> None:
    if title:
        print(f"\n=== {title}\n")
    print(f"$ python -m {' '.join(command)}", flush=True)
    subprocess.run([sys.executable, "-m", *command], cwd=folder, check=False)


def _run_all(programs: list[Path]) -> list[RunReport]:
    with Warm(python=sys.executable) as launcher:
        return [run([program.name], launcher=launcher, cwd=program.parent) for program in programs]


def _lost(report: RunReport) -> bool:
    return report.call_verdict == "lost"


def _delivered(report: RunReport) -> bool:
    return report.verdict == "delivered"


if __name__ == "__main__":
    sys.exit(main())
