"""Strategies: the case programs, bent out of shape by hand, so that most of them still have something to find.

A mutation that does not parse is not taken; nothing else is asked of it.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st
from noqa_programs import LISTS, SPELLINGS

CASES = Path(__file__).parents[1] / "cases"
_MARK = re.compile(r"  # expect: .+$", re.MULTILINE)
_BLANK_HEADER = re.compile(r'\A"""(?s:.*?)"""\n')

Draw = Callable[[st.SearchStrategy], object]


def _text(path: Path) -> str:
    """Return a program without its marks, and without the docstring that tells the test what it is."""
    return _BLANK_HEADER.sub('"""Ask."""\n', _MARK.sub("", path.read_text(encoding="utf-8")))


PROGRAMS = [_text(path) for path in sorted(CASES.glob("*/*/before.py"))]
PROGRAMS = sorted((text for text in PROGRAMS if "litellm" in text), key=len)

NAMES = ("_", "stream", "result", "asyncio", "logging", "threading", "Any", "_deliver_traces", "_log_partial", "é", "x")
NOQA = [spelling.format(l=listed) for spelling in SPELLINGS for listed in LISTS if spelling]
COMMENTS = [
    *("#", "# why", "#: x", "# type: ignore", "# type: List[int]", "# fmt: off", "# pragma: no cover", "#!x", "# \t "),
    *("# -*- coding: latin-1 -*-", "# \u2028 \x85", "# 😀", "# \x0c x", "# flake8: noqa", "#\\"),
]
WRAPPERS = (
    *("try:\n{}\nexcept Exception as error:\n    raise", "try:\n{}\nfinally:\n    pass", "with open(x) as y:\n{}"),
    *(
        "async with lock:\n{}",
        "if x:\n{}\nelse:\n    pass",
        "if x:\n    pass\nelif y:\n{}",
        "while True:\n{}\n    break",
    ),
    *("for one in many:\n{}", "async for one in many:\n{}\nelse:\n    pass", "def inner(a, /, *, b=1):\n{}\ninner()"),
    *(
        "async def inner():\n{}\nawait inner()",
        "class Inner:\n{}",
        "match x:\n  case [1, *_]:\n{}\n  case _:\n    pass",
    ),
    *("if x:\n{}\n# behind", "try:\n    pass\nexcept* OSError:\n{}", "with (\n    a as b,  # c\n    d,\n):\n{}"),
    '@overload\n@ deco . rate  # why\ndef inner():\n    """Doc."""; x\n{}',
)
EXPRESSIONS = (
    *("({})", "(\n{}\n)", "( # why\n  {})", "(kept := {})", 'f"{{{}}}"', "f'''a{{{}!r:>{{w}}}}'''", "(lambda: {})()"),
    *("[{} for _ in y][0]", "[{}, *z]", "({} if x else y)", "({},)[0]", "not {}", "-{}", "{} . real", "await_({})"),
    *(
        "{} == 1",
        "{{{}: 1}}",
        "x[{}]",
        "x[{}:]",
        "f(*{})",
        "f(a={}, **k)",
        "str({} ,)",
        "print({}, end='')",
        "{} and y",
    ),
    *("({} or '')", "(yield {})", "{} \\\n + 1", "''  {}", "f(\n    # why\n    {},  # noqa: LLM201\n)"),
)
WORDS = (
    *(
        ("break", "return"),
        ("break", "return (yield)"),
        ("break", "return next(response)"),
        ("break", "raise"),
        ("break", "continue"),
    ),
    *(("async for", "for"), ("for", "async for"), ("async def", "def"), ("await ", ""), ("return ", ""), ("+=", "=")),
    *(
        ("break", "break;"),
        ("break", "x = 1; break"),
        ("break", "break ; x"),
        ("stream=True", "stream=x"),
        (".content", ".\\\n content"),
    ),
    *(
        ("asyncio.run(main())", "asyncio . run( main ( ) )"),
        ("asyncio.run", "run"),
        ("    ", "  "),
        (" in ", " in\\\n  "),
    ),
)


@st.composite
def programs(draw: Draw, most: int = 6) -> bytes:
    """Return a case program after a few mutations, in one of the ways in which a file may be written."""
    text = draw(st.sampled_from(PROGRAMS))
    for mutate in draw(st.lists(st.sampled_from(MUTATIONS), max_size=most)):
        changed = mutate(text, draw)
        if changed is not None and parses(changed):
            text = changed
    return draw(st.sampled_from(WRITINGS))(text, draw)


def parses(text: str) -> bool:
    """Tell whether a text is a module."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return False
    return True


# ---- mutations


def _pick(nodes: list, draw: Draw):  # type: ignore[no-untyped-def]
    return draw(st.sampled_from(nodes)) if nodes else None


def _blocks(text: str) -> list[list[ast.stmt]]:
    found = []
    for node in ast.walk(ast.parse(text)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                found.append(block)
    return found


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])


def _extent(node: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement, as a slice."""
    return _first_line(node) - 1, node.end_lineno or 0


def _swap(text: str, draw: Draw) -> str | None:
    pairs = [pair for block in _blocks(text) for pair in pairwise(block)]
    pair = _pick(pairs, draw)
    if pair is None:
        return None
    lines = text.split("\n")
    (a, b), (c, d) = map(_extent, pair)
    return "\n".join([*lines[:a], *lines[c:d], *lines[b:c], *lines[a:b], *lines[d:]])


def _drop(text: str, draw: Draw) -> str | None:
    node = _pick([node for block in _blocks(text) for node in block], draw)
    if node is None:
        return None
    lines = text.split("\n")
    a, b = _extent(node)
    return "\n".join([*lines[:a], *lines[b:]])


def _again(text: str, draw: Draw) -> str | None:
    node = _pick([node for block in _blocks(text) for node in block], draw)
    if node is None:
        return None
    lines = text.split("\n")
    a, b = _extent(node)
    return "\n".join([*lines[:b], *lines[a:b], *lines[b:]])


def _wrap(text: str, draw: Draw) -> str | None:
    node = _pick([node for block in _blocks(text) for node in block], draw)
    if node is None:
        return None
    lines = text.split("\n")
    a, b = _extent(node)
    indent = re.match(r"\s*", lines[a])[0]  # type: ignore[index]
    inner = "\n".join(f"    {line}" if line else line for line in lines[a:b])
    before, after = draw(st.sampled_from(WRAPPERS)).split("{}")
    around = [
        [f"{indent}{line}" if line else line for line in part.strip("\n").split("\n")] for part in (before, after)
    ]
    return "\n".join([*lines[:a], *around[0], inner, *(around[1] if after else []), *lines[b:]])


def _rename(text: str, draw: Draw) -> str | None:
    names = sorted({node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)})
    old = _pick(names, draw)
    return re.sub(rf"\b{old}\b", draw(st.sampled_from(NAMES)), text) if old else None


def _remark(text: str, draw: Draw) -> str:
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    comment = draw(st.sampled_from(NOQA) | st.sampled_from(COMMENTS))
    if draw(st.booleans()):
        lines[at] += draw(st.sampled_from(("  ", " ", ""))) + comment
    else:
        lines.insert(at, draw(st.sampled_from(("", "    ", "        ", "\t"))) + comment)
    return "\n".join(lines)


def _join(text: str, draw: Draw) -> str | None:
    """Put a line behind the one before it: after a semicolon, or after a colon."""
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 2))
    glue = draw(st.sampled_from(("; ", " ; ", ";", " ")))
    return "\n".join([*lines[:at], lines[at] + glue + lines[at + 1].strip(), *lines[at + 2 :]])


def _break(text: str, draw: Draw) -> str | None:
    spaces = [found.start() for found in re.finditer(r"(?<=\S) (?=\S)", text)]
    at = _pick(spaces, draw)
    return text[:at] + draw(st.sampled_from((" \\\n  ", "\\\n", "\t", "  ", " \x0c "))) + text[at + 1 :] if at else None


def _express(text: str, draw: Draw) -> str | None:
    nodes = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.expr) and node.end_lineno == node.lineno
    ]
    node = _pick([node for node in nodes if not isinstance(node, ast.Constant)], draw)
    if node is None:
        return None
    lines = text.split("\n")
    line = lines[node.lineno - 1].encode()
    old = line[node.col_offset : node.end_col_offset].decode(errors="replace")
    new = draw(st.sampled_from(EXPRESSIONS)).format(old)
    lines[node.lineno - 1] = (line[: node.col_offset] + new.encode() + line[node.end_col_offset :]).decode(
        errors="replace"
    )
    return "\n".join(lines)


def _word(text: str, draw: Draw) -> str | None:
    old, new = draw(st.sampled_from(WORDS))
    places = [found.start() for found in re.finditer(re.escape(old), text)]
    at = _pick(places, draw)
    return text[:at] + new + text[at + len(old) :] if at is not None else None


def _graft(text: str, draw: Draw) -> str:
    """Put another program behind this one."""
    return text + "\n\n" + draw(st.sampled_from(PROGRAMS))


MUTATIONS = [_swap, _drop, _again, _wrap, _wrap, _wrap, _rename, _remark, _remark, _remark, _join, _break]
MUTATIONS += [_express, _express, _express, _word, _word, _word, _graft]


# ---- ways to write a file


def _plain(text: str, draw: Draw) -> bytes:
    return text.encode()


def _crlf(text: str, draw: Draw) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _cr(text: str, draw: Draw) -> bytes:
    return text.replace("\n", "\r").encode()


def _mixed(text: str, draw: Draw) -> bytes:
    lines = text.split("\n")
    ends = draw(st.lists(st.sampled_from(("\n", "\r\n", "\r")), min_size=4, max_size=4))
    return "".join(line + ends[at % 4] for at, line in enumerate(lines[:-1])).encode() + lines[-1].encode()


def _marked(text: str, draw: Draw) -> bytes:
    return b"\xef\xbb\xbf" + text.encode()


def _cookie(text: str, draw: Draw) -> bytes:
    encoding = draw(
        st.sampled_from(("latin-1", "cp1252", "utf-8", "koi8-r", "shift_jis", "gbk", "iso2022_jp", "cp037", "utf-7"))
    )
    return f"# -*- coding: {encoding} -*-\n{text}".encode(
        "utf-8" if encoding in ("cp037", "utf-7") else encoding, "replace"
    )


def _tabs(text: str, draw: Draw) -> bytes:
    return re.sub(r"(?m)^(    )+", lambda found: "\t" * (len(found[0]) // 4), text).encode()


def _fed(text: str, draw: Draw) -> bytes:
    lines = text.split("\n")
    for at in draw(st.lists(st.integers(0, len(lines) - 1), min_size=1, max_size=3)):
        lines[at] = "\x0c" + lines[at]
    return "\n".join(lines).encode()


def _unended(text: str, draw: Draw) -> bytes:
    return text.rstrip("\n").encode() + draw(
        st.sampled_from((b"", b"  ", b"\n\n\n", b"\n  ", b"\x0c", b"\n#", b"\\\n", b"\r"))
    )


WRITINGS = [_plain, _plain, _plain, _crlf, _cr, _mixed, _marked, _cookie, _tabs, _fed, _unended]


# ---- bytes that are no program


@st.composite
def torn(draw: Draw) -> bytes:
    """Return a program with a stretch of it cut out, and something else put there."""
    data = draw(programs(most=1))
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(start + 40, len(data))))
    return (
        data[:start]
        + draw(st.binary(max_size=8) | st.sampled_from((b"(" * 300, b"\0", b"\xff\xfe", b"\\", b"\n" * 9, b'"""')))
        + data[end:]
    )
