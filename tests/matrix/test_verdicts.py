"""The programs of known truth, once each with the newest pair, and what the shim is held against."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import get_args

import pytest

from lint_rules.shim.answers import full_text
from lint_rules.shim.causes import Cause
from lint_rules.shim.run import Call, RunReport

from .measure import bench
from .pairs import DEFAULT, PAIRS, Column, columns
from .proof import faults, is_right, miss, proofs, score
from .proof_report import proof_document
from .results import Cell, Results
from .seen import observations, reading
from .test_matrix import python_of
from .verdicts import DELIVERED, LEFT, NO_CALL, PROGRAMS, Program

LANGFUSE, OTEL = columns(DEFAULT)
Proven = dict[tuple[str, str], Cell]


def _in_short(column: Column) -> list[Program]:
    """Return what there is time for: what imports the SDKs afresh takes seconds, and runs with one callback."""
    return [program for program in PROGRAMS if program.where(column) and not (program.fresh and column == OTEL)]


RUN = [
    pytest.param(column, p, id=f"{column.callback}-{p.name}") for column in (LANGFUSE, OTEL) for p in _in_short(column)
]


@pytest.fixture(scope="session")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Proven:
    """Run everything at once."""
    python = python_of(DEFAULT)
    if python is None:
        pytest.skip(f"no environment {DEFAULT.name}")
    with bench(DEFAULT, tmp_path_factory.mktemp("verdicts"), python=python) as on:
        cells = [cell for column in (LANGFUSE, OTEL) for cell in proofs(on, column, 1, _in_short(column))]
    return {(cell.column, cell.row): cell for cell in cells}


@pytest.mark.parametrize(("column", "program"), RUN)
def test_the_shim_is_right(column: Column, program: Program, proven: Proven) -> None:
    cell = proven[column.name, program.name]
    assert miss(cell) == "", cell
    if not is_right(cell):
        pytest.xfail(cell.note)


# ---- the programs and their truth


def test_there_are_enough_programs_and_names_tell_them_apart() -> None:
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS) >= 44


@pytest.mark.parametrize(
    "column", [column for pair in PAIRS for column in columns(pair)], ids=lambda column: column.name
)
def test_every_program_has_a_truth_in_every_column(column: Column) -> None:
    known = {DELIVERED, NO_CALL, *get_args(Cause)}
    for program in PROGRAMS:
        ast.parse(program.source(column))
        assert program.truth(column).outcomes
        assert {outcome for truth in program.truths for outcome in truth.outcomes} <= known, program.name


# ---- the second reader


def _legacy(*events: dict[str, object]) -> bytes:
    return json.dumps({"batch": events}).encode()


def _event(kind: str, identity: str, **body: object) -> dict[str, object]:
    return {"type": kind, "body": {"id": identity, **body}}


def _otlp(*spans: dict[str, str]) -> bytes:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: PLC0415

    message = ExportTraceServiceRequest()
    scope = message.resource_spans.add().scope_spans.add()
    for number, attributes in enumerate(spans):
        span = scope.spans.add(span_id=bytes([number] * 8), name="n" * 300, start_time_unix_nano=1_700_000_000 << 30)
        for key, value in attributes.items():
            span.attributes.add(key=key).value.string_value = value
    return bytes(message.SerializeToString())


MODEL = {"gen_ai.request.model": "m"}
TYPE, OUTPUT = "langfuse.observation.type", "langfuse.observation.output"
READINGS: list[tuple[str, list[bytes], str]] = [
    ("nothing", [], "lost"),
    ("no such body", [_legacy()], "lost"),
    ("a full generation", [_legacy(_event("generation-create", "a", output=full_text(1)))], "delivered"),
    ("another call's", [_legacy(_event("generation-create", "a", output=full_text(12)))], "lost"),
    ("a part", [_legacy(_event("generation-create", "a", output="Hello from call 1: the"))], "partial"),
    ("an id alone", [_legacy(_event("generation-create", "chatcmpl-shim-0001"))], "partial"),
    ("a span", [_legacy(_event("span-create", "a", output=full_text(1)))], "lost"),
    ("a trace", [_legacy(_event("trace-create", "a", output=full_text(1)))], "lost"),
    (
        "created, then updated in another body",
        [
            _legacy(_event("generation-create", "a", output=None)),
            _legacy(_event("generation-update", "a", output=full_text(1))),
        ],
        "delivered",
    ),
    ("two", [_legacy(*(_event("generation-create", one, output=full_text(1)) for one in "ab"))], "duplicated"),
    ("a span that names a model", [_otlp({**MODEL, "output.value": full_text(1)})], "delivered"),
    ("a span of type generation", [_otlp({TYPE: "generation", OUTPUT: full_text(1)})], "delivered"),
    ("a span of type span", [_otlp({**MODEL, TYPE: "span", OUTPUT: full_text(1)})], "lost"),
    ("a span without a model", [_otlp({"llm.openai.model": "m", "llm.openai.choices": full_text(1)})], "lost"),
    ("a generation beside its raw request", [_otlp({**MODEL, "o": full_text(1)}, {"raw": full_text(1)})], "delivered"),
    ("two spans", [_otlp(*[{**MODEL, "o": full_text(1)}] * 2)], "duplicated"),
    ("one span twice", [_otlp({**MODEL, "o": full_text(1)})] * 2, "delivered"),
    ("a tool call", [_otlp({**MODEL, "o": '[{"id": "call_shim_0001"}]'})], "delivered"),
]


@pytest.mark.parametrize(("bodies", "seen"), [case[1:] for case in READINGS], ids=[case[0] for case in READINGS])
def test_what_the_second_reader_finds(bodies: list[bytes], seen: str) -> None:
    assert reading(bodies, 1) == seen


def test_the_second_reader_finds_embeddings_without_their_numbers() -> None:
    body = _legacy(_event("generation-create", "a", name="litellm-aembedding", output="..."))
    assert reading([body], 1, "embeddings") == "delivered"
    assert reading([_legacy(_event("generation-create", "a", name="x"))], 1, "embeddings") == "lost"
    assert [one.generation for one in observations([body])] == [True]


# ---- the score

BREAK = next(program for program in PROGRAMS if program.name == "break on content")
FULL = [_legacy(_event("generation-create", "a", output=full_text(1)))]


def _report(verdict: str, cause: str | None, *, exit_code: int | None = 0, calls: int = 1) -> RunReport:
    call = Call(1, "p.py:1", "chat/completions", "m", True, 8, 8, False, verdict, (), 0, "", cause=cause)  # type: ignore[arg-type]
    return RunReport(("program.py",), exit_code, exit_code is None, (call,) * calls, (), "", "", 1.0)


@pytest.mark.parametrize(
    ("report", "bodies", "wrong"),
    [
        (_report("lost", LEFT), [], []),
        (_report("lost", "unknown"), [], ["it says unknown, the truth is abandoned stream"]),
        (_report("lost", LEFT), FULL, ["it says lost, the endpoint saw delivered"]),
        (
            _report("delivered", None),
            [],
            ["it says delivered, the endpoint saw lost", "it says delivered, the truth is abandoned stream"],
        ),
        (_report("lost", LEFT, exit_code=1), [], ["the program ended with exit 1"]),
        (_report("lost", LEFT, exit_code=None), [], ["the program ended with hung"]),
        (_report("lost", LEFT, calls=2), [], ["2 calls were seen of 1"]),
    ],
)
def test_what_is_wrong_with_a_run(report: RunReport, bodies: list[bytes], wrong: list[str]) -> None:
    assert faults(BREAK, LANGFUSE, report, bodies) == wrong


def _results() -> Iterator[Cell]:
    yield Cell("verdicts", BREAK.name, LANGFUSE.name, ("lost: abandoned stream",))
    yield Cell("verdicts", BREAK.name, OTEL.name, ("lost: unknown",), note="it says unknown")
    yield Cell("verdicts", "subprocess, break", LANGFUSE.name, ("partial: unknown",), note="waiting: it says unknown")
    yield Cell("verdicts", "call, worker flush alone", LANGFUSE.name, ("absent",))
    yield Cell("call", "nothing", LANGFUSE.name, ("0",))


def test_the_document_counts_and_lists_what_is_wrong() -> None:
    cells = tuple(_results())
    assert score(cells) == "1 of 2 right, 1 waiting"
    text = proof_document(Results("2026-01-02", {DEFAULT.name: "3.11.7"}, cells))
    assert "\n1 of 2 right, 1 waiting: " in text
    assert "- *break on content*: it says unknown (1.106.2 + 4.18.0 otel)." in text
    assert "| break on content | left | unknown ⚠ |" in text
    assert "| subprocess, break | unknown (partial) … |" in text
    assert "- *break on content*: abandoned stream (only the step" in text
