"""LLM001: which listed codes are useless, and where the rule holds its tongue."""

from __future__ import annotations

import pytest

from lint_rules import check_source
from lint_rules.rules import all_rules
from lint_rules.settings import Settings

EVERYTHING = ("LLM", *(rule.code for rule in all_rules() if not rule.default))
LOSS = """\
import litellm


async def ask(wanted):
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        if wanted(chunk):
            break{comment}
"""


def told(comment: str, settings: Settings | None = None, *, on: str = LOSS) -> list[str]:
    """What is said of a comment on the line that breaks off a stream: LLM101 if it is not suppressed."""
    found = check_source(on.format(comment=comment), settings=settings or Settings(select=EVERYTHING))
    return [f"{one.code} {one.message}" if one.code == "LLM001" else one.code for one in found]


def useless(*codes: str) -> list[str]:
    return [f"LLM001 `{code}` suppresses nothing here" for code in codes]


QUIET = {
    "it suppresses": "  # noqa: LLM101",
    "a prefix suppresses": "  # noqa: LLM1",
    "two of which each would do": "  # noqa: LLM1,LLM101",
    "beside others' codes": "  # noqa: E501, LLM101, ABC123",
    "a reason": "  # noqa: LLM101 LiteLLM is not to blame",
    "blanket": "  # noqa",
    "blanket by mistake": "  # noqa : LLM201",
    "itself": "  # noqa: LLM101, LLM001",
    "it hides what is useless": "  # noqa: LLM101, LLM201, LLM001",
    "a prefix of its own": "  # noqa: LLM101, LLM0",
    "what flake8 tells of settings": "  # noqa: LLM101, LLM000",
    "on the line that a backslash continues": "; x = \\\n   1  # noqa: LLM101",
    "at the end of a string": "; x = '''\n  '''  # noqa: LLM101",
    "the whole file": "\n# flake8: noqa: LLM201\n# noqa: LLM202",
}
TOLD = {
    "another code": ("  # noqa: LLM201", [*useless("LLM201"), "LLM101"]),
    "one of two": ("  # noqa: LLM101, LLM201", useless("LLM201")),
    "two": ("  # noqa: LLM104,LLM202,LLM101", useless("LLM104", "LLM202")),
    "a prefix": ("  # noqa: LLM101 LLM20", useless("LLM20")),
    "another line": ("\n        # noqa: LLM101", ["LLM101", *useless("LLM101")]),
    "inside brackets a line is a line": ("; x = (1,\n  2)  # noqa: LLM101", ["LLM101", *useless("LLM101")]),
    "no rule's": (
        "  # noqa: LLM101, LLM999, LLM1011",
        [f"LLM001 `{code}` is no rule's code" for code in ("LLM999", "LLM1011")],
    ),
    "a second list": (
        "  # noqa: E501  # noqa: LLM101",
        ["LLM101", "LLM001 `LLM101` is not read: of a line, the first `# noqa` counts"],
    ),
    "after one in a string": (
        "; x = '# noqa: E501'  # noqa: LLM101",
        ["LLM101", "LLM001 `LLM101` is not read: of a line, the first `# noqa` counts"],
    ),
    "not ours as it is written": ("  # noqa: llm101", ["LLM101"]),
    "not a suppression": ("  #noqa: LLM201", ["LLM101"]),
    "two codes in one word": ("  # noqa: LLM201E501", ["LLM101"]),
    "a string is no comment": ("; x = '# noqa: LLM201'", ["LLM101"]),
}


@pytest.mark.parametrize("comment", QUIET.values(), ids=QUIET)
def test_quiet(comment: str) -> None:
    assert told(comment) == []


@pytest.mark.parametrize(("comment", "expected"), TOLD.values(), ids=TOLD)
def test_told(comment: str, expected: list[str]) -> None:
    assert sorted(told(comment)) == sorted(expected)


def test_a_code_that_is_not_selected_is_not_judged() -> None:
    comment = "  # noqa: LLM101, LLM103, LLM201, LLM20"
    assert told(comment, Settings(ignore=("LLM202",))) == useless("LLM201")
    assert told(comment, Settings(select=("LLM101", "LLM001"))) == []
    assert told(comment, Settings(select=("LLM", "LLM103"), ignore=("LLM201",))) == useless("LLM103")


def test_it_can_be_ignored() -> None:
    assert told("  # noqa: LLM101, LLM201", Settings(ignore=("LLM001",))) == []


def test_it_is_judged_where_noqa_is_disabled() -> None:
    assert sorted(told("  # noqa: LLM101, LLM201", Settings(disable_noqa=True))) == [*useless("LLM201"), "LLM101"]


@pytest.mark.parametrize("text", ["x = 1{comment}\n", "{comment}", "def f():\n    pass\n    {comment}"])
def test_it_needs_no_sdk(text: str) -> None:
    assert told("# noqa: LLM101", on=text) == useless("LLM101")


def test_it_says_where_the_code_stands() -> None:
    [found] = check_source("é = 'é'  # é # noqa:\tE501,LLM101 x")
    assert (found.span.line, found.span.column, found.span.end_column) == (1, 26, 32)
