"""The programs that are measured as they stand: a body, what `main` does last, a way out.

Each is put together from a few lines, and runs with every version: what a version does not have ends the program with
`ABSENT`, so that the table says "absent" by measurement, not by hearsay.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

ABSENT = 77
"""The exit code of a program that uses what the installed versions do not have."""

_FRAME = """\
import asyncio
import os
import signal
import sys

import litellm
{needs}
{register}
ASK = {{"model": "gpt-4o-mini", "messages": [{{"role": "user", "content": "hi"}}]}}
{setup}

async def main():
{main}

{run}
"""
_NEEDS = """
try:
{imports}
except (ImportError, AttributeError):
    os._exit({absent})
"""


@dataclass(frozen=True)
class Row:
    """One row of one table: a program, and what it must come to."""

    topic: str
    name: str
    main: str
    """What `main` does."""
    needs: str = ""
    """Imports that not every version has."""
    setup: str = ""
    run: str = "asyncio.run(main())"
    calls: int = 1
    exit_code: int = 0
    about: str = ""
    """What the name stands for, for the legend."""
    complete: bool = False
    """Nothing is missing that could be done: what is lost then, these versions lose, and the linter has to say so."""

    def source(self, register: str, *, langfuse: int = 3) -> str:
        """Return the program that registers Langfuse by the line `register`, with the imports of that major version."""
        needs = self.needs
        for mark, imports in (_IMPORTS_2 if langfuse == 2 else _IMPORTS).items():
            needs = needs.replace(mark, imports)
        needs = _NEEDS.format(imports=indented(needs), absent=ABSENT) if needs else ""
        main = indented(self.main)
        return _FRAME.format(needs=needs, register=register, setup=self.setup, main=main, run=self.run)


def indented(code: str) -> str:
    """Return code as it stands in a block."""
    return textwrap.indent(textwrap.dedent(code).strip(), "    ")


CALL = "await litellm.acompletion(**ASK)"
STREAM = """\
response = await litellm.acompletion(**ASK, stream=True, stream_options={"include_usage": True})
"""
READ = STREAM + "async for _ in response:\n    pass"

_TEXT = "chunk.choices[0].delta.content"
WORKER = "from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER"
SDK, OBSERVE = "@SDK@", "@OBSERVE@"
"""Imports that Langfuse 2 has elsewhere; the rest of the program is the same for all."""
_IMPORTS = {SDK: "from langfuse import get_client", OBSERVE: "from langfuse import observe"}
_IMPORTS_2 = {
    SDK: "from langfuse.decorators import langfuse_context\nget_client = lambda: langfuse_context",
    OBSERVE: "from langfuse.decorators import observe",
}
DRAIN = """
async def drain(rounds=2):
    try:
        from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER as worker
    except ImportError:
        worker = None
    for _ in range(rounds):
        await asyncio.sleep(0)
        mine = (asyncio.current_task(), getattr(worker, "_worker_task", None))
        rest = [task for task in asyncio.all_tasks() if task not in mine]
        if rest:
            await asyncio.wait(rest, timeout=10)
        if worker is not None:
            await worker.flush()
"""


# ---- what main does last


@dataclass(frozen=True)
class Ending:
    """What stands behind the call."""

    name: str
    last: str
    about: str
    needs: str = ""
    setup: str = ""
    after: str = ""
    """What stands behind `asyncio.run`."""


_ALL_TASKS = """\
rest = asyncio.all_tasks() - {asyncio.current_task()}
if rest:
    await asyncio.wait(rest, timeout=1)
"""
ENDINGS = (
    Ending("nothing", "", "`main` returns"),
    Ending(
        "Langfuse flush",
        "get_client().flush()",
        "`langfuse_context.flush()` (Langfuse 2), `get_client().flush()` (3 and later)",
        SDK,
    ),
    Ending("sleep 1 s", "await asyncio.sleep(1)", "`await asyncio.sleep(1)`"),
    Ending("sleep 1 s, Langfuse flush", "await asyncio.sleep(1)\nget_client().flush()", "both, in this order", SDK),
    Ending(
        "worker flush", "await GLOBAL_LOGGING_WORKER.flush()", "`await GLOBAL_LOGGING_WORKER.flush()`, alone", WORKER
    ),
    Ending(
        "worker flush in wait_for",
        "await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), 5)",
        "the same inside `asyncio.wait_for`, which gives the loop a turn up to Python 3.11 and not from 3.12 on",
        WORKER,
    ),
    Ending("sleep(0)", "await asyncio.sleep(0)", "one turn of the loop, alone"),
    Ending(
        "sleep(0), worker flush",
        "await asyncio.sleep(0)\nawait GLOBAL_LOGGING_WORKER.flush()",
        "one turn of the loop, then `await GLOBAL_LOGGING_WORKER.flush()`",
        WORKER,
    ),
    Ending(
        "wait for all tasks, 1 s",
        _ALL_TASKS,
        "`asyncio.wait` for all other tasks of the loop; from litellm 1.76.0 on the worker is one that never ends",
    ),
    Ending(
        "drain, one round",
        "await drain(rounds=1)",
        "one turn of the loop, then all other tasks but the worker's, then the worker's flush if there is a worker",
        setup=DRAIN,
    ),
    Ending("drain, two rounds", "await drain()", "the same twice", setup=DRAIN),
    Ending(
        "Langfuse flush after run",
        "",
        "the Langfuse flush behind `asyncio.run(main())`",
        SDK,
        after="get_client().flush()",
    ),
    Ending(
        "worker flush after run",
        "",
        "`asyncio.run(GLOBAL_LOGGING_WORKER.flush())` behind it: on a second loop",
        WORKER,
        after="asyncio.run(GLOBAL_LOGGING_WORKER.flush())",
    ),
    Ending(
        "_flush_on_exit after run",
        "",
        "the private `GLOBAL_LOGGING_WORKER._flush_on_exit()` behind it",
        WORKER + "\nGLOBAL_LOGGING_WORKER._flush_on_exit",
        after="GLOBAL_LOGGING_WORKER._flush_on_exit()",
    ),
)


def _ending_rows(topic: str, body: str, *, explained: bool = True) -> tuple[Row, ...]:
    return tuple(
        Row(
            topic,
            ending.name,
            f"{body}\n{ending.last}",
            ending.needs,
            ending.setup,
            f"asyncio.run(main())\n{ending.after}",
            about=ending.about if explained else "",
        )
        for ending in ENDINGS
    )


def _sync_rows(topic: str) -> tuple[Row, ...]:
    read = "for _ in litellm.completion(**ASK, stream=True, stream_options={'include_usage': True}):\n    pass"
    return (
        Row(
            topic, "sync call", "pass", run="litellm.completion(**ASK)", about="`litellm.completion`, nothing behind it"
        ),
        Row(topic, "sync stream, read", "pass", run=read, about="the same with `stream=True`, read to its end"),
    )


# ---- many calls at once

_FIFTY = "await asyncio.gather(*(ask() for _ in range(50)))"


def _many_rows(topic: str) -> tuple[Row, ...]:
    def row(name: str, last: str, *, body: str = CALL, needs: str = "", setup: str = "") -> Row:
        ask = f"\nasync def ask():\n{indented(body)}\n"
        return Row(topic, name, f"{_FIFTY}\n{last}", needs, setup + ask, calls=50)

    return (
        row("nothing", ""),
        row("Langfuse flush", "get_client().flush()", needs=SDK),
        row("sleep 1 s", "await asyncio.sleep(1)"),
        row("sleep(0), worker flush", "await asyncio.sleep(0)\nawait GLOBAL_LOGGING_WORKER.flush()", needs=WORKER),
        row("drain, two rounds", "await drain()", setup=DRAIN),
        row("50 read streams, drain", "await drain()", body=READ, setup=DRAIN),
    )


# ---- os._exit right behind the flush of an exporter

_CALLBACK_CLIENTS = """\
clients = [client for cb in litellm._async_success_callback if (client := getattr(cb, "Langfuse", None))]
if not clients:
    os._exit(77)
for client in clients:
    client.flush()
"""
_PRIVATE_PROVIDERS = """\
caches = [getattr(cb, "_tracer_provider_cache", None) for cb in litellm._async_success_callback]
providers = [provider for cache in caches for provider in (cache or {}).values()]
if not providers:
    os._exit(77)
for provider in providers:
    getattr(provider, "provider", provider).force_flush()
"""
_LITELLM_FLUSH = "from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing"


def _exporter_rows(topic: str) -> tuple[Row, ...]:
    def row(name: str, flush: str, about: str, needs: str = "") -> Row:
        return Row(topic, name, f"{CALL}\nawait drain()\n{flush}\nos._exit(0)", needs, DRAIN, about=about)

    return (
        row("nothing", "", "LiteLLM has logged the call (drain, two rounds), then `os._exit(0)`"),
        row("sleep 1 s", "await asyncio.sleep(1)", "a sleep before `os._exit(0)`"),
        row("sleep 6 s", "await asyncio.sleep(6)", "longer than OpenTelemetry's batches wait (5 s)"),
        row("Langfuse flush", "get_client().flush()", "`langfuse_context.flush()` / `get_client().flush()`", SDK),
        row("new client's flush", "Langfuse().flush()", "`Langfuse().flush()`", "from langfuse import Langfuse"),
        row(
            "global tracer provider",
            # A provider that nobody has set has nothing to flush.
            'getattr(trace.get_tracer_provider(), "force_flush", lambda: os._exit(77))()',
            "`opentelemetry.trace.get_tracer_provider().force_flush()`",
            # Without the SDK there is only a provider that does nothing.
            "from opentelemetry import trace\nimport opentelemetry.sdk.trace",
        ),
        row(
            "flush_langfuse_tracing",
            "flush_langfuse_tracing()",
            "`litellm.integrations.langfuse.langfuse_sdk.flush_langfuse_tracing()`",
            _LITELLM_FLUSH,
        ),
        row(
            "callbacks' clients",
            _CALLBACK_CLIENTS,
            "`.Langfuse.flush()` of the callback objects in `litellm._async_success_callback` (private)",
        ),
        row(
            "callbacks' tracer providers",
            _PRIVATE_PROVIDERS,
            "`force_flush()` of the providers in the callback objects' `_tracer_provider_cache` (private)",
        ),
    )


# ---- ways out of the process


def _way_rows(topic: str) -> tuple[Row, ...]:
    handler = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
    killed = "os.kill(os.getpid(), signal.SIGTERM)\nawait asyncio.sleep(5)"

    def both(name: str, out: str, exit_code: int, about: str, setup: str = "") -> tuple[Row, Row]:
        bare = f"{CALL}\n{out}"
        kept = f"try:\n{textwrap.indent(bare, '    ')}\nfinally:\n    await drain()"
        options = {"setup": DRAIN + setup, "exit_code": exit_code}
        return (
            Row(topic, f"{name}, nothing", bare, about=about, **options),  # type: ignore[arg-type]
            Row(topic, f"{name}, drain in finally", kept, **options),  # type: ignore[arg-type]
        )

    return (
        *both("exception", 'raise RuntimeError("the program fails")', 1, "`main` raises behind the call"),
        *both("sys.exit(3)", "sys.exit(3)", 3, "in `main`, behind the call"),
        *both("SIGTERM", killed, -15, "the process gets the signal, without a handler"),
        *both("SIGTERM, handled", killed, 143, "the handler calls `sys.exit`", handler),
        *both("os._exit", "os._exit(0)", 0, "in `main`, behind the call"),
    )


# ---- spans of the Langfuse SDK around the call

_OBSERVED = "\n@observe({how})\nasync def ask():\n{body}\n"
_OBSERVED_CALL = "return (await litellm.acompletion(**ASK)).choices[0].message.content"
_FINALLY_DRAIN = f"try:\n    {_OBSERVED_CALL}\nfinally:\n    await drain()"
_ASK_OPENAI = "client = AsyncOpenAI()\nresponse = await client.chat.completions.create(**ASK, stream=True)"


def _observe_rows(topic: str) -> tuple[Row, ...]:
    def row(name: str, last: str, about: str, body: str = _OBSERVED_CALL, how: str = "") -> Row:
        ask = DRAIN + _OBSERVED.format(how=how, body=indented(body))
        complete = "drain" in name
        return Row(topic, name, f"await ask()\n{last}", f"{SDK}\n{OBSERVE}", ask, about=about, complete=complete)

    def openai(name: str, body: str, about: str) -> Row:
        return Row(topic, name, body, "from langfuse.openai import AsyncOpenAI", about=about)

    flushed = "await drain()\nget_client().flush()"
    as_generation = 'as_type="generation"'
    return (
        row("@observe, nothing", "", "the call inside an `@observe`d coroutine; `main` returns"),
        row("@observe, Langfuse flush", "get_client().flush()", "the Langfuse flush behind it"),
        row("@observe, drain, flush", flushed, "drain (two rounds) and the Langfuse flush behind it"),
        row("drained inside @observe", "", "drain in a `finally` of the decorated coroutine", _FINALLY_DRAIN),
        row("@observe, read stream", "", "the decorated coroutine reads a stream to its end", READ),
        row("@observe as generation", flushed, 'the same with `@observe(as_type="generation")`', how=as_generation),
        openai(
            "langfuse.openai",
            "await AsyncOpenAI().chat.completions.create(**ASK)",
            "the drop-in client instead of LiteLLM, no flush",
        ),
        openai(
            "langfuse.openai, break",
            f"{_ASK_OPENAI}\nasync for chunk in response:\n    if {_TEXT}:\n        break",
            "its stream, left early",
        ),
    )


# ---- how a stream is read


_REST = "async for _ in response:\n    pass\n"
_WRAPPER = f"""
async def words():
    {STREAM.strip()}
    async for chunk in response:
        yield chunk
"""
_DRAINING_WRAPPER = f"""
async def words():
    {STREAM.strip()}
    try:
        async for chunk in response:
            yield chunk
    finally:
        async for _ in response:
            pass
"""
_RETURN_AND_DRAIN = (
    STREAM
    + """
try:
    async for chunk in response:
        return
finally:
    async for _ in response:
        pass
"""
)
_LOG_PART = f"""
async for chunk in response:
    if "quick" in ({_TEXT} or ""):
        part = litellm.stream_chunk_builder(response.chunks, messages=response.messages)
        await response.logging_obj.async_success_handler(part, start_time=None, end_time=None, cache_hit=False)
        break
"""
_ROUTED = """
router = litellm.Router(model_list=[{"model_name": "fast", "litellm_params": {"model": "gpt-4o-mini"}}])
response = await router.acompletion(**{**ASK, "model": "fast"}, stream=True)
"""
_CANCELLED = """
async def part(response):
    async for chunk in response:
        await asyncio.sleep(0.05)
"""


def _loop(body: str) -> str:
    return f"{STREAM}async for chunk in response:\n{indented(body)}\n"


def _stream_rows(topic: str) -> tuple[Row, ...]:
    def row(name: str, read: str, about: str, setup: str = "") -> Row:
        ask = f"\nasync def read():\n{indented(read)}\n"
        main = "try:\n    await read()\nexcept (asyncio.TimeoutError, AttributeError) as error:\n"
        main += "    print(type(error).__name__)\nawait drain()\nawait asyncio.sleep(0.5)"
        return Row(topic, name, main, setup=DRAIN + setup + ask, about=about)

    leave = _loop(f"if {_TEXT}:\n    break")
    waited_for = _loop(f'if "quick" in ({_TEXT} or ""):\n    break')
    finished = _loop("if chunk.choices[0].finish_reason:\n    break")
    leave_words = "async for _ in words():\n    break"
    return (
        row("read to the end", _loop("pass"), "`async for` until it ends by itself"),
        row("continue on empty", _loop(f"if not {_TEXT}:\n    continue"), "chunks without text are skipped"),
        row("break on empty", _loop(f"if not {_TEXT}:\n    break"), "the first chunk without text ends the loop"),
        row("break on finish_reason", finished, "the chunk with the finish reason ends the loop"),
        row("break on content", waited_for, "a word that was waited for ends the loop"),
        row("return", _loop(f"if {_TEXT}:\n    return"), "`return` in the loop"),
        row("break, then drain", leave + _REST, "`async for _ in response: pass` behind the loop"),
        row("break, part logged", STREAM + _LOG_PART, "what was received is given to the stream's `logging_obj` first"),
        row("the same, then drain", STREAM + _LOG_PART + _REST, "and the rest is read after all"),
        row("the same, of a Router", _ROUTED + _LOG_PART, "the stream is that of a `litellm.Router`"),
        row("return, drain in finally", _RETURN_AND_DRAIN, "the same in a `finally`"),
        row("break, aclose", leave + "await response.aclose()", "`await response.aclose()` behind the loop"),
        row(
            "time-out", STREAM + "await asyncio.wait_for(part(response), 0.1)", "cancelled while it is read", _CANCELLED
        ),
        row("wrapper, consumer breaks", leave_words, "the stream inside an async generator", _WRAPPER),
        row("draining wrapper", leave_words, "the generator drains in its `finally`", _DRAINING_WRAPPER),
    )


TOPICS = {
    "call": _ending_rows("call", CALL) + _sync_rows("call"),
    "stream": _ending_rows("stream", READ, explained=False),
    "many": _many_rows("many"),
    "ways": _way_rows("ways"),
    "exporters": _exporter_rows("exporters"),
    "observe": _observe_rows("observe"),
    "bodies": _stream_rows("bodies"),
}
ROWS = tuple(row for rows in TOPICS.values() for row in rows)

# ---- which registrations work at all

RAISED = "raised:"
REGISTRATION = Row(
    "registrations",
    "",
    f"""
try:
    {CALL}
except Exception as error:
    print("{RAISED}", type(error).__name__)
    sys.exit(1)
await drain()
""",
    setup=DRAIN,
)


def what_was_raised(stdout: str) -> str:
    """Return the name of the exception that the call raised, from what `REGISTRATION` printed; empty if none."""
    said = [line.removeprefix(RAISED).strip() for line in stdout.splitlines() if line.startswith(RAISED)]
    return f"raises {said[0]}" if said else ""
