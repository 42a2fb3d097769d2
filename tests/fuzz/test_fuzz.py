"""Whatever is written in a file: it gets a report, and a fix hurts nothing.

The short form takes the same examples every time. `make fuzz` (`FUZZ=examples`) looks for new ones.
"""

from __future__ import annotations

import io
import os
import warnings
from argparse import Namespace
from collections.abc import Callable

import pytest

pytest.importorskip("hypothesis")
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lint_rules import files
from lint_rules.configuration import Configuration, Given
from lint_rules.engine import Surroundings, check_bytes
from lint_rules.finding import Change, FileReport, Finding, Status
from lint_rules.fixing import fix_text
from lint_rules.rules import all_rules

from .planted import PATH
from .programs import programs, torn
from .rounds import TARGET, fix_in_rounds, surroundings

FUZZ = int(os.environ.get("FUZZ", "0"))


def examples(short: int, share: float = 1.0) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try some examples: always the same few, or as many new ones as `FUZZ` says."""
    return settings(
        max_examples=max(int(FUZZ * share), 1) if FUZZ else short,
        derandomize=not FUZZ,
        database=None,
        deadline=None,
        print_blob=bool(FUZZ),
        suppress_health_check=list(HealthCheck),
    )


def report_of(data: bytes, *, disable_noqa: bool = False) -> FileReport:
    codes = tuple(rule.code for rule in all_rules())
    given_ = Given(select=codes, target=TARGET, disable_noqa=disable_noqa, isolated=True)
    return check_bytes(data, PATH, Surroundings(Configuration(given_)))


def is_named(report: FileReport) -> bool:
    """Tell whether a report ends in an outcome with a name, and says what is wrong if anything is."""
    if report.problem is not None:
        assert report.problem.message and "internal error" not in report.problem.message, report.problem
        assert "\n" not in report.problem.message
    assert (report.problem is not None) is (report.status in (Status.FAILED, Status.SKIPPED))
    return bool(report.findings) is (report.status is Status.FINDINGS)


# ---- any bytes give a report


@examples(60)
@given(st.binary() | torn())
@example(b"\0")
@example(b"import litellm\nfor x in y: x.content\0")
@example(b"import litellm\n# coding: utf-16\nasync for")
@example(b"\xff\xfea\0s\0y\0n\0c\0 \0f\0o\0r\0")
@example(b"import litellm\nx = " + b"(" * 300 + b").content")
@example(b"import litellm\n" + b"".join(b" " * at + b"for x in y:\n" for at in range(101)))
@example(b"import litellm\nx = 1" + b".content" * 20_000)
@example(b"import litellm\nx = " + b"1 + " * 20_000 + b"1  # content")
def test_any_bytes_get_a_report(data: bytes) -> None:
    assert is_named(report_of(data))


# ---- a fix hurts nothing


MISPLACED = b"""\
import litellm


async def main():
    async for chunk in await litellm.acompletion(stream=True):
        def inner():
            if not chunk:
                continue
            break
        print("" + chunk.choices[0].delta.content)
"""
"""`ast` parses what no compiler takes."""


def assert_unhurt(data: bytes, early_exit: str) -> None:
    around = surroundings(early_exit)
    done = fix_in_rounds(data, PATH, around)
    assert is_named(done.first)
    assert not done.harm, (done.harm, data, done.data)
    kept: list[Change] = []
    report = fix_text(data, PATH, around=around.anew(), unsafe=True, keep=kept.append)
    if done.refused:
        assert report.problem and report.problem.message == done.refused
        assert "internal error" not in done.refused
        return
    assert (kept[0].new if kept else data) == done.data
    if done.fixed:
        assert compiles(done.data) or not compiles(data), (data, done.data)
        again = fix_text(done.data, PATH, around=around.anew(), unsafe=True, keep=kept.append)
        assert not again.fixed and not again.problem, "a second run changes something"


def compiles(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, PATH, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


BEHIND = b"""\
import anyio
import litellm

litellm.success_callback = ["langfuse"]


async def main() -> None:
    with anyio.fail_after(30):
        response = await litellm.acompletion(model="m", messages=[])
    print(response)


    # noqa
anyio.run(main)
"""
"""A comment behind a body, which moves to the right with it."""


@examples(40)
@given(programs(), st.sampled_from(("drain", "log-partial")))
@example(MISPLACED, "drain")
@example(BEHIND, "drain")
@example(b"import litellm\n  ## noqa:LLM101", "drain")
def test_a_fix_hurts_nothing(data: bytes, early_exit: str) -> None:
    assert_unhurt(data, early_exit)


# ---- what a comment hides is what flake8 hides


@examples(40)
@given(programs(most=10))
def test_noqa_hides_what_flake8_hides(data: bytes) -> None:
    everything = report_of(data, disable_noqa=True)
    if everything.problem:
        return
    shown = report_of(data)
    assert not shown.problem
    assert list(shown.findings) == shown_by_flake8(everything, files.decode(data))


def shown_by_flake8(report: FileReport, text: str) -> list[object]:
    """Ask flake8's own parts which findings it would show."""
    lines = io.StringIO(text, newline=None).readlines()
    options = Namespace(disable_noqa=False, hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None)
    processor = FileProcessor(PATH, Namespace(**vars(options), verbose=0), lines)
    if processor.should_ignore_file():
        return []
    return [finding for finding in report.findings if not _hidden_by_flake8(finding, processor)]


def _hidden_by_flake8(finding: Finding, processor: FileProcessor) -> bool:
    line, column = finding.span.line, finding.span.column + 1
    shown = Violation(finding.code, PATH, line, column, finding.message, processor.noqa_line_for(line) or "\n")
    return shown.is_inline_ignored(False)


# ---- whatever the grammar allows

TAIL = """

async def ask_{n}(wanted):
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        if wanted(chunk):
            break
        wanted("" + chunk.choices[0].delta.content)
"""


def assert_unhurt_beside(source: str) -> None:
    """Put code that needs a fix beside it: every rule looks at all of it, and none of it may change."""
    text = f"import litellm\n{source}\nimport litellm\n{TAIL.format(n='many')}"
    assert is_named(report_of(text.encode("utf-8", "surrogatepass")))
    assert_unhurt(text.encode("utf-8", "surrogatepass"), "drain")


def test_whatever_the_grammar_allows() -> None:
    hypothesmith = pytest.importorskip("hypothesmith")

    @examples(12, share=0.5)
    @given(hypothesmith.from_grammar())
    def holds(source: str) -> None:
        assert_unhurt_beside(source)

    holds()


@pytest.mark.skipif(not FUZZ, reason="too slow for the short form: FUZZ=examples")
def test_whatever_libcst_can_build() -> None:
    hypothesmith = pytest.importorskip("hypothesmith")

    @examples(1, share=0.1)
    @given(hypothesmith.from_node())
    def holds(source: str) -> None:
        assert_unhurt_beside(source)

    holds()
