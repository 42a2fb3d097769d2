"""Why calls are lost, and where their streams were left: programs whose cause is known, run with the real SDKs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from lint_rules.shim.launch import Fresh
from lint_rules.shim.run import RunReport

Runner = Callable[..., RunReport]

HEAD = """\
import asyncio, os, signal, sys
import litellm
litellm.success_callback = ["langfuse"]
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
def stream():
    return litellm.acompletion(**ASK, stream=True)
def words(chunk):
    return chunk.choices[0].delta.content
"""
SLOW_END = "\nasyncio.run(main())\n"


class Case(NamedTuple):
    """A program, in which `#!` marks the line where its stream is left, and what must be said of its first call."""

    source: str
    cause: str | None
    rule: str | None
    chunks: int | None = None
    """How many chunks the program gets; None where that depends on the release, or there is no stream."""


def _main(body: str) -> str:
    return "async def main():\n" + "".join(f"    {line}\n" for line in body.strip().splitlines()) + SLOW_END


CASES = {
    "break": Case(
        _main("async for chunk in await stream():\n    if words(chunk):\n        x = 1\n        break  #!\nx = 2"),
        "abandoned stream",
        "LLM101",
    ),
    "the second of two breaks": Case(
        _main(
            """
async for chunk in await stream():
    if words(chunk) == "never":
        break
    if chunk.choices[0].finish_reason:
        break  #!
await asyncio.sleep(0.3)
"""
        ),
        "abandoned stream",
        "LLM101",
        6,
    ),
    "return from a helper": Case(
        "async def first():\n    async for chunk in await stream():\n        return words(chunk)  #!\n"
        + _main("await first()\nawait asyncio.sleep(0.3)"),
        "abandoned stream",
        "LLM101",
        1,
    ),
    "return at the end of the program": Case(
        _main("async for chunk in await stream():\n    return  #!"), "abandoned stream", "LLM101", 1
    ),
    "raise that is caught outside": Case(
        _main(
            """
try:
    async for chunk in await stream():
        raise ValueError("enough")  #!
except ValueError:
    pass
"""
        ),
        "abandoned stream",
        "LLM103",
        1,
    ),
    "exception that the loop survives": Case(
        _main(
            """
async for chunk in await stream():
    try:
        raise ValueError
    except ValueError:
        pass
    break  #!
"""
        ),
        "abandoned stream",
        "LLM101",
        1,
    ),
    "concatenated None": Case(
        _main(
            """
async def read():
    text = ""
    async for chunk in await stream():
        text += words(chunk)  #!
await asyncio.gather(read(), return_exceptions=True)
"""
        ),
        "crash on a None delta",
        "LLM201",
    ),
    "attribute of None": Case(
        _main("async for chunk in await stream():\n    words(chunk).strip()  #!"), "crash on a None delta", "LLM201"
    ),
    "cancelled in the body": Case(
        _main(
            """
async def read():
    async for chunk in await stream():
        await asyncio.sleep(9)  #!
await asyncio.wait([asyncio.create_task(read())], timeout=0.4)
"""
        ),
        "abandoned stream",
        "LLM101",
        1,
    ),
    "generator that is left": Case(
        """
async def tokens():
    async for chunk in await stream():
        yield words(chunk)  #!
"""
        + _main("async for token in tokens():\n    break\nawait asyncio.sleep(0.1)"),
        "abandoned stream",
        "LLM101",
        1,
    ),
    "killed in the body": Case(
        _main("async for chunk in await stream():  #!\n    os.kill(os.getpid(), signal.SIGKILL)"),
        "abandoned stream",
        "LLM101",
        1,
    ),
    "left by hand": Case(
        _main("response = await stream()\nchunk = await response.__anext__()  #!\nawait asyncio.sleep(0.1)"),
        "abandoned stream",
        "LLM101",
        1,
    ),
    "nobody reads it": Case(
        _main("response = await stream()\nawait asyncio.sleep(0.1)"), "abandoned stream", "LLM104", 0
    ),
    "two at once, one left": Case(
        _main(
            """
async def read(response, leave):
    async for chunk in response:
        await asyncio.sleep(0)
        if leave:
            break  #!
first, second = await stream(), await stream()
await asyncio.gather(read(first, True), read(second, False))
"""
        ),
        "abandoned stream",
        "LLM101",
        1,
    ),
    "router": Case(
        _main(
            """
router = litellm.Router([{"model_name": "m", "litellm_params": {"model": "gpt-4o-mini"}}])
async for chunk in await router.acompletion("m", ASK["messages"], stream=True):
    break  #!
"""
        ),
        "abandoned stream",
        "LLM101",
    ),
    "sync break": Case(
        "for chunk in litellm.completion(**ASK, stream=True):\n    break  #!\nprint()\n",
        "abandoned stream",
        "LLM102",
        1,
    ),
    "sync, by hand": Case(
        "response = litellm.completion(**ASK, stream=True)\nfirst = next(response)  #!\n",
        "abandoned stream",
        "LLM102",
        1,
    ),
    "read to the end": Case(
        _main("async for chunk in await stream():\n    pass\nawait asyncio.sleep(0.3)"), None, None, 6
    ),
    "break, then drained": Case(
        _main(
            """
response = await stream()
async for chunk in response:
    break
async for chunk in response:
    pass
await asyncio.sleep(0.3)
"""
        ),
        None,
        None,
        6,
    ),
    "not waited for": Case(_main("await litellm.acompletion(**ASK)"), "logging cancelled at loop close", "LLM301"),
    "exit before the log": Case(
        _main("await litellm.acompletion(**ASK)\nos._exit(0)"), "logging cancelled at loop close", "LLM301"
    ),
    "embedding, not waited for": Case(
        _main("await litellm.aembedding(model='text-embedding-3-small', input='hi')"),
        "logging cancelled at loop close",
        "LLM301",
    ),
    "exit before the flush": Case(
        _main("await litellm.acompletion(**ASK)\nawait asyncio.sleep(0.2)\nos._exit(0)"),
        "exporter not flushed",
        "LLM305",
    ),
    "sync, waited for by the interpreter": Case("litellm.completion(**ASK)\n", None, None),
}


def _marked_line(source: str) -> str | None:
    lines = [number for number, line in enumerate(source.splitlines(), start=1) if line.endswith("#!")]
    return f"program.py:{lines[0]}" if lines else None


@pytest.mark.parametrize("name", CASES)
def test_causes(run_source: Runner, name: str) -> None:
    case = CASES[name]
    report = run_source(HEAD + case.source)
    assert report.calls, report.stderr
    call = report.calls[0]
    assert (call.cause, call.rule, call.left_at) == (case.cause, case.rule, _marked_line(HEAD + case.source)), call
    assert (call.verdict == "delivered") is (case.cause is None)
    assert call.chunks_received == case.chunks or case.chunks is None
    assert call.exhausted is ((case.cause is None) if call.stream else None)
    assert report.unobserved == ()


@pytest.mark.parametrize("words", ["drain", "nothing"])
def test_a_callback_that_raises_when_it_is_to_record(run_source: Runner, words: str) -> None:
    """As OpenTelemetry does that is first asked for a provider while the interpreter goes down (litellm 1.85, 1.92)."""
    setup = HEAD.replace('success_callback = ["langfuse"]', 'callbacks = ["langfuse_otel"]') + _UNABLE
    wait = "import time\ntime.sleep(0.3)\n" if words == "drain" else ""
    [call] = run_source(f"{setup}litellm.completion(**ASK)\n{wait}").calls
    assert (call.verdict, call.cause, call.rule) == ("lost", "exporter error", None)
    assert "RuntimeError: cannot schedule new futures" in str(call.cause_detail)


_UNABLE = """
from litellm.integrations.opentelemetry import OpenTelemetry
def unable(*_, **__):
    raise RuntimeError("cannot schedule new futures after interpreter shutdown")
OpenTelemetry.get_tracer_to_use_for_request = unable
"""


def test_a_callback_that_leaves_the_text_out(run_source: Runner) -> None:
    """LiteLLM's OpenTelemetry callback does, of a text completion."""
    setup = HEAD.replace('success_callback = ["langfuse"]', 'callbacks = ["langfuse_otel"]')
    ask = 'litellm.text_completion(model="gpt-3.5-turbo-instruct", prompt="hi")'
    [call] = run_source(f"{setup}{ask}\nimport time\ntime.sleep(0.3)\n").calls
    assert (call.verdict, call.cause, call.rule) == ("partial", "output not recorded", None)


MISFIT = Path(__file__).parents[2] / ".venvs/1.77.7+2.60.10/bin/python"
"""Without OpenTelemetry, which neither of the two brings along, its "langfuse_otel" cannot be made."""


@pytest.mark.skipif(not MISFIT.exists(), reason="the Makefile makes that environment")
def test_a_callback_that_does_not_start(run_source: Runner) -> None:
    source = HEAD.replace('success_callback = ["langfuse"]', 'callbacks = ["langfuse_otel"]')
    [call] = run_source(f"{source}litellm.completion(**ASK)\n", launcher=Fresh(), python=str(MISFIT)).calls
    assert (call.verdict, call.cause, call.rule) == ("lost", "unsupported versions", "LLM402")
    assert "opentelemetry" in str(call.cause_detail)
