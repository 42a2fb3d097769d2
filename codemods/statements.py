"""Small surgery on statements: lines, blocks, docstrings, blank lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile
from typing import Any

import libcst as cst
from libcst import matchers as m

Statements = Sequence[cst.BaseStatement]

_DOCSTRING = m.Expr(value=m.SimpleString() | m.ConcatenatedString())


def split_line(line: cst.SimpleStatementLine, pieces: Sequence[cst.CSTNode]) -> list[cst.BaseStatement]:
    """Return the statements that stand for `line` once its small statements have become `pieces`.

    Pieces that are still small share lines as before; a piece that is a statement of its own stands between them. What
    led the line leads the first statement, what trailed it trails the last.
    """
    if all(isinstance(piece, cst.BaseSmallStatement) for piece in pieces):
        return [line.with_changes(body=pieces)]
    statements: list[Any] = []
    for small, group in groupby(pieces, key=lambda piece: isinstance(piece, cst.BaseSmallStatement)):
        run: list[Any] = list(group)
        if small and run[-1] is not pieces[-1]:
            run[-1] = _unjoined(run[-1])
        statements += [cst.SimpleStatementLine(run)] if small else run
    first = statements[0]
    statements[0] = first.with_changes(leading_lines=[*line.leading_lines, *first.leading_lines])
    if isinstance(statements[-1], cst.SimpleStatementLine):
        statements[-1] = statements[-1].with_changes(trailing_whitespace=line.trailing_whitespace)
    return statements


def split_suite(suite: cst.SimpleStatementSuite, pieces: Sequence[cst.CSTNode]) -> cst.BaseSuite:
    """Do the same for what follows a colon on its line: it becomes a block if it no longer fits there."""
    if all(isinstance(piece, cst.BaseSmallStatement) for piece in pieces):
        return suite.with_changes(body=pieces)
    return cst.IndentedBlock(body=split_line(_line_of(suite), pieces))


def as_block(suite: cst.BaseSuite) -> cst.IndentedBlock:
    """Return `suite` as an indented block."""
    if isinstance(suite, cst.SimpleStatementSuite):
        return cst.IndentedBlock(body=[_line_of(suite)])
    assert isinstance(suite, cst.IndentedBlock)
    return suite


def split_docstring(body: Statements) -> tuple[list[cst.BaseStatement], list[cst.BaseStatement]]:
    """Return the docstring of a body as a list of none or one statement, and the statements after it."""
    first = body[0] if body else None
    if not isinstance(first, cst.SimpleStatementLine) or not m.matches(first.body[0], _DOCSTRING):
        return [], list(body)
    if len(first.body) == 1:
        return [first], list(body[1:])
    docstring = first.with_changes(body=[_unjoined(first.body[0])], trailing_whitespace=cst.TrailingWhitespace())
    rest = cst.SimpleStatementLine(body=first.body[1:], trailing_whitespace=first.trailing_whitespace)
    return [docstring], [rest, *body[1:]]


def blank_and_rest(lines: Iterable[cst.EmptyLine]) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """Split leading lines into the blank ones at the top and the rest, which begins with a comment."""
    lines = list(lines)
    blank = list(takewhile(lambda line: line.comment is None, lines))
    return blank, lines[len(blank) :]


def _unjoined(statement: cst.BaseSmallStatement) -> cst.BaseSmallStatement:
    return statement.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)


def _line_of(suite: cst.SimpleStatementSuite) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine(body=suite.body, trailing_whitespace=suite.trailing_whitespace)
