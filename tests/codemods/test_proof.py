"""The comparison behind the self-check: every other test here shows what it lets pass, this one what it does not."""

from __future__ import annotations

import ast

import pytest

from codemods.proof import same_outside

BEFORE = """
import os
x = 1
async def main():
    a()
    for c in s:
        if c.done:
            b()
            break
        d()
    e()
y = 2
"""
BREAK = (9, 12)

DAMAGE = {
    "a statement is gone": ("    e()\n", ""),
    "a statement is gone from the block of the edit": ("            b()\n", ""),
    "a statement behind the edit is gone": ("        d()\n", ""),
    "a statement has changed": ("x = 1", "x = 2"),
    "a statement has moved": ("    a()\n    for", "    for"),
    "a condition has changed": ("if c.done", "if c"),
    "a loop has changed": ("for c in s", "for c in t"),
    "a function's name has changed": ("def main()", "def other()"),
    "a parameter has come": ("def main()", "def main(a)"),
    "a statement has come from nowhere": ("x = 1", "x = 1\nz = 3"),
    "a statement has come at the end": ("y = 2", "y = 2\nz = 3"),
    "an import is gone": ("import os\n", ""),
    "async is gone": ("async def", "def"),
}


@pytest.mark.parametrize(("old", "new"), DAMAGE.values(), ids=DAMAGE)
def test_sees_damage(old, new):
    after = BEFORE.replace(old, new)
    assert after != BEFORE
    assert not same_outside(ast.parse(BEFORE), ast.parse(after), places=frozenset({BREAK}))


HARMLESS = {
    "nothing": ("", ""),
    "the edited statement": ("            break", "            continue"),
    "statements beside it": ("            break", "            drain()\n            break"),
    "an import": ("import os\n", "import asyncio\nimport os\n"),
    "a name more": ("import os\n", "import os, sys\n"),
}


@pytest.mark.parametrize(("old", "new"), HARMLESS.values(), ids=HARMLESS)
def test_lets_the_edit_pass(old, new):
    assert same_outside(ast.parse(BEFORE), ast.parse(BEFORE.replace(old, new)), places=frozenset({BREAK}))
