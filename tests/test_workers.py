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


def plant(folder: Path) -> Path:
    """Write four projects of 70 files, and one with something to say about its versions."""
    for project in ("one", "two", "three", "four"):
        write(folder, f"{project}/pyproject.toml", "")
        write(folder, f"{project}/shared.py", SHARED)
        write(folder, f"{project}/loss.py", LOSS)
        for number in range(67):
            write(folder, f"{project}/clean_{number:02}.py", "import os\n")
        write(folder, f"{project}/zbroken.py", "def broken(:\n    litellm\n")
    write(folder, "two/uv.lock", "nonsense [")
    return folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree for all, in which nobody writes."""
    return plant(tmp_path_factory.mktemp("tree"))


Said = tuple[int, str, str]


def lint(*arguments: str, cwd: Path, **environment: str) -> Said:
    """Run the command, which keeps nothing: the next run would only repeat what this one has found."""
    command = [sys.executable, "-m", "lint_rules", "--no-cache", *arguments]
    env = {**os.environ, **environment}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def alone(tree: Path) -> dict[str, Said]:
    """What one process says of the tree, by format."""
    return {format: lint("--jobs", "1", "--format", format, ".", cwd=tree) for format in ("text", "sarif")}


def script(text: str, *arguments: str, cwd: Path, folder: Path) -> subprocess.Popen[str]:
    """Start a program, from a folder of its own, that checks with something wrong in its workers."""
    (folder / "script.py").write_text(text, encoding="utf-8")
    command = [sys.executable, str(folder / "script.py"), *arguments]
    return subprocess.Popen(
        command,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        start_new_session=os.name != "nt",
    )


# ---- the same results


@pytest.mark.parametrize("format", ["text", "sarif"])
def test_two_processes_say_what_one_says(tree: Path, alone: dict[str, Said], format: str) -> None:
    assert lint("--format", format, "--jobs", "2", ".", cwd=tree) == alone[format]
    status, out, err = alone[format]
    assert status == 2
    assert out.count("loss.py") >= 4
    assert err.count("uv.lock could not be read") == 1


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_however_processes_are_started(tree: Path, tmp_path: Path, method: str) -> None:
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
    out, err = script(text, method, cwd=tree, folder=tmp_path).communicate(timeout=60)
    with_findings = [line for line in out.splitlines() if line.endswith("findings 2")]
    assert (len(out.splitlines()), len(with_findings), err) == (280, 4, "")


TRAPS = ("pickle", "struct", "selectors", "signal", "multiprocessing", "ast", "tomllib", "hashlib", "socket")


@pytest.mark.parametrize("method", ["spawn", "auto"])
def test_workers_import_nothing_from_where_they_check(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, method: str
) -> None:
    text = """
import sys, threading, time
from lint_rules import engine, files, pool, processes
if __name__ == "__main__":
    if sys.argv[1] == "spawn":
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    around = engine.Surroundings()
    lane = processes.Processes(pool.order_of(around), 2)
    print(len(list(pool.check_found(list(files.discover(["."])), around, lane=lane))))
"""
    tree = plant(tmp_path)
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


def test_any_executor_will_do(tree: Path, alone: dict[str, Said], tmp_path: Path) -> None:
    write(tmp_path, "ours.py", "from concurrent.futures import ThreadPoolExecutor\n\ndef make():\n"
          "    return ThreadPoolExecutor(3)\n")  # fmt: skip
    path = os.pathsep.join((ROOT, str(tmp_path)))
    assert lint("--executor", "ours:make", ".", cwd=tree, PYTHONPATH=path) == alone["text"]


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
    assert lint("--executor", where, ".", cwd=tmp_path) == (2, "", f"error: --executor {where}: {why}\n")


@pytest.mark.parametrize("jobs", ["0", "many", "-1", "1000"])
def test_an_absurd_number_of_processes_is_refused(tmp_path: Path, jobs: str) -> None:
    told = f"error: argument --jobs: '{jobs}': expected auto, or a number from 1 to 61\n"
    assert lint("--jobs", jobs, ".", cwd=tmp_path) == (2, "", told)


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
here = Path(__file__).parent
from lint_rules import __main__, engine
honest, main = engine.check_bytes, os.getpid()
def deadly(data, path, around):
    if os.getpid() != main and path.endswith("clean_30.py"):
        {deed}
    return honest(data, path, around)
engine.check_bytes = deadly
sys.exit(__main__.main(["--no-cache", "--jobs", "2", *sys.argv[1:]]))
"""
fork_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a patched process can only be copied")


@fork_only
def test_a_worker_that_dies_once_loses_nothing(tree: Path, alone: dict[str, Said], tmp_path: Path) -> None:
    deed = "(here / 'died').exists() or ((here / 'died').write_text(''), os.kill(os.getpid(), 9))"
    done = script(DEADLY.format(deed=deed), ".", cwd=tree, folder=tmp_path)
    stdout, stderr = done.communicate(timeout=60)
    assert (tmp_path / "died").exists()
    assert (done.returncode, stdout, stderr) == alone["text"]


@fork_only
def test_a_file_that_kills_whoever_checks_it_fails_and_no_other(
    tree: Path, alone: dict[str, Said], tmp_path: Path
) -> None:
    done = script(DEADLY.format(deed="os.kill(os.getpid(), 9)"), ".", cwd=tree, folder=tmp_path)
    stdout, stderr = done.communicate(timeout=60)
    status, out, err = alone["text"]
    assert (done.returncode, stdout) == (status, out)
    died = [line for line in stderr.splitlines() if "clean_30" in line]
    assert len(died) == 4
    assert died[0] == "four/clean_30.py: error: the process that checked it died (out of memory?)"
    assert sorted(set(stderr.splitlines()) - set(died)) == sorted(err.splitlines())


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

SLEEPER = DEADLY.format(deed="(here / f'pid{os.getpid()}').write_text(''); time.sleep(100)")


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
def test_interrupted_workers_go_quietly(tree: Path, tmp_path: Path) -> None:
    done = script(SLEEPER, ".", cwd=tree, folder=tmp_path)
    workers = sleeping(tmp_path)
    done.send_signal(signal.SIGINT)
    _, stderr = done.communicate(timeout=60)
    assert len(workers) == 2
    assert done.returncode == 130
    assert "Traceback" not in stderr
    assert all(map(gone, workers))


STARTING = """
import os, sys, time
from lint_rules import __main__, interrupts
os.register_at_fork(after_in_child=lambda: (os.write(1, b"begun\\n"), time.sleep(0.5)))
sys.exit(interrupts.guarded(lambda: __main__.main(["--no-cache", "--jobs", "2", *sys.argv[1:]])))
"""


@fork_only
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_workers_that_have_only_just_been_started_go_as_quietly(
    tree: Path, tmp_path: Path, name: str, status: int
) -> None:
    """A terminal tells all of them, and they still have the handlers of who started them."""
    done = script(STARTING, ".", cwd=tree, folder=tmp_path)
    assert done.stdout is not None
    assert done.stdout.readline() == "begun\n"
    os.killpg(done.pid, getattr(signal, name))
    _, stderr = done.communicate(timeout=20)
    assert (done.returncode, stderr) == (status, "Interrupted: not everything was checked; every file is whole.\n")


@fork_only
def test_workers_end_with_who_started_them(tree: Path, tmp_path: Path) -> None:
    done = script(SLEEPER, ".", cwd=tree, folder=tmp_path)
    workers = sleeping(tmp_path)
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
    status, out, err = lint("--jobs", "1", "--format", "json-lines", ".", cwd=tree)
    command = [sys.executable, "-m", "lint_rules", "--no-cache", "--executor", f"dask://{address}"]
    command += ["--format", "json-lines", "."]
    run = subprocess.Popen(
        command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
    )  # fmt: skip
    assert run.stdout is not None
    first = run.stdout.readline()
    workers[0].kill()
    stdout, stderr = run.communicate(timeout=60)
    assert first + stdout == out
    assert set(err.splitlines()) <= set(stderr.splitlines())
    assert run.returncode == status == 2
