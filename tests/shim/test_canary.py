"""The canary: real SDKs, the loopback Langfuse as the configured one, and the door as a health check opens it."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from lint_rules.shim import canary_program
from lint_rules.shim.canary import NAME, USER
from lint_rules.shim.canary_program import supported
from lint_rules.shim.loopback import Handler, Server, ShimError, serving
from lint_rules.shim.public_api import Trace, is_authorized, read_back
from lint_rules.shim.reader import Found, Reader, RefusedError
from lint_rules.shim.sink import Answer, Generation, Sink, sink

KEYS = ("pk-lf-canary", "sk-lf-canary")
Done = subprocess.CompletedProcess[str]
SETTINGS = ("HOST", "BASE_URL", "OTEL_HOST", "PUBLIC_KEY", "SECRET_KEY")


NAMES = [f"LANGFUSE_{name}" for name in SETTINGS]


def deployed(**settings: str) -> dict[str, str]:
    """Return an environment with keys, and an address if one is given."""
    others = {name: value for name, value in os.environ.items() if name not in NAMES}
    own = {"PYTHONPATH": str(Path(__file__).parents[2])}
    own |= {"LANGFUSE_PUBLIC_KEY": KEYS[0], "LANGFUSE_SECRET_KEY": KEYS[1]}
    return {**others, **own, **settings}


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have an environment with keys and without an address."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in deployed().items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def langfuse(deployment: pytest.MonkeyPatch) -> Iterator[Sink]:
    with sink(keys=KEYS) as endpoint:
        deployment.setenv("LANGFUSE_HOST", endpoint.url)
        yield endpoint


def canary(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
    command = [sys.executable, "-m", "lint_rules.shim", "--canary", *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=150, check=False)
    assert "Traceback" not in done.stderr
    for secret in (*KEYS, base64.b64encode(":".join(KEYS).encode()).decode()):
        assert secret not in done.stdout + done.stderr
    return done


@dataclass(frozen=True)
class Arrived:
    """Runs that arrived, one after the other, at one Langfuse."""

    langfuse: Sink
    done: dict[str, Done]
    reports: dict[str, Any]


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory, failing: Failing) -> Iterator[Arrived]:
    """Runs that arrive while the others wait."""
    folder = tmp_path_factory.mktemp("arrived")
    with sink(keys=KEYS) as endpoint:
        there = deployed(LANGFUSE_HOST=endpoint.url)
        done = {
            callback: canary("--callback", callback, "--json", str(folder / callback), env=there)
            for callback in ("langfuse", "langfuse_otel")
        }
        done["default"] = canary(env=there)
        yield Arrived(endpoint, done, {one.name: json.loads(one.read_text()) for one in folder.iterdir()})


def failed(answer: Answer, reason: str) -> Done:
    """Run where Langfuse does not do its part."""
    with sink(answer=answer) as endpoint:
        return waiting(lambda done: reason in done.stdout, LANGFUSE_HOST=endpoint.url)


def unreadable() -> Done:
    """Run where Langfuse accepts all and shows nothing."""
    with sink(keys=KEYS, readable=False) as endpoint:
        done = waiting(lambda _: endpoint.observations() != (), LANGFUSE_HOST=endpoint.url)
        assert [one.kind for one in endpoint.observations()] == ["generation"]
    return done


def elsewhere() -> Done:
    """Run where the exporter has another address."""
    with sink(keys=KEYS) as here, sink() as there:
        urls = {"LANGFUSE_HOST": here.url, "LANGFUSE_OTEL_HOST": there.url}
        done = waiting(lambda _: there.observations() != (), "--callback", "langfuse_otel", **urls)
        assert there.observations() != () and here.observations() == ()
    return done


def silenced() -> Done:
    """Run where OpenTelemetry is switched off."""
    with sink(keys=KEYS) as endpoint:
        switch = {"LANGFUSE_HOST": endpoint.url, "OTEL_SDK_DISABLED": "true"}
        return waiting(lambda done: "OTEL_SDK" in done.stdout, "--callback", "langfuse_otel", **switch)


FAILING: dict[Answer, str] = {
    "refuse": "connection refused",
    "500": "HTTP 500",
    "hang": "Langfuse accepts the connection and does not answer",
}
Failing = dict[str, "Future[Done]"]


def waiting(has_happened: Callable[[Done], bool], *arguments: str, **settings: str) -> Done:
    """Run, and give a machine that needs all the time for importing LiteLLM a second go, with more."""
    done = canary("--timeout", "20", *arguments, env=deployed(**settings))
    return done if has_happened(done) else canary("--timeout", "90", *arguments, env=deployed(**settings))


@pytest.fixture(scope="module")
def failing() -> Iterator[Failing]:
    """Runs that wait in vain: side by side, for each takes all of its time."""
    with ThreadPoolExecutor(6) as pool:
        started = {str(answer): pool.submit(failed, answer, reason) for answer, reason in FAILING.items()}
        yield started | {run.__name__: pool.submit(run) for run in (unreadable, elsewhere, silenced)}


@pytest.mark.parametrize("callback", ["langfuse", "langfuse_otel"])
def test_it_arrives(arrived: Arrived, callback: str) -> None:
    done, report = arrived.done[callback], arrived.reports[callback]
    assert (done.returncode, report["status"]) == (0, "arrived")
    assert done.stdout == (
        f"arrived after {report['seconds']:.1f} s: trace {report['trace_id']}, generation with model and usage\n"
    )
    assert f'canary through "{callback}" (litellm ' in done.stderr and report["host"] == arrived.langfuse.url
    (generation,) = [
        one
        for one in arrived.langfuse.observations()
        if one.kind == "generation" and one.trace_id == report["trace_id"]
    ]
    assert generation.usage_total > 0
    assert arrived.langfuse.traces()[generation.trace_id] == Trace(generation.trace_id, NAME, USER, (USER,))


def test_runs_do_not_take_each_other_s_trace(arrived: Arrived) -> None:
    """The third one chooses the callback itself."""
    assert [done.returncode for done in arrived.done.values()] == [0, 0, 0]
    named = [done.stdout.split("trace ")[1].split(",")[0] for done in arrived.done.values()]
    assert named == list(arrived.langfuse.traces()) and len(set(named)) == 3


@pytest.mark.parametrize(("answer", "reason"), FAILING.items())
def test_a_failing_langfuse_is_1_in_time(failing: Failing, answer: Answer, reason: str) -> None:
    done = failing[answer].result()
    assert done.returncode == 1
    assert re.match(rf"nothing arrived within \d+ s: {reason}", done.stdout) and done.stdout.count("\n") == 1


def test_wrong_keys_are_1_at_once(langfuse: Sink, deployment: pytest.MonkeyPatch) -> None:
    deployment.setenv("LANGFUSE_SECRET_KEY", "sk-lf-of-another-project")
    began = time.monotonic()
    done = canary("--timeout", "60")
    assert (done.returncode, done.stdout) == (1, "nothing arrived: HTTP 401: Langfuse does not know these keys\n")
    assert time.monotonic() - began < 40 and langfuse.observations() == ()
    assert "sk-lf-of-another-project" not in done.stderr


def test_accepted_and_never_readable_is_1(failing: Failing) -> None:
    done = failing["unreadable"].result()
    assert done.returncode == 1
    assert re.fullmatch(r"nothing arrived within \d+ s: no error was logged\n", done.stdout)


def test_traces_that_go_elsewhere_are_missed(failing: Failing) -> None:
    done = failing["elsewhere"].result()
    assert done.returncode == 1
    assert re.match(r"nothing arrived within \d+ s", done.stdout)


def test_a_switch_that_silences_the_exporter_is_named(failing: Failing) -> None:
    done = failing["silenced"].result()
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
