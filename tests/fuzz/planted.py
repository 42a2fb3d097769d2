"""Plant findings into real code, by text: its comments, decorators and odd layouts stay where they were.

A loop becomes one over a LiteLLM stream, what it reads of its variable becomes a delta's content, a function becomes
an entry point that asks a model. Whatever the code means then, it is as people write it.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lint_rules.files import MAX_BYTES

from .oracle import parses
from .rounds import TARGET, Fixed, fix_in_rounds, surroundings

__all__ = ["TARGET", "Planted", "Verdict", "judge_planted", "plant"]

PATH = str(Path(tempfile.gettempdir(), "flake8-litellm-no-such-folder", "planted.py"))
"""Where a planted program seems to lie: beside nothing."""

_IMPORT = b'import asyncio; import litellm; litellm.success_callback = ["langfuse"]'
_CALL = b'litellm.%scompletion(model="m", messages=[]%s)'
_ASK = b"await " + _CALL % (b"a", b"")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_AT_MOST = 12
"""So many functions of a file are planted one by one if all of them at once are refused."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Insertion = tuple[int, int, bytes]
"""What stands in place of the bytes from here to there."""


class Planted(str, Enum):
    """What is planted."""

    STREAM = "async streams"
    PARTIAL = "async streams, logged in part"
    SYNC = "sync streams"
    CONTENT = "contents"
    ENTRY = "entry points"


@dataclass(frozen=True)
class Verdict:
    """What became of one planted file."""

    kind: str
    path: str
    findings: int = 0
    fixed: int = 0
    refused: str = ""
    harm: tuple[str, ...] = ()


def judge_planted(path: str) -> list[Verdict]:
    """Plant each kind into a file, fix it, and judge."""
    data = Path(path).read_bytes()
    if len(data) > MAX_BYTES // 10 or not _is_plain(data):
        return []
    return [verdict for kind in Planted for verdict in _judged(data, kind, path)]


def _is_plain(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return parses(data) and b"coding" not in b"".join(_LINE.findall(data)[:2])


def _judged(data: bytes, kind: Planted, path: str) -> Iterator[Verdict]:
    count = len(_functions(ast_of(data), kind))
    planted = plant(data, kind)
    if not count or planted is None:
        return
    verdict = _verdict(planted, kind, path)
    yield verdict
    if verdict.refused and count > 1:
        for number in range(min(count, _AT_MOST)):
            alone = plant(data, kind, only=number)
            if alone is not None:
                yield _verdict(alone, kind, f"{path}#{number}")


def _verdict(planted: bytes, kind: Planted, path: str) -> Verdict:
    around = surroundings("log-partial" if kind is Planted.PARTIAL else "drain")
    try:
        done: Fixed = fix_in_rounds(planted, PATH, around)
    except Exception:
        return Verdict(kind, path, harm=("raised " + traceback.format_exc()[-600:],))
    harm = done.harm
    if done.first.problem and "internal error" in done.first.problem.message:
        harm = (*harm, done.first.problem.message)
    if done.fixed and _compiles(planted) and not _compiles(done.data):
        harm = (*harm, "it does not compile any more")
    return Verdict(kind, path, len(done.first.findings), len(done.fixed), done.refused, harm)


def ast_of(data: bytes) -> ast.Module:
    """Parse, silently."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(data)


def plant(data: bytes, kind: Planted, only: int | None = None) -> bytes | None:
    """Plant into every function of a file that has a place for it, or into one only; None if that cannot be done."""
    tree = ast_of(data)
    places = Places(data)
    start = _after_future(tree, places)
    if start is None:
        return None
    chosen = _functions(tree, kind)
    chosen = chosen if only is None else chosen[only : only + 1]
    sow = {Planted.CONTENT: _content, Planted.SYNC: _sync, Planted.ENTRY: _entry}.get(kind, _stream)
    insertions = [one for function in chosen for one in sow(function, places)]
    end = places.line_end
    run = [b"asyncio.run(%s())%s" % (one.name.encode(), end) for one in chosen if kind is Planted.ENTRY]
    tail = b"".join([b"" if not run or data.endswith((b"\n", b"\r")) else end, *run])
    insertions += [(start, start, _IMPORT + end), (len(data), len(data), tail)]
    planted = places.written(insertions)
    return planted if planted is not None and _compiles(planted) else None


class Places:
    """From the positions of `ast` to offsets in the bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        self._starts = [mark]
        at = 0
        for line in _LINE.findall(data):
            at += len(line)
            self._starts.append(at)
        found = re.search(rb"\r\n|\r|\n", data)
        self.line_end = found[0] if found else b"\n"

    def line(self, number: int) -> int:
        """Return where a line starts."""
        return self._starts[number - 1]

    def start(self, node: ast.stmt | ast.expr) -> int:
        """Return where a node starts."""
        return self.line(node.lineno) + node.col_offset

    def end(self, node: ast.stmt | ast.expr) -> int:
        """Return where a node ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.line(node.end_lineno) + node.end_col_offset

    def written(self, insertions: Sequence[Insertion]) -> bytes | None:
        """Return the bytes with the insertions in them; None if two are at odds."""
        data, last = self.data, len(self.data)
        for begin, end, text in sorted(insertions, key=lambda one: (one[0], one[1]), reverse=True):
            if end > last:
                return None
            data, last = data[:begin] + text + data[end:], begin
        return data


def _compiles(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "<planted>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return False
    return True


def _after_future(tree: ast.Module, places: Places) -> int | None:
    """Return where the first statement starts that may come after an import."""
    for index, node in enumerate(tree.body):
        docstring = not index and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            continue
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        before = places.data[places.line(first) : places.line(first) + node.col_offset]
        return places.line(first) if not before.strip() else None
    return None


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs in a function's own scope."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield from _own(child)


def _loops(function: Function) -> list[ast.For | ast.AsyncFor]:
    return [node for node in _own(function) if isinstance(node, ast.For | ast.AsyncFor)]


def _functions(tree: ast.Module, kind: Planted) -> list[Function]:
    fits: Callable[[Function], bool] = {
        Planted.SYNC: lambda one: isinstance(one, ast.FunctionDef) and bool(_loops(one)),
        Planted.ENTRY: lambda one: one in tree.body and _may_be_async(one) and not _yields(one) and one.col_offset == 0,
    }.get(kind, lambda one: bool(_loops(one)) and _may_be_async(one))
    return [node for node in ast.walk(tree) if isinstance(node, Function) and fits(node)]


def _yields(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function))


def _may_be_async(function: Function) -> bool:
    nodes = list(_own(function))
    if any(isinstance(node, ast.YieldFrom) for node in nodes):
        return False
    generator = any(isinstance(node, ast.Yield) for node in nodes)
    return not (generator and any(isinstance(node, ast.Return) and node.value for node in nodes))


def _asynchronous(function: Function, places: Places) -> Iterator[Insertion]:
    if isinstance(function, ast.FunctionDef):
        yield places.start(function), places.start(function), b"async "


def _stream(function: Function, places: Places) -> Iterator[Insertion]:
    yield from _asynchronous(function, places)
    for loop in _loops(function):
        if isinstance(loop, ast.For):
            yield places.start(loop), places.start(loop), b"async "
        yield places.start(loop.iter), places.end(loop.iter), b"await " + _CALL % (b"a", b", stream=True")


def _sync(function: Function, places: Places) -> Iterator[Insertion]:
    for loop in _loops(function):
        if isinstance(loop, ast.For):
            yield places.start(loop.iter), places.end(loop.iter), _CALL % (b"", b", stream=True")


def _content(function: Function, places: Places) -> Iterator[Insertion]:
    yield from _stream(function, places)
    reads = {}
    for loop in _loops(function):
        if isinstance(loop.target, ast.Name):
            inside = (node for statement in loop.body for node in (statement, *_outside_f_strings(statement)))
            for node in inside:
                if isinstance(node, ast.Name) and node.id == loop.target.id and isinstance(node.ctx, ast.Load):
                    reads[places.end(node)] = node
    heads = [range(places.start(loop.iter), places.end(loop.iter) + 1) for loop in _loops(function)]
    for end in reads:
        if not any(end in head for head in heads):
            yield end, end, b".choices[0].delta.content"


def _outside_f_strings(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below; before Python 3.12 those in f-strings do not know where they are."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr) and sys.version_info < (3, 12):
            continue
        yield child
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield from _outside_f_strings(child)


def _entry(function: Function, places: Places) -> Iterator[Insertion]:
    yield from _asynchronous(function, places)
    has_docstring = ast.get_docstring(function, clean=False) is not None
    first = function.body[1] if has_docstring and len(function.body) > 1 else function.body[0]
    if has_docstring and len(function.body) == 1:
        yield places.end(first), places.end(first), b"; " + _ASK
    elif not hasattr(first, "body") and not isinstance(first, ast.Match):
        yield places.start(first), places.start(first), _ASK + b"; "
    else:
        at = min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", ()))])
        indent = places.data[places.line(first.lineno) : places.start(first)]
        yield places.line(at), places.line(at), indent + _ASK + places.line_end
