"""The options that the doors share, and what they come to."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from lint_rules.configuration import Given, is_dotted, unknown_code
from lint_rules.settings import EARLY_EXITS
from lint_rules.visible import printable

CLEAN, FINDINGS, BROKEN = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        print(f"error: {printable(message)}", file=sys.stderr)
        raise SystemExit(BROKEN)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add what says how files are checked: all of it may also stand under `[tool.lint_rules]` in pyproject.toml."""
    group = parser.add_argument_group("what to look for (default: the nearest [tool.lint_rules] in a pyproject.toml)")
    add = group.add_argument
    add("--select", type=_codes, metavar="CODES", help="comma-separated codes or prefixes to report")
    add("--extend-select", type=_codes, default=(), metavar="CODES", help="report these as well")
    add("--ignore", type=_codes, metavar="CODES", help="comma-separated codes or prefixes to leave out")
    add("--extend-ignore", type=_codes, default=(), metavar="CODES", help="leave these out as well")
    add(
        "--per-file-ignores",
        type=_ignores,
        default=(),
        metavar="PATTERN:CODES",
        help="comma-separated: leave codes out in files that match, such as 'tests/*:LLM3,examples/*:LLM'",
    )
    add(
        "--target",
        action="append",
        default=[],
        metavar="REQUIREMENTS",
        help="the SDKs the code runs with, such as litellm==1.77.7 or 'litellm>=1.70,langfuse<3' "
        "(default: what its lock files, requirements or environment say)",
    )
    add(
        "--early-exit",
        choices=EARLY_EXITS,
        help="how an early exit is fixed where reading on costs tokens: read the rest (drain, the default) "
        "or log the part that was received and leave",
    )
    add(
        "--stream-sources",
        type=_names,
        default=(),
        metavar="NAMES",
        help="comma-separated dotted names of callables, from packages that are not analysed, that return a LiteLLM "
        "stream, such as ourlib.chat.ask",
    )
    add(
        "--flush-helpers",
        type=_names,
        default=(),
        metavar="NAMES",
        help="the same of callables that deliver what LiteLLM has logged, such as ourlib.tracing.shutdown",
    )
    add("--isolated", action="store_true", help="read no [tool.lint_rules]")


def add_manual(parser: argparse.ArgumentParser) -> None:
    """Add what asks for the manuals of the rules instead of a check."""
    group = parser.add_argument_group("what the rules are (checks nothing)").add_mutually_exclusive_group()
    group.add_argument(
        "--explain",
        nargs="+",
        metavar="RULE",
        help="print the manual of rules: codes, prefixes of codes or names (LLM: of all)",
    )
    group.add_argument("--list-rules", action="store_true", help="list all rules, as text or with --format json")


def given(options: argparse.Namespace) -> Given:
    """Return what `add_selection`'s options say; exit when the requirements make no sense."""
    if options.target:
        from lint_rules.targets.mention import misstated  # noqa: PLC0415 - most runs state none

        problem = misstated(options.target, "--target")
        if problem:
            print(f"error: {printable(problem)}", file=sys.stderr)
            raise SystemExit(BROKEN)
    return Given(
        select=options.select,
        extend_select=options.extend_select,
        ignore=options.ignore,
        extend_ignore=options.extend_ignore,
        per_file_ignores=options.per_file_ignores,
        target=tuple(options.target),
        early_exit=options.early_exit,
        stream_sources=options.stream_sources,
        flush_helpers=options.flush_helpers,
        isolated=options.isolated,
    )


def _codes(text: str) -> tuple[str, ...]:
    codes = _listed(text)
    problem = unknown_code(codes)
    if problem:
        raise argparse.ArgumentTypeError(problem)
    return codes


def _ignores(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read flake8's form: `PATTERN:CODE,CODE,PATTERN:CODE`, where the next pattern is what holds the next colon."""
    found: list[tuple[str, list[str]]] = []
    for part in _listed(text):
        pattern, colon, code = part.rpartition(":")
        if colon:
            found.append((pattern.strip(), [code.strip()]))
        elif found:
            found[-1][1].append(code.strip())
        else:
            raise argparse.ArgumentTypeError(f"{part!r} has no pattern: expected PATTERN:CODE")
    return tuple((pattern, _codes(",".join(codes))) for pattern, codes in found)


def _names(text: str) -> tuple[str, ...]:
    names = _listed(text)
    for name in names:
        if not is_dotted(name):
            raise argparse.ArgumentTypeError(f"{name!r} is no dotted name such as ourlib.chat.ask")
    return names


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())
