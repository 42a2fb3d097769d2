"""The line of progress waits, does not hurry, and is gone before anybody else prints."""

from __future__ import annotations

import io
from collections.abc import Iterator

from lint_rules.finding import FileReport, Finding, Span, Status
from lint_rules.progress import shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


CLEAN = FileReport("a.py", Status.CLEAN)
FOUND = FileReport("b.py", Status.FINDINGS, (Finding("LLM101", Span(1, 0, 1, 5), "m"),) * 3)


def run(reports: list[FileReport], seconds: float) -> Iterator[str]:
    """Yield what is on the terminal's line while each report is out of hand, and at the end."""
    terminal, now = Terminal(), 0.0

    def checked() -> Iterator[FileReport]:
        nonlocal now
        for report in reports:
            now += seconds
            yield report

    for _ in shown(checked(), 1_000, terminal, lambda: now):
        yield terminal.getvalue().rpartition("\r")[2].rstrip()
    yield terminal.getvalue().rpartition("\r")[2].rstrip()


def test_nothing_is_shown_of_a_short_run() -> None:
    assert set(run([CLEAN] * 4, 0.1)) == {""}


def test_after_half_a_second_it_is_shown_ten_times_a_second() -> None:
    lines = list(run([CLEAN] * 120, 0.01))
    assert lines[48] == "" and lines[50].startswith("checked 5")
    assert len(set(lines) - {""}) in (6, 7, 8)


def test_it_counts_and_makes_room_for_what_is_printed() -> None:
    assert list(run([CLEAN, FOUND, CLEAN], 1.0)) == [
        "checked 1 of 1,000 files, 0 findings",
        "",
        "checked 3 of 1,000 files, 3 findings",
        "",
    ]


def test_it_is_gone_when_the_run_is_given_up() -> None:
    terminal, ticks = Terminal(), iter(range(9))
    reports = shown([CLEAN, CLEAN], 2, terminal, lambda: float(next(ticks)))
    next(iter(reports))
    assert "checked 1 of 2 files" in terminal.getvalue()
    del reports
    assert terminal.getvalue().endswith(" \r")


def test_a_file_gets_nothing() -> None:
    stream = io.StringIO()
    assert list(shown([CLEAN], 1, stream, lambda: 9.0)) == [CLEAN]
    assert stream.getvalue() == ""
