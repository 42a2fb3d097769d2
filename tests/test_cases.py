"""Every case is a small program: it is linted, fixed, compared, linted and fixed again, and run before and after.

`tests/cases/<rule slug>/<case>/before.py` says in its docstring what it shows and what a run must prove:

    before: lost                   what becomes of its calls as it stands, in one of the words of `BEFORE`
    or: delivered                  what may become of them as well, as it stands, for a reason given in the docstring
    after: delivered               the same once fixed; goes with an `after.py`
    fix: unsafe                    the fix is written with `--unsafe-fixes` only
    early-exit: log-partial        what the fix of an early exit writes, if not the default
    remaining: LLM101              findings that the fix leaves, for a reason given in the docstring
    pairs: default, otel           runs with these pairs only, for a reason given in the docstring
    target: litellm==1.106.2, langfuse==5.0.4
                                   is about these versions: linted and fixed for them, run with that pair only
    python: 3.11                   runs from this Python on
    beside: server.py              modules of `stand_ins` that lie beside the program
    select: LLM103                 rules that are off by default and wanted here

and marks each expected finding where it is reported: `# expect: LLM101, LLM201@9` (the column, from 1, is
optional). A case without such a mark must stay silent. The marks are taken off before anything else happens.

Without a `target` a case is linted and fixed for the versions of the pair under test. With pair otel, which has no
working "langfuse" callback, `litellm.success_callback = ["langfuse"]` becomes `litellm.callbacks = ["langfuse_otel"]`
first; a case with a target is taken as it is written.

Whatever else the folder holds (`wrapper.py`, `app/tracing.py`), and what `beside` names, is the rest of a small
project: it lies next to the program, which is called `program.py` then, is linted with it and may carry marks, but is
not fixed.
"""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest
from pairs_under_test import PAIRS

import lint_rules.rules
from lint_rules import check_paths, fix
from lint_rules.finding import Finding
from lint_rules.rules import all_rules
from lint_rules.settings import Settings
from lint_rules.shim.run import RunReport, Warm, run

CASES = Path(__file__).parent / "cases"
STAND_INS = CASES / "stand_ins"
"""Small modules that stand in for a framework (a server, a cloud), for several cases."""
PROGRAM = "program.py"
REPORTS = "original_reports"
"""The one folder that is not about one rule: the programs that this project started from, with all their findings."""

RUNS_AT_ONCE = 10
TIMEOUT = 120.0

BEFORE = {
    "lost": "it exits normally, and of at least one call nothing arrives",
    "crashed": "a `TypeError` or `AttributeError` ends it, and the trace is lost with it",
    "crashed late": "such an error ends it after the stream has ended, so that the trace arrives",
    "fails at once": "an error ends it before any model is asked",
    "failed": "another error, or an exit status, ends it, and of at least one call nothing arrives",
    "failed, delivered": "it ends like that, but each call arrives once and in full",
    "delivered": "it exits normally, and each call arrives once and in full",
    "shows None": "the same, but the program prints `None` somewhere",
    "partial": "it exits normally, and of each call one generation arrives: of at least one only what was received",
    "stray generations": "a generation arrives that is none of its calls'",
    "untraced": "it exits normally, and nothing is meant to arrive",
}
HARMLESS = ("delivered", "partial", "failed, delivered", "untraced")
"""What becomes of a program in which there is nothing to find."""
HARMLESS_HERE = {"LLM001", "LLM302", "LLM306"}
"""Rules whose programs deliver: by luck (a sleep), at the expense of others (a blocking flush), or because a comment is
no part of a program."""
HEADER = {
    "before": "|".join(BEFORE),
    "or": r"delivered",
    "after": r"delivered|partial|failed, delivered",
    "fix": r"unsafe",
    "early-exit": r"log-partial",
    "remaining": r"LLM\d{3}(, LLM\d{3})*",
    "pairs": r"(default|otel|legacy)(, (default|otel|legacy))*",
    "target": r"litellm==[\d.]+, langfuse==[\d.]+",
    "python": r"3\.\d+",
    "beside": r"\w+\.py(, \w+\.py)*",
    "select": r"LLM\d{3}(, LLM\d{3})*",
}
MARK = re.compile(r"  # expect: (?P<findings>.+)$", re.MULTILINE)
MARKED = re.compile(r"(?P<code>LLM\d{3})(@(?P<column>\d+))?")
REGISTRATION = re.compile(r'^(\s*)(\w+)\.success_callback = \["langfuse"\]$', re.MULTILINE)


@dataclass(frozen=True)
class Expected:
    """A finding that a mark asks for; without a column any will do."""

    file: str
    line: int
    code: str
    column: int | None


@dataclass(frozen=True)
class Case:
    """One folder of `tests/cases`."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.relative_to(CASES).as_posix()

    @property
    def slug(self) -> str:
        return self.folder.parent.name

    @cached_property
    def text(self) -> str:
        return (self.folder / "before.py").read_text(encoding="utf-8")

    @cached_property
    def doc(self) -> str:
        return ast.get_docstring(ast.parse(self.text)) or ""

    @cached_property
    def header(self) -> dict[str, str]:
        return dict(re.findall(rf"^({'|'.join(HEADER)}): (.*)$", self.doc, re.MULTILINE))

    @cached_property
    def modules(self) -> dict[str, str]:
        """The files beside the program, by path within the folder, with their marks."""
        stages = {self.folder / f"{stage}.py" for stage in ("before", "after")}
        own = {path.relative_to(self.folder).as_posix(): path for path in sorted(self.folder.rglob("*.py"))}
        shared = {name: STAND_INS / name for name in self.header.get("beside", "").split(", ") if name}
        files = {**own, **shared}
        return {name: path.read_text(encoding="utf-8") for name, path in files.items() if path not in stages}

    @cached_property
    def expected(self) -> list[Expected]:
        return [
            Expected(file, number, mark["code"], int(mark["column"]) if mark["column"] else None)
            for file, text in sorted({PROGRAM: self.text, **self.modules}.items())
            for number, line in enumerate(text.splitlines(), start=1)
            for found in MARK.finditer(line)
            for mark in MARKED.finditer(found["findings"])
        ]

    @property
    def select(self) -> tuple[str, ...]:
        return ("LLM", *self.header.get("select", "").split(", ")) if "select" in self.header else ("LLM",)

    @property
    def stages(self) -> tuple[str, ...]:
        return ("before", "after") if (self.folder / "after.py").exists() else ("before",)

    def source(self, stage: str, pair: str) -> str:
        """The program as a user would have it: without marks, registered the way `pair` registers Langfuse.

        Fixed for other versions than those that `after.py` is written for, it is what the fix makes of it.
        """
        if stage == "after" and not self.is_written_for(pair):
            return rewritten(self, pair)
        return self.as_written((self.folder / f"{stage}.py").read_text(encoding="utf-8"), pair)

    def is_written_for(self, pair: str) -> bool:
        """Tell whether `after.py` is what the fix writes for a pair: the delivery helper depends on the versions."""
        return self.target(pair) == self.target("default")

    def lay_out(self, stage: str, pair: str, folder: Path) -> Path:
        """Write the program and what belongs to it to `folder`, and return the program's path."""
        for file, text in {PROGRAM: self.source(stage, pair), **self.others(pair)}.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return folder / PROGRAM

    def others(self, pair: str) -> dict[str, str]:
        return {file: self.as_written(text, pair) for file, text in self.modules.items()}

    def as_written(self, text: str, pair: str) -> str:
        """Take the marks off, and register Langfuse the way `pair` does."""
        text = MARK.sub("", text)
        if pair != "otel" or not self.runs_with(pair) or "target" in self.header:
            return text
        return REGISTRATION.sub(r'\1\2.callbacks = ["langfuse_otel"]', text)

    @property
    def pairs(self) -> tuple[str, ...]:
        """The pairs that it runs with."""
        if "target" in self.header:
            stated = tuple(self.header["target"].split(", "))
            versions = "+".join(requirement.partition("==")[2] for requirement in stated)
            return tuple(name for name, requirements in PAIRS.items() if requirements == stated) or (versions,)
        return tuple(self.header.get("pairs", ", ".join(PAIRS)).split(", "))

    def runs_with(self, pair: str) -> bool:
        return pair in self.pairs

    def target(self, pair: str) -> tuple[str, ...]:
        """The versions that it is linted and fixed for: its own, or those of a pair that it runs with."""
        if "target" in self.header:
            return tuple(self.header["target"].split(", "))
        return PAIRS[pair if self.runs_with(pair) else self.pairs[0]]


ALL = [Case(path.parent) for path in sorted(CASES.glob("*/*/before.py"))]
FIXED = [case for case in ALL if "after" in case.stages]


def each(cases: Iterable[Case], what: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.name}-{what}") for case in cases])


# ---- what the linter says


def lint(case: Case, stage: str, pair: str, folder: Path) -> list[tuple[str, Finding]]:
    """Return the findings in the whole folder, each with the file it is in, file by file in order."""
    case.lay_out(stage, pair, folder)
    reports = list(check_paths([str(folder)], Settings(select=case.select, target=case.target(pair))))
    assert not [report.problem for report in reports if report.problem]
    found = [
        (Path(report.path).relative_to(folder).as_posix(), finding) for report in reports for finding in report.findings
    ]
    return sorted(found, key=place)


def place(found: tuple[str, Finding]) -> tuple[str, int, str]:
    file, finding = found
    return file, finding.span.line, finding.code


@each(ALL, "lint")
def test_lint(case: Case, pair: str, tmp_path: Path) -> None:
    found = lint(case, "before", pair, tmp_path)
    assert list(map(place, found)) == [(mark.file, mark.line, mark.code) for mark in case.expected]
    fixes = {(finding.code, finding.fix.applicability) for _, finding in found if finding.fix}
    assert fixes <= {(rule.code, offered) for rule in all_rules() for offered in rule.applicabilities}
    columns = [finding.span.column + 1 for _, finding in found]
    assert columns == [mark.column or column for mark, column in zip(case.expected, columns, strict=True)]


@each(FIXED, "relint")
def test_relint(case: Case, pair: str, tmp_path: Path) -> None:
    found = lint(case, "after", pair, tmp_path)
    remaining = case.header.get("remaining", "")
    assert [finding.code for _, finding in found] == remaining.split(", ") * bool(remaining)


# ---- what the fix writes


def fixed(stage: str, case: Case, pair: str, folder: Path) -> str:
    """Fix a copy of the project the way a user would, and return what became of the program."""
    program = case.lay_out(stage, pair, folder)
    exit_code = fix.main(
        [
            str(folder),
            f"--select={','.join(case.select)}",
            *(f"--target={requirement}" for requirement in case.target(pair)),
            *(["--unsafe-fixes"] if case.header.get("fix") == "unsafe" else []),
            f"--early-exit={case.header.get('early-exit', 'drain')}",
        ]
    )
    assert exit_code in (0, 1)
    others = {file: (folder / file).read_bytes().decode() for file in case.modules}
    assert others == case.others(pair)
    return program.read_bytes().decode()


@cache
def rewritten(case: Case, pair: str) -> str:
    """What the fix makes of a program for the versions of a pair."""
    with tempfile.TemporaryDirectory() as folder:
        return fixed("before", case, pair, Path(folder))


@each(ALL, "fix")
def test_fix(case: Case, pair: str, tmp_path: Path) -> None:
    result = fixed("before", case, pair, tmp_path)
    if case.stages == ("before",) or case.is_written_for(pair):
        assert result == case.source(case.stages[-1], pair)
        return
    after = (case.folder / "after.py").read_text(encoding="utf-8")
    assert apart_from_the_helper(result) == apart_from_the_helper(case.as_written(after, pair))


def apart_from_the_helper(text: str) -> list[str]:
    """Return the statements of a program but for the delivery helper, which depends on the versions, and imports."""
    return [
        ast.unparse(statement)
        for statement in ast.parse(text).body
        if not isinstance(statement, ast.Import | ast.ImportFrom)
        and getattr(statement, "name", "") != "_deliver_traces"
    ]


@each(FIXED, "refix")
def test_refix(case: Case, pair: str, tmp_path: Path) -> None:
    assert fixed("after", case, pair, tmp_path) == case.source("after", pair)


# ---- what running proves


@dataclass(frozen=True)
class Program:
    """One stage of one case, to be run."""

    case: Case
    stage: str


class Runs:
    """Runs programs side by side, each once; the SDKs are imported once for all of them."""

    def __init__(self, python: str, pair: str, folder: Path) -> None:
        self._python, self._pair, self._folder = python, pair, folder
        self._pool = ThreadPoolExecutor(RUNS_AT_ONCE)
        self._launcher = Warm(python=python)
        self._warming = self._pool.submit(self._launcher.__enter__)
        self._reports: dict[Program, Future[RunReport]] = {}
        self._lock = threading.Lock()

    def start(self, program: Program) -> Future[RunReport]:
        with self._lock:
            if program not in self._reports:
                self._reports[program] = self._pool.submit(self._run, program)
            return self._reports[program]

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._launcher.__exit__(None, None, None)

    def _run(self, program: Program) -> RunReport:
        launcher = self._warming.result()
        folder = self._folder / program.case.name / program.stage
        script = program.case.lay_out(program.stage, self._pair, folder)
        return run([str(script)], python=self._python, launcher=launcher, timeout=TIMEOUT, cwd=folder)


@pytest.fixture(scope="session")
def runs(
    request: pytest.FixtureRequest, pair: str, shim_python: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runs]:
    """Start the runs of all selected tests; a test then waits for its own."""
    started = Runs(shim_python, pair, tmp_path_factory.mktemp("programs"))
    try:
        # A worker of pytest-xdist may not know which tests will be its own: then, each test starts its run itself.
        if getattr(request.config, "workerinput", {"dist": "loadfile"})["dist"] == "loadfile":
            for program in selected_programs(request.session.items):
                if why_not_run(program.case, pair, shim_python) is None:
                    started.start(program)
        yield started
    finally:
        started.close()


def selected_programs(items: Iterable[pytest.Item]) -> Iterator[Program]:
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        if isinstance(parameters.get("program"), Program):
            yield parameters["program"]


def why_not_run(case: Case, pair: str, python: str) -> str | None:
    if not case.runs_with(pair):
        return f"runs with {', '.join(case.pairs)} only"
    if version_of(python) < version(case.header.get("python", "3.0")):
        return f"needs Python {case.header['python']}"
    return None


VERSIONS: dict[str, tuple[int, ...]] = {}


def version_of(python: str) -> tuple[int, ...]:
    if python not in VERSIONS:
        command = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        VERSIONS[python] = version(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return VERSIONS[python]


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.strip().split("."))


PROGRAMS = [pytest.param(Program(case, stage), id=f"{case.name}-run-{stage}") for case in ALL for stage in case.stages]


@pytest.mark.parametrize("program", PROGRAMS)
def test_run(program: Program, runs: Runs, pair: str, shim_python: str) -> None:
    reason = why_not_run(program.case, pair, shim_python)
    if reason:
        pytest.skip(reason)
    report = runs.start(program).result()
    told = f"{report.outcome} after {report.seconds} s; {[call.detail for call in report.calls]}\n{report.stderr}"
    wanted = program.case.header[program.stage]
    assert report.calls or wanted == "fails at once", told
    allowed = {"lost" if wanted == "untraced" else wanted}
    if program.stage == "before":
        allowed |= {program.case.header.get("or", wanted)}
    assert outcome(report) in allowed, told


def outcome(report: RunReport) -> str:
    """Put a run into one word, as strict as the words of a header are meant."""
    if report.exit_code and not report.calls:
        return "fails at once"
    if report.strays:
        return "stray generations"
    if report.verdict == "delivered" and "None" in report.stdout:
        return "shows None"
    if report.verdict != "crashed" or (report.exit_code or 0) < 0:
        return report.verdict
    if re.search(r"^(TypeError|AttributeError): ", report.stderr, re.MULTILINE):
        return {"lost": "crashed", "delivered": "crashed late"}.get(str(report.call_verdict), "crashed oddly")
    return {"lost": "failed", "delivered": "failed, delivered"}.get(str(report.call_verdict), "failed oddly")


# ---- the cases themselves


@each(ALL, "header")
def test_header(case: Case) -> None:
    title, _, rest = case.doc.partition("\n")
    assert title.endswith("."), "the first line says what the case shows"
    assert not rest or rest.startswith("\n")
    for key, value in case.header.items():
        assert re.fullmatch(HEADER[key], value), f"{key}: {value}"
    assert not {"pairs", "target"} <= set(case.header), "a target says which pair"
    assert ("after" in case.header) == ("after" in case.stages)
    assert "before" in case.header
    harmless = {mark.code for mark in case.expected} <= HARMLESS_HERE
    assert case.header["before"] in HARMLESS if harmless else case.header["before"] not in HARMLESS
    assert bool(case.expected) or case.stages == ("before",), "nothing to find, nothing to fix"


@pytest.mark.parametrize(
    "module", list(pkgutil.iter_modules(lint_rules.rules.__path__)), ids=lambda module: module.name
)
def test_every_rule_has_cases(module: pkgutil.ModuleInfo) -> None:
    expecting = [bool(case.expected) for case in ALL if case.slug == module.name]
    assert any(expecting), "no case in which the rule fires"
    assert not all(expecting), "no case in which the rule stays silent"


def test_every_folder_belongs_to_a_rule() -> None:
    rules = {module.name for module in pkgutil.iter_modules(lint_rules.rules.__path__)}
    assert {case.slug for case in ALL} == rules | {REPORTS}


def test_as_many_silent_cases_as_firing_ones() -> None:
    firing = sum(bool(case.expected) for case in ALL)
    assert abs(2 * firing - len(ALL)) <= 0.2 * firing
