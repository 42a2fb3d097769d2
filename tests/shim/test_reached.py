"""Which lines a program has run: what is noted, on both sides of Python 3.12, and beside the watch on streams."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lint_rules.shim import launch
from lint_rules.shim.child.hooks import REACH_VARIABLE, VARIABLE, settings_text
from lint_rules.shim.run import RunReport

Runner = Callable[..., RunReport]
STARTUP = launch.STARTUP
NEWER = Path(__file__).parents[2] / ".venvs" / "1.106.2+4.18.0-py3.13" / "bin" / "python"
PYTHONS = [
    sys.executable,
    pytest.param(str(NEWER), marks=pytest.mark.skipif(not NEWER.exists(), reason="no Python 3.13 here"), id="3.13"),
]
PROGRAM = """\
import threading
import helper
def never():
    return 1
def often():
    return [helper.twice(n)
            for n in range(3)]
thread = threading.Thread(target=often)
thread.start()
thread.join()
"""
HELPER = "def twice(n):\n    if n > 7:\n        return n\n    return 2 * n\n"


def ask(folder: Path, lines: dict[str, list[int]], **more: str) -> dict[str, str]:
    asked = {"lines": {str(folder / name): numbers for name, numbers in lines.items()}, **more}
    (folder / "asked.json").write_text(json.dumps(asked))
    nowhere = "http://127.0.0.1:9"
    settings = settings_text(record=str(folder / "record"), model=nowhere, langfuse=nowhere)
    return {
        REACH_VARIABLE: str(folder / "asked.json"),
        VARIABLE: settings,
        "PYTHONPATH": str(STARTUP),
    }


def events(folder: Path, name: str) -> list[tuple[str, object]]:
    noted = [json.loads(line) for line in (folder / "record").read_text().splitlines()]
    return [(Path(one["file"]).name, one.get("line")) for one in noted if one["event"] == name]


@pytest.mark.parametrize("python", PYTHONS)
def test_notes_each_asked_line_once(tmp_path: Path, python: str) -> None:
    tmp_path = tmp_path.resolve()
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text(HELPER)
    env = ask(tmp_path, {"program.py": [3, 4, 6, 7], "helper.py": [2, 3, 4]})
    subprocess.run([python, "program.py"], cwd=tmp_path, env=env, check=True)
    noted = events(tmp_path, "reached")
    assert sorted(noted) == [*[("helper.py", line) for line in (2, 4)], *[("program.py", line) for line in (3, 6, 7)]]


@pytest.mark.parametrize("python", PYTHONS)
def test_notes_code_of_the_original_tree(tmp_path: Path, python: str) -> None:
    original, copy = tmp_path.resolve() / "original", tmp_path.resolve() / "copy"
    for folder in (original, copy):
        folder.mkdir()
        (folder / "helper.py").write_text(HELPER)
    (original / "only_there.py").write_text("")
    (copy / "program.py").write_text(f"import sys\nsys.path.insert(0, {str(original)!r})\nimport only_there\n")
    env = ask(copy, {}, original=str(original), copy=str(copy))
    subprocess.run([python, "program.py"], cwd=copy, env=env, check=True)
    assert events(copy, "original") == []
    (copy / "program.py").write_text(f"import sys\nsys.path.insert(0, {str(original)!r})\nimport helper\n")
    subprocess.run([python, "program.py"], cwd=copy, env=env, check=True)
    assert events(copy, "original") == [("helper.py", None)]


STREAMS = """\
import asyncio
import litellm
litellm.success_callback = ["langfuse"]
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}], "stream": True}
async def answer():
    async for chunk in await litellm.acompletion(**ASK):
        await asyncio.sleep(0)
        if chunk.choices[0].delta.content:
            x = 1
            break
    return 2
def sync():
    for chunk in litellm.completion(**ASK):
        if chunk.choices[0].finish_reason:
            return 3
asyncio.run(answer())
sync()
"""


@pytest.mark.parametrize("python", PYTHONS)
def test_goes_together_with_the_watch_on_streams(tmp_path: Path, run_source: Runner, python: str) -> None:
    tmp_path = tmp_path.resolve()
    env = ask(tmp_path, {"program.py": list(range(1, 30))})
    report = run_source(STREAMS, env=env, python=python)
    assert report.outcome == "exit 0", report.stderr
    assert [call.left_at for call in report.calls] == ["program.py:10", "program.py:15"]
    assert {line for _, line in report.reached} == set(range(1, 18))
    assert report.unobserved == ()


@pytest.mark.parametrize("python", PYTHONS)
def test_libraries_are_imported_as_ever(tmp_path: Path, python: str) -> None:
    """Also when a library imports the program's code, and when it fails."""
    tmp_path = tmp_path.resolve()
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages/library.py").write_text("import helper\nhelper.twice(1)\nhelper.plugged()\n")
    (tmp_path / "helper.py").write_text(HELPER + "import json\ndef plugged():\n    raise ValueError('no')\n")
    head = "import sys\nsys.path.append('site-packages')\n"
    program = head + "try:\n    import library\nexcept ValueError:\n    x = 1\nimport library\n"
    (tmp_path / "program.py").write_text(program)
    env = ask(tmp_path, {"program.py": [4, 5, 6], "helper.py": [1, 5]})
    script = [python, "program.py"]
    done = subprocess.run(script, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
    assert sorted(events(tmp_path, "reached")) == [
        *[("helper.py", line) for line in (1, 5)],
        *[("program.py", line) for line in (4, 5, 6)],
    ]
    del env[REACH_VARIABLE]
    plain = subprocess.run(script, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
    assert done.stderr == plain.stderr
    assert "ValueError: no" in plain.stderr
