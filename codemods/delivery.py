"""Let an async entry point end only after LiteLLM has logged. Shared by the rules about delivery (LLM301-LLM305)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import libcst as cst
from libcst import matchers as m
from libcst.metadata import Assignment, FunctionScope

from codemods.helper import reach_helper
from codemods.site import Change, Refused, Site
from codemods.statements import as_block, blank_and_rest, split_docstring
from lint_rules.finding import DeliverTraces, Edit, Span

Indices = tuple[int, ...]
"""Which lines of a block, counted from 0."""

_PASS = cst.SimpleStatementLine([cst.Pass()])


def deliver_traces(edit: Edit, site: Site) -> Iterator[Change]:
    """Let the coroutine deliver on every way out: by its own steps in a `finally`, else by a helper awaited there."""
    if not isinstance(edit, DeliverTraces):
        raise Refused(f"no way to write {type(edit).__name__} here")
    coroutine = site.statement(edit.coroutine, cst.FunctionDef)
    moved = _movable(edit.steps, coroutine, site)
    if moved is not None:
        yield Change(coroutine, deliver_in_finally, (None, (), *moved))
        return
    if edit.recipe is None and edit.helper is None:
        raise Refused("no delivery is known for the target versions", edit.coroutine)
    helper, changes = (edit.helper, []) if edit.helper or not edit.recipe else reach_helper(edit.recipe, site)
    assert helper is not None
    yield from changes
    yield from _awaited(helper, edit, coroutine, site)


def _awaited(helper: str, edit: DeliverTraces, coroutine: cst.FunctionDef, site: Site) -> Iterator[Change]:
    """Await the helper: in place of what it replaces, before a flush that stands well, or in a new `finally`."""
    flush = site.small_statement(edit.flush) if edit.flush else None
    dropped: Indices = ()
    if edit.replaced:
        block, indices = _lines(edit.replaced, site)
        if block is not coroutine.body:
            yield Change(block, replace_lines, (indices, helper))
            if _in_finally(block.body[indices[0]], coroutine, site):
                return
        else:
            dropped = indices
    if flush and _in_finally(flush, coroutine, site):
        yield Change(flush, await_first, (helper,))
        return
    moved = _movable([edit.flush], coroutine, site) if edit.flush else None
    yield Change(coroutine, deliver_in_finally, (helper, dropped, *(moved or ((), _before_yield(coroutine)))))


def _before_yield(coroutine: cst.FunctionDef) -> int:
    """Return how many statements of a lifespan come before the one that yields: they start what is not there yet."""
    _, body = split_docstring(as_block(coroutine.body).body)
    return next((index for index, statement in enumerate(body) if m.findall(statement, m.Yield())), 0)


def await_first(flush: cst.BaseSmallStatement, helper: str) -> list[cst.CSTNode]:
    """Put the helper's turn right before `flush`."""
    return [_awaiting(helper), flush]


def replace_lines(block: cst.IndentedBlock, indices: Indices, helper: str) -> cst.IndentedBlock:
    """Put the helper's turn in the place of the first of some lines of a block, and drop the others."""
    body: list[cst.BaseStatement] = []
    for index, line in enumerate(block.body):
        if index == indices[0]:
            body.append(_awaiting(helper).with_changes(leading_lines=_leading(line)))
        elif index not in indices:
            body.append(line)
    return block.with_changes(body=body)


def deliver_in_finally(
    coroutine: cst.FunctionDef, helper: str | None, dropped: Indices, moved: Indices, setup: int
) -> cst.FunctionDef:
    """Put the body, after its docstring and its first `setup` statements, into `try`; deliver in its `finally`.

    There the helper has its turn, if one is needed, and then the lines `moved` of the body. The lines `dropped` are
    replaced by the helper, to which their comments pass.
    """
    block = as_block(coroutine.body)
    docstring, body = split_docstring(block.body)
    taken = {id(block.body[index]) for index in (*dropped, *moved)}
    comments = [line for index in dropped for line in blank_and_rest(_leading(block.body[index]))[1]]
    awaiting = [_awaiting(helper).with_changes(leading_lines=comments)] if helper else []
    before = [line for line in body[:setup] if id(line) not in taken]
    rest = [line for line in body[setup:] if id(line) not in taken]
    only = rest[0] if len(rest) == 1 else None
    if helper and not moved and isinstance(only, cst.Try) and only.finalbody and not only.handlers:
        protected = _in_its_finally(only, helper)
        return coroutine.with_changes(body=block.with_changes(body=[*docstring, *before, protected]))
    above, rest = _without_leading_blanks(rest)
    final = _without_leading_blanks([*awaiting, *(block.body[index] for index in moved)])[1]
    protected = cst.Try(
        leading_lines=above,
        body=cst.IndentedBlock(rest or [_PASS], indent=block.indent, footer=block.footer),
        finalbody=cst.Finally(cst.IndentedBlock(final, indent=block.indent)),
    )
    return coroutine.with_changes(body=block.with_changes(body=[*docstring, *before, protected], footer=[]))


def _lines(spans: Sequence[Span], site: Site) -> tuple[cst.IndentedBlock, Indices]:
    """Return the block that small statements, each alone on its line, stand in, and the indices of their lines."""
    lines = [site.parent(site.small_statement(span)) for span in spans]
    blocks = {site.parent(line) for line in lines}
    block = blocks.pop()
    if blocks or not isinstance(block, cst.IndentedBlock) or not all(map(_is_single, lines)):
        raise Refused("these statements do not stand in lines of their own in one block", spans[0])
    return block, tuple(index for index, line in enumerate(block.body) if line in lines)


def _is_single(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1


def _leading(line: cst.BaseStatement) -> Sequence[cst.EmptyLine]:
    assert isinstance(line, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    return line.leading_lines


def _movable(steps: Sequence[Span], coroutine: cst.FunctionDef, site: Site) -> tuple[Indices, int] | None:
    """Return which lines of the coroutine's body can move into a `finally`, and how many statements must stay before
    the `try` for them; None if they cannot move.

    They can if nothing but perhaps a `return` of something at hand follows them, and every local name in them is bound
    by the first statements, none of which awaits: a name bound later may be unbound when `finally` is reached early.
    """
    if not steps:
        return None
    try:
        block, indices = _lines(steps, site)
    except Refused:
        return None
    if block is not coroutine.body or not all(map(_returns_at_once, block.body[indices[-1] + 1 :])):
        return None
    if indices != tuple(range(indices[0], indices[-1] + 1)):
        return None
    _, body = split_docstring(block.body)
    bindings = (node for span in steps for node in _local_bindings(site.small_statement(span), coroutine, site))
    setup = max((_index_around(binding, body, site) for binding in bindings), default=-1) + 1
    return (indices, setup) if all(map(_is_quiet_line, body[:setup])) else None


def _in_finally(statement: cst.CSTNode, coroutine: cst.FunctionDef, site: Site) -> bool:
    above = list(takewhile(lambda node: not isinstance(node, cst.FunctionDef), site.ancestors(statement)))
    return any(isinstance(node, cst.Finally) for node in above) and site.parent(above[-1]) is coroutine


def _returns_at_once(line: cst.BaseStatement) -> bool:
    """Tell whether a line returns something that is at hand: nothing of it can wait or raise."""
    plain = m.Name() | m.Integer() | m.SimpleString()
    return m.matches(line, m.SimpleStatementLine([m.Return(value=None) | m.Return(value=plain)]))


def _local_bindings(statement: cst.CSTNode, coroutine: cst.FunctionDef, site: Site) -> Iterator[cst.CSTNode]:
    """Yield the nodes that bind a name of `statement` in the coroutine's body; parameters are always bound."""
    scope = site.scope(coroutine.body)
    assert isinstance(scope, FunctionScope)
    parameters = set(m.findall(coroutine.params, m.Param()))
    names = {cst.ensure_type(node, cst.Name).value for node in m.findall(statement, m.Name())}
    for assignment in scope.assignments:
        if assignment.name in names and isinstance(assignment, Assignment) and assignment.node not in parameters:
            yield assignment.node


def _index_around(node: cst.CSTNode, body: Sequence[cst.BaseStatement], site: Site) -> int:
    around = {node, *site.ancestors(node)}
    return next(index for index, statement in enumerate(body) if statement in around)


def _is_quiet_line(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and not m.findall(statement, m.Await())


def _in_its_finally(statement: cst.Try, helper: str) -> cst.Try:
    finalbody = cst.ensure_type(statement.finalbody, cst.Finally)
    block = as_block(finalbody.body)
    if m.matches(block.body[0], m.SimpleStatementLine([m.Expr(m.Await(m.Call(m.Name(helper))))])):
        return statement
    awaited = block.with_changes(body=[_awaiting(helper), *block.body])
    return statement.with_changes(finalbody=finalbody.with_changes(body=awaited))


def _awaiting(helper: str) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Expr(cst.Await(cst.Call(cst.Name(helper))))])


def _without_leading_blanks(
    body: Sequence[cst.BaseStatement],
) -> tuple[list[cst.EmptyLine], list[cst.BaseStatement]]:
    """Take the blank lines above a body off it; they belong above the `try`."""
    if not body:
        return [], []
    first = body[0]
    assert isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    blank, rest = blank_and_rest(first.leading_lines)
    return blank, [first.with_changes(leading_lines=rest), *body[1:]]
