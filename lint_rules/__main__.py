"""The door `python -m lint_rules`: check files and folders, print findings, exit 0 (clean), 1 (findings) or 2
(broken)."""

from __future__ import annotations

import sys

from lint_rules import __version__

if __name__ == "__main__":
    if sys.argv[1:] == ["--version"]:  # all that follows takes much longer to import than this
        print(f"flake8-litellm {__version__}")
        sys.exit(0)
    from lint_rules import interrupts

    interrupts.die_at_once()  # while the rest is imported

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lint_rules import files, interrupts, outputs, progress, workers
from lint_rules.configuration import Configuration
from lint_rules.finding import FileReport, Status
from lint_rules.gate import Gate, add_gate
from lint_rules.options import BROKEN, CLEAN, FINDINGS, Parser, add_manual, add_selection, given
from lint_rules.refusal import Refused
from lint_rules.report import problem_line
from lint_rules.stdin import add_stdin, check_stdin, is_asked_for
from lint_rules.surroundings import Surroundings
from lint_rules.targets import Finder
from lint_rules.visible import printable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _options(arguments)
    configuration = Configuration(replace(given(options), disable_noqa=options.disable_noqa))
    try:
        if options.explain or options.list_rules:
            return _tell_rules(options)
        if options.add_noqa:
            return _add_noqa(options.paths, configuration)
        if options.show_target:
            return _show_target(options.paths, Finder(tuple(options.target), isolated=options.isolated))
        return _check(options, Surroundings(configuration), Gate.of(options))
    except Refused as error:
        print(error, file=sys.stderr)
        return BROKEN
    except KeyboardInterrupt as interruption:
        return interrupts.tell(interruption, "Interrupted: not everything was checked; every file is whole.")
    except OSError as error:  # of stdout: what is wrong with a file is in its report
        outputs.tell_stdout_failed(error)
        return BROKEN


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    asked = "--explain" if options.explain else "--list-rules" if options.list_rules else ""
    if asked and options.paths:
        parser.error(f"{asked} takes no PATH")
    if not asked and not options.paths:
        parser.error("the following arguments are required: PATH")
    options.stdin = is_asked_for(options, parser)
    if options.stdin and (options.base is not None or options.write_baseline is not None or options.add_noqa):
        parser.error("- (standard input) goes with none of --base, --write-baseline and --add-noqa")
    outputs.refuse_nonsense(options, parser)
    return options


def _parser() -> Parser:
    parser = Parser(
        prog="python -m lint_rules",
        description="Find LiteLLM calls whose Langfuse traces are lost.",
        epilog="Exit code: 0 nothing found, 1 findings, 2 something could not be checked.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="file or folder to check; - for standard input")
    add_stdin(parser)
    outputs.add_outputs(parser)
    parser.add_argument(
        "--show-target", action="store_true", help="show which LiteLLM and Langfuse PATHs are checked for, and why"
    )
    noqa = parser.add_mutually_exclusive_group()
    noqa.add_argument("--disable-noqa", action="store_true", help="report what a `# noqa` suppresses, too")
    noqa.add_argument(
        "--add-noqa", action="store_true", help="suppress what is found: write `# noqa: CODES` where it stands"
    )
    add_selection(parser)
    add_gate(parser)
    workers.add_workers(parser)
    add_manual(parser)
    parser.add_argument("--version", action="version", version=f"flake8-litellm {__version__}")
    return parser


def _check(options: argparse.Namespace, around: Surroundings, gate: Gate) -> int:
    tally = Tally()
    written = outputs.write(tally.over(gate.over(_checked(options, around), around)), around, options)
    return BROKEN if tell_of_targets(around.targets) or not written else tally.exit_code()


def _checked(options: argparse.Namespace, around: Surroundings) -> Iterable[FileReport]:
    if options.stdin:
        return [check_stdin(options, around)]
    return progress.shown(*workers.checked(around, options))


def _tell_rules(options: argparse.Namespace) -> int:
    from lint_rules import manual  # noqa: PLC0415 - other runs explain nothing

    try:
        text = manual.explained(manual.named(options.explain)) if options.explain else manual.listed(options.format)
    except manual.Unexplained as error:
        print(f"error: {error}", file=sys.stderr)
        return BROKEN
    sys.stdout.write(text)
    sys.stdout.flush()
    return CLEAN


def _add_noqa(paths: Sequence[str], configuration: Configuration) -> int:
    from lint_rules.add_noqa import add_noqa, summary  # noqa: PLC0415 - other runs write nothing

    tally, around = Tally(), Surroundings(configuration)
    reports = list(tally.over(add_noqa(paths, around)))
    print(summary(reports), file=sys.stderr)
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
        print(f"note: {printable(note)}", file=sys.stderr)
    for problem in finder.problems:
        print(f"error: {printable(problem)}", file=sys.stderr)
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
            if report.findings:  # also of a file that is not to be written
                self.seen.add(Status.FINDINGS)
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
    sys.exit(interrupts.guarded(main))
