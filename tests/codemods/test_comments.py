"""LLM001: the comment says what it said, without the codes that suppress nothing."""

from __future__ import annotations

import ast
import random
from collections import Counter

import pytest
from noqa_programs import written

from codemods.engine import Rewrite, fix_source, fix_until_settled
from lint_rules import check_source
from lint_rules.finding import Applicability, Finding, Fix, RewriteComment, Span

COMMENTS = {
    "alone": ("x = 1  # noqa: LLM101", "x = 1"),
    "all of them": ("x = 1  # noqa: LLM101,LLM102 , LLM999", "x = 1"),
    "the first": ("x = 1  # noqa: LLM101, E501", "x = 1  # noqa: E501"),
    "the middle": ("x = 1  # noqa:E501,LLM101,W291", "x = 1  # noqa:E501,W291"),
    "the last": ("x = 1  # NOQA: E501 LLM101", "x = 1  # NOQA: E501"),
    "between blanks": ("x = 1  # noqa: E501  LLM101  W291  LLM102", "x = 1  # noqa: E501  W291"),
    "a reason": ("x = 1  # noqa: LLM101 it is short", "x = 1  # it is short"),
    "a reason behind a dash": ("x = 1  # noqa: LLM101 - it is short", "x = 1  # it is short"),
    "a reason behind a colon": ("x = 1  # noqa: LLM101: it is short", "x = 1  # it is short"),
    "a reason that stays": ("x = 1  # noqa: E501, LLM101 - it is short", "x = 1  # noqa: E501 - it is short"),
    "a minus": ("x = 1  # noqa: LLM101 -1", "x = 1  # -1"),
    "a pragma behind it": ("x = 1  # noqa: LLM101  # pragma: no cover", "x = 1  # pragma: no cover"),
    "a pragma before it": ("x = 1  # type: ignore  # noqa: LLM101", "x = 1  # type: ignore"),
    "text before it": ("x = 1  # one # noqa: LLM101", "x = 1  # one"),
    "text around it": ("x = 1  # one # noqa: LLM101 two", "x = 1  # one # two"),
    "more signs": ("x = 1  ## noqa: LLM101", "x = 1"),
    "a second list": ("x = 1  # noqa: E501  # noqa: LLM101", "x = 1  # noqa: E501"),
    "close by": ("x = 1# noqa: LLM101", "x = 1"),
    "tabs": ("x = 1\t\t# noqa: LLM101\t", "x = 1"),
    "a line of its own": ("if x:\n    # noqa: LLM101\n    y\n", "if x:\n    y\n"),
    "a line of its own, with a reason": ("if x:\n    # noqa: LLM101 why\n    y\n", "if x:\n    # why\n    y\n"),
    "the last line": ("x = 1\n# noqa: LLM101", "x = 1\n"),
    "the only line": ("# noqa: LLM101", ""),
    "in brackets": ("x = (1,  # noqa: LLM101\n  # noqa: LLM102\n  2)\n", "x = (1,\n  2)\n"),
    "after a form feed": ("x = 1\n\f# noqa: LLM101\ny = 2\n", "x = 1\n\f\ny = 2\n"),
    "carriage returns": ("x = 1  # noqa: LLM101\r\n# noqa: LLM102\r\ny = 2\r", "x = 1\r\ny = 2\r"),
    "blanks at the end": ("x = 1  # noqa: LLM101  \n", "x = 1\n"),
}
LEFT = {
    "another would count": "x = 1  # noqa: LLM101  # noqa: E501",
    "another would count for all": "x = 1  # noqa: LLM101 # noqa",
    "another would come into being": "x = 1  # noqa: LLM101 noqa",
    "the whole file would be meant": "# noqa: LLM101 - flake8: noqa",
    "a word is glued to it": "x = 1  # noqa: E501, LLM101x",
}


def check(data: bytes) -> list[Finding]:
    return check_source(data)


def tidied(data: bytes) -> Rewrite:
    """Take out what suppresses nothing, and insist that a second run changes nothing."""
    rewrite = fix_until_settled(data, wanted=lambda finding: finding.code == "LLM001", check=check)
    assert rewrite.problem is None
    again = fix_until_settled(rewrite.data, wanted=lambda finding: finding.code == "LLM001", check=check)
    assert again == Rewrite(rewrite.data)
    return rewrite


@pytest.mark.parametrize(("before", "after"), COMMENTS.values(), ids=COMMENTS)
def test_the_rest_of_the_comment_stays(before: str, after: str) -> None:
    assert tidied(before.encode()).data.decode() == after


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_there_is_no_fix_where_the_rest_would_be_read_otherwise(text: str) -> None:
    rewrite = tidied(text.encode())
    assert text.splitlines()[-1].encode() in rewrite.data
    assert [finding.code for finding in check(rewrite.data)] == ["LLM001"]


BYTES = {
    "byte order mark": b"\xef\xbb\xbfx = '\xc3\xa9'",
    "latin-1": b"# coding: latin-1\nx = '\xe9'",
    "shift_jis": "# coding: shift_jis\nx = '表'".encode("shift_jis"),
    "mixed line ends": b"x = 1\r\ny = 2\rz = 3\nx",
}


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES)
def test_bytes_survive(data: bytes) -> None:
    assert tidied(data + b"  # noqa: LLM101\r\n# noqa: LLM102").data == data + b"\r\n"


def test_an_encoding_that_cannot_be_written_back_is_refused() -> None:
    data = b"# coding: utf-7\nx = '+AGE-'  # noqa: LLM101\n"
    rewrite = fix_until_settled(data, wanted=lambda _: True, check=check)
    assert rewrite.data == data
    assert rewrite.problem is not None
    assert "byte for byte" in rewrite.problem.message


def test_a_new_comment_must_leave_the_program_alone() -> None:
    data = b"x = 1  # noqa: LLM101\n"
    edit = RewriteComment(Span(1, 4, 1, 21), "2  # noqa: E501")
    found = Finding("LLM001", Span(1, 15, 1, 21), "", Fix(Applicability.SAFE, edit))
    rewrite = fix_source(data, [found], check=lambda candidate: [found] if candidate == data else [])
    assert rewrite.data == data
    assert rewrite.problem is not None
    assert rewrite.problem.message == "a new comment would change the program"


@pytest.mark.parametrize("seed", range(15))
def test_nothing_else_changes(seed: int) -> None:
    data = written(random.Random(seed))
    rewrite = tidied(data)
    assert ast.dump(ast.parse(rewrite.data)) == ast.dump(ast.parse(data))
    assert rewrite.data.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    left = check(rewrite.data)
    assert others(left) == others(check(data))
    assert not [finding for finding in left if finding.code == "LLM001" and finding.fix]


def others(findings: list[Finding]) -> Counter[tuple[str, str]]:
    return Counter((finding.code, finding.message) for finding in findings if finding.code != "LLM001")
