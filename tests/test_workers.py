"""Many files, checked by one process, by several, by a cluster: the same results, whoever is lost on the way."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lint_rules import files, pool
from lint_rules.chunks import LARGEST, SMALLEST, chunks, largest_of
from lint_rules.engine import Surroundings
from lint_rules.files import Found
from tests.faults.conftest import none_is_ignored  # noqa: F401 - Ctrl-C reaches what is started, also behind `&`

LOSS = """\
from langfuse.decorators import observe
from shared import ask


async def main():
    async for chunk in await ask():
        break
"""
SHARED = """\
import litellm


async def ask():
    return await litellm.acompletion(model="m", messages=[], stream=True)
"""
ROOT = str(Path(__file__).parents[1])


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Four projects of 70 files, and one with something to say about its versions."""
    for project in ("one", "two", "three", "four"):
        write(tmp_path, f"{project}/pyproject.toml", "")
        write(tmp_path, f"{project}/shared.py", SHARED)
        write(tmp_path, f"{project}/loss.py", LOSS)
        for number in range(67):
            write(tmp_path, f"{project}/clean_{number:02}.py", "import os\n")
        write(tmp_path, f"{project}/zbroken.py", "def broken(:\n    litellm\n")
    write(tmp_path, "two/uv.lock", "nonsense [")
    return tmp_path


def lint(
    *arguments: str, cwd: Path, python: str = sys.executable, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    command = [python, "-m", "lint_rules", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=timeout)


def script(text: str, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Start a program that checks with something wrong in its workers."""
    (cwd / "script.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, str(cwd / "script.txt"), *arguments]
    return subprocess.Popen(
        command,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
    )


# ---- the same results


@pytest.mark.parametrize("format", ["text", "sarif"])
def test_two_processes_say_what_one_says(tree: Path, format: str) -> None:
    alone, together = (lint("--format", format, "--jobs", jobs, ".", cwd=tree) for jobs in ("1", "2"))
    assert (together.returncode, together.stdout, together.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    assert alone.returncode == 2
    assert alone.stdout.count("loss.py") >= 4
    assert alone.stderr.count("uv.lock could not be read") == 1


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_however_processes_are_started(tree: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this platform")
    text = """
import multiprocessing, sys
from lint_rules import engine, files, pool, processes
if __name__ == "__main__":
    around = engine.Surroundings()
    started = lambda: multiprocessing.get_context(sys.argv[1])
    lane = processes.Processes(pool.order_of(around), 2, started)
    for one in pool.check_found(list(files.discover(["."])), around, lane=lane):
        print(one.path, one.status.value, len(one.findings))
"""
    write(tree, "one/program.txt", text)
    command = [sys.executable, "one/program.txt", method]
    env = {**os.environ, "PYTHONPATH": ROOT}
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
    with_findings = [line for line in done.stdout.splitlines() if line.endswith("findings 2")]
    assert (len(done.stdout.splitlines()), len(with_findings), done.stderr) == (280, 4, "")


TRAPS = ("pickle", "struct", "selectors", "signal", "multiprocessing", "ast", "tomllib", "hashlib", "socket")


@pytest.mark.parametrize("method", ["spawn", "auto"])
def test_workers_import_nothing_from_where_they_check(
    tree: Path, tmp_path_factory: pytest.TempPathFactory, method: str
) -> None:
    text = """
import sys, threading, time
from lint_rules import engine, files, pool, processes
if __name__ == "__main__":
    if sys.argv[1] == "spawn":
        threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
    around = engine.Surroundings()
    lane = processes.Processes(pool.order_of(around), 2)
    print(len(list(pool.check_found(list(files.discover(["."])), around, lane=lane))))
"""
    for name in TRAPS:
        write(tree, f"{name}.py", "open('sprung', 'w').close()\nraise SystemExit('trapped')\n")
    program = tmp_path_factory.mktemp("program") / "program.py"
    program.write_text(text, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"} | {"PYTHONPATH": ROOT}
    command = [sys.executable, str(program), method]
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert not (tree / "sprung").exists(), done.stderr
    assert done.stdout == f"{280 + len(TRAPS)}\n"
    safe = sys.version_info >= (3, 11) or method == "auto"
    assert ("before Python 3.11" in done.stderr) is not safe


def test_any_executor_will_do(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree, "on_the_path/ours.py", "from concurrent.futures import ThreadPoolExecutor\n\ndef make():\n"
          "    return ThreadPoolExecutor(3)\n")  # fmt: skip
    alone = lint("--jobs", "1", ".", cwd=tree)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((ROOT, str(tree / "on_the_path"))))
    threads = lint("--executor", "ours:make", ".", cwd=tree)
    assert (threads.returncode, threads.stdout, threads.stderr) == (2, alone.stdout, alone.stderr)


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("nonsense", "expected dask://HOST:PORT or MODULE:FACTORY"),
        ("dask://nonsense", "expected dask://HOST:PORT or MODULE:FACTORY"),
        ("no_such_module:make", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("os:getcwd", "returned no concurrent.futures.Executor"),
    ],
)
def test_an_executor_that_is_none_is_told_in_one_line(tmp_path: Path, where: str, why: str) -> None:
    done = lint("--executor", where, ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: --executor {where}: {why}\n"


@pytest.mark.parametrize("jobs", ["0", "many", "-1", "1000"])
def test_an_absurd_number_of_processes_is_refused(tmp_path: Path, jobs: str) -> None:
    done = lint("--jobs", jobs, ".", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"error: argument --jobs: '{jobs}': expected auto, or a number from 1 to 61\n"


# ---- how a run is cut


def test_projects_go_together_up_to_a_number(tree: Path) -> None:
    found = list(files.discover([str(tree)]))
    cut = list(chunks(found))
    assert [one for chunk in cut for one in chunk] == found
    assert all(len(chunk) <= largest_of(len(found)) for chunk in cut)
    assert SMALLEST == largest_of(1) <= largest_of(3_000) <= largest_of(1_000_000) == LARGEST


def test_how_a_run_is_cut_does_not_depend_on_the_working_directory(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absolute = [len(chunk) for chunk in chunks(list(files.discover([str(tree)])))]
    monkeypatch.chdir(tree)
    assert [len(chunk) for chunk in chunks(list(files.discover(["."])))] == absolute


# ---- who is lost

DEADLY = """
import os, sys, time
from pathlib import Path
from lint_rules import __main__, engine
honest, main = engine.check_bytes, os.getpid()
def deadly(data, path, around):
    if os.getpid() != main and path.endswith("clean_30.py"):
        {deed}
    return honest(data, path, around)
engine.check_bytes = deadly
sys.exit(__main__.main(["--jobs", "2", *sys.argv[1:]]))
"""
fork_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a patched process can only be copied")


@fork_only
def test_a_worker_that_dies_once_loses_nothing(tree: Path) -> None:
    deed = "Path('died').exists() or (Path('died').write_text(''), os.kill(os.getpid(), 9))"
    done = script(DEADLY.format(deed=deed), ".", cwd=tree)
    stdout, stderr = done.communicate(timeout=60)
    assert (tree / "died").exists()
    alone = lint("--jobs", "1", ".", cwd=tree)
    assert (done.returncode, stdout, stderr) == (2, alone.stdout, alone.stderr)


@fork_only
def test_a_file_that_kills_whoever_checks_it_fails_and_no_other(tree: Path) -> None:
    done = script(DEADLY.format(deed="os.kill(os.getpid(), 9)"), ".", cwd=tree)
    stdout, stderr = done.communicate(timeout=60)
    alone = lint("--jobs", "1", ".", cwd=tree)
    assert (done.returncode, stdout) == (2, alone.stdout)
    died = [line for line in stderr.splitlines() if "clean_30" in line]
    assert len(died) == 4
    assert died[0] == "four/clean_30.py: error: the process that checked it died (out of memory?)"
    assert sorted(set(stderr.splitlines()) - set(died)) == sorted(alone.stderr.splitlines())


def test_where_no_process_can_be_started_this_one_checks(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from lint_rules.processes import Processes  # noqa: PLC0415 - as the command does it

    def refused() -> multiprocessing.context.BaseContext:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    found, around = list(files.discover([str(tree)])), Surroundings()
    lane = Processes(pool.order_of(around), 2, refused)
    reports = list(pool.check_found(found, around, lane=lane))
    assert [one.path for one in reports] == [one.path for one in found]
    assert capsys.readouterr().err == (
        "note: no processes can be started (BlockingIOError: [Errno 11] Resource temporarily unavailable): "
        "checking in this one\n"
    )


def test_an_executor_that_gives_up_fails_files_by_name() -> None:
    from lint_rules.cluster import Cluster  # noqa: PLC0415 - as the command does it

    gone = ThreadPoolExecutor(1)
    gone.shutdown()
    around = Surroundings()
    [report] = pool.check_found([Found("a.py")], around, lane=Cluster(pool.order_of(around), gone))
    assert report.problem is not None
    assert report.problem.message.startswith("no worker could check it: RuntimeError: cannot schedule")


# ---- interrupted

SLEEPER = DEADLY.format(deed="Path(f'pid{os.getpid()}').write_text(''); time.sleep(100)")


def sleeping(folder: Path) -> list[int]:
    """Wait until both workers are at work and return who they are."""
    end = time.monotonic() + 30
    while len(found := list(folder.glob("pid*"))) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    return [int(one.name.removeprefix("pid")) for one in found]


def gone(pid: int) -> bool:
    """Wait until a process is no more."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            state = re.search(r"\) (\w)", Path(f"/proc/{pid}/stat").read_text(encoding="utf-8"))
        except OSError:
            return True
        if state is not None and state[1] == "Z":
            return True
        time.sleep(0.05)
    return False


@fork_only
def test_interrupted_workers_go_quietly(tree: Path) -> None:
    done = script(SLEEPER, ".", cwd=tree)
    workers = sleeping(tree)
    done.send_signal(signal.SIGINT)
    _, stderr = done.communicate(timeout=60)
    assert len(workers) == 2
    assert done.returncode == 130
    assert "Traceback" not in stderr
    assert all(map(gone, workers))


@fork_only
def test_workers_end_with_who_started_them(tree: Path) -> None:
    done = script(SLEEPER, ".", cwd=tree)
    workers = sleeping(tree)
    done.kill()
    done.wait()
    assert len(workers) == 2
    assert all(map(gone, workers))


# ---- a cluster


@pytest.fixture
def scheduler() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler of Dask and two workers, on loopback: the address and the workers."""
    pytest.importorskip("distributed")
    env = {**os.environ, "PYTHONPATH": ROOT}
    quiet = {"stdout": subprocess.DEVNULL, "env": env}
    where = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    started = subprocess.Popen(
        [*where, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"], stderr=subprocess.PIPE, text=True, **quiet
    )
    assert started.stderr is not None
    address = next(found[1] for line in started.stderr if (found := re.search(r"tcp://(127\.0\.0\.1:\d+)", line)))
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
    command += ["--no-dashboard", "--no-nanny", "--local-directory", "/tmp"]
    workers = [subprocess.Popen(command, stderr=subprocess.DEVNULL, **quiet) for _ in range(2)]
    yield address, workers
    for process in (*workers, started):
        process.kill()
        process.wait()
    started.stderr.close()


def test_a_cluster_that_loses_a_worker_says_what_one_process_says(
    tree: Path, scheduler: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = scheduler
    alone = lint("--jobs", "1", "--format", "json-lines", ".", cwd=tree)
    command = [sys.executable, "-m", "lint_rules", "--executor", f"dask://{address}", "--format", "json-lines", "."]
    run = subprocess.Popen(
        command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
    )  # fmt: skip
    assert run.stdout is not None
    first = run.stdout.readline()
    workers[0].kill()
    stdout, stderr = run.communicate(timeout=60)
    assert first + stdout == alone.stdout
    assert set(alone.stderr.splitlines()) <= set(stderr.splitlines())
    assert run.returncode == alone.returncode == 2
