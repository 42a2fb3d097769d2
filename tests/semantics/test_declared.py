"""Stream sources and flush helpers by dotted name: a team's own wrapper, from a package that is not analysed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest

from lint_rules import check_paths, check_source
from lint_rules.engine import may_matter
from lint_rules.finding import Status
from lint_rules.semantics.declared import Declared
from lint_rules.semantics.project import Project
from lint_rules.settings import Settings

SETTINGS = Settings(
    stream_sources=("ourlib.chat.ask", "ourlib.chat.Client.ask"),
    flush_helpers=("ourlib.life.done", "ourlib.life.Tracer.done"),
    target=("litellm==1.106.2", "langfuse==4.18.0"),
)
UNDECLARED = Settings(target=SETTINGS.target)


def found(source: str, settings: Settings = SETTINGS) -> list[tuple[str, int]]:
    """The codes and lines of what is found in a program that lies alone."""
    return [(finding.code, finding.span.line) for finding in check_source(source, "/nowhere/program.py", settings)]


def codes(source: str, settings: Settings = SETTINGS) -> list[str]:
    return [code for code, _ in found(source, settings)]


# Streams, by every way a name gets there

LOSS = """\
{head}


async def main(client: Client, given=ask):
    stream = {call}
    async for chunk in stream:
        if chunk.choices[0].finish_reason:
            break
"""
HOLDER = """\
import ourlib.chat
class App:
    def __init__(self):
        self.client = ourlib.chat.Client(3)
    async def say(self):
        return await self.client.ask("hi")
"""
SUBCLASS = """\
from ourlib.chat import Client
class Mine(Client):
    async def say(self):
        return await self.ask("hi")
"""
CALLS = {
    "the name": ("from ourlib.chat import ask", 'await ask("hi")'),
    "an alias": ("from ourlib.chat import ask as say", 'await say("hi")'),
    "the module": ("import ourlib.chat", 'await ourlib.chat.ask("hi")'),
    "an alias of the module": ("import ourlib.chat as c", 'await c.ask("hi")'),
    "the module of the package": ("from ourlib import chat", 'await chat.ask("hi")'),
    "an assignment": ("import ourlib.chat\nsay = ourlib.chat.ask", 'await say("hi")'),
    "a partial": (
        "import functools\nimport ourlib.chat\nsay = functools.partial(ourlib.chat.ask, 'hi')",
        "await say()",
    ),
    "getattr": ("import ourlib.chat", 'await getattr(ourlib.chat, "ask")("hi")'),
    "an import inside": ("def say(text):\n    from ourlib.chat import ask\n    return ask(text)", 'await say("hi")'),
    "a wrapper": (
        "import ourlib.chat\nasync def say(text):\n    return await ourlib.chat.ask(text)",
        'await say("hi")',
    ),
    "a sync wrapper": ("import ourlib.chat\ndef say(text):\n    return ourlib.chat.ask(text)", 'await say("hi")'),
    "an instance": ("from ourlib.chat import Client", 'await Client().ask("hi")'),
    "an instance with a name": ("from ourlib.chat import Client\none = Client()", 'await one.ask("hi")'),
    "an annotation": ("from ourlib.chat import Client", 'await client.ask("hi")'),
    "an attribute": (HOLDER, "await App().say()"),
    "a subclass": (SUBCLASS, "await Mine().say()"),
    "a task": ("import asyncio\nfrom ourlib.chat import ask", 'await asyncio.create_task(ask("hi"))'),
    "a timeout": ("import asyncio\nfrom ourlib.chat import ask", 'await asyncio.wait_for(ask("hi"), 5)'),
    "gather": ("import asyncio\nfrom ourlib.chat import ask", '(await asyncio.gather(ask("a"), ask("b")))[0]'),
    "stream=True": ("from ourlib.chat import ask", 'await ask("hi", stream=True)'),
    "a generator": ("from ourlib.chat import ask", 'ask("hi")'),
    "a generator's iterator": ("from ourlib.chat import ask", 'aiter(ask("hi"))'),
}


def program(head: str, call: str) -> str:
    """A program in which every name of `LOSS` is bound, to something unknown if `head` does not bind it."""
    rest = [f"from other import {name}" for name in ("ask", "Client") if f"import {name}" not in head]
    return LOSS.format(head="\n".join([*rest, head]), call=call)


@pytest.mark.parametrize("how", CALLS)
def test_it_is_a_stream_however_the_program_names_it(how: str) -> None:
    source = program(*CALLS[how])
    assert "LLM101" in codes(source)
    assert codes(source, UNDECLARED) == []


SILENT = {
    "a local function": ("async def ask(text):\n    return await fetch(text)", 'await ask("hi")'),
    "another module's name": ("from other.chat import ask", 'await ask("hi")'),
    "another module of the package": ("from ourlib.other import ask", 'await ask("hi")'),
    "a module of another package": ("from other.ourlib import chat", 'await chat.ask("hi")'),
    "another name of the module": ("import ourlib.chat", 'await ourlib.chat.lines("hi")'),
    "an attribute of something unknown": ("import ourlib.chat", 'await make().ask("hi")'),
    "an attribute of a parameter": ("import ourlib.chat", 'await given.ask("hi")'),
    "another class's method": ("from ourlib.chat import Other", 'await Other().ask("hi")'),
    "another method of the class": ("from ourlib.chat import Client", 'await Client().lines("hi")'),
    "a shadowed name": ("from ourlib.chat import ask\nfrom other import ask", 'await ask("hi")'),
    "a shadowed module": ("import ourlib.chat as c\nimport other as c", 'await c.ask("hi")'),
    "a name that was bound anew": ("from ourlib.chat import ask\nask = other.ask", 'await ask("hi")'),
    "a relative import": ("from .ourlib.chat import ask", 'await ask("hi")'),
    "a whole answer": ("from ourlib.chat import ask", 'await ask("hi", stream=False)'),
    "a partial for whole answers": (
        "import functools\nfrom ourlib.chat import ask\nsay = functools.partial(ask, stream=False)",
        'await say("hi")',
    ),
    "what a method of the result gives": ("from ourlib.chat import ask", 'await ask("hi").lines()'),
    "a text": ("import ourlib.chat", 'await run("ourlib.chat.ask")'),
}


@pytest.mark.parametrize("how", SILENT)
def test_it_is_none_of_what_is_only_called_like_it(how: str) -> None:
    assert codes(program(*SILENT[how])) == []


def test_a_parameter_shadows_the_name() -> None:
    source = program("from ourlib.chat import ask", 'await ask("hi")').replace("given=ask", "ask")
    assert codes(source) == []


EXIT = """\
from ourlib.chat import ask


{define} main():
    {loop} chunk in {call}:
        {body}
"""


def test_the_loop_tells_whether_it_is_async() -> None:
    assert codes(EXIT.format(define="async def", loop="async for", call="ask()", body="break")) == ["LLM101"]
    assert codes(EXIT.format(define="async def", loop="async for", call="await ask()", body="break")) == ["LLM101"]
    assert codes(EXIT.format(define="def", loop="for", call="ask()", body="break")) == ["LLM102"]
    assert codes(EXIT.format(define="async def", loop="for", call="ask()", body="break")) == ["LLM102"]
    assert codes(EXIT.format(define="def", loop="for", call="enumerate(ask())", body="break")) == ["LLM102"]


@pytest.mark.parametrize(
    ("define", "loop", "call"),
    [("async def", "async for", "await ask()"), ("async def", "async for", "ask()"), ("def", "for", "ask()")],
)
@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("text += chunk.choices[0].delta.content", ["LLM201"]),
        ("print(chunk.choices[0].delta.content)", ["LLM202"]),
        ("chunk.choices[0].delta.content.strip()", ["LLM203"]),
        ('text += chunk.choices[0].delta.content or ""', []),
        ("text += chunk.text", []),
    ],
)
def test_its_chunks_are_those_of_litellm(define: str, loop: str, call: str, use: str, expected: list[str]) -> None:
    source = EXIT.format(define=define, loop=loop, call=call, body=use).replace("main():\n", 'main():\n    text = ""\n')
    assert codes(source) == expected


def test_chunks_out_of_sight_are_known_by_their_shape_where_the_source_is_imported() -> None:
    show = "\n\ndef show(chunk):\n    print(chunk.choices[0].delta.content)\n"
    assert codes(f"from ourlib.chat import ask{show}") == ["LLM202"]
    assert codes(f"from ourlib import chat{show}") == ["LLM202"]
    assert codes(f"from ourlib.chat_tools import ask{show}") == []
    assert codes(f"import ourlib.life  # chat{show}") == []


def test_comprehensions_read_to_the_end() -> None:
    joined = "import ourlib.chat\n\n\nasync def main():\n    return ''.join([c.choices[0].delta.content {} c in {}])\n"
    assert codes(joined.format("async for", "ourlib.chat.ask()")) == ["LLM201"]
    assert codes(joined.format("for", "ourlib.chat.ask()")) == ["LLM201"]


DRAINED = """\
from ourlib.chat import ask


async def main():
    stream = {made}
    async for chunk in stream:
        if chunk.choices[0].finish_reason:
            {leave}
    {drain}
"""


@pytest.mark.parametrize("made", ["ask()", "await ask()"])
def test_a_drain_makes_it_safe(made: str) -> None:
    drain = "async for _ in stream:\n        pass"
    assert codes(DRAINED.format(made=made, leave="break", drain=drain)) == []
    assert codes(DRAINED.format(made=made, leave="return", drain=drain)) == ["LLM101"]
    assert codes(DRAINED.format(made=made, leave="break", drain="await stream.aclose()")) == ["LLM101"]
    assert codes(DRAINED.format(made=made, leave="continue", drain="")) == []


def test_a_stream_that_nobody_reads() -> None:
    source = 'from ourlib.chat import ask\n\n\nasync def main():\n    stream = {}\n    print("for x in content")\n'
    assert codes(source.format("await ask()")) == ["LLM104"]
    assert codes(source.format("ask()")) == []  # awaited elsewhere, perhaps
    assert codes(source.format("await ask(stream=False)")) == []


def test_whether_it_streams_may_be_out_of_sight() -> None:
    head = "from ourlib.chat import ask\n\n\nasync def main(flag):\n    "
    loop = "\n    async for chunk in answer:\n        break\n"
    assert codes(f"{head}answer = await ask(stream=flag){loop}") == ["LLM101"]
    assert codes(f"{head}answer = await ask(stream=flag)\n    print('for x in content')\n") == []
    assert codes(f"{head}answer = await ask(stream=None){loop}") == []


@pytest.mark.parametrize("given", ["ask()", "await ask()"])
def test_it_is_handed_to_a_function(given: str) -> None:
    source = """\
from ourlib.chat import ask


async def read(stream):
    async for chunk in stream:
        if chunk.choices[0].finish_reason:
            break


async def main():
    stream = {given}
    await read(stream)
    {after}
"""
    assert found(source.format(given=given, after="")) == [("LLM101", 7)]
    assert found(source.format(given=given, after="[chunk async for chunk in stream]")) == []


def test_the_callable_is_handed_to_a_function() -> None:
    source = """\
import other
from ourlib.chat import ask


async def read(source):
    async for chunk in await source():
        break


async def main():
    await read({})
"""
    assert found(source.format("ask")) == [("LLM101", 7)]
    assert found(source.format("other.ask")) == []


def test_a_generator_over_it_is_a_stream() -> None:
    source = """\
import ourlib.chat


async def words():
    async for chunk in ourlib.chat.ask():
        yield chunk.choices[0].delta.content or ""


async def main():
    async for word in words():
        if word == "stop":
            break
"""
    assert found(source) == [("LLM101", 12)]


# Entry points

PROGRAM = """\
import asyncio

import litellm
import ourlib.life
from ourlib import chat
from ourlib.life import Tracer, done

litellm.success_callback = ["langfuse"]


async def main():
{body}


asyncio.run(main())
"""


def entry(body: str, head: str = "", run: str = "asyncio.run(main())") -> list[str]:
    source = PROGRAM.format(body=indent(body, "    ")).replace("\n\nasync def main", f"\n{head}\nasync def main")
    return codes(source.replace("asyncio.run(main())", run))


READ = "async for chunk in {}:\n    print(chunk)\n"
AWAITED = READ.format("await chat.ask()")


@pytest.mark.parametrize("call", ["await chat.ask()", "chat.ask()", "await asyncio.create_task(chat.ask())"])
def test_it_is_a_call_that_has_to_be_logged_before_the_end(call: str) -> None:
    assert entry(READ.format(call)) == ["LLM301"]


def test_a_whole_answer_is_a_call_too() -> None:
    assert entry("await chat.ask(stream=False)") == ["LLM301"]
    assert entry("await asyncio.gather(chat.ask(stream=False), chat.ask(stream=False))") == ["LLM301"]


def test_a_source_run_by_itself() -> None:
    assert codes(PROGRAM.format(body="    pass").replace("main())", "chat.ask(stream=False))")) == ["LLM301"]


def test_a_sync_stream_is_logged_by_threads() -> None:
    assert entry("for chunk in chat.ask():\n    print(chunk)") == []


def test_what_is_no_source_is_no_call() -> None:
    assert entry("await chat.other()") == []
    assert entry("await ask()", head="\nasync def ask():\n    return 1\n") == []


@pytest.fixture(name="judged")
def judged_fixture(tmp_path: Path) -> Callable[[str], list[str]]:
    """The codes found in a program that lies on disk, where all that belongs to it can be looked at."""

    def judged(source: str) -> list[str]:
        write(tmp_path, {"pyproject.toml": "", "main.py": source})
        return codes_of(tmp_path / "main.py")

    return judged


HIDDEN = """\
async def answer():
    async for chunk in {call}:
        print(chunk)


HANDLERS = {{"answer": answer}}


async def main():
    await HANDLERS[input()]()
    {end}


asyncio.run(main())
"""


def test_calls_that_only_names_lead_to(judged: Callable[[str], list[str]]) -> None:
    """A registry hides the call; the program mentions a coroutine that makes it."""
    head = PROGRAM.partition("\n\nasync def")[0]
    assert judged(f"{head}\n\n{HIDDEN.format(call='chat.ask()', end='pass')}") == ["LLM301"]
    assert judged(f"{head}\n\n{HIDDEN.format(call='chat.other()', end='pass')}") == []
    assert judged(f"{head}\n\n{HIDDEN.format(call='unknown.ask()', end='pass')}") == []
    assert judged(f"{head}\n\n{HIDDEN.format(call='chat.ask()', end='await HANDLERS.get(1, done)()')}") == []
    assert judged(f"{head}\n\n{HIDDEN.format(call='chat.ask()', end='await HANDLERS.get(1, finish)()')}") == ["LLM301"]


# Helpers that deliver

DELIVERING = {
    "in a finally": "try:\n    {read}finally:\n    await done()",
    "by its module": "try:\n    {read}finally:\n    await ourlib.life.done()",
    "with a timeout": "try:\n    {read}finally:\n    await asyncio.wait_for(done(), 5)",
    "a sync one": "try:\n    {read}finally:\n    done()",
    "in a thread": "try:\n    {read}finally:\n    await asyncio.to_thread(done)",
    "in a thread of anyio's": "try:\n    {read}finally:\n    await anyio.to_thread.run_sync(done)",
    "a partial": "try:\n    {read}finally:\n    await functools.partial(done, 3)()",
    "a method": "tracer = Tracer()\ntry:\n    {read}finally:\n    await tracer.done()",
    "an async context manager": "async with done():\n    {read}",
    "a context manager": "with done():\n    {read}",
    "one among others": "async with open_session() as session, done():\n    {read}",
    "an exit stack": "async with contextlib.AsyncExitStack() as stack:\n"
    "    stack.push_async_callback(done)\n    {read}",
    "an exit stack that enters it": "async with contextlib.AsyncExitStack() as stack:\n"
    "    await stack.enter_async_context(done())\n    {read}",
}


TOOLS = "import contextlib\nimport functools\nimport anyio\n"


def body(shape: str) -> str:
    return shape.format(read=AWAITED.replace("\n    ", "\n        ").rstrip() + "\n")


@pytest.mark.parametrize("how", DELIVERING)
def test_a_helper_delivers(how: str) -> None:
    assert entry(body(DELIVERING[how]), head=TOOLS) == []
    other = DELIVERING[how].replace("done", "other").replace("ourlib.life.other", "ourlib.life_of.other")
    assert set(entry(body(other), head=TOOLS + "from ourlib.living import other\n")) == {"LLM301"}


@pytest.mark.parametrize("decorator", ["@done", "@done()", "@ourlib.life.done", "@done(timeout=3)"])
def test_a_helper_around_the_coroutine_delivers(decorator: str) -> None:
    assert entry(AWAITED, head=f"\n{decorator}") == []
    assert entry(AWAITED, head=f"\n{decorator.replace('done', 'other')}") == ["LLM301"]


def test_a_helper_that_wraps_the_coroutine_function_delivers() -> None:
    assert entry(AWAITED, run="asyncio.run(done(main)())") == []
    assert entry(AWAITED, run="main = done(main)\nasyncio.run(main())") == []


def test_a_helper_around_a_plain_function_comes_too_late() -> None:
    late = "@done\ndef run():\n    asyncio.run(main())\n\n\nrun()"
    assert entry(AWAITED, run=late) == ["LLM301"]


def test_a_wrapper_of_the_project_delivers() -> None:
    head = "\nasync def close():\n    await done()\n\n"
    assert entry(body("try:\n    {read}finally:\n    await close()"), head=head) == []
    head = "\ndef close():\n    done()\n\n"
    assert entry(body("try:\n    {read}finally:\n    close()"), head=head) == []


def test_a_helper_that_is_handed_over_delivers() -> None:
    tried = "try:\n        await chat.ask(stream=False)\n    finally:\n        await close()"
    head = f"\nasync def work(close):\n    {tried}\n\n"
    assert entry("await work(done)", head=head) == []
    assert entry("await work(unknown)", head=head) == ["LLM301"]


def test_a_helper_that_an_error_skips() -> None:
    call = "await chat.ask(stream=False)\n"
    assert entry(f"{call}await done()") == ["LLM303"]
    assert entry(f"{call}done()") == ["LLM303"]


def test_a_helper_on_some_ways_only() -> None:
    assert entry(f"{AWAITED}if input():\n    return\nawait done()") == ["LLM303"]


def test_a_helper_before_the_calls() -> None:
    assert entry(f"await done()\n{AWAITED}") == ["LLM303"]


def test_a_helper_after_the_loop_has_nothing_to_deliver() -> None:
    assert entry(AWAITED, run="asyncio.run(main())\ndone()") == ["LLM304"]
    assert entry(AWAITED, run="with done():\n    asyncio.run(main())") == ["LLM304"]
    assert entry(AWAITED, run="asyncio.run(main())\nasyncio.run(done())") == ["LLM301"]


def test_a_helper_on_the_same_loop_delivers() -> None:
    loop = "loop = asyncio.new_event_loop()\nloop.run_until_complete(main())\nloop.run_until_complete({})"
    assert entry(AWAITED, run=loop.format("done()")) == []
    assert "LLM301" in entry(AWAITED, run=loop.format("other()"))


def test_a_helper_delivers_the_calls_of_litellm_itself() -> None:
    call = "await litellm.acompletion(model='m', messages=[])"
    assert entry(call) == ["LLM301"]
    assert entry(f"try:\n    {call}\nfinally:\n    await done()") == []


def test_a_helper_flushes_what_exports_too() -> None:
    head = "import os\nfrom litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER as worker\n"
    waits = "try:\n    {read}finally:\n    await asyncio.sleep(0)\n    await worker.flush()\n    os._exit(0)"
    assert entry(body(waits), head=head) == ["LLM305"]
    assert entry(body("try:\n    {read}finally:\n    await done()\n    os._exit(0)"), head="import os\n") == []


def test_a_sleep_before_a_helper_is_needless_but_no_loss() -> None:
    assert entry(body("try:\n    {read}finally:\n    await asyncio.sleep(1)\n    await done()")) == []


def test_the_message_names_a_helper_that_is_not_called() -> None:
    [finding] = check_source(PROGRAM.format(body=indent(AWAITED, "    ")), "/nowhere/program.py", SETTINGS_OF_ONE)
    assert finding.message.endswith("; `ourlib.life.done` waits for it but is not called")


SETTINGS_OF_ONE = Settings(("LLM",), stream_sources=SETTINGS.stream_sources, flush_helpers=("ourlib.life.done",))


def test_a_lifespan_that_a_helper_guards(judged: Callable[[str], list[str]]) -> None:
    source = """\
from contextlib import asynccontextmanager

import litellm
from fastapi import FastAPI
from ourlib.chat import ask
from ourlib.life import done

litellm.success_callback = ["langfuse"]


@asynccontextmanager
async def lifespan(app):
    {}


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def answer():
    return [chunk async for chunk in await ask()]
"""
    assert judged(source.format("yield")) == ["LLM301"]
    assert judged(source.format("yield").replace("ourlib.chat", "other")) == []
    assert judged(source.format("yield\n    await done()")) == []
    assert judged(source.format("async with done():\n        yield")) == []
    assert judged(source.format("yield").replace("lifespan=lifespan", "lifespan=done")) == []


# The project around it


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def codes_of(path: Path, settings: Settings = SETTINGS) -> list[str]:
    [report] = check_paths([str(path)], settings)
    assert report.status in (Status.CLEAN, Status.FINDINGS), report.problem
    return [finding.code for finding in report.findings]


MAIN = """\
from {module} import {name}


async def main():
    async for chunk in await {name}("hi"):
        if chunk.choices[0].finish_reason:
            break
"""
WRAPPERS = {
    "a wrapper": "from ourlib.chat import ask\nasync def say(text):\n    return await ask(text)\n",
    "a re-export": "from ourlib.chat import ask as say\n",
    "a partial": "import functools\nimport ourlib.chat\nsay = functools.partial(ourlib.chat.ask)\n",
    "a method": "from ourlib.chat import Client\nclient = Client()\nsay = client.ask\n",
}


@pytest.mark.parametrize("wrapper", WRAPPERS.values(), ids=WRAPPERS)
def test_through_another_module(tmp_path: Path, wrapper: str) -> None:
    write(tmp_path, {"pyproject.toml": "", "tools.py": wrapper, "main.py": MAIN.format(module="tools", name="say")})
    assert codes_of(tmp_path / "main.py") == ["LLM101"]
    assert codes_of(tmp_path / "main.py", UNDECLARED) == []


def test_callers_in_other_modules_pass_a_stream(tmp_path: Path) -> None:
    reader = "async def read(stream):\n    async for chunk in stream:\n        break\n"
    caller = "from ourlib.chat import ask\nfrom reader import read\nasync def main():\n    await read(await ask())\n"
    write(tmp_path, {"pyproject.toml": "", "reader.py": reader, "main.py": caller})
    assert codes_of(tmp_path / "reader.py") == ["LLM101"]
    assert codes_of(tmp_path / "reader.py", UNDECLARED) == []


def test_a_wrapper_that_two_settings_say_different_things_of(tmp_path: Path) -> None:
    """In one run, what is known of a module for one file must not pass for what is known of it for another."""
    table = '[tool.lint_rules]\nstream-sources = ["{}.chat.ask"]\n'
    main = "import litellm\n{}"
    files = {
        ".git/HEAD": "",
        "pyproject.toml": table.format("other"),
        "main.py": main.format(MAIN.format(module="lib.tools", name="say")),
        "lib/pyproject.toml": table.format("ourlib"),
        "lib/tools.py": WRAPPERS["a wrapper"],
        "lib/main.py": main.format(MAIN.format(module="tools", name="say")),
    }
    write(tmp_path, files)
    paths = [str(tmp_path / name) for name in ("main.py", "lib/main.py")]
    for order in (paths, paths[::-1]):
        assert [one.path for one in check_paths(order) if one.findings] == paths[1:]
    (tmp_path / "pyproject.toml").write_text(table.format("ourlib"), encoding="utf-8")
    assert [one.path for one in check_paths(paths) if one.findings] == paths


ANALYSED = {
    "a function that nothing is seen of": "async def ask(text):\n    return await fetch(text)\n",
    "a name that nothing is seen of": "import registry\nask = registry.get('ask')\n",
    "a function that makes the stream": (
        "import litellm\nasync def ask(text):\n"
        "    return await litellm.acompletion(model='m', messages=[], stream=True)\n"
    ),
}


@pytest.mark.parametrize("layout", ["ourlib", "src/ourlib"])
@pytest.mark.parametrize("text", ANALYSED.values(), ids=ANALYSED)
def test_of_a_module_of_the_project_it_adds_to_what_is_seen(tmp_path: Path, layout: str, text: str) -> None:
    files = {f"{layout}/__init__.py": "", f"{layout}/chat.py": text, "pyproject.toml": ""}
    inside = MAIN.format(module=".chat", name="ask")
    write(tmp_path, {**files, "main.py": MAIN.format(module="ourlib.chat", name="ask"), f"{layout}/app.py": inside})
    assert codes_of(tmp_path / "main.py") == ["LLM101"]
    assert codes_of(tmp_path / layout / "app.py") == ["LLM101"]
    seen = "litellm" in text
    assert codes_of(tmp_path / "main.py", UNDECLARED) == ["LLM101"] * seen


@pytest.mark.parametrize("folder", ["ourlib/other.py", "ourlib/__init__.py", "ourlib/chat/prompts.txt"])
@pytest.mark.parametrize("head", ["import ourlib.chat", "from ourlib import chat", "from ourlib.chat import ask"])
def test_a_folder_of_that_name_in_the_project_hides_nothing(tmp_path: Path, folder: str, head: str) -> None:
    call = head.rpartition(" ")[2].removesuffix(".ask").replace("ourlib.chat", "ourlib.chat.ask")
    call = {"chat": "chat.ask"}.get(call, call)
    main = f"{head}\n\n\nasync def main():\n    async for chunk in await {call}():\n        break\n"
    write(tmp_path, {"pyproject.toml": "", folder: "", "main.py": main})
    assert codes_of(tmp_path / "main.py") == ["LLM101"]
    assert codes_of(tmp_path / "main.py", UNDECLARED) == []


def test_another_module_of_the_same_name_is_none_of_it(tmp_path: Path) -> None:
    text = ANALYSED["a function that nothing is seen of"]
    main = MAIN.format(module="app.chat", name="ask")
    write(tmp_path, {"pyproject.toml": "", "app/__init__.py": "", "app/chat.py": text, "main.py": main})
    assert codes_of(tmp_path / "main.py") == []
    write(tmp_path, {"ourlib/__init__.py": "", "ourlib/chat.py": f"{text}class Other:\n    async def ask(self): ...\n"})
    other = MAIN.format(module="ourlib.chat", name="Other").replace("await Other(", "await Other().ask(")
    write(tmp_path, {"main.py": other})
    assert codes_of(tmp_path / "main.py") == []


def test_a_method_of_a_class_of_the_project(tmp_path: Path) -> None:
    text = "class Client:\n    async def ask(self, text):\n        return await fetch(text)\n"
    main = MAIN.format(module="ourlib.chat", name="Client").replace("await Client(", "await Client().ask(")
    write(tmp_path, {"pyproject.toml": "", "ourlib/__init__.py": "", "ourlib/chat.py": text, "main.py": main})
    assert codes_of(tmp_path / "main.py") == ["LLM101"]
    (tmp_path / "ourlib/chat.py").write_text("class Client:\n    ask = make()\n", encoding="utf-8")
    assert codes_of(tmp_path / "main.py") == ["LLM101"]


@pytest.mark.parametrize("define", ["async def done():\n    await fetch()\n", "def done():\n    fetch()\n"])
def test_a_helper_of_the_project(tmp_path: Path, define: str) -> None:
    await_ = "await " * define.startswith("async")
    text = PROGRAM.format(body=indent(body("try:\n    {read}finally:\n    " + await_ + "done()"), "    "))
    write(tmp_path, {"pyproject.toml": "", "ourlib/__init__.py": "", "ourlib/life.py": define, "main.py": text})
    assert codes_of(tmp_path / "main.py") == []
    assert codes_of(tmp_path / "main.py", Settings(stream_sources=SETTINGS.stream_sources)) == ["LLM301"]


def test_a_helper_of_the_project_that_nobody_awaits_never_runs(tmp_path: Path) -> None:
    text = PROGRAM.format(body=indent(body("try:\n    {read}finally:\n    done()"), "    "))
    helper = "async def done():\n    await fetch()\n"
    write(tmp_path, {"pyproject.toml": "", "ourlib/__init__.py": "", "ourlib/life.py": helper, "main.py": text})
    assert codes_of(tmp_path / "main.py") == ["LLM301"]


# What a file has to mention


def test_what_lets_a_file_through() -> None:
    loop = b"async def main():\n    async for chunk in f(): break\n"
    project = Project(Declared.of(SETTINGS))
    for line in (b"from ourlib.chat import ask\n", b"import ourlib.life as l\n", b"from ourlib import chat\n"):
        assert may_matter(line + loop, "/nowhere/program.py", project)
        assert not may_matter(line + loop, "/nowhere/other.py", Project())
    for number, line in enumerate((b"from ourlib.http import get\n", b"import chat\n", b"")):
        assert not may_matter(line + loop, f"/nowhere/program{number}.py", project)


def test_a_name_that_nothing_imports_changes_nothing() -> None:
    source = "import litellm\n\n\nasync def main(chunk):\n    print(chunk.choices[0].delta.content)\n"
    assert codes(source) == codes(source, UNDECLARED) == ["LLM202"]
    assert codes("async def main(chat):\n    async for chunk in chat.ask():\n        break\n") == []
