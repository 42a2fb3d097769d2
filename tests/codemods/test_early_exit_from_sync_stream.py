"""LLM102's codemod: the drain of LLM101 as a plain `for`."""

from __future__ import annotations

from lint_rules.finding import ContinueLoop, DrainBefore

WHY = "# LiteLLM logs a stream only at its end: read the rest, or the trace is lost."


def test_drains_with_a_plain_for(parse_marks, finding, fix):
    marked = parse_marks("«loop:for» chunk in completion(stream=True):\n    if chunk.done: «exit:break»\n")
    edit = DrainBefore(marked["exit"], marked["loop"], None, is_async=False)
    assert fix(marked.source.encode(), [finding("LLM102", edit)]).decode() == (
        "stream = completion(stream=True)\n"
        "for chunk in stream:\n"
        "    if chunk.done:\n"
        f"        {WHY}\n"
        "        for _ in stream:\n"
        "            pass\n"
        "        break\n"
    )


def test_continues_instead(parse_marks, finding, fix):
    marked = parse_marks("for c in r:\n    if not c: «exit:break»")
    assert fix(marked.source.encode(), [finding("LLM102", ContinueLoop(marked["exit"]))]) == (
        b"for c in r:\n    if not c: continue"
    )
