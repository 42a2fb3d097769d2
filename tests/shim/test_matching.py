"""Which generation belongs to which exchange, and what a failed one is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lint_rules.shim.__main__ import exit_status
from lint_rules.shim.answers import full_text
from lint_rules.shim.causes import LogSeen, Observed
from lint_rules.shim.provider import Exchange
from lint_rules.shim.run import RunReport
from lint_rules.shim.script import Answer, Failure, Script
from lint_rules.shim.sink import Generation, SpanData, legacy_observations, span_observations
from lint_rules.shim.verdict import Call, judge

Runner = Callable[..., RunReport]


def exchange(number: int = 1, **more: Any) -> Exchange:
    plain = Exchange(number, "chat/completions", "gpt-4o-mini", False, "p.py:1", 1, text=full_text(number), status=200)
    return replace(plain, **more)


def generation(output: str = "", **more: Any) -> Generation:
    return replace(
        Generation("t", "o", "litellm-acompletion", "generation", "gpt-4o-mini", output, 18, "DEFAULT", None), **more
    )


def judged(exchanges: Sequence[Exchange], *generations: Generation) -> tuple[list[tuple[str, int]], int]:
    calls, strays = judge(exchanges, generations)
    return [(call.verdict, len(call.generations)) for call in calls], len(strays)


def test_the_call_id_comes_first() -> None:
    asked = [exchange(1, call="a"), exchange(2, call="b")]
    assert judged(asked, generation(full_text(2), call="b"), generation(full_text(1), number=2, call="a")) == (
        [("delivered", 1), ("delivered", 1)],
        0,
    )


def test_then_the_marker() -> None:
    asked = [exchange(1), exchange(2, scripted=True, text="sunny")]
    said = [generation(full_text(1), number=1), generation("sunny", number=2)]
    assert judged(asked, *said) == ([("delivered", 1), ("delivered", 1)], 0)


@pytest.mark.parametrize(
    ("arrived", "state", "cause"),
    [
        ([generation()], "finished", "output not recorded"),
        ([generation()], "created", "logging cancelled at loop close"),
        ([generation(model="gpt-5")], "finished", "unknown"),
        ([generation("words of another")], "finished", "unknown"),
        ([], "finished", "unknown"),
    ],
)
def test_a_generation_without_output_may_be_the_call_that_was_logged(
    arrived: list[Generation], state: str, cause: str
) -> None:
    """As litellm 1.77 sends a responses call by "langfuse_otel": nothing in it tells which call it is of."""
    logged = LogSeen(1, "async_success_handler", "aresponses", 1, "a", states=[state])
    [call], _ = judge([exchange(1, call="a")], arrived, Observed(logs=(logged,), exited=frozenset({1})))
    assert (call.verdict, call.cause) == ("lost", cause)


def test_then_the_text_of_the_only_scripted_exchange_with_it() -> None:
    asked = [exchange(1, scripted=True, text="sunny"), exchange(2, scripted=True, text="rain")]
    assert judged(asked, generation("rain"))[0] == [("lost", 0), ("delivered", 1)]
    assert judged([asked[0], replace(asked[0], number=3)], generation("sunny")) == ([("lost", 0), ("lost", 0)], 1)
    assert judged(asked, generation("snow"))[1] == 1


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ("bedrock/embed", "litellm-aembedding"),
        ("images/generations", "litellm-aimage_generation"),
        ("rerank", "rerank"),
    ],
)
def test_what_has_no_words_pairs_by_model(api: str, name: str) -> None:
    asked = exchange(api=api, text="")
    assert judged([asked], generation(name=name)) == ([("delivered", 1)], 0)
    assert judged([asked], generation(name="litellm-acompletion")) == ([("lost", 0)], 1)


def test_full_is_what_was_answered() -> None:
    asked = exchange(scripted=True, text="It is sunny.")
    (call,), _ = judge([asked], [generation("It is", number=1)])
    assert (call.verdict, call.detail) == ("partial", "5 of 12 characters arrived")


def test_a_tool_call_alone_has_to_arrive() -> None:
    asked = exchange(scripted=True, text="", tools=True, called=("call_shim_0001", "weather"))
    assert judged([asked], generation('[{"name": "weather"}]', number=1))[0] == [("delivered", 1)]
    assert judged([asked], generation("", number=1))[0] == [("partial", 1)]


@pytest.mark.parametrize(
    ("more", "detail"),
    [
        ({"status": 429}, "HTTP 429; no ERROR generation arrived"),
        ({"status": 0, "disconnected": True}, "no answer; no ERROR generation arrived"),
        ({"broken": True}, "the answer broke off; no ERROR generation arrived"),
    ],
)
def test_a_failed_exchange_is_failed(more: dict[str, Any], detail: str) -> None:
    (call,), _ = judge([exchange(**more)], [])
    assert (call.verdict, call.detail, call.cause) == ("failed", detail, None)


@pytest.mark.parametrize("tie", [{"call": "a"}, {"number": 1}])
def test_an_error_generation_is_told(tie: dict[str, Any]) -> None:
    (call,), strays = judge([exchange(status=500, call="a")], [generation(level="ERROR", **tie)])
    assert (call.detail, strays) == ("HTTP 500; an ERROR generation arrived", ())


def test_of_a_call_that_was_asked_again_the_last_counts() -> None:
    asked = [exchange(1, call="a", status=429), exchange(2, call="a")]
    said = [generation(level="ERROR", call="a"), generation(full_text(2), call="a")]
    assert judged(asked, *said) == ([("failed", 1), ("delivered", 1)], 0)
    assert judged(asked)[0] == [("failed", 0), ("lost", 0)]
    calls, _ = judge([exchange(1, call="a"), exchange(2, call="a")], [generation(full_text(2), number=2, call="a")])
    assert (calls[0].verdict, calls[0].detail) == ("failed", "asked again as call 2")
    assert calls[1].verdict == "delivered"


@pytest.mark.parametrize(
    ("verdicts", "run", "exit_code", "status"),
    [
        (["failed", "delivered"], "delivered", 0, 0),
        (["failed"], "failed", 0, 0),
        (["failed"], "crashed", 1, 2),
        (["failed", "lost", "delivered"], "lost", 0, 1),
    ],
)
def test_a_run_with_failed_calls(verdicts: list[Any], run: str, exit_code: int, status: int) -> None:
    calls = tuple(Call(1, None, "a", "m", False, 1, 1, False, verdict, (), 0, "") for verdict in verdicts)
    report = RunReport(("p.py",), exit_code, False, calls, (), "", "", 1.0)
    assert (report.verdict, exit_status(report)) == (run, status)


def test_legacy_events_are_read() -> None:
    metadata = {"litellm_call_id": "a", "response_id": "chatcmpl-shim-0007"}
    body = {"id": "x", "metadata": metadata, "level": "ERROR", "statusMessage": "from call 9: no"}
    (one,) = legacy_observations([{"type": "generation-create", "body": body}])
    assert (one.call, one.number, one.error, one.level) == ("a", 9, "from call 9: no", "ERROR")
    (one,) = legacy_observations([{"type": "generation-create", "body": {**body, "statusMessage": None}}])
    assert one.number == 7


@pytest.mark.parametrize(
    "attributes",
    [
        {"langfuse.observation.metadata.litellm_call_id": "a"},
        {"hidden.litellm_call_id": "a"},
        {"langfuse.observation.metadata": json.dumps({"litellm_call_id": "a"})},
    ],
)
def test_spans_are_read(attributes: dict[str, Any]) -> None:
    named = {**attributes, "langfuse.observation.metadata.response_id": "chatcmpl-shim-0007", "model": "m"}
    (one,) = span_observations([SpanData("t", "s", "n", True, named, status="why")])
    assert (one.call, one.number, one.error, one.level) == ("a", 7, "why", "ERROR")


PROGRAM = """
import litellm
litellm.suppress_debug_info = True
litellm.success_callback = litellm.failure_callback = [KIND]
ask = dict(messages=[{"role": "user", "content": "hi"}], num_retries=0, max_retries=0)
def call(model, **more):
    try:
        answer = litellm.completion(model=model, **ask, **more)
        if more:
            answer = litellm.stream_chunk_builder(list(answer))
        print(answer.choices[0].message.content)
    except Exception as error:
        print(type(error).__name__)
call("gpt-4o-mini")
call("gpt-4o-mini")
call("anthropic/claude-sonnet-4-5", stream=True)
"""


@pytest.mark.parametrize("kind", ["langfuse", "langfuse_otel"])
def test_a_scripted_run(run_source: Runner, kind: str) -> None:
    script = Script([Answer("It is sunny."), Failure(429), Answer(chunks=["Sun", None, "shine"], model="claude*")])
    report = run_source(PROGRAM.replace("KIND", repr(kind)), script=script)
    assert report.stdout.split("\n")[:3] == ["It is sunny.", "RateLimitError", "Sunshine"]
    assert [call.verdict for call in report.calls] == ["delivered", "failed", "delivered"], report.calls
    assert (report.verdict, report.strays) == ("delivered", ())
    assert report.calls[1].detail == "HTTP 429; an ERROR generation arrived"


def test_keys_of_the_user_stay_at_home(run_source: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "real")
    program = """
from os import environ as env
print(env["ANTHROPIC_API_KEY"], env.get("AWS_SESSION_TOKEN"), env.get("AWS_PROFILE"), env["AZURE_API_BASE"])
"""
    key, token, profile, base = run_source(program, env={"AWS_PROFILE": "real"}).stdout.split()
    assert (key, token, profile) == ("sk-shim", "None", "None") and base.startswith("http://127.0.0.1:")
