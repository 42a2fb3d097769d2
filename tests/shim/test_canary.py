"""The canary: real SDKs, the loopback Langfuse as the configured one, and the door as a health check opens it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lint_rules.shim import canary_program
from lint_rules.shim.canary import NAME, USER
from lint_rules.shim.canary_program import supported
from lint_rules.shim.loopback import Handler, Server, ShimError, serving
from lint_rules.shim.public_api import Trace, is_authorized, read_back
from lint_rules.shim.reader import Found, Reader, RefusedError
from lint_rules.shim.sink import Answer, Generation, Sink, sink

KEYS = ("pk-lf-canary", "sk-lf-canary")
SETTINGS = ("HOST", "BASE_URL", "OTEL_HOST", "PUBLIC_KEY", "SECRET_KEY")


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return an environment with keys and without an address."""
    for name in SETTINGS:
        monkeypatch.delenv(f"LANGFUSE_{name}", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", KEYS[0])
    monkeypatch.setenv("LANGFUSE_SECRET_KEY", KEYS[1])
    return monkeypatch


@pytest.fixture
def langfuse(deployment: pytest.MonkeyPatch) -> Iterator[Sink]:
    with sink(keys=KEYS) as endpoint:
        deployment.setenv("LANGFUSE_HOST", endpoint.url)
        yield endpoint


def canary(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules.shim", "--canary", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert "Traceback" not in done.stderr
    for secret in (*KEYS, base64.b64encode(":".join(KEYS).encode()).decode()):
        assert secret not in done.stdout + done.stderr
    return done


def patient(seconds: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Give a machine that needs all the time for importing LiteLLM a second go, with more."""
    done = canary("--timeout", seconds, *arguments)
    return canary("--timeout", "40", *arguments) if "still being imported" in done.stdout else done


@pytest.mark.parametrize("callback", ["langfuse", "langfuse_otel"])
def test_it_arrives(langfuse: Sink, tmp_path: Path, callback: str) -> None:
    done = canary("--callback", callback, "--json", str(tmp_path / "canary.json"))
    report = json.loads((tmp_path / "canary.json").read_text())
    assert (done.returncode, report["status"]) == (0, "arrived")
    assert done.stdout == (
        f"arrived after {report['seconds']:.1f} s: trace {report['trace_id']}, generation with model and usage\n"
    )
    assert f'canary through "{callback}" (litellm ' in done.stderr and report["host"] == langfuse.url
    (generation,) = [one for one in langfuse.observations() if one.kind == "generation"]
    assert (generation.trace_id, generation.usage_total > 0) == (report["trace_id"], True)
    assert langfuse.traces()[generation.trace_id] == Trace(generation.trace_id, NAME, USER, (USER,))


def test_two_runs_do_not_take_each_other_s_trace(langfuse: Sink) -> None:
    first, second = canary(), canary()
    assert (first.returncode, second.returncode) == (0, 0)
    named = [done.stdout.split("trace ")[1].split(",")[0] for done in (first, second)]
    assert named == list(langfuse.traces()) and len(set(named)) == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("refuse", "connection refused"),
        ("500", "HTTP 500"),
        ("hang", "Langfuse accepts the connection and does not answer"),
    ],
)
def test_a_failing_langfuse_is_1_in_time(deployment: pytest.MonkeyPatch, answer: Answer, reason: str) -> None:
    with sink(answer=answer) as endpoint:
        deployment.setenv("LANGFUSE_HOST", endpoint.url)
        done = patient("6")
    assert done.returncode == 1
    assert re.match(rf"nothing arrived within \d+ s: {reason}", done.stdout) and done.stdout.count("\n") == 1


def test_wrong_keys_are_1_at_once(langfuse: Sink, deployment: pytest.MonkeyPatch) -> None:
    deployment.setenv("LANGFUSE_SECRET_KEY", "sk-lf-of-another-project")
    began = time.monotonic()
    done = canary("--timeout", "60")
    assert (done.returncode, done.stdout) == (1, "nothing arrived: HTTP 401: Langfuse does not know these keys\n")
    assert time.monotonic() - began < 40 and langfuse.observations() == ()
    assert "sk-lf-of-another-project" not in done.stderr


def test_accepted_and_never_readable_is_1(deployment: pytest.MonkeyPatch) -> None:
    with sink(keys=KEYS, readable=False) as endpoint:
        deployment.setenv("LANGFUSE_HOST", endpoint.url)
        done = canary("--timeout", "12")
        assert [one.kind for one in endpoint.observations()] == ["generation"]
    assert (done.returncode, done.stdout) == (1, "nothing arrived within 12 s: no error was logged\n")


def test_traces_that_go_elsewhere_are_missed(langfuse: Sink, deployment: pytest.MonkeyPatch) -> None:
    with sink() as elsewhere:
        deployment.setenv("LANGFUSE_OTEL_HOST", elsewhere.url)
        done = canary("--callback", "langfuse_otel", "--timeout", "12")
        assert elsewhere.observations() != () and langfuse.observations() == ()
    assert (done.returncode, done.stdout.startswith("nothing arrived within 12 s")) == (1, True)


@pytest.mark.usefixtures("langfuse")
def test_a_switch_that_silences_the_exporter_is_named(deployment: pytest.MonkeyPatch) -> None:
    deployment.setenv("OTEL_SDK_DISABLED", "true")
    done = patient("8", "--callback", "langfuse_otel")
    assert done.returncode == 1
    assert re.match(r"nothing arrived within \d+ s: ", done.stdout) and "OTEL_SDK_DISABLED is set" in done.stdout


def test_the_program_ends_by_itself_when_its_parent_does_not_end_it(
    deployment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options = {"callback": "langfuse", "marker": "abc", "name": NAME, "user": USER, "seconds": 4.0}
    command = [sys.executable, "-c", Path(canary_program.__file__).read_text(), json.dumps(options)]
    with sink(answer="hang") as endpoint:
        deployment.setenv("LANGFUSE_HOST", endpoint.url)
        began = time.monotonic()
        done = subprocess.run([*command, str(tmp_path / "notes")], capture_output=True, timeout=60, check=False)
    assert (done.returncode, time.monotonic() - began < 4.0 + canary_program.MARGIN + 4.0) == (1, True)


@pytest.mark.parametrize(
    ("settings", "arguments", "message"),
    [
        ({"LANGFUSE_SECRET_KEY": ""}, (), "LANGFUSE_SECRET_KEY must be set"),
        ({"LANGFUSE_HOST": "ftp://here"}, (), "LANGFUSE_HOST is not an http(s) address"),
        ({"LANGFUSE_HOST": "http://here:port"}, (), "LANGFUSE_HOST is not an http(s) address"),
        ({"LANGFUSE_HOST": "http://no.such.invalid"}, (), "no such host: "),
        (
            {"LANGFUSE_HOST": "", "LANGFUSE_BASE_URL": "http://127.0.0.1:9"},
            ("--callback", "langfuse_otel"),
            '"langfuse_otel" of this LiteLLM does not read LANGFUSE_BASE_URL',
        ),
        ({}, ("--python", "/no/such/python"), "cannot start /no/such/python: No such file or directory"),
        ({}, ("--json", "/no/such/folder/canary.json"), "cannot write /no/such/folder/canary.json: "),
    ],
)
@pytest.mark.usefixtures("langfuse")
def test_what_is_misconfigured_is_2(
    deployment: pytest.MonkeyPatch, settings: dict[str, str], arguments: tuple[str, ...], message: str
) -> None:
    for name, value in settings.items():
        deployment.setenv(name, value)
    done = canary(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"shim: canary: {message}")


@pytest.mark.usefixtures("langfuse")
def test_without_litellm_it_is_2(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    done = canary("--python", str(tmp_path / "bare" / "bin" / "python"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "shim: canary: LiteLLM is not installed for this Python\n"


@pytest.mark.parametrize("arguments", [("--", "program.py"), ("--port", "80"), ("--timeout", "0")])
def test_options_that_do_not_fit_are_2(arguments: tuple[str, ...]) -> None:
    done = canary(*arguments)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("langfuse_version", "own_sdk", "otel", "callback"),
    [
        ("2.60.2", False, False, "langfuse"),
        ("2.60.10", False, True, "langfuse"),
        ("3.15.0", False, True, "langfuse_otel"),
        ("4.18.0", False, True, "langfuse_otel"),
        ("4.18.0", True, True, "langfuse"),
        ("4.6.1", True, True, "langfuse_otel"),
        ("5.0.4", True, True, "langfuse_otel"),
        ("2.60.10", True, True, "langfuse_otel"),
        ("3.15.0", False, False, "langfuse"),
        ("", False, True, "langfuse_otel"),
    ],
)
def test_the_default_callback_is_what_the_pair_supports(
    langfuse_version: str, own_sdk: bool, otel: bool, callback: str
) -> None:
    assert supported(langfuse_version, own_sdk, otel) == callback


SEEN = Generation("t1", "o1", "one", "generation", "m", "out", 3, "DEFAULT", None, "in", 1_800_000_000.0)
LATER = replace(SEEN, trace_id="t2", observation_id="o2", kind="span", model="", usage_total=0, started=1_800_000_060.0)
TRACES = {"t1": Trace("t1", "first", "someone", ("a",)), "t2": Trace("t2")}


@pytest.mark.parametrize(
    ("target", "ids"),
    [
        ("observations", ["o2", "o1"]),
        ("observations?userId=someone", ["o1"]),
        ("observations?type=SPAN", ["o2"]),
        ("observations?traceId=t1&name=one", ["o1"]),
        ("observations?limit=1&page=2", ["o1"]),
        ("observations?fromStartTime=2027-01-15T08:00:30Z", ["o2"]),
        ("observations?fromStartTime=2027-01-15T09:00:30%2B01:00", ["o2"]),
        ("v2/observations?limit=1", ["o2"]),
        ("traces?userId=someone", ["t1"]),
    ],
)
def test_the_lists_filter_as_langfuse_does(target: str, ids: list[str]) -> None:
    status, body = read_back(f"/api/public/{target}", TRACES, [SEEN, LATER]) or (0, {})
    assert (status, [row["id"] for row in body["data"]]) == (200, ids)


def test_one_trace_and_one_observation_by_id() -> None:
    status, trace = read_back("/api/public/traces/t1", TRACES, [SEEN, LATER]) or (0, {})
    assert (status, trace["name"], [row["id"] for row in trace["observations"]]) == (200, "first", ["o1"])
    assert read_back("/api/public/observations/o1", TRACES, [SEEN]) == (200, trace["observations"][0])
    assert (read_back("/api/public/traces/none", TRACES, []) or (0, {}))[0] == 404
    assert read_back("/api/public/prompts", TRACES, []) is None


def test_v2_serves_the_fields_that_are_asked_for() -> None:
    _, plain = read_back("/api/public/v2/observations", TRACES, [SEEN]) or (0, {})
    assert set(plain["data"][0]) == {"id", "traceId", "type", "startTime", "name", "level", "userId"}
    _, asked = read_back("/api/public/v2/observations?fields=model,usage", TRACES, [SEEN]) or (0, {})
    assert set(asked["data"][0]) == {"id", "traceId", "type", "startTime", "model", "usageDetails"}
    assert asked["data"][0]["usageDetails"] == {"total": 3}


@pytest.mark.parametrize("header", [None, "", "Basic", "Basic !", "Bearer cGs6c2s=", "Basic cGs6bm8="])
def test_only_the_keys_open_it(header: str | None) -> None:
    assert is_authorized("Basic cGs6c2s=", ("pk", "sk")) and is_authorized(None, None)
    assert not is_authorized(header, ("pk", "sk"))


@pytest.mark.parametrize("route", ["ingestion", "otel/v1/traces"])
def test_the_sink_takes_nothing_without_its_keys(route: str) -> None:
    with sink(keys=KEYS) as endpoint:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{endpoint.url}/api/public/{route}", data=b'{"batch": []}', timeout=5)
        assert (refused.value.code, endpoint.traces()) == (401, {})


def send(endpoint: Sink, *events: tuple[str, dict[str, object]]) -> None:
    """Send events by the legacy protocol, as a broken exporter might."""
    batch = {"batch": [{"id": str(at), "type": kind, "body": body} for at, (kind, body) in enumerate(events)]}
    credentials = base64.b64encode(":".join(KEYS).encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    request = urllib.request.Request(f"{endpoint.url}/api/public/ingestion", json.dumps(batch).encode(), headers)
    urllib.request.urlopen(request, timeout=5).close()


NOW = "2100-01-01T00:00:00Z"
TRACE: dict[str, object] = {"id": "abc", "userId": USER}
PART: dict[str, object] = {"id": "1", "traceId": "abc", "startTime": NOW, "output": "canary abc"}


@pytest.mark.parametrize(
    ("kind", "more", "lacks"),
    [
        ("span-create", {}, "the trace has no generation"),
        ("generation-create", {}, "its generation has no model and no usage"),
        ("generation-create", {"model": "m"}, "its generation has no usage"),
        ("generation-create", {"model": "m", "usage": {"input": 0, "output": 0}}, "its generation has no usage"),
        ("generation-create", {"usage": {"total": 3}}, "its generation has no model"),
        ("generation-create", {"model": "m", "usage": {"total": 3}}, ""),
    ],
)
def test_the_reader_says_what_is_missing(kind: str, more: dict[str, object], lacks: str) -> None:
    with sink(keys=KEYS) as endpoint:
        send(endpoint, ("trace-create", TRACE), (kind, PART | more))
        reader = Reader(endpoint.url + "/", KEYS, USER)
        assert reader.look("abc", time.monotonic() + 5) == Found("abc", lacks)
        assert reader.look("another", time.monotonic() + 5) is None and reader.trouble == ""


def test_the_reader_sees_a_trace_without_anything_in_it() -> None:
    with sink(keys=KEYS) as endpoint:
        send(endpoint, ("trace-create", TRACE))
        reader = Reader(endpoint.url, KEYS, USER)
        assert reader.look("abc", time.monotonic() + 5) is None
        assert reader.has_trace("abc") and not reader.has_trace("another")


class _Odd(Handler):
    """Answers as something does that is no Langfuse: with the status and the body that its server keeps."""

    def do_GET(self) -> None:
        status, body = self.server.owner
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (200, b"<html>", "the answer is no JSON: is this a Langfuse?"),
        (200, b"\xff\xfe", "the answer is no JSON: is this a Langfuse?"),
        (200, b'{"data": [null, 3]}', ""),
        (200, b'{"data": {"abc": 1}}', ""),
        (502, b"", "HTTP 502"),
        (404, b"{}", "HTTP 404"),
    ],
)
def test_the_reader_survives_any_answer(status: int, body: bytes, trouble: str) -> None:
    server = Server(_Odd)
    server.owner = (status, body)
    with serving(server):
        reader = Reader(server.url, KEYS, USER)
        assert (reader.look("abc", time.monotonic() + 5), reader.trouble) == (None, trouble)


@pytest.mark.parametrize(("status", "reason"), [(301, "redirects elsewhere"), (401, "does not know these keys")])
def test_the_reader_gives_up_where_waiting_is_of_no_use(status: int, reason: str) -> None:
    server = Server(_Odd)
    server.owner = (status, b"")
    with serving(server), pytest.raises(RefusedError, match=reason):
        Reader(server.url, KEYS, USER).look("abc", time.monotonic() + 5)
    with pytest.raises(ShimError, match="no such host"):
        Reader("http://no.such.invalid", KEYS, USER).look("abc", time.monotonic() + 5)
