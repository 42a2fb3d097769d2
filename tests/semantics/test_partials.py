"""What was received of a stream, logged by hand: where that can be written, and how it is recognised."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import check_source
from lint_rules.finding import DrainBefore, LogPartial
from lint_rules.semantics.partials import can_log_part
from lint_rules.semantics.releases import Release, Target
from lint_rules.settings import LOG_PARTIAL, Settings

LOG = "await response.logging_obj.async_success_handler(litellm.stream_chunk_builder(response.chunks))"
HELPER = f"async def log_part(response):\n    {LOG}\n"


def litellm(*releases: Release, known: bool = True) -> Target:
    return Target("litellm", releases, "", "", known=known)


NEW, OLD, OLDEST = (1, 106, 2), (1, 77, 7), (1, 64, 1)
DIRECT, ROUTER, ANY = "litellm.acompletion", "litellm.Router.acompletion", "litellm.CustomStreamWrapper"


@pytest.mark.parametrize(
    ("made_by", "target", "can"),
    [
        ({DIRECT}, litellm(OLDEST, OLD, NEW), True),
        ({ROUTER}, litellm(NEW), True),
        ({ROUTER}, litellm(OLDEST), True),
        ({ROUTER}, litellm(OLD), False),
        ({ROUTER}, litellm(OLD, NEW), False),
        ({DIRECT, ROUTER}, litellm(OLD), False),
        ({ANY}, litellm(NEW), True),
        ({ANY}, litellm(OLD), False),
        ({DIRECT}, litellm((2, 0, 0), known=False), False),
        ({"litellm.atext_completion"}, litellm(NEW), False),
        ({"litellm.aresponses"}, litellm(NEW), False),
        (set(), litellm(NEW), False),
    ],
)
def test_where_it_can_be_written(made_by: set[str], target: Target, can: bool) -> None:
    assert can_log_part(frozenset(made_by), target) is can


def edit_of(program: str, **settings: object) -> object:
    chosen = {"early_exit": LOG_PARTIAL, "target": ("litellm==1.106.2",), **settings}
    (found,) = check_source("import asyncio\nimport litellm\n" + textwrap.dedent(program), settings=Settings(**chosen))  # type: ignore[arg-type]
    assert found.code in ("LLM101", "LLM102")
    assert found.fix is not None
    return found.fix.edit


ASYNC = """
async def f(flag):
    {made}
    async for chunk in {iterated}:
        if {left}:
            break
"""


def program(made: str, iterated: str = "response", left: str = "flag") -> str:
    return ASYNC.format(made=made, iterated=iterated, left=left)


CALL = "litellm.acompletion(model='m', messages=[], stream=True)"
PART = {
    "a name": program(f"response = await {CALL}"),
    "an attribute": program(f"self.response = await {CALL}", "self.response"),
    "no name": program("pass", f"await {CALL}"),
    "made by a helper, twice": (
        f"async def ask():\n    return await {CALL}\nasync def g():\n    async for _ in await ask(): pass\n"
        + program("response = await ask()")
    ),
    "handed through": program(f"response = await {CALL}", "aiter(response)"),
}
REST = {
    "at the end": program(f"response = await {CALL}", left="chunk.choices[0].finish_reason"),
    "a generator around it": (
        f"async def g():\n    async for chunk in await {CALL}:\n        yield chunk\n" + program("pass", "g()")
    ),
    "numbered": "import asyncstdlib\n" + program("pass", f"asyncstdlib.enumerate(await {CALL})"),
    "another call": program("response = await litellm.atext_completion(model='m', prompt='', stream=True)"),
    "read on in a loop": program(f"response = await {CALL}") + "    if flag:\n        async for _ in response: pass\n",
    "read on in a comprehension": program(f"response = await {CALL}")
    + "    if flag: print([c async for c in response])\n",
    "read on by hand": program(f"response = await {CALL}") + "    if flag: await anext(response)\n",
    "read on by a helper": (
        "async def rest(stream):\n    return [c async for c in stream]\n"
        + program(f"response = await {CALL}")
        + "    if flag: await rest(response)\n"
    ),
    "given away": program(f"response = await {CALL}") + "    if flag: save(response)\n",
    "read on in a finally": (
        f"async def f(flag):\n    response = await {CALL}\n    try:\n        async for chunk in response:\n"
        "            if flag: return\n    finally:\n        if chunk:\n            async for _ in response: pass\n"
    ),
    "not async": (
        "def f(flag):\n    for chunk in litellm.completion(model='m', messages=[], stream=True):\n"
        "        if flag:\n            break\n"
    ),
}


@pytest.mark.parametrize("name", PART)
def test_the_part_is_logged(name: str) -> None:
    assert isinstance(edit_of(PART[name]), LogPartial)


@pytest.mark.parametrize("name", REST)
def test_the_rest_is_read_all_the_same(name: str) -> None:
    assert isinstance(edit_of(REST[name]), DrainBefore)


def test_the_rest_is_read_unless_the_settings_say_otherwise() -> None:
    assert isinstance(edit_of(PART["a name"], early_exit="drain"), DrainBefore)


def test_the_rest_is_read_where_nothing_was_measured() -> None:
    assert isinstance(edit_of(PART["a name"], target=("litellm==2.0.0",)), DrainBefore)


# ---- recognised, whoever wrote it

FORMS = {
    "before the exit": (f"        if flag:\n            {LOG}\n            break\n", 0),
    "behind the loop": (f"        if flag:\n            break\n    {LOG}\n", 0),
    "by a helper": ("        if flag:\n            await log_part(response)\n            break\n", 0),
    "by a helper behind the loop": ("        if flag:\n            return\n    await log_part(response)\n", 1),
    "in a finally": (f"        try:\n            if flag: break\n        finally:\n            {LOG}\n", 0),
    "whatever it raises": (
        (
            f"        if flag:\n            try:\n                {LOG}\n            except Exception:\n"
            "                pass\n            break\n"
        ),
        0,
    ),
    "if there is a part": (
        (
            "        if flag:\n            part = litellm.stream_chunk_builder(response.chunks)\n            if part:\n"
            "                await response.logging_obj.async_success_handler(part)\n            break\n"
        ),
        0,
    ),
    "by way of a name": (
        (
            "        if flag:\n            log = response.logging_obj\n"
            "            await log.dispatch_success_handlers(flag)\n            break\n"
        ),
        0,
    ),
    "in a task": (
        (
            "        if flag:\n"
            "            task = asyncio.create_task(response.logging_obj.async_success_handler(flag))\n"
            "            break\n"
        ),
        0,
    ),
    "at the other exit": (f"        if flag:\n            {LOG}\n            break\n        if chunk: break\n", 1),
    "never awaited": (f"        if flag:\n            {LOG.removeprefix('await ')}\n            break\n", 1),
    "of a sync stream": (
        "        if flag:\n            response.logging_obj.success_handler(flag)\n            break\n",
        1,
    ),
    "of another stream": (
        "        if flag:\n            await flag.logging_obj.async_success_handler(flag)\n            break\n",
        1,
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_counts_as_logged(name: str) -> None:
    body, findings = FORMS[name]
    source = (
        f"import asyncio\nimport litellm\n{HELPER}async def f(flag):\n"
        f"    response = await {CALL}\n    async for chunk in response:\n{body}"
    )
    assert [found.code for found in check_source(source)] == ["LLM101"] * findings


def test_of_each_stream_made_in_a_loop() -> None:
    body = f"response = await {CALL}\n        async for chunk in response:\n            if chunk:\n                "
    source = (
        f"import litellm\n{HELPER}async def f(questions):\n    for question in questions:\n        {body}break\n"
        "        if question:\n            await log_part(response)\n"
    )
    assert [found.code for found in check_source(source)] == ["LLM101"]


def test_of_a_stream_that_is_not_async() -> None:
    source = (
        "import litellm\ndef f(flag):\n"
        "    response = litellm.completion(model='m', messages=[], stream=True)\n    for chunk in response:\n"
        "        if flag:\n            response.logging_obj.success_handler(flag)\n            break\n"
    )
    assert check_source(source) == []
    assert [one.code for one in check_source(source.replace(".success_handler(flag)", ".failure_handler(flag)"))] == [
        "LLM102"
    ]
