"""A line of source on a terminal: the caret stands under what it means, and nothing gets out of hand."""

from __future__ import annotations

import unicodedata

import pytest

from lint_rules.excerpt import WIDEST, excerpt
from lint_rules.finding import Span
from lint_rules.lines import Text

WANTED = "break"


def shown(line: str, width: int | None = None, wanted: str = WANTED) -> tuple[str, str]:
    """Return what is shown of a line with its first `wanted` underlined, and what the carets then stand under."""
    column = line.index(wanted)
    found = excerpt(line, Span(1, column, 1, column + len(wanted)), width)
    return found.text, "".join(drawn(found.text)[found.begin : found.end])


def drawn(text: str) -> list[str]:
    """Put text on a screen of columns: one cell per column, the second half of a wide character is empty."""
    cells: list[str] = []
    for character in text:
        if unicodedata.combining(character):
            cells[-1] += character
        else:
            cells += [character, ""] if unicodedata.east_asian_width(character) in "WF" else [character]
    return cells


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("if x: break", "if x: break"),
        ("\tif x:\tbreak  # now", "    if x:   break  # now"),
        ("s = '日本語'; break", "s = '日本語'; break"),
        ("s = 'e\u0301\u0302'; break", "s = 'e\u0301\u0302'; break"),
        ("s = '\x1b[31m'; break", r"s = '\x1b[31m'; break"),
        ("s = '\u202e'; break", r"s = '\u202e'; break"),
        ("s = '\U000e0041'; break", r"s = '\U000e0041'; break"),
        ("\x0cbreak", r"\x0cbreak"),
    ],
    ids=["plain", "tabs", "wide", "combining", "escape sequence", "turned around", "invisible", "form feed"],
)
def test_the_caret_stands_under_the_code(line: str, text: str) -> None:
    assert shown(line) == (text, WANTED)


@pytest.mark.parametrize("before", [0, 3, 40, 5_000])
@pytest.mark.parametrize("after", [0, 3, 40, 5_000])
@pytest.mark.parametrize("filler", ["x", "語", "\t", "\x00"], ids=["narrow", "wide", "tab", "control"])
def test_a_long_line_is_cut_around_the_caret(before: int, after: int, filler: str) -> None:
    text, under = shown(filler * before + WANTED + filler * after, 40)
    assert under == WANTED
    assert len(drawn(text)) <= 40
    assert text.startswith("...") or before < 40
    assert text.endswith("...") or after < 40


def test_a_line_that_fits_exactly_is_not_cut() -> None:
    line = "x" * 30 + WANTED + "x" * 5
    assert shown(line, 40) == (line, WANTED)
    assert shown(line, 39)[0] != line


def test_without_a_width_a_line_of_data_is_still_cut() -> None:
    text, under = shown("x" * 1_000_000 + WANTED + "x" * 1_000_000)
    assert (under, len(text)) == (WANTED, WIDEST)


def test_carets_under_more_than_fits_end_where_the_line_does() -> None:
    text, under = shown("a" * 90, 40, wanted="a" * 90)
    assert (text, under) == ("a" * 34 + "...", "a" * 34)


def test_of_several_lines_the_rest_of_the_first_is_underlined() -> None:
    found = excerpt("return ask(  ", Span(3, 7, 5, 1))
    assert (found.begin, found.end) == (7, 11)


def test_there_is_always_a_caret() -> None:
    assert excerpt("", Span(1, 0, 1, 0)) == excerpt("", Span(1, 7, 1, 9))
    assert (excerpt("x", Span(1, 1, 1, 1)).begin, excerpt("x", Span(1, 1, 1, 1)).end) == (1, 2)


def test_lines_end_where_python_says() -> None:
    text = "a\r\nb\rc\x0c\u2028d\n\ne"
    assert [Text(text).line(number) for number in range(1, 8)] == ["a", "b", "c\x0c\u2028d", "", "e", "", ""]
    assert Text(text).lines == ["a", "b", "c\x0c\u2028d", "", "e"]
