"""Programs of several processes, and commands that are no Python program: every call is seen, in every process."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lint_rules.shim.launch import Fresh
from lint_rules.shim.run import RunReport, ShimError, run

Runner = Callable[..., RunReport]

HEAD = """\
import asyncio, multiprocessing, os, subprocess, sys
import litellm
litellm.success_callback = ["langfuse"]
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
def work():
    litellm.completion(**ASK)
def leave():
    for chunk in litellm.completion(**ASK, stream=True):
        break
"""
CHILD = "import litellm\nlitellm.success_callback = ['langfuse']\n"
ASKS = "litellm.completion(model='gpt-4o-mini', messages=[{'role': 'user', 'content': 'hi'}])\n"


def said(report: RunReport) -> list[tuple[object, ...]]:
    return sorted((call.verdict, call.cause, call.rule) for call in report.calls)


SPAWNED = """
if __name__ == "__main__":
    process = multiprocessing.get_context("{method}").Process(target={target})
    process.start()
    process.join()
    assert process.exitcode == 0
"""


@pytest.mark.parametrize(
    ("method", "target", "outcome"),
    [
        ("fork", "work", ("lost", "exporter not flushed", "LLM305")),
        ("fork", "leave", ("lost", "abandoned stream", "LLM102")),
        ("spawn", "work", ("delivered", None, None)),
        ("spawn", "leave", ("lost", "abandoned stream", "LLM102")),
    ],
)
def test_a_worker(run_source: Runner, method: str, target: str, outcome: tuple[object, ...]) -> None:
    """A forked worker ends by `os._exit`: what its exporter has not sent by then is never sent. A spawned one exits."""
    report = run_source(HEAD + SPAWNED.format(method=method, target=target))
    assert said(report) == [outcome], report.stderr
    first, *others = report.processes
    [worker] = [process for process in others if process.pid == report.calls[0].pid]
    assert worker.parent == first.pid
    assert (first.ended is not None, worker.ended is not None) == (True, method == "spawn")


def test_a_python_started_by_the_program(run_source: Runner) -> None:
    report = run_source(HEAD + f"work()\nsubprocess.run([sys.executable, '-c', {CHILD + ASKS!r}], check=True)\n")
    assert said(report) == [("delivered", None, None)] * 2, report.stderr
    assert [call.pid for call in report.calls] == [process.pid for process in report.processes]
    assert "-c" in report.processes[1].command


def test_os_exit_in_a_child_is_the_childs(run_source: Runner) -> None:
    """However long it takes to get there: its exporter is told to send less often than each second."""
    rarely = "import os, time\nos.environ['LANGFUSE_FLUSH_INTERVAL'] = '60'\n"
    child = f"{rarely}{CHILD}{ASKS}time.sleep(0.3)\nos._exit(0)\n"
    report = run_source(HEAD + f"work()\nsubprocess.run([sys.executable, '-c', {child!r}], check=True)\n")
    assert [call.verdict for call in report.calls] == ["delivered", "lost"]
    assert report.calls[1].cause == "exporter not flushed"


def test_a_shell_that_starts_python(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(CHILD + ASKS)
    (tmp_path / "run.sh").write_text(f'cd "$(dirname "$0")"\n{sys.executable} child.py "$1"\nexit 3\n')
    report = run([shutil.which("sh") or "sh", "run.sh", "x"], cwd=tmp_path)
    assert said(report) == [("delivered", None, None)], report.stderr
    assert (report.verdict, report.exit_code, report.calls[0].site) == ("crashed", 3, "child.py:3")


def test_a_command_that_starts_no_python(tmp_path: Path) -> None:
    assert run(["true"], cwd=tmp_path).verdict == "no-calls"


def test_flags_that_ignore_the_environment(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(HEAD + "leave()\n")
    [call] = run([sys.executable, "-I", "program.py"], cwd=tmp_path, launcher=Fresh()).calls
    assert (call.cause, call.left_at) == ("abandoned stream", "program.py:9")


def test_a_sitecustomize_of_the_programs_own(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text("import sys\nsys.mine = __file__\n")
    (tmp_path / "program.py").write_text("import sys\nprint(sys.mine, sorted(sys.path)[:0])\nprint(sys.path)\n")
    report = run(["program.py"], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})
    assert report.stdout.startswith(str(tmp_path / "site")), report.stderr
    assert "startup" not in report.stdout


def test_a_python_without_the_sdks_is_told(tmp_path: Path) -> None:
    bare = "/usr/bin/python3"
    if not Path(bare).exists():
        pytest.skip("no other Python here")
    (tmp_path / "program.py").write_text("")
    with pytest.raises(ShimError, match="cannot import litellm and langfuse"):
        run(["program.py"], python=bare, cwd=tmp_path)
