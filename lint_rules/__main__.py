"""The door `python -m lint_rules`: check files and folders, print findings, exit 0 (clean), 1 (findings) or 2
(broken)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from lint_rules import __version__, engine
from lint_rules.finding import FileReport, Status
from lint_rules.report import formats, problem_line, writer
from lint_rules.settings import Settings

CLEAN, FINDINGS, BROKEN, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    settings = settings_from(options)
    try:
        return _check(options.paths, settings, "trace" if options.explain_trace else options.format)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lint_rules",
        description="Find LiteLLM calls whose Langfuse traces are lost.",
        epilog="Exit code: 0 nothing found, 1 findings, 2 something could not be checked.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="file or folder to check")
    parser.add_argument("--format", choices=formats(), default="text", help="how to print findings (default: text)")
    parser.add_argument("--explain-trace", action="store_true", help="show how each stream was recognised (text only)")
    add_selection(parser)
    parser.add_argument("--version", action="version", version=f"flake8-litellm {__version__}")
    return parser


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add `--select` and `--ignore`, which check and fix share."""
    parser.add_argument(
        "--select", type=_codes, default=("LLM",), metavar="CODES", help="comma-separated codes or prefixes to report"
    )
    parser.add_argument(
        "--ignore", type=_codes, default=(), metavar="CODES", help="comma-separated codes or prefixes to leave out"
    )
    parser.add_argument("--target", action="append", default=[])


def settings_from(options: argparse.Namespace) -> Settings:
    """Return the settings that `add_selection`'s options ask for."""
    return Settings(select=options.select, ignore=options.ignore, target=tuple(options.target))


def _codes(text: str) -> tuple[str, ...]:
    from lint_rules.rules import all_rules  # noqa: PLC0415 - `--version` needs no rules

    codes = tuple(code.strip() for code in text.split(",") if code.strip())
    known = [rule.code for rule in all_rules()]
    for code in codes:
        if not any(name.startswith(code) for name in known):
            raise argparse.ArgumentTypeError(
                f"no rule has a code that starts with {code!r} (known: {', '.join(known)})"
            )
    return codes


def _check(paths: Sequence[str], settings: Settings, output: str) -> int:
    tally = Tally()
    writer(output)(tally.over(engine.check_files(paths, settings)), sys.stdout)
    sys.stdout.flush()
    return tally.exit_code()


class Tally:
    """Counts outcomes as reports stream by, and tells the story of the broken ones on stderr."""

    def __init__(self) -> None:
        self.seen: set[Status] = set()

    def over(self, reports: Iterable[FileReport]) -> Iterator[FileReport]:
        """Pass reports on."""
        for report in reports:
            self.seen.add(report.status)
            if report.problem is not None:
                print(problem_line(report), file=sys.stderr)
            yield report

    def exit_code(self) -> int:
        """Return 2 if a file could not be checked, else 1 if there were findings, else 0."""
        if Status.FAILED in self.seen:
            return BROKEN
        return FINDINGS if Status.FINDINGS in self.seen else CLEAN


if __name__ == "__main__":
    sys.exit(main())
