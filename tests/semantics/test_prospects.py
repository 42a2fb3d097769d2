"""Looking only where something can be leads to what looking everywhere leads to: for cases, and small projects.

The short form takes all that is more than a program by itself, and of the others every fourth. `make fuzz` takes all.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lint_rules.engine import check_files
from lint_rules.surroundings import Surroundings

CASES = Path(__file__).parent.parent / "cases"
FOLDERS = sorted({path.parent for path in CASES.rglob("*.py")})
ALONE = [folder for folder in FOLDERS if {path.name for path in folder.rglob("*.py")} <= {"before.py", "after.py"}]
LEFT_OUT = set() if "FUZZ" in os.environ else set(ALONE) - set(ALONE[::4])


def found(folder: Path, few: int) -> list[tuple[str, int, str, str]]:
    around = Surroundings()
    around.few = few
    return [
        (report.path, finding.span.line, finding.code, finding.message)
        for report in check_files([str(folder)], around)
        for finding in report.findings
    ]


@pytest.mark.parametrize(
    "folder", [one for one in FOLDERS if one not in LEFT_OUT], ids=lambda folder: str(folder.relative_to(CASES))
)
def test_of_a_folder_of_cases(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(folder, copy)
    everywhere = found(copy, 1_000_000)
    assert found(copy, 0) == everywhere


CLIENT = """\
import litellm


class Base:
    async def ask(self, prompt):
        return await litellm.acompletion(model="m", messages=[{"role": "user", "content": prompt}], stream=True)


async def run(handler):
    await handler(await Base().ask("hello"))


def client():
    return Base()
"""
LOOP = "    async for chunk in {}:\n        if chunk.choices[0].finish_reason:\n            break\n"
WAYS = {
    "a method of a class": "from client import Base\n\n\nasync def main():\n" + LOOP.format('await Base().ask("x")'),
    "a class that extends it": "from client import Base\n\n\nclass Mine(Base):\n    pass\n\n\nasync def main():\n"
    + LOOP.format('await Mine().ask("x")'),
    "an object that a function makes": "import client\n\n\nasync def main():\n"
    + LOOP.format('await client.client().ask("x")'),
    "another name": "from client import Base as B\n\n\nasync def main(b: B):\n" + LOOP.format('await b.ask("x")'),
    "a function that is handed over": "from client import run\n\n\nasync def take(stream):\n"
    + LOOP.format("stream")
    + "\n\nasync def main():\n    await run(take)\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_however_a_stream_gets_into_a_module(way: str, tmp_path: Path) -> None:
    for name, text in {"client.py": CLIENT, "main.py": WAYS[way], "other.py": "import json\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [code for _, _, code, _ in found(tmp_path, 0)] == ["LLM101"]


def test_a_module_in_between(tmp_path: Path) -> None:
    texts = {
        "client.py": CLIENT,
        "between.py": "from client import Base\n\n\nclass Desk:\n    def __init__(self):\n        self.base = Base()\n",
        "main.py": "from between import Desk\n\n\nasync def main():\n" + LOOP.format('await Desk().base.ask("x")'),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [Path(path).name for path, *_ in found(tmp_path, 0)] == ["main.py"]
