"""The canary: one trace through a deployment's own LiteLLM and Langfuse, read back through Langfuse's public API.

The call is made by `canary_program.py`, in a process of its own: a flush that hangs ends with it, and what it logs is
caught. This side reads: `GET /api/public/v2/observations` (the only real-time path, says the API client of langfuse
5.0.4, and the only one it has left) and, for older servers, `GET /api/public/observations` and `/traces/{id}`.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from .loopback import ShimError

Status = Literal["arrived", "incomplete", "lost"]
NAME, USER = "flake8-litellm canary", "flake8-litellm-canary"
"""The trace's and the generation's name; its user and tag, by which the API finds it in a busy project."""
CALLBACKS = ("langfuse", "langfuse_otel")
SKEW = timedelta(minutes=2)
"""How far the clock here may be ahead of the one whose times Langfuse filters by."""
_PROGRAM = Path(__file__).with_name("canary_program.py")
_FIELDS = "core,basic,io,metadata,model,usage,trace_context"
_POLL, _ANSWER, _LINGER, _CLIP = 0.3, 5.0, 2.0, 300
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


@dataclass(frozen=True)
class Found:
    """What Langfuse has of the canary."""

    trace_id: str
    lacks: str
    """What it lacks, in words; empty if it is complete."""


class _RefusedError(Exception):
    """An answer of Langfuse's that waiting does not change."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The keys go to the configured address and to no other."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""
        return


class Reader:
    """Langfuse's public API, as far as the canary reads it; `trouble` is why the last look found nothing."""

    def __init__(self, host: str, keys: tuple[str, str]) -> None:
        self.host = host.rstrip("/")
        self.trouble = ""
        credentials = base64.b64encode(":".join(keys).encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._since = (datetime.now(timezone.utc) - SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")

    def look(self, marker: str, deadline: float) -> Found | None:
        """Look once, until `deadline` (of `time.monotonic`) at the latest.

        Raises `_RefusedError` for an answer that stays, `ShimError` if there is no such host.
        """
        query = {"userId": USER, "fromStartTime": self._since, "limit": "100"}
        rows: list[Mapping[str, Any]] = []
        answered = False
        for path in (f"v2/observations?{urlencode({**query, 'fields': _FIELDS})}", f"observations?{urlencode(query)}"):
            page = self._get(path, deadline - time.monotonic())
            answered = answered or page is not None
            rows += [row for row in _rows(page) if marker in json.dumps(row)]
            if any(not _lacks(row) for row in rows):
                break
        if answered:
            self.trouble = ""
        return _best(rows)

    def has_trace(self, marker: str) -> bool:
        """Tell whether there is a trace of that id, whatever is in it."""
        return self._get(f"traces/{quote(marker)}", _ANSWER) is not None

    def _get(self, path: str, patience: float) -> dict[str, Any] | None:
        request = urllib.request.Request(f"{self.host}/api/public/{path}", headers=self._headers)
        try:
            with self._opener.open(request, timeout=max(0.1, min(patience, _ANSWER))) as response:
                value = json.load(response)
        except urllib.error.HTTPError as error:
            _check_status(error.code)
            self.trouble = f"HTTP {error.code}"
            return None
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.trouble = _trouble(error)
            return None
        return value if isinstance(value, dict) else None


def _rows(page: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    rows = page.get("data") if page else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _check_status(status: int) -> None:
    if status == 401:
        raise _RefusedError("HTTP 401: Langfuse does not know these keys")
    if 300 <= status < 400:
        raise _RefusedError(f"HTTP {status}: the address redirects elsewhere; configure the one it redirects to")


def _trouble(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, socket.gaierror):
        raise ShimError(f"no such host: {reason.strerror}") from None
    if isinstance(reason, ConnectionRefusedError):
        return "connection refused"
    if isinstance(reason, TimeoutError):
        return "Langfuse accepts the connection and does not answer"
    if isinstance(error, ValueError):
        return "the answer is no JSON: is this a Langfuse?"
    return str(reason)


def _best(rows: Sequence[Mapping[str, Any]]) -> Found | None:
    """Choose the row that lacks least; None if there is none."""
    judged = sorted((Found(str(row.get("traceId")), _lacks(row)) for row in rows), key=lambda found: len(found.lacks))
    return judged[0] if judged else None


def _lacks(row: Mapping[str, Any]) -> str:
    """Say what an observation lacks; the field names are those of both versions of the API and of older servers."""
    if row.get("type") != "GENERATION":
        return "the trace has no generation"
    model = row.get("model") or row.get("providedModelName")
    details = [value for key in ("usageDetails", "usage") if isinstance(value := row.get(key), dict)]
    counts = [row.get("totalTokens"), *(count for each in details for count in each.values())]
    usage = any(isinstance(count, (int, float)) and count > 0 for count in counts)
    missing = [name for name, there in (("model", model), ("usage", usage)) if not there]
    return f"its generation has no {' and no '.join(missing)}" if missing else ""


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
    with tempfile.TemporaryDirectory(prefix="canary-") as kept:
        folder = Path(kept)
        command = [python, "-c", _PROGRAM.read_text(encoding="utf-8"), json.dumps(options), str(folder / "notes")]
        # Without the variable, importing LiteLLM fetches its price list from the network, which is not what is checked.
        env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", **os.environ}
        with (folder / "stderr").open("wb") as stderr:
            try:
                process = subprocess.Popen(
                    command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
                )
            except OSError as error:
                raise ShimError(f"cannot start {python}: {error.strerror}") from None
            try:
                yield _Program(process, folder)
            finally:
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
        except _RefusedError as refused:
            return _report(program, "lost", f"nothing arrived: {refused}", reader)


def _reader(program: _Program, deadline: float, keys: tuple[str, str]) -> Reader | None:
    """Wait until the program knows its callback, which decides the address if none is configured; None: time is up."""
    address = _address()
    while time.monotonic() < deadline:
        program.update()
        if wrong := program.facts.get("misconfigured"):
            raise ShimError(_clean(wrong))
        if "callback" in program.facts:
            return Reader(_origin(address, program.facts["callback"]), keys)
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
    except (ShimError, KeyboardInterrupt) as error:
        print(f"shim: canary: {str(error) or 'interrupted'}", file=sys.stderr)
        return 2
    print(report.message)
    return 0 if report.status == "arrived" else 1


def _write_json(path: Path, report: CanaryReport) -> None:
    try:
        path.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
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
