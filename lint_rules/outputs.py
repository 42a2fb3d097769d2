"""Where the results of one run go: to stdout in one format, and to files in others."""

from __future__ import annotations

import argparse
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from lint_rules import temporary
from lint_rules.files import reason
from lint_rules.finding import FileReport
from lint_rules.report import COLORS, PLAIN, Writer, formats, style_for, wants_replacements, writer
from lint_rules.surroundings import Surroundings
from lint_rules.visible import printable

_COUNTED = {"text": "write", "concise": "write", "json": "write_json"}
"""How statistics are written, by format."""


@dataclass(frozen=True)
class ReportFile:
    """A further format, and the file it goes to."""

    format: str
    path: str


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add what says how results are shown."""
    group = parser.add_argument_group("how to show it")
    group.add_argument("--format", choices=formats(), default="text", help="how to print findings (default: text)")
    group.add_argument(
        "--report",
        type=_report_file,
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="also write FILE, in that format; may be given several times",
    )
    kind = group.add_mutually_exclusive_group()
    kind.add_argument("--statistics", action="store_true", help="print how often each rule was broken (text or json)")
    kind.add_argument("--explain-trace", action="store_true", help="show how each stream was recognised (text only)")
    group.add_argument("--color", choices=COLORS, default="auto", help="colours: on a terminal (auto), always or never")


def _report_file(text: str) -> ReportFile:
    name, _, path = text.partition("=")
    if name not in formats():
        raise argparse.ArgumentTypeError(f"{text!r}: expected FORMAT=FILE, with a format of {', '.join(formats())}")
    if path in ("", "-"):
        raise argparse.ArgumentTypeError(f"{text!r}: expected the name of a file (--format says what goes to stdout)")
    return ReportFile(name, path)


def refuse_nonsense(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Exit if the options do not go together."""
    if options.statistics and options.format not in _COUNTED:
        parser.error(f"argument --statistics: shown as {', '.join(_COUNTED)}, not as {options.format}")
    paths = [os.path.realpath(one.path) for one in options.report]
    twice = next((one.path for one in options.report if paths.count(os.path.realpath(one.path)) > 1), None)
    if twice is not None:
        parser.error(f"argument --report: {printable(twice)} would be written twice")


def write(reports: Iterable[FileReport], around: Surroundings, options: argparse.Namespace) -> bool:
    """Write all that is asked for and tell whether that went well; what cannot be written does not stop the rest."""
    if any(map(wants_replacements, _asked_for(options))):
        from lint_rules.suggestions import with_replacements  # noqa: PLC0415 - most formats show none

        reports = with_replacements(reports, around)
    kept: list[FileReport] = []
    passed = _keeping(reports, kept) if options.report else iter(reports)
    fine = to_stdout(_stdout_writer(options), passed, options.color, rest=bool(options.report))
    for one in options.report:
        fine = write_file(one.path, writer(one.format), kept) and fine
    return fine


def _asked_for(options: argparse.Namespace) -> Iterator[str]:
    yield from (one.format for one in options.report)
    if not (options.statistics or options.explain_trace):
        yield options.format


def _stdout_writer(options: argparse.Namespace) -> Writer:
    if options.statistics:
        from lint_rules.report import statistics  # noqa: PLC0415 - as every format: only when asked for

        write: Writer = getattr(statistics, _COUNTED[options.format])
        return write
    return writer("trace" if options.explain_trace else options.format)


def _keeping(reports: Iterable[FileReport], kept: list[FileReport]) -> Iterator[FileReport]:
    for report in reports:
        kept.append(report)
        yield report


# ---- stdout


def to_stdout(write: Writer, reports: Iterator[FileReport], color: str, *, rest: bool) -> bool:
    """Write to stdout and tell whether that went well; if not, take the `rest` of the reports all the same."""
    stdout = _Stdout()
    try:
        write(reports, cast(TextIO, stdout), style_for(sys.stdout, color) if sys.stdout else PLAIN)
        stdout.flush()
    except StdoutFailed as failure:
        tell_stdout_failed(failure.error)
        for _ in reports if rest else ():
            pass
        return False
    return True


class StdoutFailed(Exception):  # noqa: N818 - says what happened
    """Stdout cannot be written, for the reason `error`."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class _Stdout(io.TextIOBase):
    """Stdout, whose errors are not taken for those of a file; what its encoding lacks is spelled out."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        if sys.stdout is None:
            raise StdoutFailed(OSError("not open"))
        try:
            return sys.stdout.write(text)
        except OSError as error:
            raise StdoutFailed(error) from error

    def flush(self) -> None:
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
        except OSError as error:
            raise StdoutFailed(error) from error


def tell_stdout_failed(error: OSError) -> None:
    """Say in one line that stdout cannot be written; a reader who has left needs none."""
    if not isinstance(error, BrokenPipeError):
        where = "stdout" if error.filename is None else printable(str(error.filename))
        print(f"error: {where}: {reason(error)}", file=sys.stderr)
    if sys.stdout is not None:  # Python would complain once more when it flushes stdout at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# ---- files


def write_file(path: str, write: Writer, reports: Iterable[FileReport]) -> bool:
    """Write a report to a file, all of it or nothing, and tell whether that went well."""
    try:
        _replace(Path(path), write, reports)
    except OSError as error:
        print(f"error: {printable(path)}: {reason(error)}", file=sys.stderr)
        return False
    return True


def _replace(path: Path, write: Writer, reports: Iterable[FileReport]) -> None:
    target = path.resolve()
    mode = _mode(target)
    with temporary.beside(target) as unfinished:
        file = io.TextIOWrapper(unfinished.file, encoding="utf-8", errors="backslashreplace", newline="\n")
        write(reports, file)
        file.flush()
        unfinished.path.chmod(mode)
        unfinished.sync()
        unfinished.become(target)


def _mode(target: Path) -> int:
    """Return the mode of a file that is there, or that a new one gets; raise `OSError` for what is none."""
    try:
        status = target.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(21, "is a directory")
    if not stat.S_ISREG(status.st_mode):
        raise OSError("not a regular file")
    if not os.access(target, os.W_OK):
        raise PermissionError(13, "permission denied")
    return stat.S_IMODE(status.st_mode)
