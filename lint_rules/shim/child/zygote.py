"""Child side, standard library only: a warmed process that forks one child per program.

Importing LiteLLM and Langfuse takes seconds; a fork of a process that has done so takes milliseconds. Each forked child
runs its program through `running` and then unwinds to the interpreter's top level, so that threads are joined and
exit handlers run exactly as in a fresh process.

Protocol: JSON lines over the socket whose number it is told. In: one job per line, with an `id`; the first is
a throw-away program that makes calls. Out: `{"ready": seconds}`, `{"id": n, "pid": p}`, `{"id": n, "exit": code}`, and
`{"refused": true}`, with the `id` of a job or without, when the system refuses a fork.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from . import hooks, running

Job = dict[str, Any]

PRELOADED = ("litellm", "langfuse")
_DELIVERING = (*PRELOADED, "opentelemetry")
"""The packages whose exit handlers have to do with traces."""
_CHUNK = 65536


class Server:
    """The loop of the warmed process: jobs in, forks out, exits reported."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: dict[int, int] = {}
        self.buffer = b""
        self.wake, self.waker = socket.socketpair()
        self.waker.setblocking(False)
        self.wake.setblocking(False)

    def serve(self) -> Job | None:
        """Fork for each job. Returns its job in the forked child, and None in this process when the parent is gone."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([self.control, self.wake], [], [])
            if self.wake in ready:
                self._reap()
            if self.control not in ready:
                continue
            jobs = self._read()
            if jobs is None:
                self._kill_children()
                return None
            for job in jobs:
                try:
                    pid = self.fork(job)
                except OSError:
                    self.send({"id": job["id"], "refused": True})
                    continue
                if pid == 0:
                    return job

    def fork(self, job: Job) -> int:
        """Fork one child; 0 in the child, as `os.fork`."""
        pid = os.fork()
        if pid == 0:
            self._become_child()
            return 0
        self.children[pid] = job["id"]
        self.send({"id": job["id"], "pid": pid})
        return pid

    def send(self, message: dict[str, Any]) -> None:
        """Tell the parent something."""
        self.control.sendall(json.dumps(message).encode() + b"\n")

    def _become_child(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self.control, self.wake, self.waker):
            end.close()

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self.wake.recv(_CHUNK)
        while self.children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self.send({"id": self.children.pop(pid), "exit": os.waitstatus_to_exitcode(status)})

    def _kill_children(self) -> None:
        """Leave no program behind when the parent went away without killing it."""
        for pid in self.children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def _read(self) -> list[Job] | None:
        data = self.control.recv(_CHUNK)
        if not data:
            return None
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        return [json.loads(line) for line in lines]


def read_job(control: socket.socket) -> Job:
    """Read the first job, which is sent alone."""
    data = b""
    while not data.endswith(b"\n"):
        part = control.recv(_CHUNK)
        if not part:
            raise SystemExit(0)
        data += part
    job: Job = json.loads(data)
    return job


def enter(job: Job, set_by_imports: Mapping[str, str]) -> None:
    """Make this process the program's: its own group, files, environment and folder.

    `set_by_imports` is what the imports wrote into the environment, as they would have in a fresh process.
    """
    os.setsid()
    for descriptor, path in ((1, job["stdout"]), (2, job["stderr"])):
        _redirect(descriptor, path)
    os.environ.clear()
    os.environ.update({**job["env"], **set_by_imports})
    os.chdir(job["cwd"])


def _redirect(descriptor: int, path: str) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(opened, descriptor)
    os.close(opened)


def warm(job: Job) -> dict[str, str]:
    """Import what a first call imports, as a throw-away child that makes one has found out.

    Returns what the imports wrote into the environment: LiteLLM points tiktoken at the files it brings along, for one.
    """
    before = dict(os.environ)
    for name in PRELOADED:
        importlib.import_module(name)
    for name in _modules_of_a_call(job):
        import_unless_it_registers(name)
    # Spares each child the copying of every page that holds a counter of the collector.
    gc.collect()
    gc.freeze()
    return {key: value for key, value in os.environ.items() if before.get(key) != value}


class _RegistersTooEarly(BaseException):
    """Not an `Exception`, so that no module takes it for a missing optional part of its own."""


def import_unless_it_registers(name: str) -> None:
    """Import a module, unless that registers an exit handler that delivers traces, or waits for them.

    Exit handlers run in the reverse of their order, and that decides what arrives: litellm 1.80 to 1.85 import their
    logging worker with the first call, behind the exporter, and so flush it before the exporter is shut down. A fork
    must do it in the same order.
    """
    register, before, refused = atexit.register, set(sys.modules), []

    def guarded(function: Any, *arguments: Any, **options: Any) -> Any:
        if str(getattr(function, "__module__", "")).partition(".")[0] in _DELIVERING:
            refused.append(function)
            raise _RegistersTooEarly
        return register(function, *arguments, **options)

    atexit.register = guarded  # type: ignore[assignment]
    # A module may be missing its own optional parts, or exist only as an alias another one made.
    with contextlib.suppress(Exception, _RegistersTooEarly):
        importlib.import_module(name)
        if refused:
            # Somebody swallowed it, and now lacks what he believes to be missing.
            for found in set(sys.modules) - before:
                del sys.modules[found]
    atexit.register = register


def _modules_of_a_call(job: Job) -> list[str]:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        with os.fdopen(write_end, "w") as report:
            report.write("\n".join(_learn(job)))
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as report:
        names = report.read().split()
    os.waitpid(pid, 0)
    return names


def _learn(job: Job) -> Iterator[str]:
    before = set(sys.modules)
    enter(job, {})
    with contextlib.suppress(BaseException):
        hooks.begin()
        running.run_program(job["argv"])
    yield from (name for name in list(sys.modules) if name not in before and name != "__main__")


def _forked(number: int) -> tuple[Job, dict[str, str]] | None:
    """Warm up, then serve. In each forked child, returns its job and what the imports wrote into the environment."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    started = time.monotonic()
    server = Server(socket.socket(fileno=number))
    try:
        set_by_imports = warm(read_job(server.control))
    except OSError:
        server.send({"refused": True})
        return None
    server.send({"ready": time.monotonic() - started})
    job = server.serve()
    return None if job is None else (job, set_by_imports)


def serve(number: int) -> None:
    """Warm up and serve on socket `number`; in each forked child, run its program."""
    forked = _forked(number)
    if forked is None:
        # Past the exit handlers of the SDKs, which would try to flush what this process never sent.
        os._exit(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    enter(*forked)
    hooks.begin()
    running.run_program(forked[0]["argv"])
