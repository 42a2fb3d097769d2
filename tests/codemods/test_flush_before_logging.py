"""LLM304's codemod is LLM301's; what it does with an existing flush is told there."""

from __future__ import annotations

from codemods.registry import codemod_for
from lint_rules.finding import DeliverTraces


def test_shares_the_codemod():
    assert codemod_for("LLM304") is codemod_for("LLM301")


def test_puts_the_delivery_before_the_flush(parse_marks, finding, fix):
    marked = parse_marks("«coroutine:async def» main():\n    await work()\n    «flush:get_client().flush()»\n")
    edit = DeliverTraces(marked["coroutine"], marked["flush"], helper="settle")
    assert fix(marked.source.encode(), [finding("LLM304", edit)]) == (
        b"async def main():\n"
        b"    try:\n        await work()\n"
        b"    finally:\n        await settle()\n        get_client().flush()\n"
    )
