"""The shim's door: `python -m lint_rules.shim [options] -- COMMAND…`."""

from __future__ import annotations

if __name__ == "__main__":
    from lint_rules import interrupts

    interrupts.die_at_once()  # while the rest is imported

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from lint_rules import interrupts

from . import canary, reports
from .escape import visible
from .loopback import ShimError
from .run import RunInterrupted, run
from .script import load
from .sink import ANSWERS
from .table import table
from .verdict import RunReport

EXIT_CLEAN, EXIT_LOST, EXIT_BROKEN = 0, 1, 2

_FLAGS = ("-h", "--help", "--canary")

_EPILOG = """\
COMMAND is `script.py args`, `-m module args`, `pytest`, or whatever else starts Python. The program and its child
processes run unmodified, without keys or network: their model calls are answered, and their traces received, by
loopback endpoints, and connections to other machines are refused. Its output goes to stderr, the report to stdout.
 Exit status: 0 every call delivered (or none made), 1 a call was lost, partial or duplicated, 2 the
program or the shim failed, 130 interrupted (Ctrl-C goes to the program, too, and what it came to is reported).
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one program under the shim; return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    own, command = _split(sys.argv[1:] if arguments is None else list(arguments))
    if "--canary" in own and not {"-h", "--help"} & set(own[: own.index("--canary")]):
        if command:
            parser.error("--canary takes no command")
        return canary.main(own)
    options = parser.parse_args(own)
    if not command:
        parser.error("no command given: expected -- COMMAND…")
    wanted = {name: path for name in reports.FORMATS if (path := getattr(options, name)) is not None}
    try:
        reports.require_writable(wanted.values())
        report = run(
            command,
            python=options.python,
            timeout=options.timeout,
            port=options.port,
            langfuse=options.langfuse,
            register=options.callback,
            script=load(options.script) if options.script else None,
            echo=sys.stderr.buffer,
        )
    except ShimError as error:
        return _broken(str(error))
    except RunInterrupted as interruption:
        _hand_out(interruption.report, wanted, options.timeout)
        return interrupts.tell(interruption, "shim: interrupted")
    except KeyboardInterrupt as interruption:
        return interrupts.tell(interruption, "shim: interrupted")
    written = _hand_out(report, wanted, options.timeout)
    return exit_status(report) if written else EXIT_BROKEN


def _hand_out(report: RunReport, wanted: Mapping[str, Path], timeout: float) -> bool:
    """Show the report and write it to files; the table first: if those fail, the run was not in vain."""
    _show(report, timeout)
    unwritten = reports.write(report, wanted)
    for failure in unwritten:
        _say(failure)
    return not unwritten


def exit_status(report: RunReport) -> int:
    """Return what the shell is told about a run."""
    if report.verdict in ("crashed", "hung"):
        return EXIT_BROKEN
    return EXIT_CLEAN if report.verdict in ("delivered", "failed", "no-calls") else EXIT_LOST


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit with 2; what was typed, or pasted, does not drive the terminal."""
        super().error(visible(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m lint_rules.shim",
        usage="%(prog)s [options] -- COMMAND…",
        description="Run a program and report which of its LiteLLM calls reach Langfuse.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("--timeout", type=_seconds, default=60.0, metavar="S", help="kill the program after S seconds (60)")
    option("--python", default=sys.executable, metavar="PY", help="the Python that runs the program (this one)")
    option("--json", type=Path, metavar="FILE", help="also write the report to FILE, as JSON")
    option("--html", type=Path, metavar="FILE", help="also write it to FILE as a page, with the timeline of the run")
    option("--junit", type=Path, metavar="FILE", help="also write it to FILE as JUnit XML, a test case per call")
    option("--langfuse", choices=ANSWERS, default="ok", help="how the loopback Langfuse takes what it is sent (ok)")
    option(
        "--callback",
        choices=canary.CALLBACKS,
        default="",
        help="register this callback with LiteLLM, for a program whose deployment does that",
    )
    option("--script", type=Path, metavar="FILE", help="what the model answers: JSON or TOML")
    option("--canary", action="store_true", help="send one trace to the configured Langfuse instead: --canary --help")
    option("--port", type=_port, default=0, metavar="N", help="port of the model endpoint (a free one)")
    return parser


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split where the command starts: after a `--`, or at the first word that is no option and no option's value."""
    at = 0
    while at < len(arguments) and (arguments[at] == "-h" or arguments[at].startswith("--")) and arguments[at] != "--":
        at += 1 if "=" in arguments[at] or arguments[at] in _FLAGS else 2
    return arguments[:at], arguments[at + 1 :] if arguments[at : at + 1] == ["--"] else arguments[at:]


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1_000_000:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("must be between 0 and 65535")
    return value


def _show(report: RunReport, timeout: float) -> None:
    print(table(report))
    if report.timed_out:
        _say(f"the program was still running after {timeout:g} s and was killed")
    elif report.exit_code:
        _say(f"the program failed: {report.outcome}")
    elif not report.calls:
        _say("the program made no model call")
    for line in _remarks(report):
        _say(line)


def _remarks(report: RunReport) -> Iterator[str]:
    """Yield what the table has no row for."""
    for failure in dict.fromkeys(report.unobserved):
        yield f"could not look into the program, causes may be missing: {failure}"
    for one in report.refused:
        port = f":{one.port}" if one.port else ""
        yield f"refused: {one.by} tried to reach {one.host}{port}" + (f" at {one.site}" if one.site else "")
    for other in report.elsewhere:
        calls = "1 call was" if other.count == 1 else f"{other.count} calls were"
        yield f"not judged: {calls} answered by {other.what}" + (f" at {other.site}" if other.site else "")
    if report.strays:
        yield f"{len(report.strays)} generation(s) arrived that belong to none of these calls"


def _broken(message: str) -> int:
    _say(message)
    return EXIT_BROKEN


def _say(message: str) -> None:
    print(f"shim: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(interrupts.guarded(main))
