"""Tiny programs whose outcome is known, to hold the shim against. `@KIND@` is where they register a callback."""

from __future__ import annotations

import textwrap
from typing import NamedTuple


class Program(NamedTuple):
    """One program, and what the shim must say about it."""

    source: str
    verdict: str
    calls: tuple[str, ...]
    exit_code: int | None = 0
    kinds: tuple[str, ...] = ("langfuse", "langfuse_otel")


_HEAD = """\
import asyncio, sys
import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
@KIND@
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
"""


def _async(body: str) -> str:
    return (
        _HEAD
        + "async def main():\n"
        + textwrap.indent(textwrap.dedent(body).strip(), "    ")
        + "\nasyncio.run(main())\n"
    )


def _sync(body: str) -> str:
    return _HEAD + textwrap.dedent(body).strip() + "\n"


_FLUSH = """
await asyncio.sleep(0)
await GLOBAL_LOGGING_WORKER.flush()
"""
_STREAM = "response = await litellm.acompletion(**ASK, stream=True)\n"

PROGRAMS = {
    "async-no-flush": Program(_async("await litellm.acompletion(**ASK)"), "lost", ("lost",)),
    "async-flush": Program(_async("await litellm.acompletion(**ASK)" + _FLUSH), "delivered", ("delivered",)),
    "stream-break": Program(
        _async(
            _STREAM
            + """
async for chunk in response:
    if chunk.choices[0].finish_reason:
        break
await asyncio.sleep(0.3)
"""
        ),
        "lost",
        ("lost",),
    ),
    "stream-break-on-empty": Program(
        _async(
            _STREAM
            + """
full = ""
async for chunk in response:
    text = chunk.choices[0].delta.content
    if text:
        full += text
    else:
        break
"""
        ),
        "lost",
        ("lost",),
    ),
    "stream-full": Program(
        _async(
            _STREAM
            + """
full = ""
async for chunk in response:
    full += chunk.choices[0].delta.content or ""
assert full == "Hello from call 1: the quick brown world.", full
"""
            + _FLUSH
        ),
        "delivered",
        ("delivered",),
    ),
    "stream-break-drain": Program(
        _async(
            _STREAM
            + """
async for chunk in response:
    if not chunk.choices[0].delta.content:
        break
async for _ in response:
    pass
"""
            + _FLUSH
        ),
        "delivered",
        ("delivered",),
    ),
    "stream-none-delta": Program(
        _async(
            _STREAM
            + """
full = ""
async for chunk in response:
    full += chunk.choices[0].delta.content
"""
        ),
        "crashed",
        ("lost",),
        1,
    ),
    "router-stream": Program(
        _async(
            """
router = litellm.Router([{"model_name": "m", "litellm_params": {"model": "gpt-4o-mini"}}])
response = await router.acompletion("m", ASK["messages"], stream=True)
async for _ in response:
    pass
"""
            + _FLUSH
        ),
        "delivered",
        ("delivered",),
    ),
    "sync": Program(_sync("litellm.completion(**ASK)"), "delivered", ("delivered",)),
    "sync-stream-break": Program(
        _sync(
            """
for chunk in litellm.completion(**ASK, stream=True):
    if chunk.choices[0].finish_reason:
        break
"""
        ),
        "lost",
        ("lost",),
    ),
    "sync-stream-usage": Program(
        _sync(
            """
for chunk in litellm.completion(**ASK, stream=True, stream_options={"include_usage": True}):
    pass
"""
        ),
        "delivered",
        ("delivered",),
    ),
    "exit-3": Program(_sync("litellm.completion(**ASK)\nsys.exit(3)"), "crashed", ("delivered",), 3),
    "no-calls": Program("print('nothing to see')\n", "no-calls", ()),
    # Not with `langfuse_otel`: LiteLLM 1.106 itself loses one of two sync calls in a row in up to half of the runs.
    "twice": Program(
        _sync("litellm.completion(**ASK)\nlitellm.completion(**ASK)"),
        "delivered",
        ("delivered", "delivered"),
        kinds=("langfuse",),
    ),
}

KINDS = {
    "langfuse": 'litellm.success_callback = ["langfuse"]',
    "langfuse_otel": 'litellm.callbacks = ["langfuse_otel"]',
}


def source(name: str, kind: str = "langfuse") -> str:
    """Return the source of a program that registers callback `kind`."""
    return PROGRAMS[name].source.replace("@KIND@", KINDS[kind])
