"""Whole runs with the real SDKs: what the shim says of programs whose fate is known."""

from __future__ import annotations

import json
import os
import pickle
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lint_rules.shim.run import RunReport, ShimError, Warm, run
from lint_rules.shim.table import WIDTH, Comparison, comparison, table

from .programs import PROGRAMS, source

Runner = Callable[..., RunReport]


def said(report: RunReport) -> tuple[object, ...]:
    return report.verdict, tuple(call.verdict for call in report.calls), report.exit_code


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in PROGRAMS for kind in PROGRAMS[name].kinds])
def test_known_programs(run_source: Runner, name: str, kind: str) -> None:
    report = run_source(source(name, kind))
    program = PROGRAMS[name]
    assert said(report) == (program.verdict, program.calls, program.exit_code), report.stderr
    assert report.strays == ()
    assert all(call.site is not None and call.site.startswith("program.py:") for call in report.calls)


@pytest.mark.parametrize("name", ["async-no-flush", "stream-none-delta", "sync"])
def test_a_fork_says_what_a_fresh_process_says(run_source: Runner, name: str) -> None:
    warm, fresh = run_source(source(name)), run_source(source(name), launcher=None)
    assert said(warm) == said(fresh)
    assert [call.site for call in warm.calls] == [call.site for call in fresh.calls]
    assert warm.stdout == fresh.stdout


def test_many_at_once(warm: Warm, tmp_path: Path) -> None:
    names = ["async-flush", "async-no-flush", "stream-full", "sync-stream-break"] * 4
    for name in names:
        (tmp_path / f"{name}.py").write_text(source(name))
    with ThreadPoolExecutor(12) as pool:
        reports = list(pool.map(lambda name: run([f"{name}.py"], cwd=tmp_path, launcher=warm), names))
    assert [report.verdict for report in reports] == [PROGRAMS[name].verdict for name in names]


def test_a_hang_is_killed_and_never_delivered(run_source: Runner) -> None:
    report = run_source(source("sync") + "import time\ntime.sleep(60)\n", timeout=1.5)
    assert (report.verdict, report.outcome, report.exit_code, report.timed_out) == ("hung", "hung", None, True)
    assert report.seconds < 5


@pytest.mark.parametrize("launcher", ["warm", "fresh"])
def test_what_a_program_sees(run_source: Runner, tmp_path: Path, launcher: str) -> None:
    program = """
import __main__, atexit, os, sys, threading
print(sys.argv, __name__, __file__, __spec__, sys.path[0], os.getcwd(), os.environ["MINE"], sep="|")
print(__main__.__file__ == __file__, sys.modules["__main__"].__dict__ is globals(), sys.stdin.read() == "")
atexit.register(lambda: print("last", sys.modules["__main__"] is __main__))
threading.Thread(target=lambda: print("thread")).start()
"""
    options = {"launcher": None} if launcher == "fresh" else {}
    report = run_source(program, "a", "-b", env={"MINE": "yes"}, **options)
    here = tmp_path / "program.py"
    first, second, *rest = report.stdout.splitlines()
    assert first == f"['program.py', 'a', '-b']|__main__|{here}|None|{tmp_path}|{tmp_path}|yes"
    assert second == "True True True"
    assert rest == ["thread", "last True"]


def test_modules_code_and_flags(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "mod.py").write_text("import sys; print(__name__, sys.argv[1:], sys.flags.optimize)")
    runs = {
        ("-m", "mod", "x"): "__main__ ['x'] 0",
        ("python", "-m", "mod"): "__main__ [] 0",
        ("python3", "-O", "mod.py", "-O"): "__main__ ['-O'] 1",
        ("python", "-W", "ignore", "-c", "print(__name__)"): "__main__",
    }
    for command, expected in runs.items():
        assert run(command, cwd=tmp_path, launcher=warm).stdout.strip() == expected


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ([], "no command given"),
        (["python"], "no program given"),
        (["-m"], "argument expected for the -m option"),
        (["missing.py"], "no such script: missing.py"),
        (["missing-command"], "no such script or command: missing-command"),
        (["/no/python3", "x.py"], "no such Python: /no/python3"),
    ],
)
def test_what_cannot_be_started_is_one_clear_line(command: list[str], message: str) -> None:
    with pytest.raises(ShimError, match=f"^{message}") as caught:
        run(command)
    assert "\n" not in str(caught.value)


def test_the_call_site_survives_tasks(run_source: Runner) -> None:
    report = run_source("""
import asyncio, litellm
litellm.success_callback = ["langfuse"]
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
async def main():
    await asyncio.gather(litellm.acompletion(**ASK), litellm.acompletion(**ASK))
    await asyncio.wait_for(litellm.acompletion(**ASK), 5)
    await asyncio.create_task(litellm.acompletion(**ASK))
    await asyncio.sleep(0.5)
asyncio.run(main())
""")
    assert [call.site for call in report.calls] == [f"program.py:{line}" for line in (6, 6, 7, 8)]
    assert report.verdict == "delivered"


def test_nothing_leaves_the_machine(run_source: Runner) -> None:
    report = run_source("""
import socket
for act in (lambda: socket.create_connection(("192.0.2.1", 80)), lambda: socket.getaddrinfo("example.com", 80)):
    try:
        act()
    except OSError as error:
        print(type(error).__name__, "nothing leave this machine" in str(error))
sock = socket.socket()
try:
    sock.connect(("192.0.2.1", 80))
except ConnectionRefusedError as error:
    print(error)
""")
    assert report.stdout.count("nothing leave") == 1 and report.stdout.count("True") == 2
    assert report.exit_code == 0


def test_a_generation_given_by_hand_as_well_is_a_duplicate(run_source: Runner) -> None:
    report = run_source("""
import litellm
from langfuse import observe
litellm.success_callback = ["langfuse"]
@observe(as_type="generation")
def ask():
    answer = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
    return answer.choices[0].message.content
ask()
""")
    assert said(report) == ("duplicated", ("duplicated",), 0)


def test_a_stream_logged_as_far_as_it_was_read_is_partial(run_source: Runner) -> None:
    report = run_source("""
from langfuse.openai import OpenAI
ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
for chunk in OpenAI().chat.completions.create(**ask, stream=True):
    if chunk.choices[0].delta.content:
        break
""")
    assert said(report) == ("partial", ("partial",), 0)
    assert report.calls[0].detail == "18 of 41 characters arrived"


def test_embeddings_and_text_completions_are_judged_too(run_source: Runner) -> None:
    report = run_source("""
import litellm
litellm.success_callback = ["langfuse"]
litellm.embedding(model="text-embedding-3-small", input=["a", "b"])
litellm.text_completion(model="gpt-3.5-turbo-instruct", prompt="hi")
""")
    assert [(call.api, call.verdict) for call in report.calls] == [
        ("embeddings", "delivered"),
        ("completions", "delivered"),
    ]


def test_a_report_is_plain_data(run_source: Runner) -> None:
    report = run_source(source("sync"))
    assert pickle.loads(pickle.dumps(report)) == report
    data = json.loads(json.dumps(report.to_json()))
    assert (data["verdict"], data["calls"][0]["verdict"], data["calls"][0]["usage"]) == ("delivered", "delivered", 18)


def test_tables(run_source: Runner, tmp_path: Path) -> None:
    before, after = run_source(source("stream-none-delta")), run_source(source("stream-full"))
    rows = comparison([Comparison("three/losses.py", before, after)]).splitlines()
    assert rows[0].split() == ["program", "call", "site", "before", "after", "exit"]
    assert rows[2].split("  ")[0] == "three/losses.py"
    assert "lost, crashed" in rows[2] and "delivered" in rows[2] and rows[2].endswith("1 -> 0")
    wide = table(before, "a/very/long/path/" * 12 + "program.py")
    assert all(len(line) <= WIDTH for line in wide.splitlines())
    assert "program.py:7 (stream)" in wide and "crash on a None delta (LLM201)" in wide
    assert "no calls" in table(run_source("print(1)"))


def test_a_dead_warmed_process_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n")
    with Warm() as launcher:
        for _ in range(2):
            with pytest.raises(ShimError, match="the warmed process died"):
                run(["program.py"], cwd=tmp_path, launcher=launcher)


def test_what_a_program_leaves_running_is_killed(run_source: Runner) -> None:
    report = run_source("""
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
""")
    assert report.verdict == "no-calls"
    assert not _alive(int(report.stdout))


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("variable", ["LITELLM_LOG", "PYTHONOPTIMIZE"])
def test_variables_read_at_import_are_honoured(run_source: Runner, variable: str) -> None:
    report = run_source(
        "import os, sys; print(os.environ.get(sys.argv[1]), os.getppid())", variable, env={variable: "1"}
    )
    assert report.stdout.split() == ["1", str(os.getpid())]


FAILING = """
import atexit, os, sys, time, urllib.request
body = b'{"batch": [{"id": "e", "type": "generation-create", "body": {"id": "g", "output": "from call 1:"}}]}'
try:
    answer = urllib.request.urlopen(os.environ["LANGFUSE_HOST"] + "/api/public/ingestion", body, timeout=4)
    print(answer.status)
except OSError as error:
    print(type(error).__name__, getattr(error, "code", getattr(error, "reason", "")))
sys.exit(3)
"""
"""Does what an exporter does, without one: how the SDKs take a failing Langfuse is measured in `tests/matrix`."""


@pytest.mark.parametrize(
    ("langfuse", "said", "arrived"),
    [
        ("ok", "207", 1),
        ("slow", "207", 1),
        ("500", "HTTPError 500", 0),
        ("refuse", "URLError [Errno 111] Connection refused", 0),
        ("hang", "TimeoutError ", 0),
    ],
)
def test_a_langfuse_that_fails(run_source: Runner, langfuse: str, said: str, arrived: int) -> None:
    report = run_source(FAILING, langfuse=langfuse)
    assert (report.stdout.strip(), report.exit_code, len(report.strays)) == (said.strip(), 3, arrived)


def test_a_langfuse_that_hangs_does_not_hang_the_shim(run_source: Runner) -> None:
    started = time.monotonic()
    report = run_source(FAILING.replace("timeout=4", "timeout=60"), langfuse="hang", timeout=1.0)
    assert report.verdict == "hung" and report.strays == ()
    assert time.monotonic() - started < 4


def test_a_report_says_when(run_source: Runner) -> None:
    before = time.time()
    report = run_source("import time; print(time.time())")
    assert before <= report.began <= float(report.stdout) <= report.began + report.seconds + 0.1
