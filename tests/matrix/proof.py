"""Run the programs of `verdicts`, and hold what the shim says against what the endpoint saw and against the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lint_rules.shim.run import Call, RunReport

from .endings import ABSENT as ABSENT_EXIT
from .fixes import PROGRAM
from .measure import TIMEOUT, Bench
from .pairs import Column
from .results import ABSENT, HANG, Cell
from .seen import bodies_of_last_run, keeping_bodies, reading
from .verdicts import DELIVERED, NO_CALL, PROGRAMS, TOPIC, UNFLUSHED, Program

__all__ = ["TOPIC", "code_of", "faults", "is_right", "miss", "proofs", "score"]

_FRESH = 180.0
"""The time-out of what imports the SDKs afresh: several at once take long on a machine that has other work."""
WAITING = "waiting: "
"""What the note of a cell begins with when what is wrong with it is known and not counted."""


def proofs(on: Bench, column: Column, runs: int, programs: Sequence[Program] = PROGRAMS) -> Iterator[Cell]:
    """Run every program that a column has, `runs` times, all of them at once."""
    # What takes long begins first, so that nothing waits for it in the end.
    programs = sorted((program for program in programs if program.where(column)), key=_is_quick)
    with keeping_bodies():
        yield from on.submit_all(_proof(on, column, program, runs) for program in programs)


def _is_quick(program: Program) -> bool:
    return program.langfuse == "ok" and not program.fresh


def _proof(on: Bench, column: Column, program: Program, runs: int) -> Iterator[Cell]:
    row = program.row
    files = {PROGRAM: program.source(column)}
    trial = on.lay_out(files, (PROGRAM,), calls=row.calls, exit_code=row.exit_code)
    trial = replace(trial, langfuse=program.langfuse, timeout=_FRESH if program.fresh else TIMEOUT)
    codes, wrong = [], []
    for _ in range(runs):
        report = on.run(trial)
        codes.append(code_of(report))
        if codes[-1] != ABSENT:
            wrong += faults(program, column, report, bodies_of_last_run())
    note = "; ".join(dict.fromkeys(wrong))
    yield Cell(
        TOPIC, row.name, column.name, tuple(codes), note=f"{WAITING}{note}" if note and program.waiting else note
    )


def code_of(report: RunReport) -> str:
    """Put what the shim says of a run into a few words: each call's verdict, with its cause."""
    if report.exit_code == ABSENT_EXIT:
        return ABSENT
    said = " + ".join(map(_said, report.calls)) or NO_CALL
    return f"{said}, {HANG}" if report.timed_out else said


def _said(call: Call) -> str:
    if call.verdict == DELIVERED and call.cause is None:
        return DELIVERED
    return f"{call.verdict}: {call.cause}"


def faults(program: Program, column: Column, report: RunReport, bodies: Sequence[bytes]) -> list[str]:
    """Say everything that is wrong with what the shim said of a run; nothing when it is right."""
    wrong = [f"observing failed: {failure}" for failure in report.unobserved]
    outcomes = program.truth(column).outcomes
    if report.timed_out and program.may_hang(column):
        # It is killed in the end, so that no exit handler runs.
        outcomes = (*outcomes, UNFLUSHED)
    elif report.exit_code != program.row.exit_code:
        wrong.append(f"the program ended with {report.outcome}")
    if len(report.calls) != program.row.calls:
        wrong.append(f"{len(report.calls)} calls were seen of {program.row.calls}")
    for call in report.calls:
        wrong += _faults_of(call, outcomes, reading(bodies, call.number, call.api))
    return wrong


def _faults_of(call: Call, outcomes: Sequence[str], seen: str) -> Iterator[str]:
    if call.verdict != seen:
        yield f"it says {call.verdict}, the endpoint saw {seen}"
    said = DELIVERED if call.verdict == DELIVERED and call.cause is None else str(call.cause)
    if said not in outcomes:
        yield f"it says {said}, the truth is {' or '.join(outcomes)}"


# ---- the score


def is_right(cell: Cell) -> bool:
    """Tell whether nothing is wrong with a cell."""
    return not cell.note


def score(cells: Iterable[Cell]) -> str:
    """Say how many of the cells are right, and how many wait."""
    proven = [cell for cell in cells if cell.topic == TOPIC and not cell.is_absent]
    waiting = sum(cell.note.startswith(WAITING) for cell in proven)
    counted = len(proven) - waiting
    return f"{counted - sum(map(bool, map(miss, proven)))} of {counted} right" + f", {waiting} waiting" * bool(waiting)


def miss(cell: Cell) -> str:
    """Say what is wrong with a cell and counts."""
    return "" if cell.note.startswith(WAITING) else cell.note
