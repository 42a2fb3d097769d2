"""What a fix may not do to a file, judged from outside: by lines, comments and statements, not by its own proof.

Only the edits of the findings say which lines may change. Every other line must be there afterwards, in order and to
the byte; one inside a coroutine that delivers now may stand further right.
"""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_END = re.compile(rb"(?:\r\n|\r|\n)\Z")
_BLANK = b" \t\f"
_OURS = ("Let LiteLLM finish logging", "Flush the Langfuse SDK; never", "Log the part of a stream")
"""How the docstrings of the helpers begin that a fix may write."""


@dataclass(frozen=True)
class Touched:
    """Which lines (from 1) the edits may change, and which they may move to the right."""

    lines: frozenset[int]
    indented: frozenset[int]


def harm(before: bytes, after: bytes) -> Iterator[str]:
    """Yield what a fix may never do, whatever it was asked for."""
    if not parses(after):
        yield "it does not parse any more"
        return
    if after.startswith(codecs.BOM_UTF8) != before.startswith(codecs.BOM_UTF8):
        yield "a byte order mark has come or gone"
    if _encoding(before) != _encoding(after):
        yield "it has another encoding"
    if bool(_END.search(before)) != bool(_END.search(after)) and not _was_a_suppression(before, after):
        yield "the final line end has come or gone"
    new_ends = _ends(after) - (_ends(before) or {b"\n"})
    if new_ends:
        yield f"it has line ends that it did not have: {new_ends}"
    gone = Counter(_comments(before)) - Counter(_comments(after))
    yield from (f"a comment has gone: {comment}" for comment in gone if "noqa" not in comment.lower())


def _was_a_suppression(before: bytes, after: bytes) -> bool:
    """Tell whether the last line, without an end, was a useless comment and has gone: that above keeps its own."""
    last = (_lines(before) or [b""])[-1]
    is_useless = last.lstrip(_BLANK).startswith(b"#") and b"noqa" in last.lower()
    return is_useless and not _END.search(last) and not after.endswith((last, last + b"\n"))


def step_harm(before: bytes, after: bytes, fixed: Sequence[Finding]) -> Iterator[str]:
    """Yield what one round of fixes did beside what it was asked for."""
    found = list(harm(before, after))
    yield from found
    if found and not parses(after):
        return
    tree = _parsed(before)
    edits = [finding.fix.edit for finding in fixed if finding.fix]
    touched = _touched(edits, tree, before)
    yield from _lost_lines(_lines(before), _lines(after), touched)
    yield from _strange_statements(tree, _parsed(after), touched)
    if not any(isinstance(edit, UseSuccessors) for edit in edits):
        gone = _imports(tree) - _imports(_parsed(after))
        yield from (f"an import has gone: {one}" for one in gone)


def parses(data: bytes) -> bool:
    """Tell whether the bytes are a module."""
    try:
        _parsed(data)
    except (SyntaxError, ValueError):
        return False
    return True


def _parsed(data: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(data)


def _encoding(data: bytes) -> str:
    return tokenize.detect_encoding(io.BytesIO(data).readline)[0]


def _lines(data: bytes) -> list[bytes]:
    """Split a file into lines; a byte order mark belongs to the file, whatever its first line is."""
    return _LINE.findall(data.removeprefix(codecs.BOM_UTF8))


def _ends(data: bytes) -> set[bytes]:
    return {end[0] for line in _lines(data) if (end := _END.search(line))}


def _comments(data: bytes) -> list[str]:
    text = re.sub(r"\r\n?", "\n", data.decode(_encoding(data)))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return []  # the parser takes more than `tokenize` does
    return [token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT]


# ---- what was asked for


def _touched(edits: Iterable[Edit], tree: ast.Module, data: bytes) -> Touched:
    lines: set[int] = set()
    indented: set[int] = set()
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    for edit in edits:
        lines.update(line for span in _spans(edit) for line in range(span.line, span.end_line + 1))
        if isinstance(edit, DrainBefore | LogPartial) and edit.stream is None:
            lines.update(line for node in statements if node.lineno == edit.loop.line for line in _head(node))
        if isinstance(edit, DeliverTraces):
            around = [node for node in statements if isinstance(node, ast.AsyncFunctionDef)]
            for node in (node for node in around if node.lineno == edit.coroutine.line):
                last = len(_lines(data)) if node is tree.body[-1] else _end_of_comments(node, _lines(data))
                indented.update(range(_end_of_head(node) + 1, last + 1))
                lines.update({node.lineno} if node.body[0].lineno == node.lineno else ())
                lines.update(_docstring_lines(node))
            for span in filter(None, (edit.flush, *edit.steps, *edit.replaced)):
                lines.update(line for node in statements for line in _simple_lines(node, span))
    for node in tree.body:
        ours = isinstance(node, ast.AsyncFunctionDef) and (ast.get_docstring(node) or "").startswith(_OURS)
        if ours or isinstance(node, ast.Import | ast.ImportFrom):
            lines.update(range(node.lineno, _end(node) + 1))
    return Touched(frozenset(lines), frozenset(indented))


def _spans(edit: Edit) -> Iterator[Span]:
    if isinstance(edit, ContinueLoop | DrainBefore | LogPartial):
        yield edit.exit
    elif isinstance(edit, OrEmpty):
        yield edit.read
    elif isinstance(edit, RewriteComment):
        yield edit.comment
    elif isinstance(edit, UseSuccessors):
        yield from (one.statement for one in edit.imports)
        yield from (one.call or one.at for one in edit.places)


def _end(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno


def _end_of_comments(node: ast.stmt, lines: list[bytes]) -> int:
    """Return the last line of a statement, comments behind its body that stand as far to the right included."""
    last = _end(node)
    for number, line in enumerate(lines[last:], last + 1):
        bare = line.lstrip(_BLANK)
        if bare.startswith(b"#") and len(line) - len(bare) > node.col_offset:
            last = number
        elif bare.strip():
            break
    return last


def _head(loop: ast.stmt) -> range:
    if not isinstance(loop, ast.For | ast.AsyncFor):
        return range(0)
    return range(loop.lineno, max(loop.body[0].lineno, loop.lineno + 1))


def _end_of_head(node: ast.AsyncFunctionDef) -> int:
    """Return the last line before the body, as far as what has a position can tell: comments may follow it."""
    parts = [*ast.walk(node.args), *([node.returns] if node.returns else [])]
    return max([node.lineno, *(getattr(part, "end_lineno", 0) for part in parts)])


def _docstring_lines(node: ast.AsyncFunctionDef) -> range:
    """Return the lines of a docstring that shares its last one with code: they part."""
    if ast.get_docstring(node) is None or len(node.body) == 1 or node.body[1].lineno > _end(node.body[0]):
        return range(0)
    return range(node.body[0].lineno, node.body[1].lineno + 1)


def _simple_lines(node: ast.stmt, span: Span) -> range:
    if hasattr(node, "body") or not node.lineno <= span.line <= _end(node):
        return range(0)
    return range(node.lineno, _end(node) + 1)


# ---- what became of the rest


def _lost_lines(before: list[bytes], after: list[bytes], touched: Touched) -> Iterator[str]:
    at = 0
    for number, line in enumerate(before, 1):
        if number in touched.lines or not line.strip(_BLANK + b"\r\n"):
            continue
        may_move = number in touched.indented
        found = next((i for i in range(at, len(after)) if _is_same(line, after[i], may_move=may_move)), None)
        if found is None:
            yield f"line {number} has gone or changed: {line!r}"
        else:
            at = found + 1


def _is_same(line: bytes, other: bytes, *, may_move: bool) -> bool:
    if line == other:
        return True
    if not may_move:
        return False
    bare, moved = line.lstrip(_BLANK), other.lstrip(_BLANK)
    if not _END.search(bare):  # the last line of a file, after which there is more now
        moved = moved.rstrip(b"\r\n")
    return bare == moved


def _strange_statements(before: ast.Module, after: ast.Module, touched: Touched) -> Iterator[str]:
    """Hold the statements of the top level against each other: what is new there is an import or a helper."""
    dumps = [ast.dump(node) for node in after.body]
    at, matched = 0, set()
    edited = 0
    for node in before.body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        if not touched.lines.isdisjoint(range(first, _end(node) + 1)) or _holds_coroutine(node, touched):
            edited += 1
            continue
        found = next((i for i in range(at, len(dumps)) if dumps[i] == ast.dump(node)), None)
        if found is None:
            yield f"the statement of line {node.lineno} has changed"
        else:
            matched.add(found)
            at = found + 1
    rest = [node for index, node in enumerate(after.body) if index not in matched and not _may_be_new(node)]
    known = [node for node in before.body if not _may_be_new(node)]
    room = edited - sum(_may_be_new(node) for node in before.body)
    if len(rest) > max(room, 0) + 2 * sum(isinstance(node, ast.For | ast.AsyncFor | ast.If) for node in known) + edited:
        yield f"there are {len(rest)} new statements at the top level"


def _holds_coroutine(node: ast.stmt, touched: Touched) -> bool:
    return not touched.indented.isdisjoint(range(node.lineno, _end(node) + 1))


def _may_be_new(node: ast.stmt) -> bool:
    if isinstance(node, ast.AsyncFunctionDef):
        return (ast.get_docstring(node) or "").startswith(_OURS)
    return isinstance(node, ast.Import | ast.ImportFrom)


def _imports(tree: ast.Module) -> set[str]:
    return {
        ast.dump(one) + str(getattr(node, "module", "") or "")
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in node.names
    }
