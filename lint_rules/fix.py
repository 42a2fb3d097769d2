"""The door `python -m lint_rules.fix`: arguments → codemods → report.

Results (what is left to do, or a diff) go to stdout, the story to stderr. Exit status: 0 nothing is left, 1 findings
are left (or, with `--check` and `--diff`, a file would change), 2 something is broken (with `--verify`: or not shown to
hold), 130 interrupted.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lint_rules import files
from lint_rules.__main__ import Tally, tell_of_targets
from lint_rules.configuration import Configuration
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import Applicability, Change, FileReport, Finding, Problem, Status
from lint_rules.options import BROKEN, CLEAN, FINDINGS, INTERRUPTED, Parser, add_selection, given
from lint_rules.outcome import count as _count
from lint_rules.outcome import failed as _failed
from lint_rules.outcome import guarded as _guarded
from lint_rules.report.text import line

if TYPE_CHECKING:
    from codemods.engine import Rewrite
    from lint_rules.verify import Verdict

Keep = Callable[[Change], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fix what the command line names and return the exit status."""
    options = _options(sys.argv[1:] if arguments is None else list(arguments))
    try:
        status = _run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our results has left. Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN
    except KeyboardInterrupt:
        print("Interrupted: every file is either as it was or completely fixed.", file=sys.stderr)
        return INTERRUPTED
    return status


def fix_file(
    path: str, *, around: Surroundings, unsafe: bool = False, write: bool = True, keep: Keep | None = None
) -> FileReport:
    """Fix one file, or with `write=False` find out what that would do; whatever goes wrong is in the report.

    `around` is what other files are known to be; it serves until one of them is written. `keep` gets what would be
    written.
    """
    wanted = partial(_is_wanted, unsafe=unsafe)
    return _guarded(path, partial(_fix_file, path, around, wanted, None if write else keep or _forget))


def _check(data: bytes, *, path: str, around: Surroundings) -> FileReport:
    """Check a text that is not on disk, whose path other modules may lead back to: with surroundings of its own."""
    return check_bytes(data, path, around.anew())


def _fix_file(path: str, around: Surroundings, wanted: Callable[[Finding], bool], keep: Keep | None) -> FileReport:
    """Fix the file, or, if there is somebody to `keep` what would be written, do not write it."""
    data = files.read(path)
    report = check_bytes(data, path, around)
    check = partial(_check, path=path, around=around)
    if report.problem or not any(map(wanted, report.findings)):
        return report
    from codemods.engine import fix_until_settled  # noqa: PLC0415 - LibCST is slow: only a file with a fix pays

    rewrite = fix_until_settled(data, wanted=wanted, check=partial(_findings, check=check))
    if rewrite.problem:
        return FileReport(path, Status.FAILED, report.findings, rewrite.problem)
    if keep is not None:
        return _kept(path, data, rewrite, report.findings, keep)
    files.replace(path, old=data, new=rewrite.data)
    left = _findings(rewrite.data, check=check)
    return FileReport(path, Status.FIXED, left, fixed=rewrite.fixed)


def _kept(path: str, data: bytes, rewrite: Rewrite, findings: tuple[Finding, ...], keep: Keep) -> FileReport:
    left = tuple(finding for finding in findings if finding not in rewrite.fixed)
    keep(Change(path, data, rewrite.data, tuple(finding for finding in findings if finding in rewrite.fixed)))
    return FileReport(path, Status.FIXED, left, fixed=rewrite.fixed, diff=_diff(path, data, rewrite.data))


def _forget(_: Change) -> None:
    """Keep nothing."""


def _findings(data: bytes, *, check: Callable[[bytes], FileReport]) -> tuple[Finding, ...]:
    """Be the detector for the codemods' self-check: a text that cannot be checked proves nothing."""
    report = check(data)
    if report.problem:
        raise files.Unreadable(report.problem)
    return report.findings


def _is_wanted(finding: Finding, *, unsafe: bool) -> bool:
    return finding.fix is not None and (unsafe or finding.fix.applicability is Applicability.SAFE)


def _run(options: argparse.Namespace) -> int:
    around, write = Surroundings(Configuration(given(options))), not (options.diff or options.check)
    if options.verify:
        return _run_verified(options, around, write=write)
    reports, tally = [], Tally()
    for report in _reports(options, around, write=write):
        _print_report(report, options, tally)
        reports.append(report)
    print(_summary(reports, write=write, unsafe=options.unsafe_fixes), file=sys.stderr)
    return BROKEN if tell_of_targets(around.targets) else _status(reports, write=write)


def _reports(
    options: argparse.Namespace, around: Surroundings, *, write: bool, keep: Keep | None = None
) -> Iterator[FileReport]:
    for found in files.discover(options.paths):
        if found.problem:
            yield _failed(found.path, found.problem)
            continue
        report = fix_file(found.path, around=around, unsafe=options.unsafe_fixes, write=write, keep=keep)
        if write and report.status is Status.FIXED:
            around = around.anew()  # what was known of that module is out of date
        yield report


# ---- with --verify


def _run_verified(options: argparse.Namespace, around: Surroundings, *, write: bool) -> int:
    """Work out all fixes, have the command try them in copies of the project, and write them if they hold."""
    changes: dict[str, Change] = {}

    def keep(change: Change) -> None:
        left = _findings(change.new, check=partial(_check, path=change.path, around=around))
        changes[change.path] = replace(change, left=left)

    reports = list(_reports(options, around, write=False, keep=keep))
    verdict = _tried(tuple(changes.values()), options) if changes else None
    if verdict and verdict.problem and not options.diff:
        reports = [_unfixed(report, changes.get(report.path)) for report in reports]
    elif verdict and not verdict.problem and write:
        reports = _write_all(reports, changes)
    tally = Tally()
    for report in reports:
        _print_report(report, options, tally)
    _tell(verdict, _summary(reports, write=write, unsafe=options.unsafe_fixes), write=write)
    if tell_of_targets(around.targets) or (verdict and verdict.problem):
        return BROKEN
    return _status(reports, write=write)


def _tried(changes: tuple[Change, ...], options: argparse.Namespace) -> Verdict:
    from lint_rules.verify import Trial, verify  # noqa: PLC0415 - only who verifies pays for the shim

    sys.stderr.flush()
    trial = Trial(tuple(options.command), options.python, options.verify_timeout, sys.stderr.buffer)
    return verify(changes, trial, options.paths)


def _unfixed(report: FileReport, change: Change | None) -> FileReport:
    """Return the report of a file whose fixes are not written after all."""
    if change is None:
        return report
    return FileReport(report.path, Status.FINDINGS, (*report.findings, *change.fixed))


def _write_all(reports: Iterable[FileReport], changes: Mapping[str, Change]) -> list[FileReport]:
    """Write what was verified, the very bytes; none of it if one of the files has changed since."""
    stale = [path for path, change in changes.items() if not _is_still(change)]
    return [_written(report, changes[report.path], stale) if report.path in changes else report for report in reports]


def _is_still(change: Change) -> bool:
    try:
        return files.read(change.path) == change.old
    except files.Unreadable:
        return False


def _written(report: FileReport, change: Change, stale: Sequence[str]) -> FileReport:
    if stale:
        told = "changed on disk since it was verified" if change.path in stale else f"{stale[0]} has changed"
        return replace(_unfixed(report, change), status=Status.FAILED, problem=Problem(f"{told}: not written"))

    def work() -> FileReport:
        files.replace(change.path, old=change.old, new=change.new)
        return FileReport(report.path, Status.FIXED, change.left, fixed=report.fixed)

    return _guarded(report.path, work)


def _tell(verdict: Verdict | None, summary: str, *, write: bool) -> None:
    """Tell the story of a trial: how the command ran, each place, and what that means."""
    if verdict is None:
        print(f"{summary} Nothing to verify.", file=sys.stderr)
        return
    for text in (verdict.table, *map(str, verdict.sites)):
        if text:
            print(text, file=sys.stderr)
    if verdict.problem:
        print(f"Nothing written, not verified: {verdict.problem}.", file=sys.stderr)
        return
    unreached = verdict.count("not reached by the command")
    also = f"; {unreached} not reached by the command, {'written' if write else 'to be written'} unproven"
    proven = f"{_count(verdict.count('proven'), 'fix')} proven".replace("fixs", "fixes")
    print(f"{summary} Verified: {proven}{also if unreached else ''}.", file=sys.stderr)


# ---- what is said


def _status(reports: Iterable[FileReport], *, write: bool) -> int:
    reports = list(reports)
    if any(report.status is Status.FAILED for report in reports):
        return BROKEN
    if any(report.findings or (report.fixed and not write) for report in reports):
        return FINDINGS
    return CLEAN


def _print_report(report: FileReport, options: argparse.Namespace, tally: Tally) -> None:
    tally.tell(report)
    if options.diff:
        _write_exactly(report.diff)
        return
    shown = (*report.fixed, *report.findings) if options.check else report.findings
    for finding in sorted(shown, key=lambda finding: (finding.span, finding.code)):
        _write_exactly(line(report.path, finding) + "\n")


def _write_exactly(text: str) -> None:
    """Write `text` to stdout with the bytes it was decoded from, also those of a file that is not UTF-8."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))


def _diff(path: str, old: bytes, new: bytes) -> str:
    """Return the patch from `old` to `new`; bytes that are not UTF-8 travel as surrogates."""
    return "".join(_marked_ends(difflib.unified_diff(_lines(old), _lines(new), fromfile=path, tofile=path)))


def _lines(data: bytes) -> list[str]:
    """Split as `patch` does: at line feeds alone."""
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8", "surrogateescape"))


def _marked_ends(lines: Iterable[str]) -> Iterator[str]:
    for text in lines:
        yield text if text.endswith("\n") else f"{text}\n\\ No newline at end of file\n"


def _summary(reports: Sequence[FileReport], *, write: bool, unsafe: bool) -> str:
    """Say in one line what was done and what is left for whom."""
    fixed = sum(len(report.fixed) for report in reports)
    changed = sum(bool(report.fixed) for report in reports)
    left = [finding for report in reports for finding in report.findings]
    more = sum(_is_wanted(finding, unsafe=True) and not _is_wanted(finding, unsafe=unsafe) for finding in left)
    by_hand = len(left) - more
    failed = sum(bool(report.problem) for report in reports)
    notes = [
        f"{more} more with --unsafe-fixes" if more else "",
        f"{by_hand} need{'s' if by_hand == 1 else ''} a hand" if by_hand else "",
        f"{_count(failed, 'path')} failed" if failed else "",
    ]
    done = f"{'Fixed' if write else 'Would fix'} {_count(fixed, 'finding')} in {_count(changed, 'file')}"
    remarks = "; ".join(note for note in notes if note)
    nothing = "Nothing fixed" if left else "Nothing to fix"
    return (done if fixed else nothing) + (f" ({remarks})." if remarks else ".")


def _options(arguments: list[str]) -> argparse.Namespace:
    """Take the command line apart; what follows a `--` is the command if `--verify` is asked for."""
    parser = _parser()
    at = arguments.index("--") if "--" in arguments else len(arguments)
    verifies = "--verify" in arguments[:at]
    options = parser.parse_args(arguments[:at] if verifies else arguments)
    options.command = arguments[at + 1 :] if verifies else []
    if options.verify and not options.command:
        parser.error("--verify needs a command: expected --verify -- COMMAND…")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m lint_rules.fix",
        description="Rewrite programs that lose LiteLLM traces. A fix that does not prove itself is not written.",
        epilog="Exit status: 0 nothing is left, 1 findings are left (or a file would change), 2 something is broken.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a directory to search for *.py")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--diff", action="store_true", help="print what would change as a patch; write nothing")
    mode.add_argument("--check", action="store_true", help="print the findings, fixable or not; write nothing")
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="also write fixes that cost tokens or time, or change what is seen"
    )
    add_selection(parser)
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
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1_000_000:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value


if __name__ == "__main__":
    sys.exit(main())
