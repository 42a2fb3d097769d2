"""How a run is put into a few characters, and how its own clock is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lint_rules.shim.answers import full_text
from lint_rules.shim.run import Call, RunReport
from lint_rules.shim.sink import Generation

from .fixes import BODY, LOOP
from .measure import Trial, code_of, letter, times


def generation(
    number: int | None = 1, text: str | None = None, *, usage: int = 18, level: str = "DEFAULT"
) -> Generation:
    output = full_text(number or 1) if text is None else text
    return Generation("t", "o", "litellm-acompletion", "generation", "m", output, usage, level, number)


def made(number: int, *arrived: Generation) -> Call:
    verdict = "delivered" if arrived else "lost"
    return Call(number, "program.py:1", "chat/completions", "m", False, 1, 1, False, verdict, arrived, 18, "")  # type: ignore[arg-type]


def report(
    *calls: Call, exit_code: int | None = 0, strays: tuple[Generation, ...] = (), stdout: str = "", seconds: float = 1.0
) -> RunReport:
    return RunReport(("program.py",), exit_code, exit_code is None, calls, strays, stdout, "", seconds, began=100.0)


def trial(calls: int = 1, exit_code: int = 0) -> Trial:
    return Trial(Path(), ("program.py",), calls, exit_code)


@pytest.mark.parametrize(
    ("one", "sign"),
    [
        (generation(), "F"),
        (generation(usage=0), "f"),
        (generation(text="Hello from call 1:"), "P"),
        (generation(None, "something else"), "P"),
        (generation(text=""), "e"),
        (generation(level="ERROR"), "E"),
    ],
)
def test_a_generation_is_one_letter(one: Generation, sign: str) -> None:
    assert letter(one) == sign


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (report(made(1, generation())), "F"),
        (report(made(1)), "0"),
        (report(made(1, generation(), generation())), "F+F"),
        (report(made(1, generation()), strays=(generation(None, ""),)), "F+e"),
        (report(made(1), strays=(generation(None, "other"),)), "P"),
        (report(made(1, generation()), exit_code=1), "F, exit 1"),
        (report(made(1), exit_code=-15), "0, exit -15"),
        (report(made(1, generation()), exit_code=None), "HANG"),
        (report(exit_code=77), "absent"),
        (report(), "0 calls made"),
        (report(made(1, generation()), made(2, generation(2))), "2 calls made"),
    ],
)
def test_a_run_of_one_call(run: RunReport, code: str) -> None:
    assert code_of(run, trial()) == code


def test_a_run_of_many_calls() -> None:
    good, doubled = made(1, generation()), made(2, generation(2), generation(2))
    assert code_of(report(good, made(2, generation(2))), trial(calls=2)) == "F"
    assert code_of(report(good, made(2)), trial(calls=2)) == "1 of 2"
    assert code_of(report(good, doubled), trial(calls=2)) == "1 of 2"
    assert code_of(report(good, made(2), strays=(generation(None, ""),)), trial(calls=2)) == "1 of 2+e"
    assert code_of(report(), trial(calls=0)) == "F"


def test_a_program_may_be_meant_to_fail() -> None:
    assert code_of(report(made(1, generation()), exit_code=3), trial(exit_code=3)) == "F"
    assert code_of(report(made(1, generation())), trial(exit_code=3)) == "F, exit 0"


def test_a_program_may_be_meant_to_deliver_a_part() -> None:
    part, whole = made(1, generation(text="Hello from call 1:")), made(1, generation())
    leaving = replace(trial(), part=True)
    assert code_of(report(part), leaving) == "F"
    assert code_of(report(whole), leaving) == "whole"
    assert code_of(report(made(1)), leaving) == "0"
    assert code_of(report(part), trial()) == "P"


def test_the_clock_of_a_run() -> None:
    stdout = f"Hello\n{BODY} 100.5\n{LOOP} 100.75\n"
    assert times(report(stdout=stdout, seconds=2.0)) == (0.5, 0.25, 1.25)
    # Killed inside the helper, and before the body had ended.
    assert times(report(stdout=f"{BODY} 100.5\n", seconds=2.0)) == (0.5, 1.5, 0.0)
    assert times(report(seconds=2.0)) == (2.0, 0.0, 0.0)
