"""Small idioms that real code taught, each in the fewest lines that show it."""

from __future__ import annotations

import pytest

from lint_rules import check_source

IDIOMS = {
    "a stream wrapped by hand": (
        (
            "def f(lines):\n"
            "    for chunk in litellm.CustomStreamWrapper(completion_stream=lines, model='m'):\n"
            "        text += chunk['choices'][0]['delta']['content']\n"
        ),
        ["LLM201"],
    ),
    "LiteLLM reads the stream itself": (
        'r = litellm.completion(model="m", messages=[], stream=True, complete_response=True)\nprint(r.choices[0])\n',
        [],
    ),
    "a test of the alias is a test of the path": (
        (
            "async def f():\n"
            "    async for chunk in await litellm.acompletion(stream=True):\n"
            "        delta = chunk.choices[0].delta\n"
            "        if delta.content:\n"
            "            text += chunk.choices[0].delta.content\n"
        ),
        [],
    ),
    "a test of the delta is no test of its content": (
        (
            "async def f():\n"
            "    async for chunk in await litellm.acompletion(stream=True):\n"
            "        if chunk.choices[0].delta:\n"
            "            text += chunk.choices[0].delta.content\n"
        ),
        ["LLM201"],
    ),
    "enumerate is transparent": (
        "for i, chunk in enumerate(litellm.completion(stream=True)):\n    if i > 3:\n        break\n",
        ["LLM102"],
    ),
    "a whole response is not iterated as a stream": (
        "for key, value in litellm.completion(model='m', messages=[]):\n    break\n",
        [],
    ),
    "the stream may be switched on by options": (
        "def f(options):\n    for chunk in litellm.completion(**options, stream=True):\n        return chunk\n",
        ["LLM102"],
    ),
    "a stream in an attribute that another method comes back to": (
        (
            "class C:\n"
            "    async def open(self):\n"
            "        self.stream = await litellm.acompletion(stream=True)\n"
            "    async def sentence(self):\n"
            "        async for chunk in self.stream:\n"
            "            if chunk.choices[0].finish_reason:\n"
            "                return\n"
            "    async def rest(self):\n"
            "        async for chunk in self.stream:\n"
            "            pass\n"
        ),
        [],
    ),
    "chunks of the OpenAI client are not LiteLLM's": (
        (
            "from openai import AsyncOpenAI\n"
            "async def f():\n"
            "    async for chunk in await AsyncOpenAI().chat.completions.create(stream=True):\n"
            "        text += chunk.choices[0].delta.content\n"
            "        break\n"
        ),
        [],
    ),
    "events of JSON lines are not chunks": (
        (
            "import json\n"
            "async def f(response):\n"
            "    async for line in response.aiter_lines():\n"
            "        text += json.loads(line)['choices'][0]['delta']['content']\n"
            "        if line == '[DONE]':\n"
            "            return\n"
        ),
        [],
    ),
}


@pytest.mark.parametrize("name", IDIOMS)
def test_idioms(name: str) -> None:
    source, codes = IDIOMS[name]
    assert [finding.code for finding in check_source("import litellm\n" + source)] == codes
