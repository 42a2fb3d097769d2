"""Programs with `# noqa`, and what looks like it, in all positions and spellings."""

from __future__ import annotations

import random

FUNCTIONS = (
    """\
async def f{n}(wanted):{a}
    response = await litellm.acompletion(model="m", messages=[], stream=True){b}
    async for chunk in response:{c}
        if wanted(chunk):{a}
            break{d}
""",
    """\
async def f{n}(wanted):
    async for chunk in await litellm.acompletion({a}
        model="m", messages=[],{b}
        stream=True,{c}
    ):
        {e}
        text = "" + chunk.choices[0].delta.content{d}
""",
    """\
async def f{n}():
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        print(f"{{chunk.choices[0].delta.content}}", \"\"\"{a}
            {b}
        \"\"\", "{s}", chunk.choices[0].delta.content.upper()){c}
        {e}
""",
    """\
async def f{n}(wanted):
    async for chunk in await litellm.acompletion(model="m", stream=True):
        if wanted and \\
                wanted(chunk):{a}
            x = chunk.choices[0].delta.content + \\
                "{s}" + \\
                chunk.choices[0].delta.content.lower(){b}
            break; x = 1{d}
    {e}
""",
    """\
def f{n}():{a}
    \"\"\"A docstring.{b}
    {e}
    \"\"\"
    response = litellm.completion(model="m", messages=[], stream=True){c}
    return next(response){d}
""",
)
SPELLINGS = (
    *("# noqa", "# NOQA", "#noqa", "#  noqa", "# noqa:", "# noqa :{l}", "# nóqa: {l}", "#: # noqa: {l}", "## noqa:{l}"),
    *("# noqa: {l}", "# noqa:{l}", "# NoQA: {l}", "# noqa:  {l}", "# noqa:\t{l}", "# noqa: {l} because", "# noqa {l}"),
    *("# why # noqa: {l}", "# noqa: {l} # pragma: no cover", "# noqa: {l}  # noqa", "# noqa: E501  # noqa: {l}"),
    *("# type: ignore # noqa: {l}, E501", "# noqa: {l}x", "# noqa: {l}: 1 reason", "# noqa: because {l}", "# {l}"),
    *("# noqa:E501,{l};", "# noqa: {l}\xa0{l}", "# noqa: {l}\f", "# lint: {l}", ""),
)
LISTS = (
    *("LLM101", "LLM201", "LLM202,LLM203", "LLM2", "LLM1", "LLM20", "LLM203 LLM101", "LLM104, E501", "E501", "LLM"),
    *("llm101", "LLM101,", ",LLM101", "LLM101E501", "LLM101LLM201", "LLM1011", "LLM999", "LLM001", "LLM0, LLM201", "L"),
    *("LLM201,,LLM202", "LLM101 ,\tLLM202", "E5,LLM101,W", "A1B2 LLM203", "LLM103", "LLM000", "LLM101. LLM201"),
)
FILE_LEVEL = ("# flake8: noqa", "#flake8: noqa", "# FLAKE8=NOQA: LLM101", "x = 1  # flake8: noqa", "# flake8: no", "")


def spelled(chance: random.Random) -> str:
    return chance.choice(SPELLINGS).format(l=chance.choice(LISTS)) if chance.random() < 0.6 else ""


def program(chance: random.Random) -> str:
    """Write a program with findings of most kinds."""
    parts = [chance.choice(FILE_LEVEL) if chance.random() < 0.3 else "", "import litellm\n\n"]
    for n in range(8):
        marks = {hole: spelled(chance) for hole in "abcdes"}
        marks |= {hole: f"{chance.choice(('', ' ', '  '))}{marks[hole]}" for hole in "abcd"}
        parts.append(chance.choice(FUNCTIONS).format(n=n, **marks))
    return "\n".join(parts) + spelled(chance)


def written(chance: random.Random) -> bytes:
    """Write one in one of the ways in which a file may be written."""
    text = program(chance)
    text = chance.choice((text, text, text.replace("\n", "\r\n"), text.replace("\n", "\r")))
    return chance.choice((b"", b"", b"\xef\xbb\xbf")) + text.encode()
