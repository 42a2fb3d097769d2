"""The loopback Langfuse, fed both protocols over real HTTP."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lint_rules.shim.sink import SLOW, Sink, sink, text_of

TEXT = "Hello from call 3: the quick brown world."


@pytest.fixture
def langfuse() -> Iterator[Sink]:
    with sink() as running:
        yield running


def send(langfuse: Sink, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(langfuse.url).netloc, timeout=5)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    result = answer.status, answer.read()
    connection.close()
    return result


def export(*spans: dict[str, Any]) -> bytes:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, attributes in enumerate(spans):
        span = scope.spans.add(trace_id=b"t" * 16, span_id=bytes([number]) * 8, name=f"span-{number}")
        for key, value in attributes.items():
            pair = span.attributes.add(key=key)
            setattr(pair.value, "int_value" if isinstance(value, int) else "string_value", value)
    data: bytes = request.SerializeToString()
    return data


def ingest(langfuse: Sink, *events: dict[str, Any]) -> tuple[int, bytes]:
    return send(langfuse, "POST", "/api/public/ingestion", json.dumps({"batch": events}).encode())


def test_a_generation_span_is_read(langfuse: Sink) -> None:
    attributes = {
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": "gpt-4o-mini",
        "langfuse.observation.output": json.dumps({"role": "assistant", "content": TEXT}),
        "langfuse.observation.usage_details": json.dumps({"input": 11, "output": 7, "total": 18}),
    }
    assert send(langfuse, "POST", "/api/public/otel/v1/traces", export(attributes)) == (200, b"")
    (one,) = langfuse.observations()
    assert (one.kind, one.model, one.output_text, one.usage_total) == ("generation", "gpt-4o-mini", TEXT, 18)
    assert (one.number, one.level, one.name) == (3, "DEFAULT", "span-0")


def test_a_gzipped_export_with_semantic_conventions_is_read(langfuse: Sink) -> None:
    attributes = {"gen_ai.request.model": "m", "gen_ai.completion.0.content": TEXT, "gen_ai.usage.total_tokens": 18}
    body = gzip.compress(export(attributes))
    send(langfuse, "POST", "/api/public/otel/v1/traces", body, **{"Content-Encoding": "gzip"})
    (one,) = langfuse.observations()
    assert (one.kind, one.output_text, one.usage_total) == ("generation", TEXT, 18)


def test_a_span_of_observe_is_no_generation(langfuse: Sink) -> None:
    attributes = {"langfuse.observation.type": "span", "langfuse.observation.output": TEXT, "gen_ai.request.model": "m"}
    send(langfuse, "POST", "/api/public/otel/v1/traces", export(attributes, {"some": "thing"}))
    assert [one.kind for one in langfuse.observations()] == ["span", "span"]


def test_a_span_exported_twice_is_one_observation(langfuse: Sink) -> None:
    for _ in range(2):
        send(langfuse, "POST", "/api/public/otel/v1/traces", export({"langfuse.observation.type": "generation"}))
    assert len(langfuse.observations()) == 1


def test_legacy_create_and_update_are_one_generation(langfuse: Sink) -> None:
    created = {"id": "g", "traceId": "t", "name": "n", "model": "m", "output": None, "usage": {"total": 18}}
    status, body = ingest(
        langfuse,
        {"id": "e0", "type": "trace-create", "body": {"id": "t", "output": TEXT}},
        {"id": "e1", "type": "generation-create", "body": created},
        {"id": "e2", "type": "generation-update", "body": {"id": "g", "output": {"content": TEXT}, "level": "ERROR"}},
        {"id": "e3", "type": "span-create", "body": {"id": "s", "output": TEXT}},
    )
    assert status == 207
    assert [done["id"] for done in json.loads(body)["successes"]] == ["e0", "e1", "e2", "e3"]
    generation, span = langfuse.observations()
    assert (generation.trace_id, generation.observation_id, generation.model) == ("t", "g", "m")
    assert (generation.output_text, generation.usage_total, generation.level) == (TEXT, 18, "ERROR")
    assert span.kind == "span"


def test_an_answer_without_output_is_known_by_its_id(langfuse: Sink) -> None:
    ingest(langfuse, {"id": "e", "type": "generation-create", "body": {"id": "time-12-00_chatcmpl-shim-0007"}})
    (one,) = langfuse.observations()
    assert (one.number, one.output_text) == (7, "")


@pytest.mark.parametrize("path", ["/api/public/health", "/api/public/projects"])
def test_it_answers_what_the_sdks_ask_at_start(langfuse: Sink, path: str) -> None:
    assert send(langfuse, "GET", path)[0] == 200


@pytest.mark.parametrize("path", ["/api/public/ingestion", "/api/public/otel/v1/traces"])
@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"[]", b'{"batch": 3}'])
def test_nonsense_is_no_observation(langfuse: Sink, path: str, body: bytes) -> None:
    assert send(langfuse, "POST", path, body)[0] < 300
    assert langfuse.observations() == ()


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (None, ""),
        ("plain", "plain"),
        ('"quoted"', "quoted"),
        ({"content": "said"}, "said"),
        ('{"role": "assistant", "content": "said"}', "said"),
        ("{not json", "{not json"),
        ([{"name": "tool"}], '[{"name": "tool"}]'),
    ],
)
def test_the_text_of_an_output(output: object, text: str) -> None:
    assert text_of(output) == text


# ---- endpoints that fail


SENT = {"id": "e", "type": "generation-create", "body": {"id": "g", "output": TEXT}}


@pytest.mark.parametrize("path", ["/api/public/ingestion", "/api/public/otel/v1/traces", "/api/public/health"])
def test_one_that_answers_500_keeps_nothing(path: str) -> None:
    with sink(answer="500") as failing:
        assert send(failing, "GET" if path.endswith("health") else "POST", path, b"{}")[0] == 500
        assert ingest(failing, SENT)[0] == 500
        assert failing.observations() == ()


def test_one_that_refuses_is_not_there() -> None:
    with sink(answer="refuse") as refusing:
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                ingest(refusing, SENT)
        assert refusing.observations() == ()
        refusing.settle(0.0)


def test_one_that_is_slow_accepts_in_the_end() -> None:
    with sink(answer="slow") as slow:
        started = time.monotonic()
        assert ingest(slow, SENT)[0] == 207
        assert time.monotonic() - started >= SLOW
        assert [one.output_text for one in slow.observations()] == [TEXT]


def test_what_a_slow_one_has_in_hand_is_waited_for() -> None:
    with sink(answer="slow") as slow:
        post = threading.Thread(target=ingest, args=(slow, SENT))
        post.start()
        slow.settle(0.2)
        assert len(slow.observations()) == 1
        post.join()


def test_one_that_hangs_holds_up_its_client_and_nobody_else() -> None:
    before = threading.active_count()
    with sink(answer="hang") as hanging:
        with socket.create_connection(urlsplit(hanging.url).netloc.split(":")) as client:
            client.settimeout(0.3)
            client.sendall(b"POST /api/public/ingestion HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
            with pytest.raises(TimeoutError):
                client.recv(1)
            started = time.monotonic()
            hanging.settle(0.0)
            assert time.monotonic() - started < 1
            hanging.closing.set()
            client.settimeout(5)
            assert client.recv(1) == b""
        assert hanging.observations() == ()
    _wait_until(lambda: threading.active_count() <= before)


def test_one_that_hangs_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with sink(answer="hang") as hanging:
        address = urlsplit(hanging.url).netloc.split(":")
        clients = [socket.create_connection(address) for _ in range(5)]
        for client in clients:
            client.sendall(b"GET /api/public/health HTTP/1.1\r\nHost: x\r\n\r\n")
        _wait_until(lambda: threading.active_count() >= before + 6)
    # The clients are still there, as programs are that hang together with the endpoint.
    _wait_until(lambda: threading.active_count() <= before)
    for client in clients:
        client.close()


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
