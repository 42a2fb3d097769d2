"""The door `python -m lint_rules.fix`: arguments → codemods → report.

Results (what is left to do, or a diff) go to stdout, the story to stderr. Exit status: 0 nothing is left, 1 findings
are left (or, with `--check` and `--diff`, a file would change), 2 something is broken (with `--verify`: or not shown to
hold), 130 interrupted.
"""

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
from functools import partial

from lint_rules import files, interrupts, progress, temporary
from lint_rules.__main__ import Tally, tell_of_targets
from lint_rules.bounds import held_back
from lint_rules.configuration import Configuration
from lint_rules.finding import FileReport
from lint_rules.fixing import Keep, fix_file
from lint_rules.found_first import Fixer, each_fixed
from lint_rules.interactive import Dialog, fix_interactively
from lint_rules.options import BROKEN, Parser, add_selection, given
from lint_rules.outcome import failed
from lint_rules.outputs import tell_stdout_failed
from lint_rules.stdin import add_stdin, fix_stdin, is_asked_for
from lint_rules.story import print_report, status, summary
from lint_rules.surroundings import Surroundings
from lint_rules.verified import run_verified
from lint_rules.workers import add_jobs


def main(arguments: Sequence[str] | None = None) -> int:
    """Fix what the command line names and return the exit status."""
    options = _options(sys.argv[1:] if arguments is None else list(arguments))
    try:
        code = _run(options)
        sys.stdout.flush()
    except OSError as error:  # of stdout: what is wrong with a file is in its report
        tell_stdout_failed(error)
        return BROKEN
    except KeyboardInterrupt as interruption:
        return interrupts.tell(interruption, "Interrupted: every file is either as it was or completely fixed.")
    return code


def _run(options: argparse.Namespace) -> int:
    around, write = Surroundings(Configuration(given(options))), not (options.diff or options.check)
    if options.verify:
        return run_verified(options, around, partial(_reports, options, around, write=False), write=write)
    reports, tally = [], Tally()
    for report in [fix_stdin(options, around)] if options.stdin else _reports(options, around, write=write):
        print_report(report, options, tally)
        reports.append(report)
    asked = options.interactive
    print(summary(reports, write=write, unsafe=options.unsafe_fixes, asked=asked), file=sys.stderr)
    return BROKEN if tell_of_targets(around.targets) else status(reports, write=write)


def _reports(
    options: argparse.Namespace, around: Surroundings, keep: Keep | None = None, *, write: bool
) -> Iterator[FileReport]:
    found = list(files.discover(options.paths))
    if write:
        temporary.clear_around(one.path for one in found if one.problem is None)
    if options.interactive:
        return _asked(found, options, around)
    return progress.shown(_each_fixed(found, options, around, write=write, keep=keep), len(found))


def _asked(found: Iterable[files.Found], options: argparse.Namespace, around: Surroundings) -> Iterator[FileReport]:
    dialog = Dialog(sys.stdin)
    for one in found:
        if dialog.is_over:
            return
        if one.problem:
            yield failed(one.path, one.problem)
            continue
        report = held_back(one.path, options.paths, around) or fix_interactively(
            one.path, around=around, unsafe=options.unsafe_fixes, dialog=dialog
        )
        if report.fixed:
            around = around.anew()
        yield report


def _each_fixed(
    discovered: Sequence[files.Found],
    options: argparse.Namespace,
    around: Surroundings,
    *,
    write: bool,
    keep: Keep | None,
) -> Iterator[FileReport]:
    def fix(found: files.Found) -> FileReport:
        if found.problem:
            return failed(found.path, found.problem)
        report = held_back(found.path, options.paths, around) or fix_file(
            found.path, around=around, unsafe=options.unsafe_fixes, write=write, keep=keep
        )
        if write and report.fixed:
            around.forget()  # what was known of that module is out of date
        return report

    return each_fixed(discovered, around, Fixer(fix, write), options.jobs)


def _options(arguments: list[str]) -> argparse.Namespace:
    """Take the command line apart; what follows a `--` is the command if `--verify` is asked for."""
    parser = _parser()
    at = arguments.index("--") if "--" in arguments else len(arguments)
    verifies = "--verify" in arguments[:at]
    options = parser.parse_args(arguments[:at] if verifies else arguments)
    options.command = arguments[at + 1 :] if verifies else []
    if options.verify and not options.command:
        parser.error("--verify needs a command: expected --verify -- COMMAND…")
    if options.verify and options.interactive:
        parser.error("--verify and --interactive exclude each other")
    options.stdin = is_asked_for(options, parser)
    if options.stdin and (options.verify or options.interactive):
        parser.error("- (standard input) goes neither with --verify nor with --interactive")
    return options


def _parser() -> Parser:
    parser = Parser(
        prog="python -m lint_rules.fix",
        description="Rewrite programs that lose LiteLLM traces. A fix that does not prove itself is not written.",
        epilog="Exit status: 0 nothing is left, 1 findings are left (or a file would change), 2 something is broken.",
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a file, or a directory to search for *.py; - for standard input, whose fixed text goes to stdout",
    )
    add_stdin(parser)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", action="store_true", help="print what would change as a patch; write nothing")
    mode.add_argument("--check", action="store_true", help="print the findings, fixable or not; write nothing")
    mode.add_argument("--interactive", "-i", action="store_true", help="show each fix and ask whether to write it")
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="also write fixes that cost tokens or time, or change what is seen"
    )
    add_selection(parser)
    add_jobs(parser.add_argument_group("who looks for what is to be fixed"))
    trial = parser.add_argument_group("trying the fixes (needs flake8-litellm[shim])")
    trial.add_argument(
        "--verify",
        action="store_true",
        help="run COMMAND under the shim in two copies of the project, without and with the fixes, and write them only "
        "if they hold: PATH… --verify -- COMMAND…",
    )
    trial.add_argument(
        "--verify-timeout", type=_seconds, default=60.0, metavar="S", help="kill the command after S seconds (60)"
    )
    trial.add_argument(
        "--python", default=sys.executable, metavar="PY", help="the Python that runs the command (this one)"
    )
    parser.add_argument("--version", action="version", version=f"flake8-litellm {__version__}")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1_000_000:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value


if __name__ == "__main__":
    sys.exit(interrupts.guarded(main))
