"""The programs that the fixer rewrites: each without delivery, or with one that fails, as their users wrote them.

They are laid out in a folder, fixed there the way a user would, and run. A fixed program must deliver in every run, and
end with the exit status it had before.
"""

from __future__ import annotations

from dataclasses import dataclass

from lint_rules.settings import LOG_PARTIAL

from .pairs import Column

PROGRAM = "program.py"
RUNTIME = "runtime.py"

_HEAD = '''\
"""A program whose traces shall arrive."""

import asyncio
import json
import multiprocessing
import os
import sys
import time
from contextlib import asynccontextmanager

import litellm
@SDK@
@REGISTER@
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}


'''
_ANSWER = """\
async def main():
    response = await litellm.acompletion(**ASK)
    print(response.choices[0].message.content)
"""
_RUN = """

if __name__ == "__main__":
    asyncio.run(main())
"""
_KILL = _RUN + "    sys.stdout.flush()\n    os._exit(0)\n"


@dataclass(frozen=True)
class Program:
    """One program, and what a run of it must come to."""

    name: str
    body: str
    about: str
    calls: int = 1
    exit_code: int = 0
    runtime: str = ""
    """What runs the program, where it does not run itself: the platform it is written for."""
    early_exit: str = "drain"
    """What its users have settled that the fix of an early exit writes."""

    @property
    def part(self) -> bool:
        """Tell whether all that a fixed run delivers is the part of the output that was received."""
        return self.early_exit == LOG_PARTIAL

    @property
    def command(self) -> tuple[str, ...]:
        """What to run in the program's folder."""
        return (RUNTIME,) if self.runtime else (PROGRAM,)

    def files(self, column: Column) -> dict[str, str]:
        """Return the program's files as they are written for these versions."""
        text = _HEAD + self.body
        old = column.pair.langfuse.startswith("2.")
        symbol = "langfuse_context" if old else "get_client"
        home = "langfuse.decorators" if old else "langfuse"
        text = text.replace("@SDK@", f"from {home} import {symbol}\n" if "@FLUSH@" in text else "")
        text = text.replace("@FLUSH@", f"{symbol}.flush()" if old else f"{symbol}().flush()")
        text = text.replace("@REGISTER@", column.register)
        text = text.replace("@LOGGED@", _LOGGED_OLD if column.pair.release < (1, 76) else _LOGGED)
        return {PROGRAM: text, **({RUNTIME: self.runtime} if self.runtime else {})}


_WAIT = """\
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    if rest:
        await asyncio.wait(rest, timeout=1)
"""
_FLUSHED = """\
async def main():
    try:
        response = await litellm.acompletion(**ASK)
        print(response.choices[0].message.content)
    finally:
@LOGGED@
        @FLUSH@
"""
_LOGGED = """\
        from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()"""
_LOGGED_OLD = """\
        while rest := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(rest, timeout=1)"""
_FIFTY = """\
async def ask(number):
    response = await litellm.acompletion(**ASK)
    return response.choices[0].message.content


async def main():
    answers = await asyncio.gather(*(ask(number) for number in range(50)))
    print(len(answers))
"""
_STREAM = """\
async def main():
    response = await litellm.acompletion(**ASK, stream=True, stream_options={"include_usage": True})
    async for chunk in response:
        print(chunk.choices[0].delta.content or "", end="")
"""
_EARLY = """\
async def main():
    response = await litellm.acompletion(**ASK, stream=True, stream_options={"include_usage": True})
    async for chunk in response:
        if "quick" in (chunk.choices[0].delta.content or ""):
            break
"""
_LAMBDA = """\
async def answer(event):
    response = await litellm.acompletion(**ASK)
    return response.choices[0].message.content


def lambda_handler(event, context):
    return {"statusCode": 200, "body": asyncio.run(answer(event))}
"""
_FROZEN = """\
import os
import program

print(program.lambda_handler({}, None), flush=True)
os._exit(0)  # frozen, and never thawed
"""
_LIFESPAN = """\
async def answer():
    response = await litellm.acompletion(**ASK)
    return response.choices[0].message.content


@asynccontextmanager
async def lifespan(app):
    print("up")
    yield
    print("down")
"""
_SERVER = """\
import asyncio
import program


async def serve():
    async with program.lifespan(None):
        print(await program.answer())


asyncio.run(serve())
"""
_FORKED = """\
async def answer():
    response = await litellm.acompletion(**ASK)
    print(response.choices[0].message.content)


def work():
    asyncio.run(answer())


if __name__ == "__main__":
    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    worker.join()
"""

PROGRAMS = (
    Program("one call", _ANSWER + _RUN, "`main` awaits one call and returns"),
    Program("read stream", _STREAM + _RUN, "`main` reads one stream to its end and returns"),
    Program("left stream", _EARLY + _RUN, "`main` leaves one stream for a word in it; the fix reads the rest"),
    Program(
        "left stream, part logged",
        _EARLY + _RUN,
        "the same with `--early-exit=log-partial`: what was received arrives, once",
        early_exit=LOG_PARTIAL,
    ),
    Program(
        "exception", _ANSWER + '    raise RuntimeError("the program fails")\n' + _RUN, "`main` raises", exit_code=1
    ),
    Program("sys.exit(3)", _ANSWER + "    sys.exit(3)\n" + _RUN, "`main` ends with `sys.exit(3)`", exit_code=3),
    Program("50 calls at once", _FIFTY + _RUN, "`main` gathers 50 calls and returns", calls=50),
    Program("lifespan", _LIFESPAN, "the lifespan of an ASGI application, run by a server", runtime=_SERVER),
    Program("Lambda", _LAMBDA, "a Lambda handler; the process is frozen behind it", runtime=_FROZEN),
    Program("os._exit", _ANSWER + _KILL, "`os._exit(0)` behind `asyncio.run(main())`"),
    Program("forked worker", _FORKED, "`asyncio.run` in a forked `multiprocessing` worker"),
    Program("sleep", _ANSWER + "    await asyncio.sleep(1)\n" + _RUN, "`main` ends with a sleep of 1 s"),
    Program(
        "error before the wait",
        _ANSWER + "    json.loads(response.choices[0].message.content)\n" + _WAIT + _RUN,
        "`main` waits for the other tasks, which an exception skips",
        exit_code=1,
    ),
    Program("Langfuse flush", _ANSWER + "    @FLUSH@\n" + _RUN, "`main` ends with a Langfuse flush"),
    Program(
        "Langfuse flush after run", _ANSWER + _RUN + "    @FLUSH@\n", "a Langfuse flush behind `asyncio.run(main())`"
    ),
    Program(
        "Langfuse flush, os._exit",
        _FLUSHED + _KILL,
        "`main` lets LiteLLM log and flushes Langfuse, in a `finally`; then `os._exit(0)`",
    ),
)

# ---- what a fix costs, and what it does when Langfuse fails. The marks are the program's own clock.

BODY, LOOP = "body ended at", "loop ended at"
_MARK = '    print("@BODY@", time.time(), flush=True)\n'.replace("@BODY@", BODY)
_CLOCKED = """

if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        print("@LOOP@", time.time(), flush=True)
""".replace("@LOOP@", LOOP)
_IF_ASKED = """\
async def main():
    if len(sys.argv) > 1:
        response = await litellm.acompletion(**ASK)
        print(response.choices[0].message.content)
"""
_TICKER = """\
async def tick():
    while True:
        await asyncio.sleep(0.05)


async def main():
    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0)
    if len(sys.argv) > 1:
        response = await litellm.acompletion(**ASK)
        print(response.choices[0].message.content)
"""

IDLE = (
    Program("nothing to deliver", _IF_ASKED + _MARK + _CLOCKED, "the program makes no call", calls=0),
    Program("the same, a task of its own", _TICKER + _MARK + _CLOCKED, "with a task that never ends", calls=0),
    Program("the same, os._exit", _IF_ASKED + _MARK + _CLOCKED + "    os._exit(0)\n", "`os._exit` behind it", calls=0),
)
FAILING = (
    Program("one call", _ANSWER + _MARK + _CLOCKED, "`main` returns"),
    Program(
        "exception",
        _ANSWER + _MARK + '    raise RuntimeError("the program fails")\n' + _CLOCKED,
        "`main` raises",
        exit_code=1,
    ),
    Program("sys.exit(3)", _ANSWER + _MARK + "    sys.exit(3)\n" + _CLOCKED, "`main` ends so", exit_code=3),
    Program("os._exit", _ANSWER + _MARK + _CLOCKED + "    os._exit(0)\n", "behind `asyncio.run(main())`"),
)
