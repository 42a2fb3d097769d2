"""LLM201's codemod: `or ""` at the read, parentheses only where the grammar needs them."""

from __future__ import annotations

import pytest

from lint_rules.finding import OrEmpty

CASES = {
    "augmented assignment": ("a += «read:d.content»\n", 'a += d.content or ""\n'),
    "left of plus": ("a = «read:d.content» + b\n", 'a = (d.content or "") + b\n'),
    "right of plus": ("a = b + «read:d.content»\n", 'a = b + (d.content or "")\n'),
    "own parentheses": ("a = b + («read:d.content»)\n", 'a = b + (d.content or "")\n'),
    "doubled parentheses": ("a += ((«read:d.content»))\n", 'a += ((d.content or ""))\n'),
    "comment in parentheses": (
        "a += (\n    # text\n    «read:d.content»  # may be None\n)\n",
        'a += (\n    # text\n    d.content or ""  # may be None\n)\n',
    ),
    "chained over lines": ("a += (\n    «read:d\n    .content»\n)\n", 'a += (\n    d\n    .content or ""\n)\n'),
    "call argument": ("f(«read:d.content», 1)\n", 'f(d.content or "", 1)\n'),
    "keyword argument": ("f(x=«read:d.content»)\n", 'f(x=d.content or "")\n'),
    "generator in join": ('"".join(«read:c.content» for c in s)\n', '"".join(c.content or "" for c in s)\n'),
    "list comprehension": ("[«read:c.content» for c in s]\n", '[c.content or "" for c in s]\n'),
    "list element": ("[a, «read:d.content»]\n", '[a, d.content or ""]\n'),
    "starred element": ("[*«read:d.content»]\n", '[*(d.content or "")]\n'),
    "dict value": ("{1: «read:d.content»}\n", '{1: d.content or ""}\n'),
    "subscript index": ("a[«read:d.content»]\n", 'a[d.content or ""]\n'),
    "subscripted": ("«read:d.content»[0]\n", '(d.content or "")[0]\n'),
    "attribute": ("«read:d.content».strip()\n", '(d.content or "").strip()\n'),
    "called": ("«read:d.content»()\n", '(d.content or "")()\n'),
    "walrus": ("if (t := «read:d.content»):\n    pass\n", 'if (t := d.content or ""):\n    pass\n'),
    "ternary body": ("a += «read:d.content» if d else b\n", 'a += d.content or "" if d else b\n'),
    "ternary otherwise": ("a += b if d else «read:d.content»\n", 'a += b if d else d.content or ""\n'),
    "the ternary itself": ("a += «read:d.content if d else b»\n", 'a += (d.content if d else b) or ""\n'),
    "and": ("a = d and «read:d.content»\n", 'a = d and (d.content or "")\n'),
    "or": ("a = b or «read:d.content»\n", 'a = b or d.content or ""\n'),
    "not": ("a = not «read:d.content»\n", 'a = not (d.content or "")\n'),
    "comparison": ("a = «read:d.content» == b\n", 'a = (d.content or "") == b\n'),
    "comparison, right": ("a = b in «read:d.content»\n", 'a = b in (d.content or "")\n'),
    "awaited": ("async def f(): await «read:d.content»\n", 'async def f(): await (d.content or "")\n'),
    "lambda": ("f(lambda: «read:d.content»)\n", 'f(lambda: d.content or "")\n'),
    "default": ("def f(a=«read:d.content»): pass\n", 'def f(a=d.content or ""): pass\n'),
    "return": ("def f():\n    return «read:d.content»\n", 'def f():\n    return d.content or ""\n'),
    "yield": ("def f():\n    yield «read:d.content»\n", 'def f():\n    yield d.content or ""\n'),
    "f-string, single quotes": ("a += f'{«read:d.content»}'\n", "a += f'{d.content or \"\"}'\n"),
    "f-string, double quotes": ('a += f"{«read:d.content»}"\n', "a += f\"{d.content or ''}\"\n"),
    "f-string, triple quotes": ('a += f"""{«read:d.content»}"""\n', "a += f\"\"\"{d.content or ''}\"\"\"\n"),
    "f-string, conversion and format": ("a += f'{«read:d.content»!s:>{w}}'\n", "a += f'{d.content or \"\"!s:>{w}}'\n"),
    "f-string in f-string": ("a += f\"{f'{«read:d.content»}'}\"\n", "a += f\"{f'{d.content or str()}'}\"\n"),
    "get with default": ('a += «read:d.get("content", "")»\n', 'a += d.get("content", "") or ""\n'),
    "subscript read": ('a += «read:c["delta"]["content"]»\n', 'a += c["delta"]["content"] or ""\n'),
    "non-ASCII before": ("'é日😀'; a += «read:d.content»\n", "'é日😀'; a += d.content or \"\"\n"),
    "one-line suite": ("if x: a += «read:d.content»; b = 1\n", 'if x: a += d.content or ""; b = 1\n'),
    "tabs": ("if x:\n\ta += «read:d.content»\n", 'if x:\n\ta += d.content or ""\n'),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_guards_the_read(before, after, parse_marks, finding, fix):
    marked = parse_marks(before)
    assert fix(marked.source.encode(), [finding("LLM201", OrEmpty(marked["read"]))]).decode() == after


def test_guards_every_read_of_a_line(parse_marks, finding, fix):
    marked = parse_marks("a += «one:c.content» + (b.f(«two:d.content»))\n")
    findings = [finding("LLM201", OrEmpty(marked[label])) for label in ("one", "two")]
    assert fix(marked.source.encode(), findings) == b'a += (c.content or "") + (b.f(d.content or ""))\n'
