"""Which functions are looked at turns out while they are: no stream is missed on the way, no caller is forgotten."""

from __future__ import annotations

import ast

import pytest

from lint_rules import check_source
from lint_rules.semantics.infer import Machine
from lint_rules.semantics.values import Home, Interest

LOOP = "async for chunk in {}:\n{}    if chunk.choices[0].finish_reason:\n{}        break\n"


def loop(over: str, indent: str = "    ") -> str:
    return indent + LOOP.format(over, indent, indent)


ASK = 'litellm.acompletion(model="m", messages=[], stream=True)'
FOUND = {
    "a function that a function calls": (f"async def ask():\n    return await {ASK}\n\n\nasync def main():\n")
    + loop("await ask()"),
    "through three functions": (
        f"async def one():\n    return await {ASK}\n\n\nasync def two():\n    return await one()\n\n\n"
        "async def three():\n    return await two()\n\n\nasync def main():\n"
    )
    + loop("await three()"),
    "an attribute that a method without a word of it fills": (
        f"async def ask():\n    return await {ASK}\n\n\nclass Desk:\n    async def open(self):\n"
        "        self.answer = await ask()\n\n    async def read(self):\n"
    )
    + loop("self.answer", "        "),
    "a client that the constructor takes from a factory": (
        "def make():\n    return litellm.Router(model_list=[])\n\n\nclass Desk:\n    def __init__(self):\n"
        "        self.client = make()\n\n    async def read(self):\n        client = self.client\n"
    )
    + loop('await client.acompletion(model="m", messages=[], stream=True)', "        "),
    "a switch that another method sets": (
        "class Desk:\n    def __init__(self):\n        self.name = 'm'\n        self.switch_on()\n\n"
        "    def switch_on(self):\n        self.on = True\n        self.name = self.name.strip()\n"
        "        self.kind = 'k'\n        self.place = 'p'\n        self.size = 3\n\n    def read(self):\n"
        "        for chunk in litellm.completion(model='m', messages=[], stream=self.on):\n            break\n"
    ),
    "an object that is iterated": (
        f"class Answer:\n    async def __aiter__(self):\n        async for chunk in await {ASK}:\n"
        "            yield chunk\n\n\ndef make():\n    return Answer()\n\n\nasync def main():\n"
    )
    + loop("make()"),
    "a class that extends one": (
        f"class Base:\n    async def ask(self):\n        return await {ASK}\n\n\nclass Mine(Base):\n    pass\n\n\n"
        "async def main(mine: Mine):\n"
    )
    + loop("await mine.ask()"),
    "a registry": (
        f"async def ask():\n    return await {ASK}\n\n\nWAYS = {{'ask': ask}}\nCHOSEN = ask\n\n\nasync def main():\n"
    )
    + loop("await CHOSEN()"),
    "a function of a factory": "def build(app):\n    @app.task\n    async def job():\n"
    + loop(f"await {ASK}", "        ")
    + "    return app\n",
    "a method of a class in a factory": "def build():\n    class Job:\n        async def run(self):\n"
    + loop(f"await {ASK}", "            ")
    + "    return Job\n",
    "what only the top level calls": (
        f"def pick(kind):\n    if kind:\n        return kind\n    for one in range(3):\n        if one:\n"
        f"            return {ASK.replace('acompletion', 'completion')}\n\n\nANSWER = pick(0)\n"
        "for chunk in ANSWER:\n    break\n"
    ),
    "an import of its own": (
        "async def ask():\n    from litellm import acompletion as question\n\n"
        "    return await question(model='m', messages=[], stream=True)\n\n\nasync def main():\n"
    )
    + loop("await ask()"),
    "a key": (
        "def tell(chunk):\n    choices = chunk['choices']\n    text = ''\n    text += choices[0]['delta']['content']\n"
        "    return text\n"
    ),
}


@pytest.mark.parametrize("way", FOUND)
def test_no_stream_is_missed(way: str) -> None:
    assert [finding.code for finding in check_source("import litellm\n\n\n" + FOUND[way])][:1] in (
        [["LLM101"]] if "acompletion" in FOUND[way] else [["LLM102"], ["LLM201"]]
    )


WHOLE = {
    "a function returns it": "def sdk():\n    return litellm\n\n\n",
    "under another name": "def sdk():\n    import litellm as it\n\n    return it\n\n\n",
    "a part of it": "def sdk():\n    return litellm.main\n\n\n",
    "a part of it under another name": "def sdk():\n    from litellm import main as it\n\n    return it\n\n\n",
    "a variable": "IT = litellm\n\n\ndef sdk():\n    return IT\n\n\n",
    "a default": "def sdk(it=litellm):\n    return it\n\n\n",
    "an attribute": (
        "class Desk:\n    def __init__(self):\n        self.it = litellm\n\n"
        "    def give(self):\n        return self.it\n\n\n"
        "def sdk():\n    return Desk().give()\n\n\n"
    ),
}
READ = "async def read():\n" + loop('await sdk().acompletion(model="m", messages=[], stream=True)')


def alone(program: str) -> Machine:
    """Interpret a module to which nothing else of its project matters, and in which nothing is traced."""
    machine = Machine(ast.parse(program), Home(interest=lambda: Interest(frozenset(), traced=False)))
    machine.run()
    return machine


@pytest.mark.parametrize("way", WHOLE)
def test_litellm_itself_gets_around(way: str) -> None:
    assert [one.lost for one in alone("import litellm\n\n\n" + WHOLE[way] + READ).record.exits.values()] == [True]


def test_getattr_takes_a_call_out_of_it() -> None:
    program = "import litellm\n\n\ndef call():\n    return getattr(litellm, 'acompletion')\n\n\n" + READ.replace(
        "sdk().acompletion", "call()"
    )
    assert [one.lost for one in alone(program).record.exits.values()] == [True]


def test_a_setting_of_litellm_is_nothing_to_look_at() -> None:
    setting = "def set_{0}():\n    litellm.drop_params = {0} > 3\n    return [{0}, {0}, {0}]\n\n\n"
    settings = "".join(setting.format(number) for number in range(40))
    assert alone("import litellm\n\n\n" + settings + READ).steps < alone("import litellm\n\n\n" + READ).steps + 3 * 40


TAKES = """\
import litellm


async def take(items):
    count = 0
    async for item in items:
        count += 1
        if count > 3:
            break
    return count


async def ask():
    return await take(await litellm.acompletion(model="m", messages=[], stream=True))
"""


def test_who_passes_a_stream_is_believed() -> None:
    assert [finding.code for finding in check_source(TAKES)] == ["LLM101"]


def test_so_is_one_who_passes_none() -> None:
    other = "\n\nasync def other(lines):\n    return await take(lines)\n"
    assert check_source(TAKES + other) == []
    before = TAKES.replace("\n\nasync def ask", other + "\n\nasync def ask")
    assert check_source(before) == []  # seen before anything is known of `take`


IDLE = """\
def idle{}(text):
    for letter in text:
        if letter:
            text = text + letter
    return text


"""


def test_what_leads_nowhere_costs_nothing() -> None:
    calls = "    name = " + "".join(f"idle{number}(" for number in range(40)) + "'m'" + ")" * 40 + "\n"
    program = "import litellm\n\n\n{}def ask():\n{}    return litellm.completion(model=name, messages=[])\n"

    def steps(own: str) -> int:
        return alone(program.format(own, calls)).steps

    defined = "".join(IDLE.format(number) for number in range(40))
    assert steps(defined) < steps("") + 3 * 40
