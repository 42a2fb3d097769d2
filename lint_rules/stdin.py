"""Checking and fixing what comes on standard input, for editors: `-` as the only path."""

from __future__ import annotations

import argparse

from lint_rules.finding import Change, FileReport
from lint_rules.options import Parser
from lint_rules.surroundings import Surroundings
from lint_rules.terminal import read_bytes, write_bytes

STDIN = "-"


def add_stdin(parser: argparse.ArgumentParser) -> None:
    """Add `--stdin-filename`."""
    parser.add_argument(
        "--stdin-filename",
        metavar="NAME",
        help="with - as PATH: where the text that comes on standard input lies, or would lie: for its settings, its "
        "project and the reports",
    )


def is_asked_for(options: argparse.Namespace, parser: Parser) -> bool:
    """Tell whether standard input is what to look at; exit when the command line makes no sense."""
    if STDIN not in options.paths:
        if options.stdin_filename is not None:
            parser.error("--stdin-filename goes with - as PATH")
        return False
    if len(options.paths) > 1:
        parser.error("- (standard input) goes alone: no other PATH beside it")
    return True


def check_stdin(options: argparse.Namespace, around: Surroundings) -> FileReport:
    """Check what comes on standard input as the file that it is named."""
    from lint_rules.engine import check_bytes  # noqa: PLC0415 - most runs have files to look at, as below

    return check_bytes(read_bytes(), options.stdin_filename or STDIN, around)


def fix_stdin(options: argparse.Namespace, around: Surroundings) -> FileReport:
    """Fix what comes on standard input and, unless only a patch or findings are asked for, write it to stdout.

    What cannot be fixed is written as it came: an editor puts it in place of its text.
    """
    from lint_rules.fixing import fix_text  # noqa: PLC0415

    data = read_bytes()
    kept: list[Change] = []
    name = options.stdin_filename or STDIN
    report = fix_text(data, name, around=around, unsafe=options.unsafe_fixes, keep=kept.append)
    if not (options.diff or options.check):
        write_bytes(kept[0].new if kept else data)
    return report
