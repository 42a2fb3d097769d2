"""The delivery helper that each recipe gives: formatted, complete, one per module; and where its turn comes."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys

import pytest

from codemods.engine import fix_source
from lint_rules.finding import DeliverTraces, Flush, Recipe, Wait

LANGFUSE, OTEL = (Flush.LITELLM, Flush.CALLBACK_CLIENTS), (Flush.PROVIDER, Flush.PRIVATE_PROVIDERS)
RECIPES = [
    *(
        Recipe(wait, flushes)
        for wait in (Wait.WORKER, Wait.TASKS, Wait.EITHER)
        for flushes in [(), *((flush,) for flush in (*LANGFUSE, *OTEL)), *itertools.product(LANGFUSE, OTEL)]
    ),
    Recipe(Wait.NOTHING, (Flush.CLIENT,)),
    Recipe(Wait.NOTHING, (Flush.CONTEXT,)),
]
MAIN = """\
import litellm


«coroutine:async def» main():
    await work()


async def work():
    await litellm.acompletion()
"""


def written(recipe: Recipe, parse_marks, finding, fix, program: str = MAIN) -> str:
    marked = parse_marks(program)
    edit = DeliverTraces(marked["coroutine"], recipe=recipe)
    return fix(marked.source.encode(), [finding("LLM301", edit)]).decode()


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_is_formatted_and_knows_its_names(recipe, parse_marks, finding, fix):
    text = written(recipe, parse_marks, finding, fix)
    ruff = [sys.executable, "-m", "ruff"]
    check = [*ruff, "check", "--isolated", "--select=F,E,B,I", "--ignore=E501", "-"]
    done = subprocess.run(check, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    form = [*ruff, "format", "--isolated", "--line-length=88", "-"]
    assert subprocess.run(form, input=text, capture_output=True, text=True, check=True).stdout == text


def test_waits_for_the_worker_or_for_tasks(parse_marks, finding, fix):
    worker = written(Recipe(Wait.WORKER), parse_marks, finding, fix)
    assert "await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)" in worker
    assert "all_tasks" not in worker
    tasks = written(Recipe(Wait.TASKS), parse_marks, finding, fix)
    assert "GLOBAL_LOGGING_WORKER" not in tasks
    assert "for task in asyncio.all_tasks()" in tasks
    either = written(Recipe(Wait.EITHER), parse_marks, finding, fix)
    assert "except ImportError:  # litellm < 1.76.0" in either
    assert "await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)" in either
    assert "for task in asyncio.all_tasks()" in either


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_all_its_waits_together_are_bounded(recipe, parse_marks, finding, fix):
    text = written(recipe, parse_marks, finding, fix)
    [patience] = re.findall(r"timeout: float = ([\d.]+)", text)
    waits = len(re.findall(r"wait_for\(|\.join\(timeout\)", text))
    assert 0 < float(patience) * waits <= 10


def test_flushes_in_a_daemon_thread(parse_marks, finding, fix):
    text = written(Recipe(Wait.WORKER, (Flush.LITELLM,)), parse_marks, finding, fix)
    assert text.startswith("import asyncio\nimport logging\nimport threading\n")
    assert "flushes = [flush_langfuse_tracing]" in text
    assert "exporting.join(timeout)" in text


def test_takes_a_helper_that_does_more(parse_marks, finding, fix):
    earlier = written(Recipe(Wait.WORKER, (Flush.LITELLM,)), parse_marks, finding, fix)
    program = earlier + "\n\n«coroutine:async def» job():\n    await work()\n"
    again = written(Recipe(Wait.WORKER), parse_marks, finding, fix, program)
    assert again.startswith(earlier)
    assert again.count("async def _deliver_traces") == 1
    assert again.count("await _deliver_traces()") == 2


def test_writes_a_helper_anew_that_does_less(parse_marks, finding, fix):
    earlier = written(Recipe(Wait.WORKER), parse_marks, finding, fix)
    program = earlier + "\n\n«coroutine:async def» job():\n    await work()\n"
    again = written(Recipe(Wait.WORKER, (Flush.LITELLM,)), parse_marks, finding, fix, program)
    assert again.count("async def _deliver_traces") == 1
    assert "flushes = [flush_langfuse_tracing]" in again
    assert again.count("await _deliver_traces()") == 2


HEAD = "import asyncio\nimport litellm\n\n\n«coroutine:async def» main():\n"
# what stands in the body, with marks on what is replaced, moved or flushed; what becomes of it
BODIES = {
    "a sleep at the end": (
        "    await work()\n    # patience\n    «replaced:await asyncio.sleep(1)»\n",
        "    try:\n        await work()\n    finally:\n        # patience\n        await _deliver_traces()\n",
    ),
    "a sleep before a return": (
        "    await work()\n    «replaced:await asyncio.sleep(1)»\n    return 1\n",
        "    try:\n        await work()\n        return 1\n    finally:\n        await _deliver_traces()\n",
    ),
    "a sleep in a branch": (
        "    if x:\n        «replaced:await asyncio.sleep(1)»\n",
        (
            "    try:\n        if x:\n            await _deliver_traces()\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "a sleep in a finally": (
        "    try:\n        await work()\n    finally:\n        «replaced:await asyncio.sleep(1)»\n        done()\n",
        "    try:\n        await work()\n    finally:\n        await _deliver_traces()\n        done()\n",
    ),
    "a sleep that is all there is": (
        "    «replaced:await asyncio.sleep(1)»\n",
        "    try:\n        pass\n    finally:\n        await _deliver_traces()\n",
    ),
    "a sleep and a flush": (
        "    await work()\n    «replaced:await asyncio.sleep(1)»\n    «flush:client.flush()»\n",
        "    try:\n        await work()\n    finally:\n        await _deliver_traces()\n        client.flush()\n",
    ),
    "steps at the end": (
        "    await work()\n\n    # flush\n    «step:await asyncio.sleep(0)»\n    «step2:await W.flush()»\n",
        (
            "    try:\n        await work()\n"
            "    finally:\n        # flush\n        await asyncio.sleep(0)\n        await W.flush()\n"
        ),
    ),
    "steps before a return": (
        "    value = await work()\n    «step:await W.flush()»  # now\n    return value\n",
        "    try:\n        value = await work()\n        return value\n    finally:\n        await W.flush()  # now\n",
    ),
    "steps with a name of the first lines": (
        "    w = W()\n    await work()\n    «step:await w.flush()»\n",
        "    w = W()\n    try:\n        await work()\n    finally:\n        await w.flush()\n",
    ),
    "steps with a name bound late": (
        "    await work()\n    w = W()\n    «step:await w.flush()»\n",
        (
            "    try:\n        await work()\n        w = W()\n        await w.flush()\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "steps before a return that makes a call": (
        "    «step:await W.flush()»\n    return await work()\n",
        (
            "    try:\n        await W.flush()\n        return await work()\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "steps on one line": (
        "    await work(); «step:await W.flush()»\n",
        "    try:\n        await work(); await W.flush()\n    finally:\n        await _deliver_traces()\n",
    ),
    "a lifespan": (
        "    start()\n    yield\n    stop()\n",
        "    start()\n    try:\n        yield\n        stop()\n    finally:\n        await _deliver_traces()\n",
    ),
    "a lifespan inside a pool": (
        "    start()\n    async with pool() as p:\n        yield p\n",
        (
            "    start()\n    try:\n        async with pool() as p:\n            yield p\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "a lifespan with a finally": (
        "    start()\n    try:\n        yield\n    finally:\n        stop()\n",
        "    start()\n    try:\n        yield\n    finally:\n        await _deliver_traces()\n        stop()\n",
    ),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES.keys())
def test_where_its_turn_comes(body, expected, parse_marks, finding, fix):
    marked = parse_marks(HEAD + body)
    edit = DeliverTraces(
        marked["coroutine"],
        flush=marked.get("flush"),
        steps=tuple(marked[label] for label in ("step", "step2") if marked.get(label)),
        replaced=(marked["replaced"],) if marked.get("replaced") else (),
    )
    result = fix(marked.source.encode(), [finding("LLM302", edit)]).decode()
    assert result.endswith(f"async def main():\n{expected}")


def test_without_a_recipe_nothing_is_written(parse_marks, finding):
    marked = parse_marks(HEAD + "    await work()\n")
    found = finding("LLM301", DeliverTraces(marked["coroutine"], recipe=None))
    rewrite = fix_source(marked.source.encode(), [found], check=lambda data: [found])
    assert rewrite.data == marked.source.encode()
    assert rewrite.problem is not None
    assert "no delivery is known" in rewrite.problem.message
