"""From results to Markdown, and what counts as a miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import results
from .report import TOPICS, added, document, miss, misses
from .results import Cell, Results

OLD, NEW, OTEL = "1.77.7+2.60.10 langfuse", "1.106.2+4.18.0 langfuse", "1.106.2+5.0.4 langfuse_otel"
PYTHONS = {"1.77.7+2.60.10": "3.11.7", "1.106.2+4.18.0": "3.11.7", "1.106.2+5.0.4": "3.11.7"}


def written(*cells: Cell, left_out: tuple[str, ...] = ()) -> str:
    return document(Results("2026-01-02", PYTHONS, cells, left_out))


def line(text: str, start: str) -> str:
    (found,) = [line for line in text.splitlines() if line.startswith(f"| {start} |")]
    return found


def call(column: str, *codes: str, row: str = "nothing") -> Cell:
    return Cell("call", row, column, codes)


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        (("F", "F", "F"), "**3/3**"),
        (("0", "0", "0"), "0/3"),
        (("F", "0", "P", "F+F", "F+F"), "1/5 P, F+F (2 x)"),
        (("HANG", "HANG"), "0/2 HANG (2 x)"),
        (("49 of 50", "7 of 50", "F"), "1/3 7-49 of 50"),
        (("49 of 50", "49 of 50"), "0/2 49 of 50"),
        (("F, exit 1",), "0/1 F, exit 1"),
        (("absent", "absent"), "-"),
    ],
)
def test_a_cell_says_what_became_of_its_runs(codes: tuple[str, ...], shown: str) -> None:
    table = written(Cell("many", "nothing", NEW, codes)).split("## Fifty")[1]
    assert line(table, "nothing") == f"| nothing | {shown} |"


def test_columns_stand_in_the_order_of_the_versions() -> None:
    text = written(call(OTEL, "0"), call(OLD, "0"), call(NEW, "F"))
    table = text.split("## One awaited call")[1]
    heads = ["1.77.7<br>2.60.10", "1.106.2<br>4.18.0", "1.106.2<br>5.0.4<br>otel"]
    assert f"|  | {' | '.join(heads)} |" in table
    assert line(table, "nothing") == "| nothing | 0/1 | **1/1** | 0/1 |"


def test_a_cell_that_was_not_measured_is_empty() -> None:
    table = written(call(OLD, "0"), call(NEW, "F", row="sleep 1 s")).split("## One awaited call")[1]
    assert line(table, "nothing") == "| nothing | 0/1 |  |"
    assert line(table, "sleep 1 s") == "| sleep 1 s |  | **1/1** |"


@pytest.mark.parametrize(
    ("codes", "where"),
    [
        (("F", "F", "F"), "everywhere"),
        (("0", "0", "0"), "nowhere"),
        (("absent", "F", "F"), "wherever it exists"),
        (("absent", "absent", "absent"), "-"),
        (("0", "F", "F"), "all but 1.77.7 + 2.60.10"),
        (("0", "0", "F"), "only 1.106.2 + 5.0.4 otel"),
    ],
)
def test_the_summary_says_where_an_ending_delivers(codes: tuple[str, ...], where: str) -> None:
    cells = [call(column, code) for column, code in zip((OLD, NEW, OTEL), codes, strict=True)]
    summary = written(*cells).split("## One awaited call")[0]
    assert line(summary, "nothing") == f"| nothing | {where} | - |"


def fixed(*codes: str, **more: object) -> Cell:
    return Cell("fixes", "one call", NEW, codes, **{"found": ("LLM301",), "fixed": True, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "shown", "why"),
    [
        (fixed("F", "F", unfixed=("0",)), "0/1 → **2/2**", ""),
        (fixed("F", "0", unfixed=("0",)), "0/1 → 1/2 ⚠", "the fixed program delivered 1/2"),
        (fixed("F, exit 1", unfixed=("0",)), "0/1 → 0/1 F, exit 1 ⚠", "the fixed program delivered 0/1 F, exit 1"),
        (fixed(fixed=False, found=("LLM402",)), "no fix: LLM402", ""),
        (fixed(fixed=False, found=("LLM303",)), "no fix: LLM303 ⚠", "no fix for LLM303"),
        (fixed(fixed=False, found=(), unfixed=("F", "F")), "2/2, nothing found", ""),
        (
            fixed(fixed=False, found=(), unfixed=("0", "F")),
            "1/2, nothing found ⚠",
            "nothing was found, and 1/2 were delivered",
        ),
        (fixed(fixed=False, note="fix failed: no"), "fix failed: no ⚠", "fix failed: no"),
    ],
)
def test_what_a_fix_comes_to(cell: Cell, shown: str, why: str) -> None:
    assert miss(cell) == why
    table = written(cell).split("## Fixed programs")[1]
    assert line(table, "one call") == f"| one call | {shown} |"


def failing(row: str, *codes: str, helper: float = 0.1, call: float = 0.5, **more: object) -> Cell:
    seconds = {"call": (0.5, call), "helper": (0.0, helper), "exit": (6.5, 6.25)}
    return Cell("failing", row, NEW, codes, fixed=True, seconds=seconds, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "shown", "why"),
    [
        (failing("refuse: one call", "0", "0"), "0.1 + 6.5 s", ""),
        (failing("hang: one call", "0", "HANG"), "0.1 + 6.5 s HANG", ""),
        (failing("hang: one call", "0", "0", call=20.4), "(call 20 s) 0.1 + 6.5 s", ""),
        (failing("slow: one call", "F", "F"), "0.1 + 6.5 s arrives", ""),
        (failing("slow: one call", "F", "0"), "0.1 + 6.5 s ⚠ it came to 1/2", "it came to 1/2"),
        (
            failing("500: one call", "0, exit 1", "0"),
            "0.1 + 6.5 s ⚠ it came to 0/2 0, exit 1",
            "it came to 0/2 0, exit 1",
        ),
        (
            failing("hang: one call", "0", "0", helper=20.0),
            "20.0 + 6.5 s ⚠ the helper took 20.0 s",
            "the helper took 20.0 s",
        ),
    ],
)
def test_what_a_fixed_program_does_when_langfuse_fails(cell: Cell, shown: str, why: str) -> None:
    assert miss(cell) == why
    table = written(cell).split("## When Langfuse fails")[1]
    assert line(table, cell.row) == f"| {cell.row} | {shown} |"


def idle(fixed: tuple[float, ...], unfixed: tuple[float, ...]) -> Cell:
    seconds = {"fixed": fixed, "unfixed": unfixed}
    return Cell("idle", "nothing to deliver", NEW, ("F",) * len(fixed), fixed=True, seconds=seconds)


def test_the_time_a_fix_adds_is_the_median_over_the_turns() -> None:
    assert added(idle((1.0, 3.0, 9.0), (1.0, 1.0, 1.0))) == 2.0
    assert miss(idle((1.5, 1.5, 9.0), (1.0, 1.0, 1.0))) == ""
    assert miss(idle((1.5, 1.6, 9.0), (1.0, 1.0, 1.0))) == "the fix adds 0.60 s"


@pytest.mark.parametrize(
    ("codes", "found", "note", "shown", "why"),
    [
        (("F", "F"), ("LLM301",), "", "works", ""),
        (("F", "F"), ("LLM402",), "", "works LLM402 ⚠", "LLM402 is reported, and it works"),
        (("0", "0"), ("LLM402",), "", "lost (0/2) LLM402", ""),
        (("0, exit 1",), ("LLM402",), "raises TypeError", "raises TypeError LLM402", ""),
        (("0", "0"), (), "", "lost (0/2) ⚠", "0/2 delivered, and LLM402 is not reported"),
    ],
)
def test_registrations_hold_the_linter_against_the_run(
    codes: tuple[str, ...], found: tuple[str, ...], note: str, shown: str, why: str
) -> None:
    cell = Cell("registrations", 'callbacks = ["langfuse"]', "1.106.2+5.0.4", codes, found=found, note=note)
    assert miss(cell) == why
    assert line(written(cell), "1.106.2 + 5.0.4") == f"| 1.106.2 + 5.0.4 | {shown} |"


def test_what_depends_on_other_packages_is_left_open() -> None:
    cell = Cell("registrations", 'callbacks = ["langfuse_otel"]', "1.77.7+2.60.10", ("0", "0"))
    assert miss(cell) == ""
    assert "lost (0/2) (needs opentelemetry-sdk and opentelemetry-exporter-otlp)" in written(cell)
    assert miss(Cell("registrations", 'callbacks = ["langfuse"]', "1.77.7+2.60.10", ("0", "0"))) != ""


@pytest.mark.parametrize(
    ("row", "codes", "found", "shown"),
    [
        ("@observe, drain, flush", ("F",), (), "**1/1**"),
        ("@observe, drain, flush", ("0",), ("LLM403",), "0/1 LLM403"),
        ("@observe, drain, flush", ("F",), ("LLM403",), "**1/1** LLM403 ⚠"),
        ("@observe, drain, flush", ("0",), (), "0/1 ⚠"),
        ("@observe, nothing", ("0",), (), "0/1"),
    ],
)
def test_spans_hold_the_linter_against_the_run(
    row: str, codes: tuple[str, ...], found: tuple[str, ...], shown: str
) -> None:
    cell = Cell("observe", row, OTEL, codes, found=found)
    assert bool(miss(cell)) == ("⚠" in shown)
    assert line(written(cell), row) == f"| {row} | {shown} |"


def test_the_summary_collects_what_misses() -> None:
    text = written(*(Cell("fixes", "one call", column, ("0",), fixed=True) for column in (OLD, NEW)))
    said = "- ⚠ fixes, *one call*: the fixed program delivered 0/1 (1.77.7 + 2.60.10; 1.106.2 + 4.18.0)"
    assert said in text.splitlines()
    assert "0 of 2 deliver" in text


def test_what_promises_nothing_misses_nothing() -> None:
    assert misses([call(OLD, "0"), Cell("bodies", "return", NEW, ("HANG",))]) == []


def test_what_could_not_be_measured_is_said() -> None:
    text = written(call(OLD, "0"), left_out=("1.106.2+5.0.4-py3.13",))
    assert "Not measured, for want of an environment: 1.106.2+5.0.4-py3.13." in text


def test_nothing_measured_is_a_document_without_tables() -> None:
    text = written()
    assert "## In short" in text and "## How it was measured" in text
    assert "## One awaited call" not in text and "## When Langfuse fails" not in text


def test_results_survive_json(tmp_path: Path) -> None:
    cells = (fixed("F", unfixed=("0",), note="n"), idle((1.0,), (0.5,)), call(OLD, "0"))
    before = Results("2026-01-02", PYTHONS, cells, ("x",))
    results.write(tmp_path / "r.json", before)
    assert results.read(tmp_path / "r.json") == before


def test_a_cell_measured_again_replaces_the_old_one() -> None:
    old = Results("2026-01-01", {"a": "3.11.7"}, (call(OLD, "0"), call(NEW, "0")), ("b",))
    new = Results("2026-01-02", {"b": "3.13.0"}, (call(OLD, "F"),))
    merged = results.merged(old, new)
    assert merged.cells == (call(NEW, "0"), call(OLD, "F"))
    assert (merged.date, merged.pythons, merged.left_out) == ("2026-01-02", {"a": "3.11.7", "b": "3.13.0"}, ())


def test_every_topic_has_a_table() -> None:
    from .endings import ROWS  # noqa: PLC0415

    assert {row.topic for row in ROWS} < set(TOPICS)
