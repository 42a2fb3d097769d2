"""The canary: one trace through a deployment's own LiteLLM and Langfuse, read back through Langfuse's public API.

The call is made by `canary_program.py`, in a process of its own: a flush that hangs ends with it, and what it logs is
caught. `reader.py` reads it back.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from lint_rules import interrupts, temporary
from lint_rules.workplace import workplace

from .loopback import ShimError
from .reader import Found, Reader, RefusedError

Status = Literal["arrived", "incomplete", "lost"]
NAME, USER = "flake8-litellm canary", "flake8-litellm-canary"
"""The trace's and the generation's name; its user and tag, by which the API finds it in a busy project."""
CALLBACKS = ("langfuse", "langfuse_otel")
_SWITCHES = ("LANGFUSE_SAMPLE_RATE", "LANGFUSE_TRACING_ENABLED", "LANGFUSE_MOCK", "OTEL_SDK_DISABLED")
"""Variables that can keep traces from being sent without a word: named when nothing arrives."""
_PROGRAM = Path(__file__).with_name("canary_program.py")
_POLL, _LINGER, _CLIP = 0.3, 2.0, 300
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_CLOUDS = {"langfuse": "https://cloud.langfuse.com", "langfuse_otel": "https://us.cloud.langfuse.com"}
"""Where LiteLLM's callbacks send without an address (litellm: langfuse.py, langfuse_otel.py)."""


@dataclass(frozen=True)
class CanaryReport:
    """What became of the canary."""

    status: Status
    message: str
    """One line for the user."""
    trace_id: str | None = None
    seconds: float | None = None
    """From the end of the model call to the generation's being readable."""
    callback: str | None = None
    litellm: str | None = None
    langfuse: str | None = None
    host: str | None = None


class _Program:
    """The program in its process, and what it has noted so far."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process, self._folder = process, folder
        self.facts: dict[str, Any] = {}
        self.logs: list[Mapping[str, str]] = []
        self._read = 0

    def update(self) -> None:
        """Read what has been noted since the last time."""
        ended = self._process.poll() is not None
        notes = self._folder / "notes"
        lines = notes.read_text(encoding="utf-8").split("\n") if notes.exists() else [""]
        for line in lines[self._read : -1]:
            facts = json.loads(line)
            self.logs += [facts] if "log" in facts else []
            self.facts |= {} if "log" in facts else facts
        self._read = len(lines) - 1
        if ended:
            self.facts.setdefault("finished", True)

    def last_words(self) -> str:
        """Return the last line of what the process wrote to stderr."""
        written = (self._folder / "stderr").read_text(encoding="utf-8", errors="replace").strip()
        return written.rpartition("\n")[2]

    def complaint(self) -> str:
        """Return the most telling record that was logged: an error rather than a warning, the last one of those."""
        errors = [entry["log"] for entry in self.logs if entry["level"] in ("ERROR", "CRITICAL")]
        of_exporters = [
            entry["log"] for entry in self.logs if entry["logger"].startswith(("opentelemetry", "langfuse"))
        ]
        return (errors or of_exporters or [""])[-1]

    def linger(self) -> None:
        """Let it finish its flush, for a moment: killed now, it could leave half a trace behind."""
        deadline = time.monotonic() + _LINGER
        while "finished" not in self.facts and time.monotonic() < deadline:
            time.sleep(0.05)
            self.update()


@contextmanager
def _started(python: str, options: Mapping[str, Any]) -> Iterator[_Program]:
    """Run the program while the block runs; raises `ShimError` if it cannot be started."""
    with workplace() as folder:
        command = [python, "-c", _PROGRAM.read_text(encoding="utf-8"), json.dumps(options), str(folder / "notes")]
        # Without the variable, importing LiteLLM fetches its price list from the network, which is not what is checked.
        env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", **os.environ}
        process = None
        try:
            with (folder / "stderr").open("wb") as stderr, interrupts.held_off():
                process = subprocess.Popen(
                    command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
                )
            yield _Program(process, folder)
        except OSError as error:
            if process is None:
                raise ShimError(f"cannot start {python}: {error.strerror}") from None
            raise
        finally:
            if process is not None:
                process.kill()
                process.wait()


def check(
    *, callback: str | None = None, timeout: float = 30.0, python: str = sys.executable, story: Any = None
) -> CanaryReport:
    """Send one trace through the configuration in this process's environment and wait until Langfuse serves it.

    `callback` is one of `CALLBACKS` (None: the one that the installed pair supports); `timeout` in seconds covers all,
    the import of LiteLLM included; `story` gets one line on what is being done. Raises `ShimError` for what is
    misconfigured: no keys, no usable address, no such host, no LiteLLM.
    """
    keys = _keys()
    marker = uuid.uuid4().hex
    options = {"callback": callback, "marker": marker, "name": NAME, "user": USER, "seconds": timeout}
    deadline = time.monotonic() + timeout
    with _started(python, options) as program:
        reader = _reader(program, deadline, keys)
        if reader is None:
            return _report(program, "lost", f"LiteLLM was still being imported after {timeout:g} s")
        if story is not None:
            print(_introduction(program, reader), file=story)
        try:
            return _await(program, reader, marker, deadline, timeout)
        except RefusedError as refused:
            return _report(program, "lost", f"nothing arrived: {refused}", reader)


def _reader(program: _Program, deadline: float, keys: tuple[str, str]) -> Reader | None:
    """Wait until the program knows its callback, which decides the address if none is configured; None: time is up."""
    address = _address()
    while time.monotonic() < deadline:
        program.update()
        if wrong := program.facts.get("misconfigured"):
            raise ShimError(_clean(wrong))
        if "callback" in program.facts:
            return Reader(_origin(address, program.facts["callback"]), keys, USER)
        if "finished" in program.facts:
            raise ShimError(_clean(program.facts.get("raised") or program.last_words() or "the canary's program died"))
        time.sleep(0.05)
    return None


def _await(program: _Program, reader: Reader, marker: str, deadline: float, timeout: float) -> CanaryReport:
    found = None
    while time.monotonic() < deadline:
        program.update()
        if wrong := program.facts.get("misconfigured"):
            raise ShimError(_clean(wrong))
        if "called" not in program.facts and "finished" in program.facts:
            reason = program.facts.get("raised") or program.last_words()
            return _report(
                program, "lost", f"nothing was sent, this pair or its configuration cannot work: {reason}", reader
            )
        # Before the call, too: wrong keys need no canary.
        found = reader.look(marker, deadline) or found
        if found and not found.lacks:
            return _arrived(program, reader, found)
        time.sleep(min(_POLL, max(0.0, deadline - time.monotonic())))
    program.update()
    return _missing(program, reader, found, marker, timeout)


def _arrived(program: _Program, reader: Reader, found: Found) -> CanaryReport:
    program.update()
    # Seen before the program noted that its call had ended: at once, then.
    seconds = round(max(0.0, time.time() - program.facts.get("called", time.time())), 1)
    program.linger()
    line = f"arrived after {seconds:.1f} s: trace {found.trace_id}, generation with model and usage"
    return _report(program, "arrived", line, reader, trace_id=found.trace_id, seconds=seconds)


def _missing(program: _Program, reader: Reader, found: Found | None, marker: str, timeout: float) -> CanaryReport:
    """Say what is missing at the end, and what is known about why."""
    reasons = [reader.trouble] if reader.trouble else []
    if found is None and not reasons and reader.has_trace(marker):
        found = Found(marker, "the trace has no generation")
    if found:
        line = f"incomplete after {timeout:g} s: trace {found.trace_id}, but {found.lacks}"
        return _report(program, "incomplete", line, reader, trace_id=found.trace_id)
    if complaint := program.facts.get("raised") or program.complaint():
        reasons.append(f"logged: {complaint}")
    reasons += [f"{name} is set" for name in _SWITCHES if os.environ.get(name)]
    if "called" not in program.facts:
        reasons.append("the model call had not ended yet")
    line = f"nothing arrived within {timeout:g} s: {'; '.join(reasons) or 'no error was logged'}"
    return _report(program, "lost", line, reader)


def _report(program: _Program, status: Status, line: str, reader: Reader | None = None, **more: Any) -> CanaryReport:
    known = {key: program.facts.get(key) or None for key in ("callback", "litellm", "langfuse")}
    return CanaryReport(status, _clean(line), host=_shown(reader.host) if reader else None, **known, **more)


def _introduction(program: _Program, reader: Reader) -> str:
    facts = program.facts
    pair = f"litellm {facts['litellm']}, langfuse {facts['langfuse'] or 'not installed'}"
    return f'shim: canary through "{facts["callback"]}" ({pair}) to {_shown(reader.host)}'


def _keys() -> tuple[str, str]:
    names = ("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise ShimError(f"{' and '.join(missing)} must be set")
    return os.environ[names[0]], os.environ[names[1]]


def _address() -> str:
    """Return the configured address, in the order in which LiteLLM looks; an empty text if there is none."""
    for name in ("LANGFUSE_HOST", "LANGFUSE_BASE_URL", "LANGFUSE_OTEL_HOST"):
        value = os.environ.get(name, "").strip()
        if value and not _is_address(value if "://" in value else f"http://{value}"):
            raise ShimError(f"{name} is not an http(s) address")
        if value:
            return value
    return ""


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _origin(address: str, callback: str) -> str:
    """Complete the configured address the way LiteLLM's callback of that name does."""
    if not address:
        return _CLOUDS[callback]
    scheme = "http" if callback == "langfuse" else "https"
    return address if "://" in address else f"{scheme}://{address}"


def _shown(host: str) -> str:
    """Return an address without the user and the password that may be in it."""
    parts = urlsplit(host)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _clean(text: str) -> str:
    """Return a foreign text as one short line without colours and without the keys."""
    secrets = [value for name in ("PUBLIC", "SECRET") if (value := os.environ.get(f"LANGFUSE_{name}_KEY"))]
    secrets.append(base64.b64encode(":".join(secrets).encode()).decode())
    line = " ".join(_ANSI.sub("", text).split())
    for secret in secrets:
        line = line.replace(secret, "***") if secret else line
    return line if len(line) <= _CLIP else f"{line[:_CLIP]}…"


def main(arguments: Sequence[str]) -> int:
    """Run the canary by its command line: 0 arrived, 1 it did not or not whole, 2 misconfigured."""
    options = _parser().parse_args(arguments)
    try:
        report = check(callback=options.callback, timeout=options.timeout, python=options.python, story=sys.stderr)
        if options.json:
            _write_json(options.json, report)
    except ShimError as error:
        print(f"shim: canary: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as interruption:
        return interrupts.tell(interruption, "shim: canary: interrupted")
    print(report.message)
    return 0 if report.status == "arrived" else 1


def _write_json(path: Path, report: CanaryReport) -> None:
    try:
        temporary.put(path, (json.dumps(asdict(report), indent=2) + "\n").encode())
    except OSError as error:
        raise ShimError(f"cannot write {path}: {error.strerror}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lint_rules.shim --canary",
        description="Send one trace through this environment's LiteLLM to the configured Langfuse and read it back.",
        epilog="Exit status: 0 the trace arrived whole, 1 it did not, 2 keys, address or LiteLLM are missing.",
    )
    option = parser.add_argument
    option("--canary", action="store_true", help=argparse.SUPPRESS)
    option("--callback", choices=CALLBACKS, help="LiteLLM's callback (the one that the installed versions support)")
    option("--timeout", type=_seconds, default=30.0, metavar="S", help="give up after S seconds (30)")
    option("--python", default=sys.executable, metavar="PY", help="the Python whose LiteLLM is checked (this one)")
    option("--json", type=Path, metavar="FILE", help="also write the outcome to FILE")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1_000_000:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value
