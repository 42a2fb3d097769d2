"""The door `python -m lint_rules`: check files and folders, print findings, exit 0 (clean), 1 (findings) or 2
(broken)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from lint_rules import __version__, engine, files
from lint_rules.configuration import Configuration
from lint_rules.finding import FileReport, Status
from lint_rules.gate import Gate, add_gate
from lint_rules.options import BROKEN, CLEAN, FINDINGS, INTERRUPTED, Parser, add_selection, given
from lint_rules.refusal import Refused, reason
from lint_rules.report import formats, problem_line, writer
from lint_rules.targets import Finder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    configuration = Configuration(given(options))
    try:
        if options.show_target:
            return _show_target(options.paths, Finder(tuple(options.target)))
        gate = Gate.of(options)
        return _check(options.paths, configuration, "trace" if options.explain_trace else options.format, gate)
    except Refused as error:
        print(error, file=sys.stderr)
        return BROKEN
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_stdout()
        return BROKEN
    except OSError as error:
        _give_up_stdout()
        print(f"error: the results could not be written: {reason(error)}", file=sys.stderr)
        return BROKEN


def _give_up_stdout() -> None:
    """Let Python flush what is left to nowhere: it would complain once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m lint_rules",
        description="Find LiteLLM calls whose Langfuse traces are lost.",
        epilog="Exit code: 0 nothing found, 1 findings, 2 something could not be checked.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="file or folder to check")
    parser.add_argument("--format", choices=formats(), default="text", help="how to print findings (default: text)")
    parser.add_argument("--explain-trace", action="store_true", help="show how each stream was recognised (text only)")
    parser.add_argument(
        "--show-target", action="store_true", help="show which LiteLLM and Langfuse PATHs are checked for, and why"
    )
    add_selection(parser)
    add_gate(parser)
    parser.add_argument("--version", action="version", version=f"flake8-litellm {__version__}")
    return parser


def _check(paths: Sequence[str], configuration: Configuration, output: str, gate: Gate) -> int:
    tally, around = Tally(), engine.Surroundings(configuration)
    reports = gate.over(engine.check_files(paths, around), around)
    writer(output)(tally.over(reports), sys.stdout)
    sys.stdout.flush()
    return BROKEN if tell_of_targets(around.targets) else tally.exit_code()


def _show_target(paths: Sequence[str], finder: Finder) -> int:
    from lint_rules.targets.show import lines  # noqa: PLC0415 - other runs show none

    found = list(files.discover(paths))
    for line in lines([one.path for one in found if one.problem is None], finder):
        print(line)
    sys.stdout.flush()
    broken = [FileReport(one.path, Status.FAILED, problem=one.problem) for one in found if one.problem is not None]
    for report in broken:
        print(problem_line(report), file=sys.stderr)
    return BROKEN if tell_of_targets(finder, notes=False) or broken else CLEAN


def tell_of_targets(finder: Finder, *, notes: bool = True) -> bool:
    """Tell on stderr what there is to say about the targets of a run, and whether settings were wrong."""
    for note in finder.notes if notes else ():
        print(f"note: {note}", file=sys.stderr)
    for problem in finder.problems:
        print(f"error: {problem}", file=sys.stderr)
    return bool(finder.problems)


class Tally:
    """Counts outcomes as reports stream by, and tells the story of the broken ones on stderr."""

    def __init__(self) -> None:
        self.seen: set[Status] = set()
        self._told: set[str] = set()

    def over(self, reports: Iterable[FileReport]) -> Iterator[FileReport]:
        """Pass reports on."""
        for report in reports:
            self.seen.add(report.status)
            self.tell(report)
            yield report

    def tell(self, report: FileReport) -> None:
        """Tell what is wrong with a file; settings that are wrong for many files are told once."""
        line = problem_line(report) if report.problem is not None else ""
        if line and line not in self._told:
            self._told.add(line)
            print(line, file=sys.stderr)

    def exit_code(self) -> int:
        """Return 2 if a file could not be checked, else 1 if there were findings, else 0."""
        if Status.FAILED in self.seen:
            return BROKEN
        return FINDINGS if Status.FINDINGS in self.seen else CLEAN


if __name__ == "__main__":
    sys.exit(main())
