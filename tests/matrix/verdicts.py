"""Programs whose truth is known by how they are made, to hold what the shim says of a call against.

The truth of a program is what may have become of its calls: `delivered`, or the cause of their loss. Where it differs
by release or callback, the first `Truth` whose `where` fits the column is the one, and it says for which reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from lint_rules.shim.sink import Answer

from .endings import CALL, DRAIN, OBSERVE, READ, SDK, STREAM, WORKER, Row, indented
from .pairs import Column

TOPIC = "verdicts"
Where = Callable[[Column], bool]

DELIVERED = "delivered"
LEFT = "abandoned stream"
NONE = "crash on a None delta"
CANCELLED = "logging cancelled at loop close"
UNFLUSHED = "exporter not flushed"
UNSUPPORTED = "unsupported versions"
EXPORTER = "exporter error"
MERGED = "merged into a span"
UNTRACED = "not traced"
TWICE = "recorded twice"
WORDLESS = "output not recorded"
NO_CALL = "no call"
"""The program comes to no request at all."""


@dataclass(frozen=True)
class Truth:
    """What may become of each call of a program, and for which reason."""

    outcomes: tuple[str, ...]
    reason: str = ""
    where: Where = lambda _: True


@dataclass(frozen=True)
class Program:
    """One program, and its truth."""

    group: str
    row: Row
    truths: tuple[Truth, ...]
    langfuse: Answer = "ok"
    where: Where = lambda _: True
    register: Callable[[Column], str] = lambda column: column.register
    waiting: str = ""
    """What the shim still lacks for this one: it is run and shown, and not counted."""
    fresh: bool = False
    """Whether it starts an interpreter of its own, which takes seconds to import the SDKs."""
    may_hang: Where = lambda _: False
    """Where LiteLLM itself may never end."""

    @property
    def name(self) -> str:
        """What the program is called in the table."""
        return self.row.name

    def truth(self, column: Column) -> Truth:
        """Return what is true in a column."""
        return next(truth for truth in self.truths if truth.where(column))

    def source(self, column: Column) -> str:
        """Return the program as it is for a column."""
        return self.row.source(self.register(column), langfuse=_langfuse(column))


# ---- where


def _langfuse(column: Column) -> int:
    return int(column.pair.langfuse.split(".")[0])


def otel(column: Column) -> bool:
    """LiteLLM's OpenTelemetry callback."""
    return column.callback == "langfuse_otel"


def own_channel(column: Column) -> bool:
    """LiteLLM's "langfuse" of 1.104 and later, which has an exporter of its own."""
    return not otel(column) and _langfuse(column) >= 4


def legacy(column: Column) -> bool:
    """LiteLLM's "langfuse" with a Langfuse 2 client of its own."""
    return _langfuse(column) == 2


def since(*release: int) -> Where:
    """LiteLLM of that release or later."""
    return lambda column: column.pair.release >= release


def before(*release: int) -> Where:
    """LiteLLM before that release."""
    return lambda column: column.pair.release < release


def otel_since(*release: int) -> Where:
    """The OpenTelemetry callback of that release or later."""
    return lambda column: otel(column) and column.pair.release >= release


def otel_before(*release: int) -> Where:
    """The OpenTelemetry callback of before that release."""
    return lambda column: otel(column) and column.pair.release < release


def otel_of_1_80(column: Column) -> bool:
    """The one pair whose worker, which flushes itself at exit, does so before the exporter is shut down."""
    return otel(column) and (1, 80) <= column.pair.release < (1, 85)


def otel_of_1_85_to_1_92(column: Column) -> bool:
    """The pairs whose exporter is made in the log thread: it asks a thread pool then what process it is in."""
    return otel(column) and (1, 85) <= column.pair.release < (1, 100)


# ---- truths that many share

SAVED_AT_EXIT = Truth(
    (DELIVERED, CANCELLED),
    "its worker flushes at exit, before the exporter is shut down, what it got hold of before the loop was closed",
    otel_of_1_80,
)
DUPLICATED = replace(
    SAVED_AT_EXIT,
    outcomes=(DELIVERED, CANCELLED, TWICE),
    reason=f"{SAVED_AT_EXIT.reason}; get_client() adds a second processor to the one provider",
)
ALWAYS = (Truth((DELIVERED,)),)
CUT_OFF = (Truth((CANCELLED,), "nobody waits for LiteLLM's log task"),)
ABANDONED = (Truth((LEFT,), "only the step that finds the end of a stream logs it"),)
CRASHED = (Truth((NONE,), "the finish chunk has no content, and is not the end"),)
KILLED = (Truth((UNFLUSHED,), "LiteLLM has logged, no exit handler runs"),)
DRAINED = "await drain()"
TOO_LATE = "the exporter is made in the log thread, which raises once the interpreter is going down"


def _program(group: str, name: str, main: str, truths: Iterable[Truth], **more: Any) -> Program:
    row_options = {key: more.pop(key) for key in ("needs", "setup", "run", "calls", "exit_code") if key in more}
    setup = row_options.pop("setup", "")
    row = Row(TOPIC, name, main, setup=DRAIN + setup, **row_options)
    return Program(group, row, tuple(truths), **more)


# ---- how `main` ends


def _ends() -> Iterable[Program]:
    def ends(name: str, last: str, truths: Iterable[Truth], **more: Any) -> Program:
        return _program("endings", f"call, {name}", f"{CALL}\n{last}", truths, **more)

    two_turns = Truth((DELIVERED,), "before 1.76 one turn of the loop is enough", before(1, 76))
    after = "asyncio.run(main())\n"
    second_loop = "try:\n    asyncio.run(asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), 2))\n"
    second_loop += "except BaseException as error:\n    print(type(error).__name__)"
    yield ends("nothing", "", (SAVED_AT_EXIT, *CUT_OFF))
    yield ends("Langfuse flush", "get_client().flush()", (DUPLICATED, *CUT_OFF), needs=SDK)
    yield ends("worker flush alone", "await GLOBAL_LOGGING_WORKER.flush()", (SAVED_AT_EXIT, *CUT_OFF), needs=WORKER)
    yield ends("sleep(0) alone", "await asyncio.sleep(0)", (two_turns, SAVED_AT_EXIT, *CUT_OFF))
    flush = "await asyncio.sleep(0)\nawait GLOBAL_LOGGING_WORKER.flush()"
    yield ends("sleep(0), worker flush", flush, ALWAYS, needs=WORKER)
    yield ends("sleep 1 s", "await asyncio.sleep(1)", ALWAYS)
    yield ends("sleep 1 s, Langfuse flush", "await asyncio.sleep(1)\nget_client().flush()", ALWAYS, needs=SDK)
    yield ends("drain", DRAINED, ALWAYS)
    flush_after = f"{after}get_client().flush()"
    yield ends("Langfuse flush after run", "", (DUPLICATED, *CUT_OFF), needs=SDK, run=flush_after)
    rescued = Truth((DELIVERED,), "its flush starts a worker on the second loop", since(1, 106))
    rescue = (rescued, SAVED_AT_EXIT, *CUT_OFF)
    yield ends("worker flush after run", "", rescue, needs=WORKER, run=after + second_loop)


# ---- how the process ends

_RIGHT_FLUSH = """
def flush_the_exporter():
    try:
        from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing
        flush_langfuse_tracing()
    except (ImportError, AttributeError):
        pass
    for callback in litellm._async_success_callback:
        if hasattr(callback, "Langfuse"):
            callback.Langfuse.flush()
        for provider in (getattr(callback, "_tracer_provider_cache", None) or {}).values():
            getattr(provider, "provider", provider).force_flush()
    try:
        from opentelemetry import trace
        trace.get_tracer_provider().force_flush()
    except (ImportError, AttributeError):
        pass
"""
_KILL = "os.kill(os.getpid(), signal.SIGTERM)\nawait asyncio.sleep(5)"
_HANDLED = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"


def _finally_drain(way_out: str) -> str:
    return f"try:\n{indented(f'{CALL}{chr(10)}{way_out}')}\nfinally:\n    await drain()"


def _ways_out() -> Iterable[Program]:
    def way(name: str, last: str, truths: Iterable[Truth], **more: Any) -> Program:
        return _program("ways out", f"call, {name}", f"{CALL}\n{last}", truths, **more)

    right = Truth((DELIVERED,), "it flushes the global provider, which is the one in use", otel_before(1, 85))
    racing = Truth((DELIVERED, UNFLUSHED), "the callback's own client sends every half second", legacy)
    yield way("os._exit", "os._exit(0)", CUT_OFF)
    yield way("drain, os._exit", f"{DRAINED}\nos._exit(0)", (racing, *KILLED))
    slow = Truth((DELIVERED, UNFLUSHED), "LiteLLM's own exporter sends every second", own_channel)
    wrong_flush = f"{DRAINED}\nget_client().flush()\nos._exit(0)"
    yield way("drain, Langfuse flush, os._exit", wrong_flush, (right, racing, slow, *KILLED), needs=SDK)
    right_flush = f"{DRAINED}\nflush_the_exporter()\nos._exit(0)"
    yield way("drain, right flush, os._exit", right_flush, ALWAYS, setup=_RIGHT_FLUSH)
    yield way("sys.exit(3)", "sys.exit(3)", (SAVED_AT_EXIT, *CUT_OFF), exit_code=3)
    failing = 'raise RuntimeError("the program fails")'
    yield way("exception", failing, (SAVED_AT_EXIT, *CUT_OFF), exit_code=1)
    yield way("SIGTERM", _KILL, CUT_OFF, exit_code=-15)
    yield way("drain, SIGTERM", f"{DRAINED}\n{_KILL}", (racing, *KILLED), exit_code=-15)
    yield way("SIGTERM handled", _KILL, (SAVED_AT_EXIT, *CUT_OFF), exit_code=143, setup=_HANDLED)
    for name, last, code, setup in (
        ("sys.exit(3)", "sys.exit(3)", 3, ""),
        ("exception", failing, 1, ""),
        ("SIGTERM handled", _KILL, 143, _HANDLED),
    ):
        kept = _finally_drain(last)
        yield _program("ways out", f"{name}, drain in finally", kept, ALWAYS, exit_code=code, setup=setup)


# ---- more than one call


def _many() -> Iterable[Program]:
    def hangs(column: Column) -> bool:
        # The worker of 1.76 to 1.79 may swallow its cancellation, and `asyncio.run` waits for ever.
        return since(1, 76)(column) and before(1, 80)(column)

    some = (Truth((DELIVERED, CANCELLED), "the loop turns while the others run, for some of them long enough"),)
    three = f"await asyncio.gather(*({CALL.removeprefix('await ')} for _ in range(3)))"
    yield _program("many", "gather of three, nothing", three, some, calls=3, may_hang=hangs)
    yield _program("many", "gather of three, drain", f"{three}\n{DRAINED}", ALWAYS, calls=3, may_hang=hangs)
    yield _program("many", "two calls in a row, nothing", f"{CALL}\n{CALL}", some, calls=2, may_hang=hangs)
    one_left = (
        "\nasync def read(response, leave):\n    async for chunk in response:\n        if leave:\n            break\n"
    )
    both = "first, second = await stream(), await stream()\n"
    both += f"await asyncio.gather(read(first, True), read(second, False))\n{DRAINED}"
    mixed = (Truth((DELIVERED, LEFT), "one of the two is left"),)
    yield _program("many", "two streams, one left", both, mixed, calls=2, setup=_ASK_STREAM + one_left)


# ---- streams

_WORDS = "chunk.choices[0].delta.content"
_ASK_STREAM = """
def stream():
    return litellm.acompletion(**ASK, stream=True, stream_options={"include_usage": True})
"""
_REST = "async for _ in response:\n    pass"
_SLEEPER = """
async def part(response):
    async for chunk in response:
        await asyncio.sleep(0.05)
"""
_TOKENS = f"""
async def tokens():
{indented(STREAM)}
    async for chunk in response:
        yield {_WORDS}
"""
_SAFE_TOKENS = f"""
async def tokens():
{indented(STREAM)}
    try:
        async for chunk in response:
            yield {_WORDS}
    finally:
        async for _ in response:
            pass
"""


def _loop(body: str) -> str:
    return f"{STREAM}async for chunk in response:\n{indented(body)}"


def _streams() -> Iterable[Program]:
    """Yield streams in a function of their own; behind it LiteLLM gets all the time it wants."""

    def read(name: str, body: str, truths: Iterable[Truth], caught: str = "", **more: Any) -> Program:
        setup = f"{more.pop('setup', '')}\nasync def read():\n{indented(body)}\n"
        main = f"try:\n    await read()\nexcept {caught}:\n    pass" if caught else "await read()"
        return _program("streams", name, f"{main}\n{DRAINED}\nawait asyncio.sleep(0.3)", truths, setup=setup, **more)

    leave = _loop(f"if {_WORDS}:\n    break")
    yield read("break on empty", _loop(f"if not {_WORDS}:\n    break"), ABANDONED)
    yield read("break on finish_reason", _loop("if chunk.choices[0].finish_reason:\n    break"), ABANDONED)
    yield read("break on content", leave, ABANDONED)
    yield read("return", _loop(f"if {_WORDS}:\n    return"), ABANDONED)
    yield read("raise", _loop(f"if {_WORDS}:\n    raise ValueError"), ABANDONED, "ValueError")
    yield read("None concatenated", f'text = ""\n{_loop(f"text += {_WORDS}")}', CRASHED, "TypeError")
    yield read("attribute of None", _loop(f"{_WORDS}.strip()"), CRASHED, "AttributeError")
    cancelled = (
        f"{STREAM}task = asyncio.create_task(part(response))\nawait asyncio.sleep(0.1)\ntask.cancel()\nawait task"
    )
    yield read("cancelled", cancelled, ABANDONED, "asyncio.CancelledError", setup=_SLEEPER)
    timed_out = f"{STREAM}await asyncio.wait_for(part(response), 0.1)"
    yield read("time-out", timed_out, ABANDONED, "asyncio.TimeoutError", setup=_SLEEPER)
    kept = f"{STREAM}try:\n    await asyncio.wait_for(part(response), 0.1)\nfinally:\n    {indented(_REST).strip()}"
    yield read("time-out, drain in finally", kept, ALWAYS, "asyncio.TimeoutError", setup=_SLEEPER)
    yield read("generator, consumer breaks", "async for _ in tokens():\n    break", ABANDONED, setup=_TOKENS)
    yield read("generator that drains in finally", "async for _ in tokens():\n    break", ALWAYS, setup=_SAFE_TOKENS)
    yield read("never read", STREAM, ABANDONED)
    yield read("one __anext__", f"{STREAM}await response.__anext__()", ABANDONED)
    yield read("break, aclose", f"{leave}\nawait response.aclose()", ABANDONED, "AttributeError")
    closing = f"{STREAM}async with contextlib.aclosing(response):\n    async for chunk in response:\n        break"
    yield read("aclosing", closing, ABANDONED, "AttributeError", setup="import contextlib\n")
    yield read("break, del, collect", f"{leave}\ndel response\nimport gc\ngc.collect()", ABANDONED)
    yield read("break, drain", f"{leave}\n{_REST}", ALWAYS)
    in_finally = (
        f"{STREAM}try:\n    async for chunk in response:\n        return\nfinally:\n    {indented(_REST).strip()}"
    )
    yield read("return, drain in finally", in_finally, ALWAYS)
    yield read("read to its end", _loop("pass"), ALWAYS)
    yield read("__anext__ to its end", f"{STREAM}while await anext(response, None):\n    pass", ALWAYS)
    yield _program("streams", "break, nothing", leave, ABANDONED)
    yield _program("streams", "break, Langfuse flush", f"{leave}\nget_client().flush()", ABANDONED, needs=SDK)
    yield _program("streams", "break, os._exit", f"{leave}\nos._exit(0)", ABANDONED)
    yield _program("streams", "None crash, uncaught", _loop(f'"" + {_WORDS}'), CRASHED, exit_code=1)
    yield _program("streams", "read to its end, nothing", READ, ALWAYS)
    reason = "get_client() adds a second processor to the one provider"
    doubled = Truth((DELIVERED, TWICE), reason, otel_before(1, 85))
    yield _program(
        "streams", "read to its end, Langfuse flush", f"{READ}\nget_client().flush()", (doubled, *ALWAYS), needs=SDK
    )
    racing = Truth((DELIVERED, UNFLUSHED), "the callback's own client sends every half second", legacy)
    killed = f"{READ}\n{DRAINED}\nos._exit(0)"
    yield _program("streams", "read to its end, drain, os._exit", killed, (racing, *KILLED))


# ---- other ways to ask

_ROUTER = 'router = litellm.Router([{"model_name": "m", "litellm_params": {"model": "gpt-4o-mini"}}])\n'
_ROUTER_STREAM = (
    f'{_ROUTER}response = await router.acompletion("m", ASK["messages"], stream=True, '
    'stream_options={"include_usage": True})\n'
)
_TEXT = 'model="gpt-3.5-turbo-instruct", prompt="hi"'
_TOOLS = """
TOOLS = [{"type": "function", "function": {"name": "look", "description": "look", "parameters": {"type": "object",
          "properties": {"at": {"type": "string"}}, "required": ["at"]}}}]
"""


def _kinds() -> Iterable[Program]:
    def asks(name: str, main: str, truths: Iterable[Truth], **more: Any) -> Program:
        return _program("kinds of call", name, main, truths, **more)

    no_mcp = before(1, 90)  # Later ones want `mcp` for this, which neither SDK brings along.
    logs_responses = since(1, 77)
    yield asks(
        "Router call, nothing", f'{_ROUTER}await router.acompletion("m", ASK["messages"])', (SAVED_AT_EXIT, *CUT_OFF)
    )
    yield asks("Router call, drain", f'{_ROUTER}await router.acompletion("m", ASK["messages"])\n{DRAINED}', ALWAYS)
    leave, read = "async for chunk in response:\n    break", f"{_REST}\n{DRAINED}"
    yield asks("Router stream, break", f"{_ROUTER_STREAM}{leave}\n{DRAINED}", ABANDONED)
    yield asks("Router stream, read", f"{_ROUTER_STREAM}{read}", ALWAYS)
    text_stream = f"response = await litellm.atext_completion({_TEXT}, stream=True)\n"
    saved = replace(SAVED_AT_EXIT, outcomes=(WORDLESS, CANCELLED))
    yield asks("text completion, nothing", f"await litellm.atext_completion({_TEXT})", (saved, *CUT_OFF))
    wordless = Truth((WORDLESS,), "LiteLLM's OpenTelemetry callback leaves out the text of a text completion", otel)
    text_drained = f"await litellm.atext_completion({_TEXT})\n{DRAINED}"
    yield asks("text completion, drain", text_drained, (wordless, *ALWAYS))
    yield asks("text completion stream, break", f"{text_stream}{leave}\n{DRAINED}", ABANDONED)
    yield asks("text completion stream, read", f"{text_stream}{read}", ALWAYS)
    embed = 'await litellm.aembedding(model="text-embedding-3-small", input="hi")'
    yield asks("embedding, nothing", embed, (SAVED_AT_EXIT, *CUT_OFF))
    yield asks("embedding, drain", f"{embed}\n{DRAINED}", ALWAYS)
    tool, tool_stream = "await litellm.acompletion(**ASK, tools=TOOLS)", STREAM.replace("**ASK", "**ASK, tools=TOOLS")
    yield asks("tool call, nothing", tool, (SAVED_AT_EXIT, *CUT_OFF), setup=_TOOLS, where=no_mcp)
    yield asks("tool call, drain", f"{tool}\n{DRAINED}", ALWAYS, setup=_TOOLS, where=no_mcp)
    called = "async for chunk in response:\n    if chunk.choices[0].delta.tool_calls:\n        break"
    yield asks("tool stream, break", f"{tool_stream}{called}\n{DRAINED}", ABANDONED, setup=_TOOLS, where=no_mcp)
    yield asks("tool stream, read", f"{tool_stream}{read}", ALWAYS, setup=_TOOLS, where=no_mcp)
    respond = 'await litellm.aresponses(model="gpt-4o-mini", input="hi")'
    respond_stream = 'response = await litellm.aresponses(model="gpt-4o-mini", input="hi", stream=True)\n'

    def responses(column: Column) -> bool:
        return no_mcp(column) and logs_responses(column)

    yield asks("responses, nothing", respond, (SAVED_AT_EXIT, *CUT_OFF), where=responses)
    empty = Truth((WORDLESS,), "LiteLLM's OpenTelemetry callback sends it without its text, twice", otel_before(1, 80))
    yield asks("responses, drain", f"{respond}\n{DRAINED}", (empty, *ALWAYS), where=responses)
    yield asks("responses stream, break", f"{respond_stream}{leave}\n{DRAINED}", ABANDONED, where=responses)


# ---- without a loop


def _sync() -> Iterable[Program]:
    ask = "litellm.completion(**ASK)"
    stream = 'response = litellm.completion(**ASK, stream=True, stream_options={"include_usage": True})\n'
    tokens = f"\ndef tokens():\n{indented(stream)}\n    for chunk in response:\n        yield {_WORDS}\n"

    def sync(name: str, run: str, truths: Iterable[Truth], **more: Any) -> Program:
        return _program("sync", f"sync {name}", "pass", truths, run=run, **more)

    cut = (Truth((CANCELLED, UNFLUSHED), "its log runs in a thread, which may or may not have come to its end"),)
    racing = Truth((DELIVERED, CANCELLED, UNFLUSHED), "the callback's own client sends every half second", legacy)
    unsent = Truth((DELIVERED, EXPORTER), TOO_LATE, otel_of_1_85_to_1_92)
    yield sync("call", ask, (unsent, *ALWAYS))
    yield sync("call, sys.exit(3)", f"{ask}\nsys.exit(3)", (unsent, *ALWAYS), exit_code=3)
    yield sync("call, exception", f"{ask}\nraise RuntimeError", (unsent, *ALWAYS), exit_code=1)
    yield sync("call, sleep 0.3 s", f"{ask}\nimport time\ntime.sleep(0.3)", ALWAYS)
    yield sync("call, os._exit", f"{ask}\nos._exit(0)", (racing, *cut))
    yield sync("call, SIGTERM", f"{ask}\nos.kill(os.getpid(), signal.SIGTERM)", (racing, *cut), exit_code=-15)
    late = f"{ask}\nimport time\ntime.sleep(0.2)\nos._exit(0)"
    yield sync("call, sleep 0.2 s, os._exit", late, (replace(racing, outcomes=(DELIVERED, UNFLUSHED)), *KILLED))
    yield sync("stream, read", f"{stream}for _ in response:\n    pass", (unsent, *ALWAYS))
    yield sync(
        "stream, break on empty", f"{stream}for chunk in response:\n    if not {_WORDS}:\n        break", ABANDONED
    )
    finished = "if chunk.choices[0].finish_reason:\n        break"
    yield sync("stream, break on finish_reason", f"{stream}for chunk in response:\n    {finished}", ABANDONED)
    concatenated = f'{stream}text = ""\nfor chunk in response:\n    text += {_WORDS}'
    yield sync("stream, None concatenated", concatenated, CRASHED, exit_code=1)
    yield sync("stream, one next", f"{stream}next(response)", ABANDONED)
    yield sync("stream, never read", stream, ABANDONED)
    yield sync("generator, consumer breaks", "for _ in tokens():\n    break", ABANDONED, setup=tokens)
    rest = "for _ in response:\n    pass"
    yield sync("stream, break, drain", f"{stream}for _ in response:\n    break\n{rest}", (unsent, *ALWAYS))


# ---- other processes


def _processes() -> Iterable[Program]:
    """Yield programs whose call is made by a child."""
    fork = "pid = os.fork()\nif pid == 0:\n    {child}\n    os._exit(0)\nos.waitpid(pid, 0)"
    guard = 'if __name__ == "__main__":\n'
    method = (
        guard
        + "    child = multiprocessing.get_context({how!r}).Process(target=work)\n    child.start()\n    child.join()"
    )
    imports = "import multiprocessing, subprocess\n"
    work = f"{imports}\ndef work():\n    asyncio.run(main())\n"
    sync_work = f"{imports}\ndef work():\n    litellm.completion(**ASK)\n"
    again = f'{guard}    if "child" in sys.argv:\n        asyncio.run(main())\n'
    again += '    else:\n        subprocess.run([sys.executable, __file__, "child"])'

    def child(name: str, main: str, truths: Iterable[Truth], run: str, setup: str = work) -> Program:
        fresh = "spawn" in name or "subprocess" in name
        return _program("processes", name, main, truths, run=run, setup=setup, fresh=fresh)

    racing = Truth((DELIVERED, UNFLUSHED), "the callback's own client sends every half second", legacy)
    # CPython 3.13, multiprocessing/popen_fork.py: `_launch` runs what the child has registered with `atexit`.
    handled = Truth(
        (DELIVERED,), "a worker of multiprocessing runs its exit handlers", lambda c: c.pair.python == "3.13"
    )
    drained = f"{CALL}\n{DRAINED}"
    forked = fork.format(child="asyncio.run(main())")
    yield child("forked child, nothing", CALL, CUT_OFF, forked)
    yield child("forked child, drain", drained, (racing, *KILLED), forked)
    yield child("forked child, break", f"{_loop('break')}", ABANDONED, forked)
    by_fork, by_spawn = method.format(how="fork"), method.format(how="spawn")
    yield child("multiprocessing fork, drain", drained, (handled, racing, *KILLED), by_fork)
    late = Truth((EXPORTER, UNFLUSHED), TOO_LATE, otel_of_1_85_to_1_92)
    yield child("multiprocessing fork, sync call", "pass", (handled, racing, late, *KILLED), by_fork, sync_work)
    yield child("multiprocessing spawn, nothing", CALL, (SAVED_AT_EXIT, *CUT_OFF), by_spawn)
    yield child("multiprocessing spawn, drain", drained, ALWAYS, by_spawn)
    yield child("subprocess, nothing", CALL, (SAVED_AT_EXIT, *CUT_OFF), again)
    yield child("subprocess, break", f"{_loop('break')}\n{DRAINED}", ABANDONED, again)
    yield child("subprocess, drain", drained, ALWAYS, again)


# ---- the Langfuse SDK's own spans and client


def _langfuse_sdk() -> Iterable[Program]:
    merged = Truth(
        (MERGED,), "LiteLLM writes onto the active span, of which Langfuse makes no generation", otel_since(1, 80)
    )
    asks = "return (await litellm.acompletion(**ASK)).choices[0].message.content"
    drains = f"try:\n    {asks}\nfinally:\n    {DRAINED}"

    def around(name: str, last: str, truths: Iterable[Truth], body: str = asks, how: str = "", **more: Any) -> Program:
        setup = f"\n@observe({how})\nasync def ask():\n{indented(body)}\n"
        return _program(
            "Langfuse SDK", name, f"await ask()\n{last}", truths, needs=f"{SDK}\n{OBSERVE}", setup=setup, **more
        )

    def openai(name: str, main: str, truths: Iterable[Truth], **more: Any) -> Program:
        return _program("Langfuse SDK", name, main, truths, needs="from langfuse.openai import AsyncOpenAI", **more)

    ended = Truth((MERGED, CANCELLED), "LiteLLM writes onto the active span, if at all", otel_since(1, 80))
    saved = replace(SAVED_AT_EXIT, outcomes=(DELIVERED, MERGED, CANCELLED))
    yield around("@observe, nothing", "", (saved, ended, *CUT_OFF))
    yield around("@observe, drain", DRAINED, (merged, *ALWAYS))
    yield around("@observe, drain inside", "", (merged, *ALWAYS), drains)
    yield around("@observe, stream, break", DRAINED, ABANDONED, _loop("break"))
    yield around("@observe, stream, read", "", (merged, *ALWAYS), READ)
    twice = (
        Truth((DELIVERED, MERGED), "LiteLLM writes onto the decorator's generation", otel_since(1, 80)),
        Truth((TWICE,), "the decorator makes a generation of its own, with the returned text"),
    )
    yield around("@observe as generation, drain", DRAINED, twice, how='as_type="generation"')
    yield openai("langfuse.openai, call", "await AsyncOpenAI().chat.completions.create(**ASK)", ALWAYS)
    opened = "response = await AsyncOpenAI().chat.completions.create(**ASK, stream=True)\n"
    yield openai("langfuse.openai, stream, read", f"{opened}async for chunk in response:\n    pass", ALWAYS)
    left = f"{opened}async for chunk in response:\n    if chunk.choices and {_WORDS}:\n        break"
    reason = "it logs what was read so far when its generator is closed"
    yield openai("langfuse.openai, stream, break", left, (Truth((LEFT,), reason),))


# ---- registrations and endpoints


def _elsewhere() -> Iterable[Program]:
    def registered(line: str) -> Callable[[Column], str]:
        return lambda _: line

    def supports(column: Column) -> bool:
        return "langfuse" in column.pair.callbacks

    misfit = (Truth((UNSUPPORTED,), "LiteLLM cannot make that callback with this Langfuse, and only logs so"),)
    loud = (Truth((NO_CALL,), "LiteLLM raises before it asks the model"),)
    call = f"{CALL}\n{DRAINED}"
    quiet, raising = 'litellm.callbacks = ["langfuse"]', 'litellm.success_callback = ["langfuse"]'

    def setup(name: str, truths: Iterable[Truth], line: str, where: Where, **more: Any) -> Program:
        return _program("registration", name, call, truths, register=registered(line), where=where, **more)

    yield setup("callbacks, unsupported pair", misfit, quiet, lambda column: not supports(column))
    yield setup(
        "success_callback, unsupported pair", loud, raising, lambda column: not supports(column), exit_code=1, calls=0
    )
    otel_line = 'litellm.callbacks = ["langfuse_otel"]'
    yield setup("langfuse_otel without OpenTelemetry", misfit, otel_line, lambda c: legacy(c) and since(1, 77)(c))
    untraced = (Truth((UNTRACED,), "no callback is registered"),)
    yield setup("no callback", untraced, "litellm.success_callback = []", lambda _: True)
    unknown = (Truth((UNTRACED, UNSUPPORTED), "a name that LiteLLM does not know yet"),)
    yield setup("langfuse_otel before it exists", unknown, otel_line, before(1, 77))
    refused = (Truth((EXPORTER,), "LiteLLM has logged, and Langfuse does not take it"),)

    def failing(name: str, answer: Answer, main: str = call, truths: Iterable[Truth] = refused, **more: Any) -> Program:
        return _program("endpoint", name, main, truths, langfuse=answer, **more)

    yield failing("Langfuse answers 500", "500")
    yield failing("Langfuse refuses", "refuse")
    sync = {"main": "pass", "run": "litellm.completion(**ASK)"}
    yield failing("Langfuse refuses, sync call", "refuse", **sync)
    yield failing("Langfuse is slow", "slow", truths=ALWAYS)
    yield failing("Langfuse answers 500, stream, break", "500", f"{_loop('break')}\n{DRAINED}", ABANDONED)
    yield failing(
        "Langfuse answers 500, nothing", "500", CALL, (replace(SAVED_AT_EXIT, outcomes=(EXPORTER, CANCELLED)), *CUT_OFF)
    )


PROGRAMS: tuple[Program, ...] = (
    *_ends(),
    *_ways_out(),
    *_many(),
    *_streams(),
    *_kinds(),
    *_sync(),
    *_processes(),
    *_langfuse_sdk(),
    *_elsewhere(),
)
