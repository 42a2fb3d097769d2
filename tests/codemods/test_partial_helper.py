"""The helper that logs the received part of a stream: once per module, in the file's own style, known again."""

from __future__ import annotations

import pytest

from lint_rules.finding import LogPartial

HELPER = '''

async def {name}(stream: {any}) -> None:
    """Log the part of a stream that was received; never raise into the program."""
    try:
{late}        part = {litellm}.stream_chunk_builder(stream.chunks, messages=stream.messages)
        if part is None:
            raise ValueError("the stream keeps no chunks")
        await stream.logging_obj.async_success_handler(
            part, start_time=None, end_time=None, cache_hit=False
        )
        if hasattr(stream, "aclose"):  # from litellm 1.81.14 on
            await stream.aclose()  # the rest is generated as long as it is open
    except Exception:
        {logger}.exception("The received part of a stream is not logged")


'''
USUAL = {
    "name": "_log_partial",
    "any": "typing.Any",
    "late": "",
    "litellm": "litellm",
    "logger": "logging.getLogger(__name__)",
}
MAIN = "async def main(response):\n    «loop:async for» chunk in response:\n        if chunk: «exit:break»  # enough\n"
FIXED = """\
async def main(response):
    async for chunk in response:
        if chunk:
            await {name}(response)
            break  # enough
"""

# What the module begins with, before and after, and how the helper spells what it needs.
HEADS = {
    "nothing there yet": ("import litellm\n", "import logging\nimport typing\nimport litellm\n", {}),
    "litellm by another name": (
        "import logging\nimport litellm as llm\nfrom typing import Any\n",
        "import logging\nimport litellm as llm\nfrom typing import Any\n",
        {"any": "Any", "litellm": "llm"},
    ),
    "names of litellm only": (
        "import logging\nfrom typing import Dict\nfrom litellm import acompletion\n",
        "import logging\nfrom typing import Any, Dict\nfrom litellm import acompletion\n",
        {"any": "Any", "late": "        import litellm\n\n"},
    ),
    "a logger": (
        "import logging\nimport typing\nimport litellm\nlog = logging.getLogger('here')\n",
        "import logging\nimport typing\nimport litellm\nlog = logging.getLogger('here')\n",
        {"logger": "log"},
    ),
    "the name taken": (
        "import logging, typing\nimport litellm\n_log_partial = print\n",
        "import logging, typing\nimport litellm\n_log_partial = print\n",
        {"name": "_log_partial_2"},
    ),
}


@pytest.mark.parametrize("case", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_helper_is_written_in_the_style_of_the_file(case, newline, parse_marks, finding, fix):
    before, after, spelled = case
    names = {**USUAL, **spelled}
    marked = parse_marks((before + MAIN).replace("\n", newline))
    edit = LogPartial(marked["exit"], marked["loop"], "response")
    fixed = fix(marked.source.encode(), [finding("LLM101", edit)]).decode()
    expected = after + HELPER.format_map(names) + FIXED.format_map(names)
    assert without_blank_lines(fixed) == without_blank_lines(expected)
    assert fixed.count("\n") == fixed.count(newline)


def without_blank_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def test_one_helper_serves_the_module_and_is_known_again(parse_marks, finding, fix):
    two = MAIN.replace("exit", "one") + "        else: «two:return» await chunk.text\n"
    head = "import logging\nimport typing\nimport litellm\n"
    marked = parse_marks(head + two)
    edits = [LogPartial(marked[name], marked["loop"], "response") for name in ("one", "two")]
    fixed = fix(marked.source.encode(), [finding("LLM101", edit) for edit in edits]).decode()
    assert fixed.count("async def _log_partial") == 1
    assert fixed.count("await _log_partial(response)\n") == 2

    renamed = fixed.replace("_log_partial", "_keep") + MAIN.replace("main", "other")
    marked = parse_marks(renamed)
    edit = LogPartial(marked["exit"], marked["loop"], "response")
    again = fix(marked.source.encode(), [finding("LLM101", edit)]).decode()
    assert again.count("async def _") == 1
    assert again.count("await _keep(response)\n") == 3


def test_an_iterable_without_a_name_gets_one(parse_marks, finding, fix):
    marked = parse_marks("import logging, typing\nimport litellm\n" + MAIN.replace("in response", "in await ask()"))
    edit = LogPartial(marked["exit"], marked["loop"], None)
    fixed = fix(marked.source.encode(), [finding("LLM101", edit)]).decode()
    assert fixed.endswith(
        "async def main(response):\n"
        "    stream = await ask()\n"
        "    async for chunk in stream:\n"
        "        if chunk:\n"
        "            await _log_partial(stream)\n"
        "            break  # enough\n"
    )
