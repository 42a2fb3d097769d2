"""Entry points of every kind, how their process ends, and which releases a judgement is about.

Programs here lean on frameworks that need not be installed: a name that cannot be resolved is all the linter sees of
them anyway.
"""

from __future__ import annotations

from textwrap import indent

import pytest

from lint_rules.finding import Finding
from lint_rules.rules import all_rules
from lint_rules.semantics.facts import Ending, EntryPoint, ModuleFacts, Source, facts_of
from lint_rules.semantics.project import Project
from lint_rules.semantics.releases import Target, Targets, release

PATH = "/nowhere/program.py"

HEAD = """\
import asyncio
import os

import litellm
import langfuse
from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.callbacks = ["{callback}"]


async def ask(question="Hi"):
    return await litellm.acompletion(model="gpt-4o-mini", messages=[{{"role": "user", "content": question}}])


async def deliver():
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


async def main(question="Hi"):
    try:
        await ask(question)
    finally:
        await deliver()
"""
ENDINGS = [value for name, value in vars(Ending).items() if name.isupper()]


def facts(source: str, litellm: str = "1.106.2", langfuse: str = "4.18.0") -> ModuleFacts:
    """What is found in a module whose project runs with these releases; several are parted by blanks."""
    wanted = {"litellm": litellm, "langfuse": langfuse}

    def find(package: str) -> Target:
        releases = tuple(release(one) for one in wanted[package].split())
        return Target(package, releases, wanted[package], "a test")

    project = Project()
    assert project.matters_as(PATH, source.encode())
    return facts_of(project.machine(PATH, source.encode()), Source(source), Targets(find))


def findings(source: str, litellm: str = "1.106.2", langfuse: str = "4.18.0") -> list[Finding]:
    found = facts(source, litellm, langfuse)
    return [finding for rule in all_rules() for finding in rule.findings(found)]


def codes(body: str, callback: str = "langfuse", litellm: str = "1.106.2", langfuse: str = "4.18.0") -> list[str]:
    found = findings(HEAD.format(callback=callback) + body, litellm, langfuse)
    return [finding.code for finding in found if finding.code.startswith("LLM3")]


def only(body: str, callback: str = "langfuse") -> EntryPoint:
    found = facts(HEAD.format(callback=callback) + body)
    (entry,) = found.ending(*ENDINGS)
    return entry


# ---- kinds of entry points


RUNNING = {
    "asyncio.run": "asyncio.run(ask())",
    "Runner": "with asyncio.Runner() as runner:\n    runner.run(ask())",
    "run_until_complete": "asyncio.get_event_loop().run_until_complete(ask())",
    "anyio": "import anyio\nanyio.run(ask)",
    "uvloop.run": "import uvloop\nuvloop.run(ask())",
    "uvloop.install": "import uvloop\nuvloop.install()\nasyncio.run(ask())",
    "async_to_sync": "from asgiref.sync import async_to_sync\nasync_to_sync(ask)()",
    "async_to_sync as a decorator": (
        "from asgiref.sync import async_to_sync\n\n\n@async_to_sync\nasync def job():\n    await ask()\n"
    ),
    "click": "import click\n\n\n@click.command()\n@click.argument('q')\ndef cli(q):\n    asyncio.run(ask(q))\n",
    "typer": "import typer\napp = typer.Typer()\n\n\n@app.command()\ndef cli(q: str):\n    asyncio.run(ask(q))\n",
    "celery": (
        "from celery import Celery\napp = Celery()\n\n\n"
        "@app.task(bind=True)\ndef job(self, q):\n    asyncio.run(ask(q))\n"
    ),
    "celery shared": "from celery import shared_task\n\n\n@shared_task\ndef job(q):\n    return asyncio.run(ask(q))\n",
    "rq": "from rq.decorators import job\n\n\n@job('queue')\ndef work(q):\n    asyncio.run(ask(q))\n",
    "dramatiq": "import dramatiq\n\n\n@dramatiq.actor\ndef work(q):\n    asyncio.run(ask(q))\n",
    "lambda": "def handler(event, context):\n    return asyncio.run(ask(event['q']))\n",
}


@pytest.mark.parametrize("body", RUNNING.values(), ids=RUNNING)
def test_calls_that_nobody_waits_for(body: str) -> None:
    assert codes(body) == ["LLM301"]


@pytest.mark.parametrize("body", RUNNING.values(), ids=RUNNING)
def test_the_same_with_the_first_step(body: str) -> None:
    assert {"LLM301", "LLM302", "LLM303", "LLM304"}.isdisjoint(codes(body.replace("ask", "main")))


# ---- how the process ends


KILLED = {
    "after": "asyncio.run(main())\nos._exit(0)",
    "in a finally": "try:\n    asyncio.run(main())\nfinally:\n    os._exit(0)",
    "in the function around it": "def cli():\n    asyncio.run(main())\n    os._exit(0)\n\n\ncli()",
    "in the function's caller": "def cli():\n    asyncio.run(main())\n\n\ncli()\nos._exit(0)",
    "in a helper": "def bye():\n    os._exit(0)\n\n\nasyncio.run(main())\nbye()",
    "on one way only": "asyncio.run(main())\nif os.environ.get('FAST'):\n    os._exit(0)",
    "child": "if os.fork() == 0:\n    asyncio.run(main())\n    os._exit(0)",
}
FORKED = {
    "Process": "import multiprocessing\n\nmultiprocessing.Process(target=job).start()",
    "Process by name": "from multiprocessing import Process\n\nworker = Process(target=job)\nworker.start()",
    "forking context": "import multiprocessing as mp\n\nmp.get_context('fork').Process(target=job).start()",
    "Pool": "from multiprocessing import Pool\n\nwith Pool(2) as pool:\n    pool.map(job, [1, 2])",
    "Pool.apply_async": "import multiprocessing\n\npool = multiprocessing.Pool()\npool.apply_async(job, (1,)).get()",
    "executor": "import concurrent.futures as c\n\nwith c.ProcessPoolExecutor(2) as e:\n    e.submit(job)",
    "executor.map": "import concurrent.futures as c\n\nwith c.ProcessPoolExecutor() as e:\n    list(e.map(job, [1]))",
    "partial": (
        "import functools\nimport multiprocessing\n\nmultiprocessing.Process(target=functools.partial(job, 1)).start()"
    ),
    "enqueued": "import rq\n\nqueue = rq.Queue(connection=None)\nqueue.enqueue(job, 'Hi')",
}
LIVING = {
    "exit": "asyncio.run(main())\nraise SystemExit(0)",
    "sys.exit": "import sys\nasyncio.run(main())\nsys.exit(0)",
    "killed before": "if os.environ.get('OFF'):\n    os._exit(0)\nasyncio.run(main())",
    "thread": "import threading\n\n\ndef job():\n    asyncio.run(main())\n\n\nthreading.Thread(target=job).start()",
    "thread pool": (
        "from concurrent.futures import ThreadPoolExecutor\n\n\ndef job(n):\n    asyncio.run(main())\n\n\n"
        "with ThreadPoolExecutor() as pool:\n    list(pool.map(job, [1]))"
    ),
    "spawned": (
        "import multiprocessing as mp\n\n\ndef job():\n    asyncio.run(main())\n\n\n"
        "mp.get_context('spawn').Process(target=job).start()"
    ),
    "spawned by default": (
        "import multiprocessing as mp\n\n\ndef job():\n    asyncio.run(main())\n\n\n"
        "mp.set_start_method('spawn')\nmp.Process(target=job).start()"
    ),
    "another kind of handler": "def handler(request, response):\n    return asyncio.run(main(request['q']))\n",
    "a signal handler of its own": (
        "import signal\n\n\ndef stop(*_):\n    os._exit(1)\n\n\n"
        "signal.signal(signal.SIGALRM, stop)\nasyncio.run(main())"
    ),
}


def forked(body: str, flush: str = "") -> str:
    return f"def job(*_):\n    asyncio.run(main())\n{indent(flush, '    ')}\n\n\n{body}"


@pytest.mark.parametrize("body", KILLED.values(), ids=KILLED)
def test_killed(body: str) -> None:
    assert only(body).ends.name == "KILLED"
    assert codes(body) == ["LLM305"]


@pytest.mark.parametrize("body", KILLED.values(), ids=KILLED)
def test_killed_after_a_flush_that_reaches(body: str) -> None:
    flushing = body.replace("asyncio.run(main())", "asyncio.run(main()), flush_langfuse_tracing()")
    assert codes(flushing) == []
    assert codes(flushing, callback="langfuse_otel") == ["LLM305"]


@pytest.mark.parametrize("body", FORKED.values(), ids=FORKED)
def test_forked(body: str) -> None:
    assert only(forked(body)).ends.name == "FORKED"
    assert codes(forked(body)) == ["LLM305"]
    assert codes(forked(body, "flush_langfuse_tracing()")) == []


@pytest.mark.parametrize("body", LIVING.values(), ids=LIVING)
def test_a_normal_end_asks_for_the_first_step_only(body: str) -> None:
    assert codes(body) == []


def test_a_process_class() -> None:
    body = (
        "import multiprocessing\n\n\nclass Worker(multiprocessing.Process):\n"
        "    def run(self):\n        asyncio.run(main())\n"
    )
    assert codes(body) == ["LLM305"]


def test_killed_inside_the_coroutine() -> None:
    """No `finally` runs there, so no fix is offered."""
    body = "async def work():\n    await ask()\n    os._exit(0)\n\n\nasyncio.run(work())"
    (finding,) = findings(HEAD.format(callback="langfuse") + body)
    assert (finding.code, finding.fix) == ("LLM301", None)
    assert not only(body).unwinds
    delivered = (
        "async def work():\n    try:\n        await ask()\n    finally:\n        await deliver()\n"
        "        flush_langfuse_tracing()\n        os._exit(0)\n\n\nasyncio.run(work())"
    )
    assert codes(delivered) == []
    assert codes(delivered.replace("flush_langfuse_tracing", "langfuse.get_client().flush")) == ["LLM305"]


# ---- the second step: which flush reaches which exporter

FLUSHES = {
    "litellm": "flush_langfuse_tracing()",
    "clients": "for callback in litellm._async_success_callback:\n    callback.Langfuse.flush()",
    "clients, guarded": (
        "for callback in litellm._async_success_callback:\n    client = getattr(callback, 'Langfuse', None)\n"
        "    if client is not None:\n        client.flush()"
    ),
    "clients, in one line": (
        "for cb in litellm._async_success_callback:\n"
        "    getattr(getattr(cb, 'Langfuse', None), 'flush', lambda: None)()"
    ),
    "provider": "from opentelemetry import trace\ntrace.get_tracer_provider().force_flush()",
    "private": (
        "for callback in litellm.callbacks:\n    for kept in callback._tracer_provider_cache.values():\n"
        "        getattr(kept, 'provider', kept).force_flush()"
    ),
    "client": "langfuse.get_client().flush()",
    "new client": "langfuse.Langfuse().flush()",
    "shutdown": "client = langfuse.get_client()\nclient.shutdown()",
    "context": "from langfuse.decorators import langfuse_context\nlangfuse_context.flush()",
    "nothing": "pass",
}
REACHES = [
    ("langfuse", "1.64.1", "2.60.2", {"clients", "clients, guarded", "clients, in one line"}),
    ("langfuse", "1.92.2", "2.60.10", {"clients", "clients, guarded", "clients, in one line"}),
    ("langfuse", "1.106.2", "4.18.0", {"litellm"}),
    ("langfuse_otel", "1.77.7", "3.6.2", {"provider", "client", "new client", "shutdown"}),
    ("langfuse_otel", "1.85.7", "3.15.0", {"private"}),
    ("langfuse_otel", "1.106.2", "5.0.4", {"private"}),
]


@pytest.mark.parametrize(("callback", "litellm", "langfuse", "reaching"), REACHES)
@pytest.mark.parametrize("flush", FLUSHES)
def test_what_a_flush_reaches(callback: str, litellm: str, langfuse: str, reaching: set[str], flush: str) -> None:
    if "client" not in flush and litellm < "1.76":
        return  # there is no worker to wait for either: another finding
    work = f"await main()\n{FLUSHES[flush]}\nos._exit(0)"
    inside = f"async def work():\n{indent(work, '    ')}\n\n\nasyncio.run(work())"
    after = f"asyncio.run(main())\n{FLUSHES[flush]}\nos._exit(0)"
    for body in (inside, after):
        expected = [] if flush in reaching else ["LLM305"]
        found = [code for code in codes(body, callback, litellm, langfuse) if code == "LLM305"]
        assert found == expected


@pytest.mark.parametrize(
    "flush",
    [
        "close_everything_down()",  # of nowhere: says nothing
        "print('Done', flush=True)",
        "import sys\nsys.stdout.flush()",
        "session.flush()",
        "open('log').flush()",
    ],
)
def test_what_says_nothing_about_traces(flush: str) -> None:
    assert codes(f"asyncio.run(main())\n{flush}\nos._exit(0)") == ["LLM305"]


@pytest.mark.parametrize(
    "flush", ["shutdown_tracing()", "app.telemetry.flush()", "flush_traces()", "tracer.shutdown()"]
)
def test_something_unseen_may_well_deliver(flush: str) -> None:
    head = "from somewhere import app, flush_traces, shutdown_tracing, tracer\n"
    assert codes(f"{head}asyncio.run(main())\n{flush}\nos._exit(0)") == []


@pytest.mark.parametrize("flush", ["asyncio.to_thread({})", "asyncio.get_running_loop().run_in_executor(None, {})"])
def test_a_flush_in_a_thread_is_one(flush: str) -> None:
    work = "async def work():\n    await main()\n    await FLUSH\n\n\nasyncio.run(work())\nos._exit(0)"
    assert codes(work.replace("FLUSH", flush.format("flush_langfuse_tracing"))) == []
    assert codes(work.replace("FLUSH", flush.format("langfuse.get_client().flush"))) == ["LLM305"]


def test_the_flush_is_where_the_finding_is() -> None:
    body = "asyncio.run(main())\nlangfuse.get_client().flush()\nos._exit(0)"
    (finding,) = findings(HEAD.format(callback="langfuse") + body)
    lines = HEAD.format(callback="langfuse").count("\n")
    assert finding.span.line == lines + 2
    assert "`get_client" not in finding.message
    assert "the Langfuse client's `flush()` flushes another one" in finding.message
    assert "`flush_langfuse_tracing()` reaches it (litellm 1.106.2 (a test))" in finding.message


def test_in_a_helper_the_call_of_it_is() -> None:
    body = "def close():\n    langfuse.get_client().flush()\n\n\nasyncio.run(main())\nclose()\nos._exit(0)"
    (finding,) = findings(HEAD.format(callback="langfuse") + body)
    assert finding.span.line == HEAD.format(callback="langfuse").count("\n") + 6


def test_a_range_of_releases() -> None:
    """One flush for each exporter that the range may bring: then nothing is missed."""
    both = f"asyncio.run(main())\n{FLUSHES['clients']}\nflush_langfuse_tracing()\nos._exit(0)"
    assert codes(both, litellm="1.92.2 1.106.2") == []
    source = HEAD.format(callback="langfuse") + f"asyncio.run(main())\n{FLUSHES['clients']}\nos._exit(0)"
    (finding,) = (one for one in findings(source, "1.92.2 1.106.2") if one.code == "LLM305")
    assert "(litellm 1.106.2, which 1.92.2 1.106.2 allows)" in finding.message


# ---- judgements that depend on the release


def test_the_worker_flushed_on_a_loop_of_its_own() -> None:
    """Measured: delivered with litellm 1.106.2; hangs with 1.77.7, 1.80.11, 1.85.7 and 1.92.2."""
    body = "asyncio.run(ask())\nasyncio.run(GLOBAL_LOGGING_WORKER.flush())"
    assert codes(body) == []
    assert codes(body, litellm="1.92.2") == ["LLM301"]
    assert codes(body, litellm="1.92.2 1.106.2") == ["LLM301"]


def test_a_worker_that_is_not_there_yet() -> None:
    assert codes("asyncio.run(main())", litellm="1.77.7") == []
    assert codes("asyncio.run(main())", litellm="1.72.6") == ["LLM301"]
    source = HEAD.format(callback="langfuse") + "asyncio.run(main())"
    (finding,) = (one for one in findings(source, "1.72.6 1.77.7") if one.code == "LLM301")
    assert "GLOBAL_LOGGING_WORKER" in finding.message
    assert "part of litellm 1.72.6 1.77.7" in finding.message


ALL_TASKS = """\
async def work():
    try:
        await ask()
    finally:
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))


asyncio.run(work())
"""


def test_every_task_of_the_loop_is_waited_for() -> None:
    """Measured: after one call that hangs with litellm 1.77.7 only, where the worker's own task is there at once."""
    assert codes(ALL_TASKS, litellm="1.77.7") == ["LLM301"]
    assert codes(ALL_TASKS, litellm="1.72.6") == []
    assert codes(ALL_TASKS, litellm="1.106.2") == []


def test_after_a_second_call_the_worker_is_one_of_them() -> None:
    """Measured: hangs with every litellm that has a worker; delivers before that."""
    twice = ALL_TASKS.replace("await ask()", "await ask()\n        await ask()")
    assert codes(twice) == ["LLM301"]
    assert codes(twice, litellm="1.72.6") == []
    waiting = twice.replace("asyncio.gather(*(", "asyncio.wait(").replace("()}))", "()}, timeout=5)")
    assert codes(waiting) == []
    spared = twice.replace("{asyncio.current_task()}", "{asyncio.current_task(), GLOBAL_LOGGING_WORKER._worker_task}")
    assert codes(spared) == []
    bounded = twice.replace("await asyncio.gather(", "await asyncio.wait_for(asyncio.gather(").replace(
        "()}))", "()})), 5)"
    )
    assert codes(bounded) == []


def test_after_a_turn_of_the_loop_it_is_too() -> None:
    slept = ALL_TASKS.replace("await asyncio.gather", "await asyncio.sleep(0)\n        await asyncio.gather")
    assert codes(slept) == ["LLM301"]
    assert codes(slept, litellm="1.72.6") == []


def test_a_stream_starts_the_worker_only_when_it_ends() -> None:
    """Measured: delivered, without a hang."""
    stream = (
        "async for _ in await litellm.acompletion(model='gpt-4o-mini', messages=[], stream=True):\n            pass"
    )
    assert codes(ALL_TASKS.replace("await ask()", stream)) == []


# ---- applications

YIELDING = {
    "named": (
        "from contextlib import asynccontextmanager\n\n\n@asynccontextmanager\nasync def lifespan(app):\n"
        "    yield\n    END\n"
    ),
    "given": (
        "import contextlib\n\n\n@contextlib.asynccontextmanager\nasync def manage(_):\n    yield\n    END\n\n\n"
        "FastAPI(lifespan=manage)"
    ),
    "annotated": (
        "from contextlib import asynccontextmanager\n\n\n@asynccontextmanager\n"
        "async def around(application_: FastAPI):\n    yield\n    END\n"
    ),
    "without a decorator": "async def life(app):\n    yield\n    END\n\n\nStarlette(lifespan=life)",
    "in a factory": (
        "from contextlib import asynccontextmanager\n\n\ndef create_app():\n    @asynccontextmanager\n"
        "    async def lifespan(app):\n        yield\n        END\n\n    return FastAPI(lifespan=lifespan)\n"
    ),
    "in a class": (
        "from contextlib import asynccontextmanager\n\n\nclass Service:\n    @asynccontextmanager\n"
        "    async def manage(self, app):\n        yield\n        END\n\n    def app(self):\n"
        "        return FastAPI(lifespan=self.manage)\n"
    ),
    "cleanup_ctx": "async def tracing(app):\n    yield\n    END\n\n\napp.cleanup_ctx.append(tracing)",
}
CLOSING = {
    "on_event": "@app.on_event('shutdown')\nasync def close():\n    END\n",
    "after_serving": "@app.after_serving\nasync def close():\n    END\n",
    "on_shutdown=": "async def close():\n    END\n\n\nStarlette(on_shutdown=[close])",
    "add_event_handler": "async def close():\n    END\n\n\napp.add_event_handler('shutdown', close)",
    "on_shutdown.append": "async def close(app):\n    END\n\n\napp.on_shutdown.append(close)",
    "on_cleanup.append": "async def close(app):\n    END\n\n\napp.on_cleanup.append(close)",
    "on_shutdown decorator": "@app.on_shutdown\nasync def close():\n    END\n",
    "listener": "@app.listener('before_server_stop')\nasync def close(app):\n    END\n",
    "register_listener": "async def close(app):\n    END\n\n\napp.register_listener(close, 'after_server_stop')",
}
SHUTDOWNS = {**YIELDING, **CLOSING}
ENDS = {
    "pass": ["LLM301"],
    "await db.close()": ["LLM301"],
    "await asyncio.sleep(2)": ["LLM302"],
    "langfuse.get_client().flush()": ["LLM304"],
    "await asyncio.sleep(1); langfuse.get_client().shutdown()": ["LLM302"],
    "await deliver()": [],
    "await GLOBAL_LOGGING_WORKER.flush()": [],  # the loop has had turns since the last request
    "await deliver(); langfuse.get_client().flush()": [],
    "await db.close(); await deliver()": ["LLM303"],
    "await shutdown_tracing()": [],
    "await app.state.telemetry.shutdown()": [],
}


@pytest.mark.parametrize("shutdown", SHUTDOWNS)
@pytest.mark.parametrize("end", ENDS)
def test_what_a_shutdown_does(shutdown: str, end: str) -> None:
    assert codes(SHUTDOWNS[shutdown].replace("END", end)) == ENDS[end]


@pytest.mark.parametrize("shutdown", SHUTDOWNS)
def test_a_shutdown_is_reported_at_its_definition_which_a_fix_can_change(shutdown: str) -> None:
    body = SHUTDOWNS[shutdown].replace("END", "pass")
    entry = only(body)
    line = (HEAD.format(callback="langfuse") + body).splitlines()[entry.span.line - 1]
    assert line[entry.span.column : entry.span.end_column] == f"async def {entry.coroutine}"
    assert entry.definition is not None
    assert entry.definition.line <= entry.span.line <= entry.definition.end_line


def test_a_finally_delivers_however_the_application_ends() -> None:
    body = YIELDING["named"].replace(
        "    yield\n    END", "    try:\n        yield\n    finally:\n        await deliver()"
    )
    assert codes(body) == []


def test_what_starts_before_the_yield_is_no_delivery() -> None:
    body = YIELDING["named"].replace("    yield\n    END", "    await deliver()\n    yield")
    assert codes(body) == ["LLM301"]


def test_an_exit_stack_delivers() -> None:
    body = YIELDING["named"].replace(
        "    yield\n    END",
        "    async with AsyncExitStack() as stack:\n        stack.push_async_callback(deliver)\n        yield",
    )
    assert codes("from contextlib import AsyncExitStack\n" + body) == []


def test_no_function_is_its_own_helper() -> None:
    """What delivers unless it fails is no helper for itself."""
    closing = CLOSING["on_event"].replace("END", "await db.disconnect()\n    await asyncio.sleep(0)\n    await FLUSH")
    body = closing.replace("FLUSH", "GLOBAL_LOGGING_WORKER.flush()")
    assert only(body).helper == "deliver"
    source = HEAD.format(callback="langfuse").replace("async def deliver():", "async def deliver(always):") + body
    (entry,) = (one for one in facts(source).ending(*ENDINGS) if one.ending == Ending.ONLY_WITHOUT_ERROR)
    assert (entry.coroutine, entry.helper) == ("close", None)


def test_one_shutdown_handler_that_delivers_is_enough() -> None:
    closing = CLOSING["on_event"].replace("close", "close_database").replace("END", "await db.disconnect()")
    assert codes(closing) == ["LLM301"]
    assert codes(closing + "\n\n" + CLOSING["on_event"].replace("END", "await deliver()")) == []
    flushing = CLOSING["on_event"].replace("END", "langfuse.get_client().flush()")
    assert codes(closing + "\n\n" + flushing) == ["LLM304"]


@pytest.mark.parametrize(
    "body",
    [
        "@app.on_event('startup')\nasync def start():\n    pass\n",
        "@app.before_serving\nasync def start():\n    pass\n",
        "Starlette(on_startup=[ask])",
        "from contextlib import asynccontextmanager\n\n\n@asynccontextmanager\nasync def session(user):\n    yield\n",
        "@app.on_event('shutdown')\ndef close():\n    db.close()\n",
    ],
    ids=["startup", "before serving", "on_startup", "another context manager", "no coroutine"],
)
def test_what_is_no_shutdown_to_deliver_in(body: str) -> None:
    assert codes(body) == []


def test_a_plain_handler_that_flushes_too_early() -> None:
    (finding,) = findings(
        HEAD.format(callback="langfuse")
        + "@app.on_event('shutdown')\ndef close():\n    langfuse.get_client().flush()\n"
    )
    assert (finding.code, finding.fix) == ("LLM304", None)


# ---- programs that use the Langfuse SDK only

OBSERVED = """\
import asyncio
import os

from langfuse import get_client, observe


@observe
async def main():
    print("Hi")


"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("asyncio.run(main())", ["LLM301"]),
        ("asyncio.run(main())\nget_client().flush()", []),
        ("asyncio.run(main())\nos._exit(0)", ["LLM301"]),
        ("asyncio.run(main())\nget_client().flush()\nos._exit(0)", []),
        ("def handler(event, context):\n    asyncio.run(main())", ["LLM301"]),
        ("def handler(event, context):\n    asyncio.run(main())\n    get_client().flush()", []),
    ],
)
def test_observed_programs(body: str, expected: list[str]) -> None:
    assert [finding.code for finding in findings(OBSERVED + body)] == expected


def test_what_is_said_of_them_depends_on_the_end() -> None:
    (normal,) = findings(OBSERVED + "asyncio.run(main())")
    (killed,) = findings(OBSERVED + "asyncio.run(main())\nos._exit(0)")
    assert "a normal exit delivers" in normal.message
    assert "a normal exit delivers" not in killed.message
    assert "`os._exit`" in killed.message


# ---- cloud functions

FROZEN = {
    "aws": "def lambda_handler(event, context):\n    asyncio.run(main())\n    END\n",
    "aws, parameters unused": "def handler(event, _context):\n    asyncio.run(main(event))\n    END\n",
    "google": (
        "import functions_framework\n\n\n@functions_framework.http\ndef serve(request):\n"
        "    asyncio.run(main())\n    END\n"
    ),
    "a loop that lives on": (
        "loop = asyncio.new_event_loop()\n\n\ndef handler(event, context):\n"
        "    loop.run_until_complete(main())\n    END\n"
    ),
    "through a helper": (
        "def answer(event):\n    return asyncio.run(main())\n\n\ndef handler(event, context):\n"
        "    answer(event)\n    END\n"
    ),
}


@pytest.mark.parametrize("body", FROZEN.values(), ids=FROZEN)
def test_frozen(body: str) -> None:
    assert only(body.replace("END", "return None")).ends.name == "FROZEN"
    assert codes(body.replace("END", "langfuse.get_client().flush()")) == ["LLM305"]
    assert codes(body.replace("END", "flush_langfuse_tracing()")) == []


# ---- request handlers

HANDLERS = {
    "route": "@app.post('/')\nasync def chat(request):\n    END\n",
    "router": "@router.get('/')\nasync def chat(request):\n    END\n",
    "websocket": "@router.websocket('/ws')\nasync def chat(socket):\n    END\n",
    "add_get": "async def chat(request):\n    END\n\n\napp.router.add_get('/', chat)",
    "add_route": "async def chat(request):\n    END\n\n\napp.router.add_route('POST', '/', chat)",
    "add_api_route": "async def chat():\n    END\n\n\napp.add_api_route('/', chat)",
    "Route": "async def chat(request):\n    END\n\n\nStarlette(routes=[Route('/', chat), Mount('/static')])",
    "WebSocketRoute": "async def chat(socket):\n    END\n\n\nroutes = [WebSocketRoute('/ws', endpoint=chat)]",
    "web.post": "async def chat(request):\n    END\n\n\napp.add_routes([web.post('/', chat)])",
    "endpoint": (
        "from starlette.endpoints import HTTPEndpoint\n\n\nclass Chat(HTTPEndpoint):\n"
        "    async def post(self, request):\n        END\n"
    ),
}
BLOCKING = {
    "client": "langfuse.get_client().flush()",
    "litellm": "flush_langfuse_tracing()",
    "helper": "close()",
    "awaited helper": "await aclose()",
}
NOT_BLOCKING = {
    "in a thread": "await asyncio.to_thread(flush_langfuse_tracing)",
    "in an executor": "await asyncio.get_running_loop().run_in_executor(None, langfuse.get_client().flush)",
    "helper in a thread": "await asyncio.to_thread(close)",
    "the first step": "await deliver()",
    "a file": "open('log').flush()",
    "handed over": "background.add_task(close)",
}
HELPERS = """\
def close():
    langfuse.get_client().flush()


async def aclose():
    close()


"""


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("flush", BLOCKING)
def test_blocking(handler: str, flush: str) -> None:
    assert codes(HELPERS + HANDLERS[handler].replace("END", BLOCKING[flush])) == ["LLM306"]


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("flush", NOT_BLOCKING)
def test_not_blocking(handler: str, flush: str) -> None:
    assert codes(HELPERS + HANDLERS[handler].replace("END", NOT_BLOCKING[flush])) == []


@pytest.mark.parametrize(
    "body",
    [
        "@app.post('/')\ndef chat(request):\n    close()\n",
        "async def chat(request):\n    close()\n",
        "async def chat(request):\n    close()\n\n\ncache.get('chat', chat)",
        "class Chat:\n    async def post(self, request):\n        close()\n",
    ],
    ids=["runs in a thread", "no handler", "no route", "no endpoint"],
)
def test_what_serves_no_requests(body: str) -> None:
    assert codes(HELPERS + body) == []


# ---- one finding for each entry point, the most specific


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("pass", "LLM301"),
        ("await GLOBAL_LOGGING_WORKER.flush()", "LLM301"),
        ("await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), 5)", "LLM301"),
        ("await GLOBAL_LOGGING_WORKER.flush(); langfuse.get_client().flush()", "LLM304"),
        ("await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), 5); langfuse.get_client().flush()", "LLM304"),
        ("await asyncio.sleep(1)", "LLM302"),
        ("await asyncio.sleep(1); langfuse.get_client().flush()", "LLM302"),
        ("langfuse.get_client().flush(); await asyncio.sleep(1)", "LLM302"),
        ("await deliver()", "LLM303"),
        ("await deliver(); langfuse.get_client().flush()", "LLM303"),
        ("if os.environ.get('X'):\n        return\n    await deliver()", "LLM303"),
        ("import sys\n    if os.environ.get('X'):\n        sys.exit(1)\n    await deliver()", "LLM303"),
    ],
)
@pytest.mark.parametrize("after", ["", "\nos._exit(0)"])
def test_the_most_specific_finding(end: str, expected: str, after: str) -> None:
    assert codes(f"async def work():\n    await ask()\n    {end}\n\n\nasyncio.run(work()){after}") == [expected]


@pytest.mark.parametrize("flush", ["langfuse.get_client().flush()", "flush_langfuse_tracing()"])
def test_a_flush_after_the_run_comes_too_late(flush: str) -> None:
    assert codes(f"asyncio.run(ask())\n{flush}") == ["LLM304"]
    assert codes(f"def cli():\n    asyncio.run(ask())\n\n\ncli()\n{flush}") == ["LLM304"]


# ---- the flush in a thread of its own, as a helper does that bounds it

LISTS = {
    "litellm": "[flush_langfuse_tracing]",
    "clients": "[c.Langfuse.flush for c in litellm._async_success_callback if hasattr(c, 'Langfuse')]",
    "private": (
        "[getattr(cached, 'provider', cached).force_flush for callback in litellm._async_success_callback "
        "for cached in getattr(callback, '_tracer_provider_cache', {}).values()]"
    ),
    "client": "[langfuse.get_client().flush]",
}
IN_A_THREAD = """\
import threading


async def deliver_traces():
    try:
        await deliver()
        flushes = FLUSHES
        exporting = threading.Thread(target=lambda: [flush() for flush in flushes], daemon=True)
        exporting.start()
        exporting.join(5)
    except Exception:
        pass


async def work():
    try:
        await ask()
    finally:
        await deliver_traces()


asyncio.run(work())
os._exit(0)
"""


@pytest.mark.parametrize(("callback", "litellm", "langfuse", "reaching"), REACHES)
@pytest.mark.parametrize("flush", LISTS)
def test_a_flush_that_is_bounded(callback: str, litellm: str, langfuse: str, reaching: set[str], flush: str) -> None:
    found = codes(IN_A_THREAD.replace("FLUSHES", LISTS[flush]), callback, litellm, langfuse)
    assert ("LLM305" not in found) == (flush in reaching)
