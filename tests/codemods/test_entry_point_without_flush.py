"""LLM301's codemod: the coroutine's body in `try`, the delivery of traces in its `finally`."""

from __future__ import annotations

import pytest

from codemods.engine import fix_source
from lint_rules.finding import DeliverTraces, DrainBefore, OrEmpty, Span

HELPER = '''async def _deliver_traces(timeout: float = 10.0) -> None:
    """Let LiteLLM finish logging; never raise into the program."""
    try:
        await asyncio.sleep(0)  # LiteLLM enqueues from a task of its own: let it start
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), timeout)
    except Exception:
        logging.getLogger(__name__).exception("Not all traces have reached Langfuse")
'''
LAZY_HELPER = HELPER.replace(
    "    try:\n",
    "    try:\n        from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER\n\n",
)
WORKER = "from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER\n"
MAIN = "\n\n«coroutine:async def» main():\n    await work()\n"
FIXED_MAIN = "\n\nasync def main():\n    try:\n        await work()\n    finally:\n        await _deliver_traces()\n"


def aliased(module: str, text: str = HELPER) -> str:
    return text.replace(f"{module}.", f"_{module}.")


# before the helper and `main`; what becomes of it; the helper
IMPORTS = {
    "everything is new": (
        "import litellm\n",
        f"import asyncio\nimport logging\n\nimport litellm\n{WORKER}",
        HELPER,
    ),
    "sorted into the standard library": (
        "import argparse\nimport os\nfrom typing import Any\n\nimport litellm\nimport openai\nfrom rich import print\n",
        (
            "import argparse\nimport asyncio\nimport logging\nimport os\nfrom typing import Any\n\n"
            f"import litellm\nimport openai\n{WORKER}from rich import print\n"
        ),
        HELPER,
    ),
    "everything is there": (
        f"import asyncio, logging\nimport litellm\n{WORKER}",
        f"import asyncio, logging\nimport litellm\n{WORKER}",
        HELPER,
    ),
    "aliases are used": (
        "import asyncio as aio\nimport logging as log\nfrom litellm import acompletion\n",
        f"import asyncio as aio\nimport logging as log\nfrom litellm import acompletion\n{WORKER}",
        HELPER.replace("asyncio.", "aio.").replace("logging.getLogger", "log.getLogger"),
    ),
    "bare names are joined": (
        "import logging\nfrom asyncio import gather, run\n\nimport litellm\n",
        f"import logging\nfrom asyncio import gather, run, sleep, wait_for\n\nimport litellm\n{WORKER}",
        HELPER.replace("asyncio.", ""),
    ),
    "one bare name over several lines": (
        "import logging\nfrom asyncio import (\n    run,\n)\n\nimport litellm\n",
        (f"import logging\nfrom asyncio import (\n    run, sleep, wait_for,\n)\n\nimport litellm\n{WORKER}"),
        HELPER.replace("asyncio.", ""),
    ),
    "bare names over several lines": (
        "import logging\nfrom asyncio import (\n    gather,\n    run,\n)\n\nimport litellm\n",
        (
            "import logging\nfrom asyncio import (\n    gather,\n    run,\n    sleep,\n    wait_for,\n)\n\n"
            f"import litellm\n{WORKER}"
        ),
        HELPER.replace("asyncio.", ""),
    ),
    "a bare name means something else": (
        "import logging\nfrom asyncio import run\nfrom time import sleep\n\nimport litellm\n",
        f"import asyncio\nimport logging\nfrom asyncio import run\nfrom time import sleep\n\nimport litellm\n{WORKER}",
        HELPER,
    ),
    "a module's name means something else": (
        "import litellm\n\nasyncio = None\n\n\ndef logging(): ...\n",
        (
            f"import asyncio as _asyncio\nimport logging as _logging\n\nimport litellm\n{WORKER}\n"
            "asyncio = None\n\n\ndef logging(): ...\n"
        ),
        aliased("logging", aliased("asyncio")),
    ),
    "only imported for the type checker": (
        "import logging\nfrom typing import TYPE_CHECKING\n\nimport litellm\n\nif TYPE_CHECKING:\n    import asyncio\n",
        (
            "import asyncio\nimport logging\nfrom typing import TYPE_CHECKING\n\n"
            f"import litellm\n{WORKER}\nif TYPE_CHECKING:\n    import asyncio\n"
        ),
        HELPER,
    ),
    "litellm is imported late": (
        "import asyncio\nimport logging\n",
        "import asyncio\nimport logging\n",
        LAZY_HELPER,
    ),
    "litellm is optional": (
        "import asyncio\nimport logging\n\ntry:\n    import litellm\nexcept ImportError:\n    litellm = None\n",
        "import asyncio\nimport logging\n\ntry:\n    import litellm\nexcept ImportError:\n    litellm = None\n",
        LAZY_HELPER,
    ),
    "the environment comes before litellm": (
        "import asyncio\nimport logging\nimport os\n\nos.environ['A'] = 'b'\nimport litellm  # late\n",
        f"import asyncio\nimport logging\nimport os\n\nos.environ['A'] = 'b'\nimport litellm  # late\n{WORKER}",
        HELPER,
    ),
    "docstring, shebang, future": (
        '#!/usr/bin/env python\n# about\n\n"""Doc."""\n\nfrom __future__ import annotations\n\nimport litellm\n',
        (
            '#!/usr/bin/env python\n# about\n\n"""Doc."""\n\nfrom __future__ import annotations\n\n'
            f"import asyncio\nimport logging\n\nimport litellm\n{WORKER}"
        ),
        HELPER,
    ),
    "comments of imports stay theirs": (
        '"""Doc."""\n\n# speaks to models\nimport litellm  # noqa\n',
        f'"""Doc."""\n\nimport asyncio\nimport logging\n\n# speaks to models\nimport litellm  # noqa\n{WORKER}',
        HELPER,
    ),
    "the module's logger": (
        "import asyncio\nimport logging\nimport litellm\n\nlog = logging.getLogger('app')\n",
        f"import asyncio\nimport logging\nimport litellm\n{WORKER}\nlog = logging.getLogger('app')\n",
        HELPER.replace("logging.getLogger(__name__)", "log"),
    ),
    "getLogger by its bare name": (
        "import asyncio\nfrom logging import getLogger\nimport litellm\n",
        f"import asyncio\nfrom logging import getLogger\nimport litellm\n{WORKER}",
        HELPER.replace("logging.getLogger", "getLogger"),
    ),
}


def fixed(text, parse_marks, finding, fix, **options):
    marked = parse_marks(text)
    edit = DeliverTraces(marked["coroutine"], marked.get("flush"), **options)
    return fix(marked.source.encode(), [finding("LLM301", edit)]).decode()


@pytest.mark.parametrize("case", IMPORTS.values(), ids=IMPORTS)
def test_imports_in_the_style_of_the_file(case, parse_marks, finding, fix):
    before, after, helper = case
    assert fixed(before + MAIN, parse_marks, finding, fix) == f"{after}\n\n{helper}{FIXED_MAIN}"


TOP = "import asyncio\nimport logging\n"
BODIES = {
    "docstring and comments": (
        'async def» main():  # entry\n    """Doc."""\n\n    # first\n    await work()\n    # last\n',
        (
            'async def main():  # entry\n    """Doc."""\n\n    try:\n'
            "        # first\n        await work()\n        # last\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "one line": (
        "async def» main(): await work()  # all\n",
        "async def main():\n    try:\n        await work()  # all\n    finally:\n        await _deliver_traces()\n",
    ),
    "docstring on a line with more": (
        'async def» main(): "doc"; await work()\n',
        'async def main():\n    "doc"\n    try:\n        await work()\n    finally:\n        await _deliver_traces()\n',
    ),
    "continuation lines and strings": (
        'async def» main():\n    await work(\n        1,\n    )\n    x = """\n  as is\n"""\n',
        (
            "async def main():\n    try:\n        await work(\n            1,\n        )\n"
            '        x = """\n  as is\n"""\n'
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "its own finally": (
        "async def» main():\n    try:\n        await work()\n    finally:\n        # tidy up\n        close()\n",
        (
            "async def main():\n    try:\n        await work()\n    finally:\n        await _deliver_traces()\n"
            "        # tidy up\n        close()\n"
        ),
    ),
    "its own finally, with except": (
        (
            "async def» main():\n    try:\n        await work()\n    except E:\n        pass\n"
            "    finally:\n        close()\n"
        ),
        (
            "async def main():\n    try:\n        try:\n            await work()\n        except E:\n            pass\n"
            "        finally:\n            close()\n    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "its own finally, at the end": (
        "async def» main():\n    setup()\n    try:\n        await work()\n    finally:\n        close()\n",
        (
            "async def main():\n    try:\n        setup()\n        try:\n            await work()\n"
            "        finally:\n            close()\n    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "flush at the end": (
        "async def» main(client):\n    await work()\n\n    # send\n    «flush:client.flush()»  # now\n",
        (
            "async def main(client):\n    try:\n        await work()\n    finally:\n        await _deliver_traces()\n\n"
            "        # send\n        client.flush()  # now\n"
        ),
    ),
    "flush of a client of the first lines": (
        (
            'async def» main():\n    """Doc."""\n    x = 1\n    from langfuse import Langfuse as L\n\n'
            "    await work()\n    «flush:L(x).flush()»\n"
        ),
        (
            'async def main():\n    """Doc."""\n    x = 1\n    from langfuse import Langfuse as L\n\n    try:\n'
            "        await work()\n    finally:\n        await _deliver_traces()\n        L(x).flush()\n"
        ),
    ),
    "flush of a client bound late": (
        "async def» main():\n    client = await make()\n    await work()\n    «flush:client.flush()»\n",
        (
            "async def main():\n    try:\n        client = await make()\n        await work()\n        client.flush()\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "flush of a client bound in a branch": (
        "async def» main():\n    if x:\n        client = a\n    await work()\n    «flush:client.flush()»\n",
        (
            "async def main():\n    try:\n        if x:\n            client = a\n        await work()\n"
            "        client.flush()\n    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "flush in the middle": (
        "async def» main():\n    «flush:get_client().flush()»\n    await work()\n",
        (
            "async def main():\n    try:\n        get_client().flush()\n        await work()\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "flush in a branch": (
        "async def» main():\n    if x:\n        «flush:get_client().flush()»\n",
        (
            "async def main():\n    try:\n        if x:\n            get_client().flush()\n"
            "    finally:\n        await _deliver_traces()\n"
        ),
    ),
    "flush in a finally": (
        (
            "async def» main():\n    setup()\n    try:\n        await work()\n    finally:\n        close()\n"
            "        # send\n        await to_thread(«flush:client.flush»)\n"
        ),
        (
            "async def main():\n    setup()\n    try:\n        await work()\n    finally:\n        close()\n"
            "        # send\n        await _deliver_traces()\n        await to_thread(client.flush)\n"
        ),
    ),
    "flush on the line of a finally": (
        "async def» main():\n    try: await work()\n    finally: «flush:client.flush()»\n",
        (
            "async def main():\n    try: await work()\n"
            "    finally:\n        await _deliver_traces()\n        client.flush()\n"
        ),
    ),
}


@pytest.mark.parametrize(("before", "after"), BODIES.values(), ids=BODIES)
def test_wraps_the_body(before, after, parse_marks, finding, fix):
    result = fixed(f"{TOP}\n\n«coroutine:{before}", parse_marks, finding, fix)
    assert result == f"{TOP}\n\n{LAZY_HELPER}\n\n{after}"


def test_calls_the_project_s_own_helper(parse_marks, finding, fix):
    result = fixed("«coroutine:async def» main():\n    await work()\n", parse_marks, finding, fix, helper="settle")
    assert result == "async def main():\n    try:\n        await work()\n    finally:\n        await settle()\n"


def test_does_nothing_if_the_helper_is_awaited_already(finding):
    text = "async def main():\n    try:\n        await work()\n    finally:\n        await settle()\n"
    edit = DeliverTraces(Span(1, 0, 5, 0), helper="settle")
    assert fix_source(text.encode(), [finding("LLM301", edit)], check=lambda data: ()).data == text.encode()


def test_refuses_a_body_that_does_nothing(finding):
    data = b'async def main():\n    """Doc."""\n'
    found = finding("LLM301", DeliverTraces(Span(1, 0, 2, 14), helper="settle"))
    assert fix_source(data, [found], check=lambda data: ()).problem


def test_writes_one_helper_above_the_first_coroutine(parse_marks, finding, fix):
    marked = parse_marks(
        "import asyncio\nimport logging\n# top\n\n\n"
        "class App:\n    @deco\n    «a:async def» one(self):\n        await work()\n\n"
        "if x:\n    «b:async def» two(): await work()\n"
    )
    edits = [DeliverTraces(marked[label]) for label in ("a", "b")]
    result = fix(marked.source.encode(), [finding("LLM301", edit) for edit in edits]).decode()
    assert result.count("async def _deliver_traces(") == 1
    assert f"import logging\n\n\n{LAZY_HELPER}\n\n# top\n\n\nclass App:\n    @deco\n" in result
    assert result.count("await _deliver_traces()") == 2


def test_uses_the_helper_of_an_earlier_run(parse_marks, finding, fix):
    result = fixed(f"{TOP}\n\n{LAZY_HELPER}{MAIN}", parse_marks, finding, fix)
    assert result == f"{TOP}\n\n{LAZY_HELPER}{FIXED_MAIN}"


def test_leaves_a_stranger_s_name_alone(parse_marks, finding, fix):
    result = fixed(f"{TOP}\n_deliver_traces = 1{MAIN}", parse_marks, finding, fix)
    assert "async def _deliver_traces_2(" in result
    assert "await _deliver_traces_2()" in result


@pytest.mark.parametrize(("indent", "newline"), [("\t", "\n"), ("  ", "\r\n")], ids=["tab", "crlf"])
def test_writes_in_the_module_s_indentation_and_line_ends(indent, newline, parse_marks, finding, fix):
    def styled(text):
        return text.replace("    ", indent).replace("\n", newline)

    result = fixed(styled(TOP + MAIN), parse_marks, finding, fix)
    assert result == styled(f"{TOP}\n\n{LAZY_HELPER}{FIXED_MAIN}")


def test_three_fixes_of_one_line_compose(parse_marks, finding, fix):
    marked = parse_marks(
        f"{TOP}\n\n«coroutine:async def» main():\n"
        "    «loop:async for» c in await acompletion():\n"
        "        if c: text += «read:c.content»; «exit:return» text + f(c)\n"
    )
    findings = [
        finding("LLM101", DrainBefore(marked["exit"], marked["loop"], None, is_async=True)),
        finding("LLM201", OrEmpty(marked["read"])),
        finding("LLM301", DeliverTraces(marked["coroutine"])),
    ]
    assert fix(marked.source.encode(), findings).decode() == (
        f"{TOP}\n\n{LAZY_HELPER}\n\nasync def main():\n"
        "    try:\n"
        "        stream = await acompletion()\n"
        "        async for c in stream:\n"
        "            if c:\n"
        '                text += c.content or ""\n'
        "                result = text + f(c)\n"
        "                # LiteLLM logs a stream only at its end: read the rest, or the trace is lost.\n"
        "                async for _ in stream:\n"
        "                    pass\n"
        "                return result\n"
        "    finally:\n"
        "        await _deliver_traces()\n"
    )
