"""The proof that law 6 asks of every rewrite, from the outside: it knows the two texts, the findings and the detector.

It parses. What was fixed is gone. Nothing new has appeared. Everything outside the edited statements is as it was. That
a second run changes nothing follows: what it could change is gone, and what is left was there before, unasked for.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from codemods.helper import DOCSTRINGS
from codemods.partials import DOCSTRING as LOGS_PART
from codemods.respelled import respelled
from codemods.site import Refused
from lint_rules.files import decode
from lint_rules.finding import (
    ContinueLoop,
    DeliverTraces,
    DrainBefore,
    Edit,
    Finding,
    LogPartial,
    OrEmpty,
    RewriteComment,
    Span,
    UseSuccessors,
)
from lint_rules.semantics.syntax import parse

Place = tuple[int, int]
"""A position as `ast` counts: lines from 1, columns in UTF-8 bytes from 0."""

Check = Callable[[bytes], Sequence[Finding]]
"""The detector: from a file's bytes to its findings."""


def prove(before: bytes, after: bytes, *, fixed: Sequence[Finding], check: Check) -> None:
    """Raise `Refused` with the first thing that `after` fails to prove."""
    old, new = parse(before), _parsed(after)
    _prove_findings(check(before), check(after), fixed)
    edits = [finding.fix.edit for finding in fixed if finding.fix]
    if all(isinstance(edit, RewriteComment) for edit in edits) and ast.dump(old) != ast.dump(new):
        raise Refused("a new comment would change the program")
    places = frozenset(_places(edits, before))
    old = respelled(
        old, new, [edit for edit in edits if isinstance(edit, UseSuccessors)], partial(_place, _lines(before))
    )
    if not same_outside(old, new, places=places):
        raise Refused("the fix would change code that it was not asked to change")


def _parsed(data: bytes) -> ast.Module:
    try:
        return parse(data)
    except SyntaxError as error:
        raise Refused(f"the fixed file would not parse: {error}") from error


def _prove_findings(before: Iterable[Finding], after: Sequence[Finding], fixed: Sequence[Finding]) -> None:
    expected = Counter(map(_identity, before)) - Counter(map(_identity, fixed))
    unexpected = Counter(map(_identity, after)) - expected
    gone = {_identity(finding): finding for finding in fixed}
    if not all(map(_is_of_a_comment, fixed)):  # a comment may have nothing to suppress any more: its turn comes next
        unexpected -= Counter(_identity(finding) for finding in after if _is_of_a_comment(finding))
    for code, message in unexpected:
        if (code, message) in gone:
            raise Refused(f"the fix would not remove {code}", gone[code, message].span)
        raise Refused(f"the fix would bring a new {code}: {message}")


def _is_of_a_comment(finding: Finding) -> bool:
    return finding.fix is not None and isinstance(finding.fix.edit, RewriteComment)


def _identity(finding: Finding) -> tuple[str, str]:
    """What makes two findings the same across a rewrite: line numbers may move, the program's own text be renamed."""
    return finding.code, re.sub(r"`[^`]*`|\d+", "…", finding.message)


def _places(edits: Iterable[Edit], data: bytes) -> Iterator[Place]:
    lines = _lines(data)
    for span in (span for edit in edits for span in _spans(edit)):
        yield _place(lines, span.line, span.column)


def _lines(data: bytes) -> list[str]:
    return re.split(r"\r\n?|\n", decode(data))


def _place(lines: Sequence[str], line: int, column: int) -> Place:
    return line, len(lines[line - 1][:column].encode())


def _spans(edit: Edit) -> Iterator[Span]:
    """Yield where an edit may change something; of successors, where imports come and go: the rest is foreseen."""
    if isinstance(edit, ContinueLoop | DrainBefore | LogPartial):
        yield edit.exit
    if isinstance(edit, DrainBefore | LogPartial) and edit.stream is None:
        yield edit.loop
    if isinstance(edit, OrEmpty):
        yield edit.read
    if isinstance(edit, DeliverTraces):
        yield edit.coroutine
        yield from (edit.flush,) if edit.flush else ()
        yield from (*edit.steps, *edit.replaced)
    if isinstance(edit, UseSuccessors):
        yield from (one.statement for one in edit.imports)


def same_outside(before: ast.Module, after: ast.Module, *, places: frozenset[Place]) -> bool:
    """Tell whether two modules differ in nothing but statements at `places`, what stands next to them, and imports."""
    return _same_block(_one_by_one(before.body), _one_by_one(after.body), places)


def _one_by_one(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Spell imports one name per statement, so that a name more does not make it another statement."""
    return [single for statement in body for single in _singles(statement)]


def _singles(statement: ast.stmt) -> list[ast.stmt]:
    if isinstance(statement, ast.Import):
        singles: list[ast.stmt] = [ast.Import([alias]) for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom):
        singles = [ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names]
    else:
        return [statement]
    return [ast.copy_location(single, statement) for single in singles]


def _same_block(before: Sequence[ast.stmt], after: Sequence[ast.stmt], places: frozenset[Place]) -> bool:
    """Tell whether `after` has each untouched statement of `before`, in order, and more only beside touched ones; a
    touched one may also have moved to the end."""
    at, beside_edit = 0, False
    moved = {ast.dump(statement) for statement in before if _is_simple(statement) and _touches(statement, places)}
    for statement in before:
        touched = _touches(statement, places)
        grows = touched and _may_grow(statement, places)
        beside_edit = beside_edit or grows
        if touched and _is_simple(statement):
            continue  # whatever it has become: the next untouched statement is where the comparison resumes
        found = next((i for i in range(at, len(after)) if _same(statement, after[i], places)), None)
        if found is None or not (beside_edit or all(map(_is_ours, after[at:found]))):
            return False
        at, beside_edit = found + 1, grows
    return beside_edit or all(_is_ours(statement) or ast.dump(statement) in moved for statement in after[at:])


def _same(before: ast.AST, after: ast.AST, places: frozenset[Place]) -> bool:
    touched = _touches(before, places)
    if touched and isinstance(before, ast.expr):
        return True  # the head of a statement, rewritten
    if type(before) is not type(after):
        return False
    if _is_helper(before) and _is_helper(after):
        return True  # a helper that does more now
    if not touched:
        return ast.dump(before) == ast.dump(after)
    return all(_same_field(before, after, field, places) for field in before._fields)


def _same_field(before: ast.AST, after: ast.AST, field: str, places: frozenset[Place]) -> bool:
    old, new = getattr(before, field), getattr(after, field)
    if field == "body" and isinstance(before, ast.AsyncFunctionDef) and _starts(before) in places:
        return any(_same_block(one, other, places) for one, other in _readings(old, new))
    if field == "iter" and _starts(before) in places:
        return True  # hoisted
    if not isinstance(old, list):
        return _same(old, new, places) if isinstance(old, ast.AST) else bool(old == new)
    if old and isinstance(old[0], ast.stmt):
        return _same_block(old, new, places)
    return len(old) == len(new) and all(_same_item(one, other, places) for one, other in zip(old, new, strict=True))


def _same_item(before: object, after: object, places: frozenset[Place]) -> bool:
    if isinstance(before, ast.AST) and isinstance(after, ast.AST):
        return _same(before, after, places)
    return before == after


def _readings(old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> Iterator[tuple[Sequence[ast.stmt], ...]]:
    """Pair the bodies of a coroutine that delivers now: in a new `try`, in the one it had, or in one further inside."""
    yield old, _unwrapped(new)
    yield _unwrapped(old), _unwrapped(new)
    yield old, new


def _unwrapped(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return a body without the `try`/`finally` around it, as one list: what it does, in order."""
    *before, last = body
    if isinstance(last, ast.Try) and not last.handlers:
        return [*before, *last.body, *last.finalbody]
    return list(body)


def _touches(node: ast.AST, places: frozenset[Place]) -> bool:
    start, stop = _starts(node), (getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0))
    if start is None:
        return any(_touches(child, places) for child in ast.iter_child_nodes(node))
    return any(start <= place < stop for place in places)


def _starts(node: ast.AST) -> Place | None:
    return (node.lineno, node.col_offset) if isinstance(node, ast.stmt | ast.expr | ast.ExceptHandler) else None


def _may_grow(statement: ast.stmt, places: frozenset[Place]) -> bool:
    """Tell whether a fix may put statements next to this one: next to a simple one or a hoisted loop."""
    return _is_simple(statement) or (isinstance(statement, ast.For | ast.AsyncFor) and _starts(statement) in places)


def _is_simple(statement: ast.stmt) -> bool:
    return not hasattr(statement, "body") and not isinstance(statement, ast.Match)


def _is_ours(statement: ast.stmt) -> bool:
    """Tell whether a statement is one that may appear anywhere: an import, a helper of ours, the call of one."""
    if isinstance(statement, ast.AsyncFunctionDef):
        return _is_helper(statement) or ast.get_docstring(statement) == LOGS_PART
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Await):
        call = statement.value.value
        return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _is_helper(node: ast.AST) -> bool:
    return isinstance(node, ast.AsyncFunctionDef) and ast.get_docstring(node) in DOCSTRINGS
