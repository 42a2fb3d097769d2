"""Run an unmodified program under the loopback endpoints and report what became of each of its LiteLLM calls.

`run(["script.py"])` starts a fresh interpreter; inside `with Warm() as launcher:`, which imports the SDKs once,
`run(["script.py"], launcher=launcher)` takes a fork.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from lint_rules import interrupts
from lint_rules.workplace import workplace

from .causes import read_record
from .escape import masked
from .launch import Fresh, Job, Launcher, Running, Warm, is_python, parse_command, program_env, require_extra
from .loopback import ShimError
from .observations import Ended, report_of
from .provider import Provider, provider
from .script import Script
from .sink import Answer, Sink, sink
from .verdict import Call, RunReport

__all__ = ["Call", "RunInterrupted", "RunReport", "ShimError", "Warm", "run"]

PATIENCE = 5.0
"""Seconds that an interrupted program gets to end by itself: it may have traces to flush."""
GRACE = 0.1
"""Seconds for what the program sent last but did not wait for."""
_POLL = 0.05


class RunInterrupted(KeyboardInterrupt):
    """The run was interrupted, and so was the program; `report` says what became of its calls until then."""

    def __init__(self, report: RunReport, by: KeyboardInterrupt) -> None:
        super().__init__(*by.args)
        self.report, self.number = report, interrupts.signal_of(by)


def run(  # noqa: PLR0913 (keyword-only options)
    command: Sequence[str],
    *,
    python: str = sys.executable,
    timeout: float = 60.0,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    launcher: Launcher | None = None,
    port: int = 0,
    echo: BinaryIO | None = None,
    langfuse: Answer = "ok",
    register: str = "",
    script: Script | None = None,
) -> RunReport:
    """Run `command` (`script.py …`, `python script.py …`, `-m module …`) and report what became of its calls.

    `env` is laid over this process's environment; `port` is the loopback model's (0: a free one), `script` what it
    answers instead of its own words; `langfuse` is how the loopback Langfuse answers; `register` a callback to register
    with LiteLLM, as a deployment may do that configures it outside the program; `echo` gets the program's output while
    it runs. Raises `ShimError`, with one line for the user, when it cannot even be started, and `RunInterrupted`.
    """
    folder = str(Path(cwd or ".").absolute())
    python, flags, argv = parse_command(command, python, folder)
    require_extra(python if is_python(python) else "")
    with _endpoints(port, langfuse, script) as (kept, model, traces):
        out, err, record = kept / "stdout", kept / "stderr", kept / "record"
        variables = program_env(env, model, traces, record=str(record), register=register)
        job = Job(python, flags, argv, folder, variables, str(out), str(err))
        began = time.time()
        with _following([out, err], echo):
            exit_code, seconds, interruption = _finish(launcher or Fresh(), job, timeout)
        traces.settle(GRACE)
        ended = Ended(tuple(map(masked, command)), exit_code, _read(out), _read(err), began, seconds)
        report = report_of(ended, model.exchanges(), traces.observations(), read_record(record))
    if interruption is not None:
        raise RunInterrupted(report, interruption)
    return report


@contextlib.contextmanager
def _endpoints(port: int, langfuse: Answer, script: Script | None) -> Iterator[tuple[Path, Provider, Sink]]:
    """Run both endpoints, and keep a folder for what the program prints."""
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(workplace())
        model = stack.enter_context(provider(port, script))
        yield kept, model, stack.enter_context(sink(answer=langfuse))


def _finish(launcher: Launcher, job: Job, timeout: float) -> tuple[int | None, float, KeyboardInterrupt | None]:
    """Run the program to its end and say how long that took; whatever happens, leave nothing of it behind.

    An interruption is passed on to it, and returned.
    """
    started, interruption = time.monotonic(), None
    program: Running | None = None
    try:
        with interrupts.held_off():
            program = launcher.launch(job)
        code = program.wait(timeout)
    except KeyboardInterrupt as error:
        if program is None:
            raise
        interruption, code = error, _ended_by(program, interrupts.signal_of(error))
    finally:
        if program is not None:
            with interrupts.held_off():
                program.kill()
    return code, round(time.monotonic() - started, 3), interruption


def _ended_by(program: Running, number: int) -> int:
    """Pass a signal on to the program and return its exit code; it is killed if it takes too long, or at the second."""
    code = None
    with contextlib.suppress(KeyboardInterrupt):
        program.interrupt(number)
        code = program.wait(PATIENCE)
    return -9 if code is None else code


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


@contextlib.contextmanager
def _following(paths: Sequence[Path], echo: BinaryIO | None) -> Iterator[None]:
    """Copy what is written to `paths` to `echo` while the block runs."""
    if echo is None:
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_follow, args=(paths, echo, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _follow(paths: Sequence[Path], echo: BinaryIO, done: threading.Event) -> None:
    with contextlib.ExitStack() as stack:
        for path in paths:
            path.touch()
        files = [stack.enter_context(path.open("rb")) for path in paths]
        last = False
        while not last:
            # Looked at before the read: what is written before the end is read after it.
            last = done.wait(_POLL)
            echo.writelines(file.read() for file in files)
            echo.flush()
