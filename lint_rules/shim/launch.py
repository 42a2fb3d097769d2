"""Parent side: start a program in a process of its own, brand new or forked from a warmed one."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from .child.hooks import VARIABLE, settings_text
from .keys import DROPPED, KEYS
from .loopback import ShimError
from .provider import Provider, provider
from .sink import Sink, sink

STARTUP = Path(__file__).resolve().parent / "startup"
"""On the `PYTHONPATH` of the program: each of its Python processes begins there."""
WARM_SCRIPT = STARTUP / "sitecustomize.py"
"""What the warmed process runs."""
INSTALL_HINT = "install it with: pip install 'flake8-litellm[shim]'"
WARM_UP_SECONDS = 180.0
_FORK_SECONDS = 30.0

_PYTHON = re.compile(r"python(\d+(\.\d+)*)?(\.exe)?$", re.IGNORECASE)
_VALUED_FLAGS = ("-W", "-X")
_DEAF_FLAGS = frozenset("IES")
"""Those that make Python ignore `PYTHONPATH`, or whatever starts with it."""
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")

TIES = {
    **KEYS,
    "OPENAI_API_KEY": "sk-shim",
    "OPENAI_API_BASE": "{model}/v1",
    "OPENAI_BASE_URL": "{model}/v1",
    "LANGFUSE_HOST": "{langfuse}",
    "LANGFUSE_BASE_URL": "{langfuse}",
    "LANGFUSE_BASEURL": "{langfuse}",
    "LANGFUSE_OTEL_HOST": "{langfuse}",
    "LANGFUSE_PUBLIC_KEY": "pk-lf-shim",
    "LANGFUSE_SECRET_KEY": "sk-lf-shim",
    # Without it, importing LiteLLM fetches its price list from the network.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # Else LiteLLM tries for a minute to fetch the tokenizers of Llama and Cohere.
    "HF_HUB_OFFLINE": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}
"""The variables that tie a program to the loopback endpoints."""
_READ_AT_IMPORT = ("PYTHON", "LITELLM_", "LANGFUSE_", "OPENAI_", "OTEL_")

WARM_UP = """
import asyncio, litellm
ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "warm up"}]}

async def stream():
    async for _ in await litellm.acompletion(**ask, stream=True):
        pass
    await litellm.acompletion(**ask)
    await asyncio.sleep(0.2)

for kind in ("langfuse", "langfuse_otel"):
    litellm.success_callback = [kind]
    try:
        list(litellm.completion(**ask, stream=True))
        asyncio.run(stream())
    except Exception:
        pass
"""


@dataclass(frozen=True)
class Job:
    """One program to start: everything its process needs to know."""

    python: str
    flags: tuple[str, ...]
    argv: tuple[str, ...]
    """`script.py …`, `-m module …` or `-c code …`."""
    cwd: str
    env: Mapping[str, str]
    stdout: str
    stderr: str


class Running(Protocol):
    """A started program."""

    def wait(self, timeout: float) -> int | None:
        """Return the exit code, or None when the program is still running after `timeout` seconds."""

    def interrupt(self, number: int) -> None:
        """Pass a signal on to the program and what it has started."""

    def kill(self) -> None:
        """Kill the program and what it has started, if anything of it is left."""


class Launcher(Protocol):
    """A way to start programs."""

    def launch(self, job: Job) -> Running:
        """Start a program."""


# ---- which program


def parse_command(command: Sequence[str], python: str, cwd: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Split `command` into the executable to run, its flags if it is a Python, and the program with its arguments.

    A command that is no Python program (`bash run.sh`, `uv run app.py`) may start some, and runs as it is.
    """
    if not command:
        raise ShimError("no command given: expected `script.py …`, `python script.py …` or `-m module …`")
    words, flags = list(command), []
    if _PYTHON.match(Path(words[0]).name):
        named = words.pop(0)
        python = named if os.sep in named else python
        while words and words[0].startswith("-") and words[0] not in ("-m", "-c", "-"):
            flags.append(words.pop(0))
            if flags[-1] in _VALUED_FLAGS and words:
                flags.append(words.pop(0))
    elif found := _other_executable(words[0], python, cwd):
        return found, (), tuple(words[1:])
    python = _interpreter(python)
    return python, tuple(flags), _program(words, python, cwd)


def _interpreter(python: str) -> str:
    """Return the path of `python`, links unresolved: a virtual environment's Python is one."""
    found = shutil.which(python)
    if found is None:
        raise ShimError(f"no such Python: {python}")
    return str(Path(found).absolute())


def _other_executable(word: str, python: str, cwd: str) -> str | None:
    """Return the path of a command that is no Python program; None: it is one, or it is missing."""
    if word.startswith("-") or word.endswith(".py"):
        return None
    found = _find(word, python, cwd)
    return found if found and os.access(found, os.X_OK) and not _is_python_script(found) else None


def _find(word: str, python: str, cwd: str) -> str | None:
    """Find a file in `cwd`, or a command: beside `python` first."""
    if Path(cwd, word).is_file():
        return str(Path(cwd, word))
    folders = os.pathsep.join([str(Path(shutil.which(python) or python).parent), os.environ.get("PATH", "")])
    return None if os.sep in word else shutil.which(word, path=folders)


def _is_python_script(path: str) -> bool:
    with Path(path).open("rb") as file:
        first = file.readline(200)
    return first.startswith(b"#!") and b"python" in first


def _program(words: Sequence[str], python: str, cwd: str) -> tuple[str, ...]:
    if not words:
        raise ShimError("no program given: a bare `python` has nothing to run")
    if words[0] in ("-m", "-c"):
        if len(words) < 2:
            raise ShimError(f"argument expected for the {words[0]} option")
        return tuple(words)
    if Path(cwd, words[0]).is_file():
        return tuple(words)
    if words[0].endswith(".py") or os.sep in words[0]:
        raise ShimError(f"no such script: {words[0]}")
    found = _find(words[0], python, cwd)
    if found is None:
        raise ShimError(f"no such script or command: {words[0]}")
    return (found, *words[1:])


# ---- what it needs


def program_env(
    extra: Mapping[str, str] | None, model: Provider, langfuse: Sink, *, record: str = os.devnull, register: str = ""
) -> dict[str, str]:
    """Return the program's environment: this process's, then `extra`, then what ties it to the loopback endpoints.

    `record` is the file that gets what is observed inside; `register` a callback to register with LiteLLM.
    """
    base = {key: value for key, value in {**os.environ, **(extra or {})}.items() if key.lower() not in _PROXIES}
    places = {"model": model.url, "langfuse": langfuse.url}
    ties = {key: value.format(**places) for key, value in TIES.items()}
    kept = {key: value for key, value in {**base, **ties}.items() if key not in DROPPED}
    return {**kept, **_with_startup(base), VARIABLE: settings_text(record=record, register=register, **places)}


def _with_startup(env: Mapping[str, str]) -> dict[str, str]:
    path = env.get("PYTHONPATH")
    return {"PYTHONPATH": f"{STARTUP}{os.pathsep}{path}" if path else str(STARTUP)}


def is_python(executable: str) -> bool:
    """Tell by its name whether an executable is a Python."""
    return bool(_PYTHON.match(Path(executable).name))


@functools.lru_cache(maxsize=32)
def require_extra(python: str) -> None:
    """Raise a `ShimError` unless `python` (if any) can import the SDKs and this process can decode OTLP."""
    missing = _missing_from(python) if python else []
    if missing:
        raise ShimError(f"{python} cannot import {' and '.join(missing)}; {INSTALL_HINT}")
    if not _has_otlp():
        raise ShimError(f"opentelemetry-proto is not installed; {INSTALL_HINT}")


def _missing_from(python: str) -> list[str]:
    code = "import sys,importlib.util as u;sys.exit(' '.join(n for n in sys.argv[1:] if u.find_spec(n) is None))"
    try:
        done = subprocess.run([python, "-c", code, "litellm", "langfuse"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise ShimError(f"cannot run {python}: {error.strerror}") from None
    return done.stderr.split() if done.returncode else []


def _has_otlp() -> bool:
    try:
        return importlib.util.find_spec("opentelemetry.proto") is not None
    except ModuleNotFoundError:
        return False


# ---- a brand new process


class Fresh:
    """Starts each program in a brand new interpreter."""

    def launch(self, job: Job) -> Running:
        """Start a program."""
        deaf = any(_DEAF_FLAGS & set(flag) for flag in job.flags if flag[1:2] != "-")
        command = [job.python, *job.flags, *([str(STARTUP / "sitecustomize.py")] if deaf else []), *job.argv]
        with Path(job.stdout).open("ab") as out, Path(job.stderr).open("ab") as err:
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    cwd=job.cwd,
                    env=job.env,
                    start_new_session=True,
                )
            except OSError as error:
                raise ShimError(f"cannot run {job.python}: {error.strerror}") from None
        return _FreshProgram(process)


class _FreshProgram:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def wait(self, timeout: float) -> int | None:
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def interrupt(self, number: int) -> None:
        _signal_group(self._process.pid, number)

    def kill(self) -> None:
        if self._process.poll() is None:
            _kill_group(self._process.pid)
            self._process.kill()
            self._process.wait()
        else:
            _kill_group(self._process.pid)


def _kill_group(pid: int) -> None:
    _signal_group(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal_group(pid: int, number: int) -> None:
    """Send a signal to a group of processes, where there are groups; elsewhere a console has sent it to all."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)


# ---- a fork of a warmed process


class Warm:
    """Starts each program as a fork of one process that has imported LiteLLM and Langfuse already.

    A context manager; any number of threads may launch through it at once. A program that needs another Python, flags,
    or other variables of those that are read at import time than the warmed process has, is started fresh; so is every
    program where there is no `os.fork`, and one that the system refuses a fork for.
    """

    def __init__(self, python: str = sys.executable) -> None:
        self.python = _interpreter(python)
        self.seconds = 0.0
        """How long the warming took."""
        self._channel: _Channel | None = None

    def __enter__(self) -> Warm:
        if not hasattr(os, "fork"):
            return self
        require_extra(self.python)
        started = time.monotonic()
        with contextlib.suppress(_Unforkable):
            self._channel = self._warmed()
            self.seconds = time.monotonic() - started
        return self

    def _warmed(self) -> _Channel:
        channel = _Channel(self.python)
        try:
            with provider() as model, sink() as langfuse:
                channel.warm(program_env(None, model, langfuse))
        except BaseException:
            channel.close()
            raise
        return channel

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def launch(self, job: Job) -> Running:
        """Start a program."""
        if self._channel is None or not self._channel.fits(job):
            return Fresh().launch(job)
        try:
            return self._channel.launch(job)
        except _Unforkable:
            return Fresh().launch(job)


def _read_at_import(env: Mapping[str, str]) -> dict[str, str]:
    mine = {key: value for key, value in env.items() if key not in TIES}
    return {key: value for key, value in mine.items() if key.startswith(_READ_AT_IMPORT)}


class _Unforkable(Exception):  # noqa: N818 - says what the warmed process is
    """The warmed process was refused a fork."""


class _WarmProgram:
    def __init__(self) -> None:
        self.pid: int | None = None
        self.refused = False
        self.exit_code: int | None = None
        self.started, self.ended = threading.Event(), threading.Event()

    def wait(self, timeout: float) -> int | None:
        if not self.ended.wait(timeout):
            return None
        if self.exit_code is None:
            raise ShimError("the warmed process died")
        return self.exit_code

    def interrupt(self, number: int) -> None:
        if self.pid is not None:
            _signal_group(self.pid, number)

    def kill(self) -> None:
        self.started.wait(5)
        if self.pid is not None:
            _kill_group(self.pid)
        self.ended.wait(5)


class _Channel:
    """The parent's end of the line to one warmed process."""

    def __init__(self, python: str) -> None:
        self.python = python
        self._env = dict(os.environ)
        self._programs: dict[int, _WarmProgram] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._closed = self._refused = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = self._started(python, theirs.fileno())
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _started(self, python: str, number: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [python, str(WARM_SCRIPT), "--serve", str(number)],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[number],
                env={**self._env, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "HF_HUB_OFFLINE": "1"},
                start_new_session=True,
            )
        except OSError as error:  # no process at all
            self._socket.close()
            self._log.close()
            raise _Unforkable from error

    def warm(self, env: Mapping[str, str]) -> None:
        """Have the process warm itself up with calls in `env`; returns when it is ready."""
        job = Job(self.python, (), ("-c", WARM_UP), str(Path.cwd()), env, os.devnull, os.devnull)
        self._send({"id": 0, **asdict(job)})
        if not self._ready.wait(WARM_UP_SECONDS) or self._closed:
            if self._refused:
                raise _Unforkable
            raise ShimError(f"cannot warm up {job.python}: {self._last_words()}")

    def fits(self, job: Job) -> bool:
        """Whether a fork of this process is what a fresh one would be for `job`."""
        mine = {**self._env, **_with_startup(self._env)}
        return job.python == self.python and not job.flags and _read_at_import(job.env) == _read_at_import(mine)

    def launch(self, job: Job) -> Running:
        """Have a child forked for `job`; raises `_Unforkable` if that is refused."""
        program = _WarmProgram()
        with self._lock:
            number = next(self._numbers)
            self._programs[number] = program
        self._send({"id": number, **asdict(job)})
        program.started.wait(_FORK_SECONDS)
        if program.refused:
            raise _Unforkable
        return program

    def close(self) -> None:
        """End the warmed process, and with it whatever it has running."""
        self._socket.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        self._socket.close()
        self._log.close()

    def _send(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            try:
                self._socket.sendall(json.dumps(message).encode() + b"\n")
            except OSError:
                raise ShimError(f"the warmed process died: {self._last_words()}") from None

    def _listen(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                self._note(json.loads(line))
        self._closed = True
        self._ready.set()
        for program in list(self._programs.values()):
            program.started.set()
            program.ended.set()

    def _note(self, message: Mapping[str, Any]) -> None:
        if "ready" in message:
            return self._ready.set()
        if message.get("refused") and "id" not in message:
            self._refused = True
            return None
        program = self._programs[message["id"]]
        if message.get("refused"):
            program.refused = True
            del self._programs[message["id"]]
            return program.started.set()
        if "pid" in message:
            program.pid = message["pid"]
            return program.started.set()
        program.exit_code = message["exit"]
        del self._programs[message["id"]]
        return program.ended.set()

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
