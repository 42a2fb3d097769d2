"""LLM101's codemod: `continue`, or a drain right before the exit."""

from __future__ import annotations

import pytest

from lint_rules.finding import ContinueLoop, DrainBefore

WHY = "# LiteLLM logs a stream only at its end: read the rest, or the trace is lost."

# before, the stream's name (None: hoist), after; both indented below `async def main(response):`
DRAINS = {
    "break": (
        """
        «loop:async for» chunk in response:
            if chunk.done:
                «exit:break»  # enough
        """,
        "response",
        f"""
        async for chunk in response:
            if chunk.done:
                {WHY}
                async for _ in response:
                    pass
                break  # enough
        """,
    ),
    "comments and blank lines around the exit": (
        """
        «loop:async for» chunk in response:
            if chunk.done:

                # enough
                «exit:break»
                # never reached

            # next
        """,
        "response",
        f"""
        async for chunk in response:
            if chunk.done:

                # enough
                {WHY}
                async for _ in response:
                    pass
                break
                # never reached

            # next
        """,
    ),
    "one-line suite": (
        """
        «loop:async for» chunk in response:
            if chunk.done: «exit:break»  # enough
            else: text += chunk.text
        """,
        "response",
        f"""
        async for chunk in response:
            if chunk.done:
                {WHY}
                async for _ in response:
                    pass
                break  # enough
            else: text += chunk.text
        """,
    ),
    "semicolons": (
        """
        «loop:async for» chunk in response:
            if chunk.done: found = 1; «exit:break»; never = 1
        """,
        "response",
        f"""
        async for chunk in response:
            if chunk.done:
                found = 1
                {WHY}
                async for _ in response:
                    pass
                break; never = 1
        """,
    ),
    "semicolons on a line of a block": (
        """
        «loop:async for» chunk in response:
            if chunk.done:
                # enough
                found = 1; «exit:break»;
        """,
        "response",
        f"""
        async for chunk in response:
            if chunk.done:
                # enough
                found = 1
                {WHY}
                async for _ in response:
                    pass
                break;
        """,
    ),
    "else of an if, in a match case, in a try": (
        """
        «loop:async for» chunk in response:
            match chunk.kind:
                case "text": pass
                case "stop": «exit:break»
        """,
        "response",
        f"""
        async for chunk in response:
            match chunk.kind:
                case "text": pass
                case "stop":
                    {WHY}
                    async for _ in response:
                        pass
                    break
        """,
    ),
    "loop with else": (
        """
        «loop:async for» chunk in self.stream:
            «exit:break»
        else:
            print("complete")
        """,
        "self.stream",
        f"""
        async for chunk in self.stream:
            {WHY}
            async for _ in self.stream:
                pass
            break
        else:
            print("complete")
        """,
    ),
    "return out of an inner loop": (
        """
        «loop:async for» chunk in response:
            for choice in chunk.choices:
                if choice.done:
                    «exit:return»
        """,
        "response",
        f"""
        async for chunk in response:
            for choice in chunk.choices:
                if choice.done:
                    {WHY}
                    async for _ in response:
                        pass
                    return
        """,
    ),
    "return of what does not depend on the stream": (
        """
        «loop:async for» chunk in response:
            «exit:return» f"{text!r}", self.total, [1, None]
        """,
        "response",
        f"""
        async for chunk in response:
            {WHY}
            async for _ in response:
                pass
            return f"{{text!r}}", self.total, [1, None]
        """,
    ),
    "return of a call": (
        """
        «loop:async for» chunk in response:
            «exit:return»(await compute(chunk))  # tail
        """,
        "response",
        f"""
        async for chunk in response:
            result = (await compute(chunk))
            {WHY}
            async for _ in response:
                pass
            return result  # tail
        """,
    ),
    "return of something of the stream": (
        """
        «loop:async for» chunk in self.response:
            if chunk.done: «exit:return» self.usage
        """,
        "self.response",
        f"""
        async for chunk in self.response:
            if chunk.done:
                result = self.usage
                {WHY}
                async for _ in self.response:
                    pass
                return result
        """,
    ),
    "return of a call, name taken": (
        """
        result = None
        «loop:async for» chunk in response:
            «exit:return» f(result)
        """,
        "response",
        f"""
        result = None
        async for chunk in response:
            result_2 = f(result)
            {WHY}
            async for _ in response:
                pass
            return result_2
        """,
    ),
    "hoisted iterable": (
        """
        before()

        # read it
        «loop:async for» chunk in await acompletion(
            model="m",  # any
            stream=True,
        ):  # loop
            if chunk.done:
                «exit:break»
        """,
        None,
        f"""
        before()

        # read it
        stream = await acompletion(
            model="m",  # any
            stream=True,
        )
        async for chunk in stream:  # loop
            if chunk.done:
                {WHY}
                async for _ in stream:
                    pass
                break
        """,
    ),
    "hoisted iterable in parentheses, name taken": (
        """
        stream = True
        «loop:async for» chunk in(await acompletion(stream=stream)):
            «exit:break»
        """,
        None,
        f"""
        stream = True
        stream_2 = (await acompletion(stream=stream))
        async for chunk in stream_2:
            {WHY}
            async for _ in stream_2:
                pass
            break
        """,
    ),
    "underscore means something": (
        """
        print(_("hello"))
        «loop:async for» chunk in response:
            «exit:break»
        """,
        "response",
        f"""
        print(_("hello"))
        async for chunk in response:
            {WHY}
            async for _chunk in response:
                pass
            break
        """,
    ),
}


def in_main(text: str) -> str:
    return "async def main(response):" + text.replace("\n        ", "\n    ").rstrip(" ")


@pytest.mark.parametrize("case", DRAINS.values(), ids=DRAINS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_drains_before_the_exit(case, newline, parse_marks, finding, fix):
    before, stream, after = case
    marked = parse_marks(in_main(before).replace("\n", newline))
    edit = DrainBefore(marked["exit"], marked["loop"], stream, is_async=True)
    fixed = fix(marked.source.encode(), [finding("LLM101", edit)])
    assert fixed.decode() == in_main(after).replace("\n", newline)


@pytest.mark.parametrize("indent", ["\t", "  ", "        "], ids=["tab", "two", "eight"])
def test_uses_the_indentation_of_the_module(indent, parse_marks, finding, fix):
    before, stream, after = DRAINS["one-line suite"]
    marked = parse_marks(in_main(before).replace("    ", indent))
    edit = DrainBefore(marked["exit"], marked["loop"], stream, is_async=True)
    fixed = fix(marked.source.encode(), [finding("LLM101", edit)])
    assert fixed.decode() == in_main(after).replace("    ", indent)


CONTINUES = {
    "break": ("    «exit:break»  # no text\n", "    continue  # no text\n"),
    "one-line suite": ("    if not t: «exit:break»\n", "    if not t: continue\n"),
    "semicolons": ("    n = 1 ;  «exit:break» ; m = 2\n", "    n = 1 ;  continue ; m = 2\n"),
    "else": ("    if t: f(t)\n    else:\n        # why\n        «exit:break»\n",
             "    if t: f(t)\n    else:\n        # why\n        continue\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CONTINUES.values(), ids=CONTINUES)
def test_continues_instead(before, after, parse_marks, finding, fix):
    head = "async def main(r):\n  async for c in r:\n"
    marked = parse_marks(head + before)
    fixed = fix(marked.source.encode(), [finding("LLM101", ContinueLoop(marked["exit"]))])
    assert fixed.decode() == head + after


def test_several_exits_share_one_hoisted_stream(parse_marks, finding, fix):
    marked = parse_marks(
        "async def f():\n"
        "    «loop:async for» c in await acompletion():\n"
        "        if c.a: «one:break»\n"
        "        if c.b: «two:return» 1\n"
        "async def g():\n"
        "    «other:async for» c in await acompletion():\n"
        "        «three:break»\n"
    )
    places = [("one", "loop"), ("two", "loop"), ("three", "other")]
    edits = [DrainBefore(marked[leave], marked[loop], None, is_async=True) for leave, loop in places]
    fixed = fix(marked.source.encode(), [finding("LLM101", edit) for edit in edits]).decode()
    assert fixed.count("stream = await acompletion()\n") == 2
    assert fixed.count("async for c in stream:\n") == 2
    assert fixed.count("async for _ in stream:\n") == 3


def test_nested_hoisted_streams_have_names_of_their_own(parse_marks, finding, fix):
    marked = parse_marks(
        "async def f():\n"
        "    «outer:async for» c in await acompletion():\n"
        "        «inner:async for» d in await acompletion(c):\n"
        "            «one:break»\n"
        "        «two:break»\n"
    )
    places = [("one", "inner"), ("two", "outer")]
    edits = [DrainBefore(marked[leave], marked[loop], None, is_async=True) for leave, loop in places]
    assert fix(marked.source.encode(), [finding("LLM101", edit) for edit in edits]).decode() == (
        "async def f():\n"
        "    stream_2 = await acompletion()\n"
        "    async for c in stream_2:\n"
        "        stream = await acompletion(c)\n"
        "        async for d in stream:\n"
        f"            {WHY}\n"
        "            async for _ in stream:\n"
        "                pass\n"
        "            break\n"
        f"        {WHY}\n"
        "        async for _ in stream_2:\n"
        "            pass\n"
        "        break\n"
    )
