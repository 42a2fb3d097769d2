"""Try fixes before they are written: run a command in two copies of the project, one as it is and one with the fixes.

The fixes hold if nothing that arrived in Langfuse before is missing after, if the command ends as before (or well), if
the command reached a fixed place, and if no call is lost any more by what was fixed in the places that it reached.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

from lint_rules.finding import Change, DeliverTraces, Finding, LogPartial, RewriteComment
from lint_rules.scratch import Copy, Uncopyable, copy_project, find_root, names
from lint_rules.shim.child.hooks import REACH_VARIABLE
from lint_rules.shim.launch import parse_command
from lint_rules.shim.loopback import ShimError
from lint_rules.shim.run import run
from lint_rules.shim.table import Comparison, comparison, table
from lint_rules.shim.verdict import Call, RunReport
from lint_rules.workplace import workplace

Fate = Literal["proven", "not reached by the command", "refuted"]

_SEARCHED = """\
import json, os, sys
places = sys.path[1:]
for name, module in list(sys.modules.items()):
    if name.startswith("__editable__"):
        mapping = getattr(module, "MAPPING", {})
        places += [os.path.dirname(path) for name, path in mapping.items() if os.path.basename(path) == name]
print(json.dumps(places))
"""
"""Prints where a Python looks for modules, editable installations included."""
_DELIVERY = "LLM3"
"""The rules whose fix concerns all calls of a process."""
_COMMENT = "only a comment changes"
_BY_FAMILY = ("LLM2", _DELIVERY)
"""Of these rules one cause has many: the shim names only one of them."""


@dataclass(frozen=True)
class Trial:
    """The command to try fixes with, as the user gave it."""

    command: tuple[str, ...]
    python: str = sys.executable
    timeout: float = 60.0
    echo: BinaryIO | None = None

    def say(self, how: str) -> None:
        """Tell which run begins."""
        if self.echo is not None:
            self.echo.write(f"verify: {' '.join(self.command)}, {how}\n".encode(errors="backslashreplace"))
            self.echo.flush()


@dataclass(frozen=True)
class Site:
    """One fixed place and what the command says of it."""

    path: str
    finding: Finding
    fate: Fate
    why: str = ""

    def __str__(self) -> str:
        span = self.finding.span
        fate = f"{self.fate}: {self.why}" if self.why else self.fate
        return f"{self.path}:{span.line}:{span.column + 1} {self.finding.code} {fate}"


@dataclass(frozen=True)
class Verdict:
    """What became of the trial; with a `problem`, one line for the user, the fixes are not to be written."""

    problem: str = ""
    sites: tuple[Site, ...] = ()
    table: str = ""

    def count(self, fate: Fate) -> int:
        """Return how many sites met `fate`."""
        return sum(site.fate == fate for site in self.sites)


@dataclass(frozen=True)
class _Fixed:
    """The fixes of one file, and where that is inside the project."""

    change: Change
    inside: str


@dataclass(frozen=True)
class _Ran:
    """One run in one copy."""

    copy: Copy
    cwd: Path
    report: RunReport

    def is_in(self, place: str | None, inside: str) -> bool:
        """Tell whether `place`, a `file:line` of the report, is in the file that is `inside` the copy."""
        if place is None:
            return False
        file = place.rpartition(":")[0]
        real = Path(os.path.realpath(self.cwd / file))
        return real == self.copy.root / inside or (not real.exists() and f"/{inside}".endswith(f"/{file}"))


def verify(changes: Sequence[Change], trial: Trial, paths: Sequence[str]) -> Verdict:
    """Try `changes`, the fixes of the files that `paths` name. Whatever is wrong with the trial is in the verdict."""
    if all(_is_of_a_comment(finding) for change in changes for finding in change.fixed):
        sites = (Site(change.path, finding, "proven", _COMMENT) for change in changes for finding in change.fixed)
        return Verdict(sites=tuple(sites))
    try:
        with workplace() as kept:
            return _verify(changes, trial, paths, kept.resolve())
    except ShimError as error:
        return Verdict(f"shim: {error}")
    except Uncopyable as error:
        return Verdict(str(error))
    except OSError as error:
        return Verdict(f"the project cannot be tried: {error}")


def _verify(changes: Sequence[Change], trial: Trial, paths: Sequence[str], kept: Path) -> Verdict:
    root = find_root(paths, Path.cwd().resolve())
    fixed = [_Fixed(change, _inside(root, change.path)) for change in changes]
    listed = list(dict.fromkeys([*names(root), *(one.inside for one in fixed)]))
    unchanged, changed = (copy_project(root, listed, kept / name) for name in ("before", "after"))
    for one in fixed:
        _write(one.change, root / one.inside, changed.root / one.inside)
    program = " ".join(trial.command)
    trial.say("without the fixes")
    before = _run(trial, unchanged, {str(unchanged.root / one.inside): _lines(one.change) for one in fixed})
    reached = frozenset(_reached(before, fixed))
    if before.report.originals or not reached:
        return Verdict(_cannot_tell(before), tuple(_unreached(fixed)), table(before.report, program))
    trial.say("with the fixes")
    after = _run(trial, changed, {})
    shown = comparison([Comparison(program, before.report, after.report)])
    if after.report.originals:
        return Verdict(_cannot_tell(after), table=shown)
    return replace(_Judge(before, after, reached).verdict(fixed), table=shown)


def _inside(root: Path, path: str) -> str:
    real = Path(path).resolve()
    if not real.is_relative_to(root):
        raise Uncopyable(f"{path} is outside of the project in {root}")
    return str(real.relative_to(root))


def _unreached(fixed: Iterable[_Fixed]) -> Iterator[Site]:
    return (
        Site(one.change.path, finding, "not reached by the command") for one in fixed for finding in one.change.fixed
    )


def _is_of_a_comment(finding: Finding) -> bool:
    """Tell whether a fix leaves the program as it is, so that there is nothing to try."""
    return finding.fix is not None and isinstance(finding.fix.edit, RewriteComment)


def _write(change: Change, source: Path, target: Path) -> None:
    target.unlink()  # it may be read-only
    target.write_bytes(change.new)
    shutil.copymode(source, target)


# ---- which lines count as the place of a finding


def _lines(change: Change) -> list[int]:
    return sorted({line for finding in change.fixed for line in _lines_of(finding, change.old)})


def _lines_of(finding: Finding, source: bytes) -> range:
    """Return the lines of which one must run; of a function its body: its `def` runs when it is only imported."""
    edit = finding.fix.edit if finding.fix else None
    span = edit.coroutine if isinstance(edit, DeliverTraces) else finding.span
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno == span.line:
            return range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
    return range(span.line, span.end_line + 1)


def _reached(ran: _Ran, fixed: Iterable[_Fixed]) -> Iterator[tuple[str, Finding]]:
    ran_lines = {(ran.copy.inside(path), line) for path, line in ran.report.reached}
    for one in fixed:
        for finding in one.change.fixed:
            if not _is_of_a_comment(finding) and any(
                (one.inside, line) in ran_lines for line in _lines_of(finding, one.change.old)
            ):
                yield one.inside, finding


def _cannot_tell(ran: _Ran) -> str:
    """Say why a run says nothing about the fixes."""
    first, *more = [os.path.relpath(path, ran.copy.original) for path in ran.report.originals] or [""]
    if first:
        return f"the command runs {first}{f' and {len(more)} more' if more else ''} from the original tree"
    how = "" if ran.report.outcome == "exit 0" else f", which {_ended(ran.report)}"
    failed = f" ({ran.report.unobserved[0]})" if ran.report.unobserved else ""
    return f"no fixed line was reached by the command{how}{failed}"


# ---- a run in a copy


def _run(trial: Trial, copy: Copy, lines: dict[str, list[int]]) -> _Ran:
    here = Path.cwd()
    cwd = copy.at(here) or here
    command = [_program(trial.command[0], copy, here), *(_argument(word, copy, here) for word in trial.command[1:])]
    asked = copy.root.parent / "asked.json"
    asked.write_text(json.dumps({"lines": lines, "original": str(copy.original), "copy": str(copy.root)}))
    env = {REACH_VARIABLE: str(asked), "PWD": str(cwd), **_python_path(trial, command, copy, cwd)}
    report = run(command, python=trial.python, timeout=trial.timeout, env=env, cwd=cwd, echo=trial.echo)
    return _Ran(copy, cwd, report)


def _program(word: str, copy: Copy, here: Path) -> str:
    """Return the first word of a command for a copy: a Python or a script that is not copied stays where it is."""
    place = copy.at(here / word)
    if os.sep not in word or (place is not None and place.exists()):
        return _argument(word, copy, here)
    absolute = os.path.abspath(here / word)  # noqa: PTH100 - a virtual environment's Python is a link
    return absolute if os.path.exists(absolute) else word  # noqa: PTH110 - of anything: no


def _argument(word: str, copy: Copy, here: Path) -> str:
    """Return a word of a command for a copy: paths into the project lead into the copy."""
    option, equals, value = word.rpartition("=") if word.startswith("-") else ("", "", word)
    if not Path(value).is_absolute():
        leads_there_anyway = copy.at(here) is not None
        if leads_there_anyway or not os.path.exists(here / value):  # noqa: PTH110 - a word may be anything
            return word
    place = copy.at(here / value)
    return word if place is None else f"{option}{equals}{place}"


def _python_path(trial: Trial, command: Sequence[str], copy: Copy, cwd: Path) -> dict[str, str]:
    """Have the program import from the copy what it would import from the project."""
    python, flags, _ = parse_command(command, trial.python, str(cwd))
    asked = [python, *flags, "-c", _SEARCHED]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    try:
        searched = json.loads(done.stdout)
    except ValueError:
        return {}
    places = [place for path in searched if (place := copy.at(path)) is not None and place.is_dir()]
    if not places:
        return {}
    given = [
        path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and copy.at(path) not in places
    ]
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys([*map(str, places), *given]))}


# ---- the verdict


@dataclass(frozen=True)
class _Judge:
    """Holds the two runs against each other."""

    before: _Ran
    after: _Ran
    reached: frozenset[tuple[str, Finding]]

    def verdict(self, fixed: Iterable[_Fixed]) -> Verdict:
        """Judge the run, and each fixed place."""
        worse = _worse(self.before.report, self.after.report)
        sites = tuple(self._site(finding, one, worse) for one in fixed for finding in one.change.fixed)
        refuted = next((f"{site.path}: {site.why}" for site in sites if site.fate == "refuted"), "")
        return Verdict(worse or refuted, sites)

    def _site(self, finding: Finding, one: _Fixed, worse: str) -> Site:
        if _is_of_a_comment(finding):
            return Site(one.change.path, finding, "proven", _COMMENT)
        if (one.inside, finding) not in self.reached:
            return Site(one.change.path, finding, "not reached by the command")
        why = worse or self._still_lost(finding, one)
        if why:
            return Site(one.change.path, finding, "refuted", why)
        return Site(one.change.path, finding, "proven", _remark(finding, one, self.after))

    def _still_lost(self, finding: Finding, one: _Fixed) -> str:
        """Say which call is lost, with the fixes, by what `finding` is about; nothing if none is."""
        lost = list(_lost_by(finding, self.after.report))
        here = [call for call in lost if _is_of(call, one, self.after) and not _is_known(call, one.change, finding)]
        earlier = list(_lost_by(finding, self.before.report))
        if finding.code.startswith(_DELIVERY) and not here and len(lost) >= len(earlier):
            here = lost  # the calls may be made anywhere
        return _told(here[0]) if here else ""


def _worse(before: RunReport, after: RunReport) -> str:
    """Say what is worse with the fixes, whatever they are; nothing if nothing is."""
    if after.outcome not in ("exit 0", before.outcome):
        return f"the command {_ended(after)} with the fixes, it {_ended(before)} without them"
    missing = _delivered(before) - _delivered(after)
    if missing:
        (api, model, stream), count = missing.most_common(1)[0]
        calls = f"{count} call{'' if count == 1 else 's'}"
        return f"with the fixes {calls} less arrived in Langfuse ({api}, {model}{', stream' if stream else ''})"
    return ""


def _ended(report: RunReport) -> str:
    if report.timed_out:
        return "hung"
    return f"was {report.outcome}" if report.outcome.startswith("killed") else f"ended with {report.outcome}"


def _delivered(report: RunReport) -> Counter[tuple[str, str, bool]]:
    return Counter((call.api, call.model, call.stream) for call in report.calls if call.verdict == "delivered")


def _lost_by(finding: Finding, report: RunReport) -> Iterator[Call]:
    for call in report.calls:
        if call.verdict != "delivered" and call.rule is not None and _is_kind(finding.code, call.rule):
            yield call


def _is_kind(code: str, rule: str) -> bool:
    return code == rule or (code[:4] == rule[:4] and code.startswith(_BY_FAMILY))


def _is_of(call: Call, one: _Fixed, ran: _Ran) -> bool:
    return ran.is_in(call.site, one.inside) or ran.is_in(call.left_at, one.inside)


def _is_known(call: Call, change: Change, finding: Finding) -> bool:
    """Tell whether a call is lost by a finding that is left, or arrives in part because a fix of that file logs a part:
    that is all it promises."""
    logs_part = any(one.fix is not None and isinstance(one.fix.edit, LogPartial) for one in change.fixed)
    return (logs_part and call.verdict == "partial") or _is_left(call, change, finding)


def _is_left(call: Call, change: Change, finding: Finding) -> bool:
    """Tell whether a call is lost by another finding of that file, which is left and known to be."""
    if finding.code.startswith(_DELIVERY):
        return any(left.code.startswith(_DELIVERY) for left in change.left)
    line = int((call.left_at or ":0").rpartition(":")[2])
    return any(left.code == finding.code and left.span.line <= line <= left.span.end_line for left in change.left)


def _told(call: Call) -> str:
    at = call.left_at or call.site or "an unknown place"
    return f"with the fixes the call of {at} is {call.verdict} ({call.cause})"


def _remark(finding: Finding, one: _Fixed, after: _Ran) -> str:
    """Say of a proven place that its file has calls that are lost for another reason."""
    for call in after.report.calls:
        if call.verdict != "delivered" and not _is_kind(finding.code, call.rule or "") and _is_of(call, one, after):
            return f"the call of {call.site} is {call.verdict} for another reason ({call.rule or call.cause})"
    return ""
