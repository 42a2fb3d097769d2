"""LLM201: a delta's content that may be `None` is read as `<read> or ""`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst import matchers as m

from codemods.registry import codemod
from codemods.site import Change, Refused, Site
from lint_rules.finding import Edit, OrEmpty

_BINDS_TIGHTER = (
    m.BinaryOperation()
    | m.UnaryOperation()
    | m.Comparison()
    | m.ComparisonTarget()
    | m.BooleanOperation(operator=m.And())
    | m.Await()
    | m.Attribute()
    | m.Call()  # as what is called: arguments are wrapped in Arg
    | m.Subscript()  # as what is subscripted: indices are wrapped in Index
    | m.StarredElement()
    | m.StarredDictElement()
)
"""Above these an `or` needs parentheses; every other place of the grammar takes one bare."""

_BINDS_LOOSER = m.IfExp() | m.Lambda() | m.NamedExpr() | m.Yield()
"""Left of an `or` these need parentheses of their own."""


@codemod("LLM201")
def unguarded_delta_content(edit: Edit, site: Site) -> Iterator[Change]:
    """Guard the read where it stands."""
    if not isinstance(edit, OrEmpty):
        raise Refused(f"no way to write {type(edit).__name__} here")
    read = site.expression(edit.read)
    tight = m.matches(site.parent(read), _BINDS_TIGHTER)
    yield Change(read, or_empty, (tight, _empty(read, site)))


def or_empty(read: cst.BaseExpression, tight: bool, empty: str) -> cst.BaseExpression:
    """`read` → `read or ""`. The user's own parentheses, and the comments in them, now enclose the whole."""
    if m.matches(read, _BINDS_LOOSER):
        guarded = cst.BooleanOperation(_in_parentheses(read), cst.Or(), cst.parse_expression(empty))
        return _in_parentheses(guarded) if tight else guarded
    left = read.with_changes(lpar=[], rpar=[])
    guarded = cst.BooleanOperation(left, cst.Or(), cst.parse_expression(empty), lpar=read.lpar, rpar=read.rpar)
    return _in_parentheses(guarded) if tight else guarded


def _in_parentheses(expression: cst.BaseExpression) -> cst.BaseExpression:
    if expression.lpar:
        return expression
    return expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _empty(read: cst.BaseExpression, site: Site) -> str:
    """Spell the empty string without the quotes of an f-string around it: before Python 3.12 those would end it."""
    around = {above.start[-1] for above in site.ancestors(read) if isinstance(above, cst.FormattedString)}
    if '"' not in around:
        return '""'
    return "''" if "'" not in around else "str()"
