"""What LLM402 and LLM403 say, and when nobody has said enough for them to say anything."""

from __future__ import annotations

import pytest

from lint_rules.finding import Finding
from lint_rules.rules import all_rules
from lint_rules.semantics.facts import Source, facts_of
from lint_rules.semantics.project import Project
from lint_rules.semantics.releases import Target, Targets, release

REGISTERED = 'import litellm\nlitellm.callbacks = ["langfuse"]\n'
OBSERVED = """\
import litellm
from langfuse import observe

litellm.callbacks = ["langfuse_otel"]


@observe({arguments})
def answer(question):
    return litellm.completion(model="gpt-4o-mini", messages=[{{"role": "user", "content": question}}])
"""


def target(package: str, releases: str, *, stated: bool = True, known: bool = True) -> Target:
    return Target(package, tuple(map(release, releases.split())), releases, "uv.lock", stated=stated, known=known)


def found(code: str, text: str, litellm: Target, langfuse: Target) -> list[Finding]:
    given = {"litellm": litellm, "langfuse": langfuse}
    machine = Project().machine("program.py", text.encode())
    facts = facts_of(machine, Source(text), Targets(given.__getitem__))
    return [finding for rule in all_rules() if rule.code == code for finding in rule.findings(facts)]


LITELLM, LANGFUSE = target("litellm", "1.106.2"), target("langfuse", "5.0.4")


def test_message_names_both_versions_the_error_and_what_works() -> None:
    (finding,) = found("LLM402", REGISTERED, LITELLM, LANGFUSE)
    assert finding.message == (
        '"langfuse" in `callbacks` cannot trace with litellm 1.106.2 (uv.lock) and langfuse 5.0.4 (uv.lock): '
        "every trace is lost, for the error is no more than logged (ImportError: litellm requires langfuse>=4.7,<5 "
        "for the 'langfuse' callback, but 5.0.4 is installed); "
        '`callbacks = ["langfuse_otel"]` works with this pair or langfuse>=4.7,<5 works with this litellm'
    )


def test_part_of_a_range_names_the_pair() -> None:
    (finding,) = found("LLM402", REGISTERED, LITELLM, target("langfuse", "4.7.0 4.18.0 5.0.4"))
    assert "throughout: with litellm 1.106.2 and langfuse 5.0.4, every trace is lost" in finding.message


def test_older_releases_that_fail_are_not_what_gets_installed() -> None:
    assert not found("LLM402", REGISTERED, target("litellm", "1.103.11 1.106.2"), target("langfuse", "4.18.0"))


@pytest.mark.parametrize("guess", [{"stated": False}, {"known": False}])
def test_a_guess_is_no_ground_for_a_finding(guess: dict[str, bool]) -> None:
    assert not found("LLM402", REGISTERED, LITELLM, target("langfuse", "5.0.4", **guess))
    assert not found("LLM402", REGISTERED, target("litellm", "1.106.2", **guess), LANGFUSE)
    assert not found("LLM403", OBSERVED.format(arguments=""), target("litellm", "1.106.2", **guess), LANGFUSE)


def test_what_else_is_installed_is_not_known() -> None:
    text = REGISTERED.replace("langfuse", "langfuse_otel")
    assert not found("LLM402", text, target("litellm", "1.77.7"), target("langfuse", "2.60.10"))


def test_span_message_says_where_and_what_to_set() -> None:
    (finding,) = found("LLM403", OBSERVED.format(arguments=""), LITELLM, LANGFUSE)
    assert "no generation arrives of the LiteLLM call inside `answer` (line 9)" in finding.message
    assert "USE_OTEL_LITELLM_REQUEST_SPAN=true" in finding.message


def test_generation_message_says_what_is_missing() -> None:
    (finding,) = found("LLM403", OBSERVED.format(arguments='as_type="generation"'), LITELLM, LANGFUSE)
    assert "the generation of `answer` arrives without the model and usage of the LiteLLM call" in finding.message


def test_spans_in_part_of_a_range() -> None:
    (finding,) = found("LLM403", OBSERVED.format(arguments=""), target("litellm", "1.82.4 1.106.2"), LANGFUSE)
    assert "for part of the range" in finding.message
    assert not found("LLM403", OBSERVED.format(arguments=""), target("litellm", "1.80.11 1.82.4"), LANGFUSE)


def test_langfuse_2_has_no_active_spans() -> None:
    assert not found("LLM403", OBSERVED.format(arguments=""), LITELLM, target("langfuse", "2.60.10"))


def test_tracing_switched_off() -> None:
    off = 'import os\nos.environ["LANGFUSE_TRACING_ENABLED"] = "false"\n'
    assert not found("LLM402", off + REGISTERED, LITELLM, LANGFUSE)
