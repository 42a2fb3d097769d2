"""Ctrl-C, and being told to end, at any moment: one line, exit code 130 (143, 129), no traceback, nothing half-done.

`FAULTS_SIGNALS=100` sends more of them, `FAULTS_SEED` brings a run of the tests back.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lint_rules import interrupts, outcome, temporary, workplace
from lint_rules.finding import FileReport
from lint_rules.shim.launch import Fresh, Job, Running
from lint_rules.shim.run import _finish

from . import trees

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

SIGNALS = int(os.environ.get("FAULTS_SIGNALS", "1"))
SEED = int(os.environ.get("FAULTS_SEED", random.SystemRandom().randrange(10**6)))
WHOLE = "Interrupted: every file is either as it was or completely fixed.\n"
CHECKED = "Interrupted: not everything was checked; every file is whole.\n"
READY = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); sys.argv[:] = sys.argv[1:]; "
    "print('ready', file=sys.stderr, flush=True); "
)
DOOR = READY + "import runpy; runpy.run_module('{}', run_name='__main__', alter_sys=True)"


def interrupted(
    command: tuple[str, ...], cwd: Path, wait: float, number: int = signal.SIGINT, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a module and send a signal a while after Python is there: before, it has no way but a traceback."""
    line = ["-c", DOOR.format(command[1]), *command[1:]]
    with trees.started(*line, cwd=cwd, **options) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == "ready\n"
        time.sleep(wait)
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
    assert "Traceback" not in err and "Exception" not in err and "KeyboardInterrupt" not in err, err
    return subprocess.CompletedProcess(running.args, running.returncode, out, err)


# ---- at random moments


@pytest.mark.parametrize(
    "command", [trees.FIX, trees.CHECK, (*trees.CHECK, "--add-noqa")], ids=["fix", "check", "noqa"]
)
def test_at_any_moment(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Before the run has begun, and when all is done, it may also just die of the signal: a shell says 130, too."""
    chance, files = random.Random(SEED), 12 if SIGNALS > 1 else 6
    folder = trees.plant(tmp_path / "tree", files)
    old = trees.contents(folder)
    began = time.monotonic()
    undisturbed = trees.run(*command, ".", cwd=folder)
    new, lasts = trees.contents(folder), time.monotonic() - began
    told = WHOLE if command is trees.FIX else CHECKED
    for turn in range(SIGNALS):
        trees.replant(folder, old)
        at = chance.uniform(0, lasts)
        done = interrupted((*command, "."), folder, at)
        what = f"seed {SEED}, turn {turn}, after {at:.4f} s: {done.returncode} {done.stderr}"
        assert done.returncode in (130, -signal.SIGINT, undisturbed.returncode), what
        assert done.stderr in (told, "Interrupted.\n") or done.returncode != 130, what
        assert trees.neither(folder, old, new) == [], what
        assert trees.leftovers(folder) == [], what


@pytest.mark.parametrize(
    ("number", "code"),
    [("SIGINT", 130), pytest.param("SIGTERM", 143, marks=trees.long), pytest.param("SIGHUP", 129, marks=trees.long)],
)
@pytest.mark.parametrize(
    ("door", "what"),
    [
        ("lint_rules.fix", "lint_rules.files.read"),
        ("lint_rules.fix", "os.fsync"),
        ("lint_rules.__main__", "lint_rules.files.read"),
    ],
)
def test_in_the_middle(tmp_path: Path, number: str, code: int, door: str, what: str) -> None:
    folder = trees.plant(tmp_path / "tree", 2)
    before = trees.contents(folder)
    line, fixes = trees.slow(folder, door, what), door.endswith("fix")
    with trees.started(*line, *(["--unsafe-fixes"] if fixes else []), ".", cwd=folder) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "begun\n"
        running.send_signal(getattr(signal, number))
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (code, WHOLE if fixes else CHECKED)
    assert trees.contents(folder) == before
    assert trees.leftovers(folder) == []


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    """As under `nohup`, or behind `&` in a script."""
    folder = trees.plant(tmp_path / "tree", 2)
    ignore = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    )
    line = trees.slow(folder, "lint_rules.__main__", "lint_rules.progress.shown")
    text = (folder / "door.txt").read_text().replace("time.sleep(30)", "time.sleep(0.3)")
    (folder / "door.txt").write_text(ignore + text)
    with trees.started(*line, ".", cwd=folder) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGHUP)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (1, "")


def test_at_the_prompt(tmp_path: Path) -> None:
    folder = trees.plant(tmp_path / "tree", 1)
    before = trees.contents(folder)
    command = [*trees.FIX, "--interactive", "."]
    with trees.started(*command, cwd=folder, stdin=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert "LLM" in running.stdout.readline()
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.endswith(WHOLE) and err.count("\n") <= 2
    assert trees.contents(folder) == before


def test_a_reader_that_has_gone_too(tmp_path: Path) -> None:
    """Ctrl-C ends a whole pipeline: there is nobody to print to."""
    folder = trees.plant(tmp_path / "tree", 2)
    line = trees.slow(folder, "lint_rules.__main__", "lint_rules.engine.check_file")
    text = (folder / "door.txt").read_text().replace("time.sleep(30)", "sys.stdout.write('x'); time.sleep(30)")
    (folder / "door.txt").write_text(text)
    with trees.started(*line, ".", cwd=folder) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.readline()
        time.sleep(0.1)
        running.stdout.close()
        running.send_signal(signal.SIGINT)
        err = running.stderr.read()
    assert (running.returncode, err) == (130, CHECKED)


def test_what_nobody_can_catch_is_not_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """A signal may come while a destructor runs: Python would only complain, and go on."""

    class Dies:
        def __del__(self) -> None:
            raise interrupts.Interrupted(signal.SIGINT)

    def main() -> int:
        Dies()
        return 0

    before, hook = {one: signal.getsignal(one) for one in interrupts._SIGNALS}, sys.unraisablehook
    try:
        assert interrupts.guarded(main) == 130
    finally:
        sys.unraisablehook = hook
        for one, handler in before.items():
            signal.signal(one, handler)
    assert capsys.readouterr().err == "Interrupted.\n"


def test_what_fails_on_the_way_out_does_not_take_its_place() -> None:
    """LibCST looks up positions when it is left, and does not find them."""

    def step() -> FileReport:
        try:
            raise interrupts.Interrupted(signal.SIGTERM)
        finally:
            _ = {}["a position"]

    with pytest.raises(interrupts.Interrupted):
        outcome.guarded("a.py", step)


def test_a_signal_in_a_block_that_must_not_be_left_halfway_comes_at_its_end() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.held_off():
        signal.raise_signal(signal.SIGINT)
        done.append("all of it")
    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# ---- the shim

PROGRAM = """\
import os, signal, subprocess, sys, time
import litellm
litellm.success_callback = ["langfuse"]
litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("pids", "w").write(f"{os.getpid()} {child.pid}")
os.rename("pids", "started")
try:
    time.sleep(60)
except KeyboardInterrupt:
    open("tidied", "w").close()
    raise
"""
DEAF = PROGRAM.replace("try:\n", "signal.signal(signal.SIGINT, signal.SIG_IGN)\ntry:\n", 1)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended: one that nobody has waited for yet has, too."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def shim(folder: Path, program: str, number: int, *, times: int = 1) -> tuple[int, str, str]:
    """Run a program under the shim, and send a signal to the shim alone."""
    (folder / "program.py").write_text(program)
    with trees.started("-m", "lint_rules.shim", "--json", "report.json", "--", "program.py", cwd=folder) as running:
        trees.wait_for(lambda: (folder / "started").exists() or running.poll() is not None)
        for _ in range(times):
            running.send_signal(number)
            time.sleep(0.5)
        out, err = running.communicate(timeout=60)
    pids = [int(pid) for pid in (folder / "started").read_text().split()]
    trees.wait_for(lambda: all(map(is_gone, pids)), 10)
    return running.returncode, out, err


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), pytest.param("SIGTERM", 143, marks=trees.long)])
def test_the_shim_passes_it_on_and_reports_what_there_is(tmp_path: Path, number: str, code: int) -> None:
    status, out, err = shim(tmp_path, PROGRAM, getattr(signal, number))
    assert status == code
    assert "program.py:4" in out
    assert err.splitlines()[-1] == "shim: interrupted"
    assert (tmp_path / "tidied").exists() is (number == "SIGINT")
    report = json.loads((tmp_path / "report.json").read_text())
    assert [call["site"] for call in report["calls"]] == ["program.py:4"]


@trees.long
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_program_that_does_not_heed_it_is_killed_at_the_second(tmp_path: Path) -> None:
    status, out, err = shim(tmp_path, DEAF, signal.SIGINT, times=2)
    assert (status, err.splitlines()[-1]) == (130, "shim: interrupted")
    assert "program.py:4" in out and "SIGKILL" in out + err
    assert not (tmp_path / "tidied").exists()


@trees.long
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_trial_of_fixes_is_interrupted(tmp_path: Path) -> None:
    """`--verify`: nothing is written, and neither the program nor the copies of the project stay."""
    folder, copies = trees.plant(tmp_path / "tree", 2), tmp_path / "copies"
    copies.mkdir()
    before = trees.contents(folder)
    (folder / "program.py").write_text(
        PROGRAM.replace('"pids"', f'"{tmp_path}/pids"').replace('"started"', f'"{tmp_path}/started"')
    )
    command = [*trees.FIX, "part0", "part1", "--verify", "--", "program.py"]
    environment = {**trees.ENVIRONMENT, "TMPDIR": str(copies)}
    with trees.started(*command, cwd=folder, env=environment) as running:
        trees.wait_for(lambda: (tmp_path / "started").exists() or running.poll() is not None)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err.splitlines()[-1] + "\n") == (130, WHOLE)
    trees.wait_for(lambda: all(is_gone(int(pid)) for pid in (tmp_path / "started").read_text().split()), 10)
    assert {name: data for name, data in trees.contents(folder).items() if name != "program.py"} == before
    assert list(copies.iterdir()) == []


def test_a_signal_while_the_program_is_being_started(tmp_path: Path) -> None:
    """It has a session of its own: nobody else would end it."""
    started = []

    class Slow(Fresh):
        def launch(self, job: Job) -> Running:
            started.append(super().launch(job))
            signal.raise_signal(signal.SIGINT)
            return started[0]

    out = str(tmp_path / "out")
    job = Job(sys.executable, (), ("-c", "import time; time.sleep(60)"), str(tmp_path), dict(os.environ), out, out)
    code, _, interruption = _finish(Slow(), job, 60)
    assert isinstance(interruption, KeyboardInterrupt)
    assert code and started[0].wait(0) == code


@trees.long
def test_a_canary_is_interrupted(tmp_path: Path) -> None:
    keys = {"LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk", "LANGFUSE_HOST": "http://127.0.0.1:9"}
    environment = {**trees.ENVIRONMENT, **keys, "TMPDIR": str(tmp_path)}
    with trees.started("-m", "lint_rules.shim", "--canary", cwd=tmp_path, env=environment) as running:
        trees.wait_for(lambda: list(tmp_path.glob(f"{workplace.PREFIX}*/stderr")) or running.poll() is not None)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err.splitlines()[-1]) == (130, "", "shim: canary: interrupted")
    assert list(tmp_path.iterdir()) == []
    assert temporary.PREFIX not in err and workplace.PREFIX not in err
