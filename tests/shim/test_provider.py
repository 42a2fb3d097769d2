"""The loopback model, asked over real HTTP."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from lint_rules.shim import answers
from lint_rules.shim.loopback import ShimError
from lint_rules.shim.provider import SITE_HEADER, Exchange, Provider, provider

ASK: dict[str, Any] = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "unit": {"enum": ["C", "F"]}},
            "required": ["city", "days", "unit"],
        },
    },
}


@pytest.fixture
def model() -> Iterator[Provider]:
    with provider() as running:
        yield running


def post(model: Provider, path: str, body: object, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(model.url).netloc, timeout=5)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", path, data, headers)
    answer = connection.getresponse()
    result = answer.status, answer.read()
    connection.close()
    return result


def events(body: bytes) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in body.decode().splitlines() if line.startswith("data: ")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def test_a_whole_answer_carries_its_number_and_usage(model: Provider) -> None:
    post(model, "/v1/chat/completions", ASK)
    status, body = post(model, "/v1/chat/completions", ASK)
    answer = json.loads(body)
    assert status == 200
    assert answer["id"] == "chatcmpl-shim-0002"
    assert answer["choices"][0]["message"]["content"] == "Hello from call 2: the quick brown world."
    assert answer["usage"]["total_tokens"] > 0


def test_a_stream_is_legal_but_hostile(model: Provider) -> None:
    _, body = post(model, "/v1/chat/completions", {**ASK, "stream": True, "stream_options": {"include_usage": True}})
    *chunks, usage, done = events(body)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    contents = [delta.get("content") for delta in deltas]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert None in contents[2:-1] and "" in contents[2:-1]
    assert "".join(content or "" for content in contents) == answers.full_text(1)
    assert (deltas[-1], chunks[-1]["choices"][0]["finish_reason"]) == ({}, "stop")
    assert usage["choices"] == [] and usage["usage"]["total_tokens"] > 0
    assert done == "[DONE]"


def test_usage_comes_only_when_asked_for(model: Provider) -> None:
    _, body = post(model, "/v1/chat/completions", {**ASK, "stream": True})
    assert all(chunk == "[DONE]" or chunk["choices"] for chunk in events(body))


def test_a_tool_is_called_in_a_stream(model: Provider) -> None:
    _, body = post(model, "/v1/chat/completions", {**ASK, "stream": True, "tools": [TOOL]})
    chunks = events(body)[:-1]
    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", ())]
    arguments = json.loads("".join(call["function"]["arguments"] for call in calls))
    assert calls[0]["id"] == answers.tool_call_id(1)
    assert arguments == {"city": "shim", "days": 1, "unit": "C"}
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


@pytest.mark.parametrize(
    "request_",
    [
        {**ASK, "tools": [TOOL], "tool_choice": "none"},
        {**ASK, "tools": [TOOL], "messages": [{"role": "tool", "content": "sunny"}]},
        ASK,
    ],
)
def test_a_tool_is_not_called_when_forbidden_answered_or_absent(model: Provider, request_: dict[str, Any]) -> None:
    _, body = post(model, "/v1/chat/completions", request_)
    assert json.loads(body)["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", ["completions", "responses"])
def test_other_apis_answer_with_the_same_text(model: Provider, api: str, stream: bool) -> None:
    status, body = post(model, f"/v1/{api}", {"model": "m", "prompt": "hi", "input": "hi", "stream": stream})
    text = body.decode()
    assert status == 200
    assert answers.full_text(1) in text or "".join(
        e["choices"][0]["text"] for e in events(body)[:-1]
    ) == answers.full_text(1)
    assert [(e.api, e.stream) for e in model.exchanges()] == [(api, stream)]


@pytest.mark.parametrize(("given", "count"), [("one", 1), (["a", "b"], 2), ([1, 2, 3], 1), ([[1], [2]], 2)])
def test_embeddings_give_a_vector_per_input(model: Provider, given: object, count: int) -> None:
    _, body = post(model, "/v1/embeddings", {"model": "text-embedding-3-small", "input": given})
    assert len(json.loads(body)["data"]) == count


def test_the_record_says_what_was_asked_and_sent(model: Provider) -> None:
    post(model, "/v1/chat/completions", {**ASK, "stream": True}, **{SITE_HEADER: "caf%C3%A9.py:7"})
    exchange = settled(model)
    assert (exchange.number, exchange.model, exchange.stream, exchange.site) == (1, "gpt-4o-mini", True, "café.py:7")
    assert exchange.finished and not exchange.disconnected
    assert exchange.chunks_sent == exchange.chunks == 8


def settled(model: Provider) -> Exchange:
    """Return the only exchange once its answer is out: the client may have read it before the record says so."""
    deadline = time.monotonic() + 5
    while not (model.exchanges() and model.idle) and time.monotonic() < deadline:
        time.sleep(0.01)
    (exchange,) = model.exchanges()
    return exchange


def test_a_client_that_hangs_up_is_noticed(model: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lint_rules.shim.provider.PACE", 0.1)
    host, port = urlsplit(model.url).netloc.split(":")
    body = json.dumps({**ASK, "stream": True}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection((host, int(port))) as client:
        client.sendall(head + body)
        client.recv(64)
    exchange = settled(model)
    assert exchange.disconnected and not exchange.finished
    assert exchange.chunks_sent < exchange.chunks


@pytest.mark.parametrize(("path", "body", "status"), [("/v1/images", {}, 404), ("/v1/chat/completions", b"[1]", 400)])
def test_what_it_cannot_answer_is_refused_and_no_call(model: Provider, path: str, body: object, status: int) -> None:
    assert post(model, path, body)[0] == status
    assert model.exchanges() == ()


def test_a_taken_port_is_one_clear_line(model: Provider) -> None:
    port = int(model.url.rpartition(":")[2])
    with pytest.raises(ShimError, match=rf"cannot listen on 127.0.0.1:{port}: "), provider(port):
        pass


@pytest.mark.parametrize(("text", "number"), [("x from call 12: y", 12), ("chatcmpl-shim-0007", 7), ("call 3", None)])
def test_marks_are_read_back(text: str, number: int | None) -> None:
    assert answers.marked(text) == number
