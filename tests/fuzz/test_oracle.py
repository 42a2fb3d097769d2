"""The oracle is not blind: each kind of harm is seen, and what a fix is asked for is none."""

from __future__ import annotations

import pytest

from lint_rules.finding import Applicability, DrainBefore, Finding, Fix, OrEmpty, Span

from .oracle import harm, step_harm

BEFORE = b'import os  # keep\r\nx = """\r\n  a"""\r\nif x:\r\n    # why\r\n    y = x.content\r\n\r\nz = 1\r\n'
READ = Finding("LLM201", Span(6, 8, 6, 17), "", Fix(Applicability.SAFE, OrEmpty(Span(6, 8, 6, 17))))
GOOD = BEFORE.replace(b"x.content", b'x.content or ""')

DAMAGES = {
    "it does not parse": (b"x.content", b"x.content or"),
    "a comment goes": (b"    # why\r\n", b""),
    "a trailing comment goes": (b"  # keep", b""),
    "a byte order mark comes": (b"import os", b"\xef\xbb\xbfimport os"),
    "an encoding comes": (b"import os", b"# coding: latin-1\r\nimport os"),
    "line ends change": (b"\r\n", b"\n"),
    "one line end changes": (b"z = 1\r\n", b"z = 1\n"),
    "the last line end goes": (b"z = 1\r\n", b"z = 1"),
    "an import goes": (b"import os  # keep", b"pass  # keep"),
    "a statement changes": (b"z = 1", b"z = 2"),
    "a statement goes": (b"z = 1\r\n", b"\r\n"),
    "a line moves": (b"z = 1", b"z =  1"),
    "a string moves": (b"  a", b"    a"),
    "a head is rewritten": (b"if x:", b"if (x):"),
    "trailing blanks come": (b"if x:", b"if x: "),
}


def test_what_is_asked_for_is_no_harm() -> None:
    assert list(step_harm(BEFORE, GOOD, [READ])) == []


@pytest.mark.parametrize(("old", "new"), DAMAGES.values(), ids=DAMAGES)
def test_harm_is_seen(old: bytes, new: bytes) -> None:
    assert old in GOOD
    assert list(step_harm(BEFORE, GOOD.replace(old, new), [READ]))


def test_new_statements_are_seen_that_nobody_asked_for() -> None:
    assert list(step_harm(BEFORE, GOOD + b"print(1)\r\n" * 9, [READ]))


def test_a_line_may_not_move_to_the_right_without_a_reason() -> None:
    loop = b"for a in s:\n    if a:\n        break\n    b()\n"
    edit = DrainBefore(Span(3, 8, 3, 13), Span(1, 0, 4, 7), "s", is_async=False)
    finding = Finding("LLM101", edit.exit, "", Fix(Applicability.UNSAFE, edit))
    drained = loop.replace(b"        break", b"        for _ in s:\n            pass\n        break")
    assert list(step_harm(loop, drained, [finding])) == []
    assert list(step_harm(loop, drained.replace(b"    b()", b"        b()"), [finding]))


def test_a_byte_order_mark_stays_with_the_file_and_not_with_its_first_line() -> None:
    marked = b"\xef\xbb\xbf"
    assert list(step_harm(marked + BEFORE, marked + b"import asyncio\r\n" + GOOD, [READ])) == []
    assert list(step_harm(marked + BEFORE, b"import asyncio\r\n" + marked + GOOD, [READ]))


def test_comments_that_suppress_may_go() -> None:
    assert list(harm(b"x = 1  # noqa: LLM101\n", b"x = 1\n")) == []


def test_a_last_line_that_is_such_a_comment_may_go_with_the_end_it_did_not_have() -> None:
    assert list(harm(b"x = 1\n  # noqa: LLM101", b"x = 1\n")) == []
    assert list(harm(b"x = 1\n  # noqa: LLM101", b"x = 1\n  # noqa: LLM101\n"))
    assert list(harm(b"x = 1", b"x = 1\n"))
