"""Run the programs of the matrix with the real SDKs, many at once, and note what became of each run."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lint_rules import check_paths
from lint_rules.engine import Surroundings
from lint_rules.finding import Status
from lint_rules.fix import fix_file
from lint_rules.settings import Settings
from lint_rules.shim.answers import full_text
from lint_rules.shim.run import Call, RunReport, Warm, run
from lint_rules.shim.sink import Answer, Generation

from . import endings, fixes
from .pairs import Column, Pair, columns
from .results import ABSENT, CANNOT, DELIVERED, HANG, PART, Cell

AT_ONCE = 12
"""Programs that run side by side: most of their time they wait."""
TIMEOUT = 30.0
PATIENCE = 60.0
"""The time-out when Langfuse fails: some SDKs wait 20 s for it before they even make the call."""
MORE = 2
"""Runs that are added where the first ones disagree."""
FIX_RUNS = 5
UNFIXED_RUNS = 2
FAILURES: tuple[Answer, ...] = ("refuse", "hang", "slow", "500")


@dataclass(frozen=True)
class Trial:
    """One program, laid out and ready to run, and what a run of it must come to."""

    folder: Path
    command: tuple[str, ...]
    calls: int
    exit_code: int
    langfuse: Answer = "ok"
    timeout: float = TIMEOUT
    part: bool = False
    """It delivers when the part of the output that was received arrives."""


class Bench:
    """One pair's environment with its SDKs imported, a pool of threads, and a folder for programs."""

    def __init__(self, pair: Pair, python: str, folder: Path, launcher: Warm, pool: ThreadPoolExecutor) -> None:
        self.pair, self._python, self._launcher, self._pool = pair, python, launcher, pool
        self._folders = (folder / f"{number}" for number in itertools.count(1))

    def lay_out(self, files: dict[str, str], command: tuple[str, ...], *, calls: int, exit_code: int) -> Trial:
        """Write a program's files to a folder of its own."""
        folder = next(self._folders)
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return Trial(folder, command, calls, exit_code)

    def start(self, trial: Trial) -> Future[RunReport]:
        """Run a trial as soon as there is a thread for it."""
        return self._pool.submit(self.run, trial)

    def run(self, trial: Trial) -> RunReport:
        """Run a trial."""
        return run(
            trial.command,
            python=self._python,
            launcher=self._launcher,
            cwd=trial.folder,
            timeout=trial.timeout,
            langfuse=trial.langfuse,
        )

    def codes(self, trial: Trial, runs: int) -> Iterator[str]:
        """Start `runs` runs at once; what is yielded waits for them, one code each."""
        started = [self.start(trial) for _ in range(runs)]
        return (code_of(future.result(), trial) for future in started)

    def submit_all(self, work: Iterable[Iterator[Cell]]) -> Iterator[Cell]:
        """Have each generator make its cells in a thread of the pool."""
        yield from itertools.chain.from_iterable([*self._pool.map(tuple, work)])


@contextmanager
def bench(pair: Pair, folder: Path, *, python: str | None = None, at_once: int = AT_ONCE) -> Iterator[Bench]:
    """Warm a pair's environment up for as long as the block runs."""
    chosen = python or str(pair.interpreter)
    with Warm(chosen) as launcher, ThreadPoolExecutor(at_once) as pool:
        yield Bench(pair, chosen, folder, launcher, pool)


# ---- what became of a run


def code_of(report: RunReport, trial: Trial) -> str:
    """Put a run into a few characters: `F`, or what deviates from one full generation per call (see the legend)."""
    if report.timed_out:
        return HANG
    if report.exit_code == endings.ABSENT:
        return ABSENT
    arrived = _arrived(report, trial.calls)
    if trial.part:
        arrived = {PART: DELIVERED, DELIVERED: "whole"}.get(arrived, arrived)
    return arrived if report.exit_code == trial.exit_code else f"{arrived}, exit {report.exit_code}"


def _arrived(report: RunReport, calls: int) -> str:
    if len(report.calls) != calls:
        return f"{len(report.calls)} calls made"
    strays = [letter(generation) for generation in report.strays]
    if calls == 1:
        return "+".join(sorted([letter(generation) for generation in report.calls[0].generations] + strays)) or "0"
    full = sum(map(_is_delivered, report.calls))
    missing = DELIVERED if full == calls else f"{full} of {calls}"
    return "+".join([missing, *strays])


def _is_delivered(call: Call) -> bool:
    return [letter(generation) for generation in call.generations] == [DELIVERED]


def letter(generation: Generation) -> str:
    """Return the letter for one generation that arrived."""
    if generation.level == "ERROR":
        return "E"
    if not generation.output_text:
        return "e"
    if generation.number is None or full_text(generation.number) not in generation.output_text:
        return PART
    return DELIVERED if generation.usage_total else "f"


# ---- programs as they stand


def as_they_stand(on: Bench, column: Column, rows: Sequence[endings.Row], runs: int) -> Iterator[Cell]:
    """Measure rows: `runs` runs each, and a few more where they disagree."""
    trials = [_trial(on, column, row) for row in rows]
    started = [on.codes(trial, runs) for trial in trials]
    cells = [
        Cell(row.topic, row.name, column.name, tuple(codes), found=_cannot(row, trial, column.pair))
        for row, trial, codes in zip(rows, trials, started, strict=True)
    ]
    torn = [at for at, cell in enumerate(cells) if len(set(cell.codes)) > 1]
    for at, codes in [(at, on.codes(trials[at], MORE)) for at in torn]:
        cells[at] = cells[at].with_runs(codes)
    yield from cells


def _cannot(row: endings.Row, trial: Trial, pair: Pair) -> tuple[str, ...]:
    """Return the rules that say of a row in which nothing is missing that these versions cannot deliver that way."""
    return tuple(code for code in _found(trial, pair) if code in CANNOT) if row.complete else ()


def _trial(on: Bench, column: Column, row: endings.Row) -> Trial:
    files = {fixes.PROGRAM: row.source(column.register, langfuse=int(column.pair.langfuse.split(".")[0]))}
    return on.lay_out(files, (fixes.PROGRAM,), calls=row.calls, exit_code=row.exit_code)


# ---- which registrations work at all


def registrations(on: Bench, runs: int) -> Iterator[Cell]:
    """Measure each way of registering Langfuse, and hold what the linter says of it against that."""
    rows = [(list_, name) for list_ in ("success_callback", "callbacks") for name in ("langfuse", "langfuse_otel")]
    trials = []
    for list_, name in rows:
        source = endings.REGISTRATION.source(f'litellm.{list_} = ["{name}"]')
        trials.append(on.lay_out({fixes.PROGRAM: source}, (fixes.PROGRAM,), calls=1, exit_code=0))
    started = [[on.start(trial) for _ in range(runs)] for trial in trials]
    for (list_, name), trial, futures in zip(rows, trials, started, strict=True):
        reports = [future.result() for future in futures]
        yield Cell(
            "registrations",
            f'{list_} = ["{name}"]',
            on.pair.name,
            tuple(code_of(report, trial) for report in reports),
            found=_found(trial, on.pair),
            note=endings.what_was_raised(reports[0].stdout),
        )


def _found(trial: Trial, pair: Pair) -> tuple[str, ...]:
    reports = check_paths([str(trial.folder / fixes.PROGRAM)], Settings(target=pair.target))
    return tuple(sorted({finding.code for report in reports for finding in report.findings}))


# ---- programs that the fixer rewrites


@dataclass(frozen=True)
class Fixed:
    """A program before and after the fixer, and what it said."""

    program: fixes.Program
    before: Trial
    after: Trial | None
    """None: it was not rewritten."""
    found: tuple[str, ...]
    note: str


def fix(on: Bench, column: Column, program: fixes.Program) -> Fixed:
    """Lay a program out twice and fix one copy, as a user of these versions would."""
    before, after = (
        on.lay_out(program.files(column), program.command, calls=program.calls, exit_code=program.exit_code)
        for _ in range(2)
    )
    after = replace(after, part=program.part)
    found = _found(after, column.pair)
    settings = Settings(target=column.pair.target, early_exit=program.early_exit)
    report = fix_file(str(after.folder / fixes.PROGRAM), around=Surroundings.of(settings), unsafe=True)
    left = "".join(f", {finding.code} left" for finding in report.findings if report.status is Status.FIXED)
    note = f"fix failed: {report.problem.message}" if report.problem else left.removeprefix(", ")
    return Fixed(program, before, after if report.status is Status.FIXED else None, found, note)


def fixed_programs(on: Bench, column: Column, runs: int = FIX_RUNS, unfixed: int = UNFIXED_RUNS) -> Iterator[Cell]:
    """Measure every program before and after its fix."""
    # All fixes first: LibCST keeps this process busy, which also answers the programs' requests.
    done = [fix(on, column, program) for program in fixes.PROGRAMS]
    started = [
        (
            on.codes(one.before, unfixed if one.after or one.found else runs),
            on.codes(one.after, runs) if one.after else iter(()),
        )
        for one in done
    ]
    for one, (before, after) in zip(done, started, strict=True):
        yield Cell(
            "fixes",
            one.program.name,
            column.name,
            tuple(after),
            unfixed=tuple(before),
            found=one.found,
            fixed=one.after is not None,
            note=one.note,
        )


# ---- what a fix costs


def idle_programs(on: Bench, column: Column, runs: int = FIX_RUNS) -> Iterator[Cell]:
    """Measure the time that a fix adds to a program in which there is nothing to deliver."""
    done = [fix(on, column, program) for program in fixes.IDLE]
    yield from on.submit_all(_idle(on, column, one, runs) for one in done)


def _idle(on: Bench, column: Column, one: Fixed, runs: int) -> Iterator[Cell]:
    cell = Cell("idle", one.program.name, column.name, found=one.found, fixed=one.after is not None, note=one.note)
    if one.after is None:
        yield cell
        return
    # In turns, so that what else the machine does falls on both alike.
    pairs = [(on.run(one.before), on.run(one.after)) for _ in range(runs)]
    yield replace(
        cell,
        codes=tuple(code_of(after, one.after) for _, after in pairs),
        seconds={
            "unfixed": tuple(sum(times(before)[1:]) for before, _ in pairs),
            "fixed": tuple(sum(times(after)[1:]) for _, after in pairs),
        },
    )


def times(report: RunReport) -> tuple[float, float, float]:
    """Return the seconds until `main`'s body ended, from there to the end of the loop, and to that of the process.

    What a killed program did not reach counts as reached when it was killed.
    """
    end = report.began + report.seconds
    lines = [line for line in report.stdout.splitlines() if line.startswith((fixes.BODY, fixes.LOOP))]
    marks = dict(line.rsplit(" ", 1) for line in lines)
    body = float(marks.get(fixes.BODY, end))
    loop = float(marks.get(fixes.LOOP, end))
    return round(body - report.began, 3), round(loop - body, 3), round(end - loop, 3)


# ---- Langfuse fails


def failing_endpoints(on: Bench, column: Column, runs: int) -> Iterator[Cell]:
    """Measure what fixed programs do when Langfuse refuses, hangs, is slow or answers 500."""
    done = [fix(on, column, program) for program in fixes.FAILING]
    trials = [
        (answer, one, replace(one.after, langfuse=answer, timeout=PATIENCE))
        for answer in FAILURES
        for one in done
        if one.after
    ]
    started = [[on.start(trial) for _ in range(runs)] for _, _, trial in trials]
    for (answer, one, trial), futures in zip(trials, started, strict=True):
        yield _failing(answer, one, column, trial, [future.result() for future in futures])
    for answer, one in itertools.product(FAILURES, done):
        if one.after is None:
            yield Cell("failing", f"{answer}: {one.program.name}", column.name, found=one.found, note=one.note)


def _failing(answer: Answer, one: Fixed, column: Column, trial: Trial, reports: Sequence[RunReport]) -> Cell:
    call, helper, after = zip(*map(times, reports), strict=True)
    return Cell(
        "failing",
        f"{answer}: {one.program.name}",
        column.name,
        tuple(code_of(report, trial) for report in reports),
        found=one.found,
        fixed=True,
        seconds={"call": call, "helper": helper, "exit": after},
        note=one.note,
    )


# ---- all of it


def everything(on: Bench, topics: Sequence[str], runs: int) -> Iterator[Cell]:
    """Measure every column of a pair in the topics wanted."""
    if "registrations" in topics:
        yield from registrations(on, min(runs, UNFIXED_RUNS))
    for column in columns(on.pair):
        rows = [row for row in endings.ROWS if row.topic in topics]
        yield from as_they_stand(on, column, rows, runs)
        if "fixes" in topics:
            yield from fixed_programs(on, column)
        if "failing" in topics:
            yield from failing_endpoints(on, column, min(runs, UNFIXED_RUNS))
        if "idle" in topics:
            yield from idle_programs(on, column)


def fixes_once(on: Bench) -> Iterator[Cell]:
    """Measure the fixed programs only, each once: what `make test` has the time for."""
    for column in columns(on.pair):
        yield from fixed_programs(on, column, runs=1, unfixed=0)
