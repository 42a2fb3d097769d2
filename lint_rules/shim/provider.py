"""The loopback model: an OpenAI-compatible endpoint that numbers its requests and records what it sent for each."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from . import answers
from .child.routes import CALL_HEADER, PID_HEADER, SITE_HEADER, VIA_HEADER
from .loopback import Handler, Server, serving

PACE = 0.003
"""Seconds between two chunks: without it a whole stream would be in the client's socket before the program reads."""

_GONE = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError)


class Api(NamedTuple):
    """One kind of request: how it is answered whole, and how in pieces (None: it cannot be streamed)."""

    whole: Callable[[Mapping[str, Any], int], answers.Json]
    stream: Callable[[Mapping[str, Any], int], Iterator[answers.Json]] | None


APIS = {
    "chat/completions": Api(answers.chat, answers.chat_stream),
    "completions": Api(answers.text, answers.text_stream),
    "responses": Api(answers.responses, answers.responses_stream),
    "embeddings": Api(answers.embeddings, None),
}


@dataclass(frozen=True)
class Exchange:
    """One request of the program and how far its answer got."""

    number: int
    api: str
    model: str
    stream: bool
    site: str | None
    chunks: int
    """How many pieces the whole answer has; one when it is not streamed."""
    tools: bool = False
    chunks_sent: int = 0
    finished: bool = False
    disconnected: bool = False
    status: int = 200
    call: str = ""
    pid: int | None = None
    via: str = ""
    moments: tuple[tuple[Literal["asked", "sent", "answered", "hung up"], float], ...] = ()


class Provider:
    """The endpoint's address and its record of exchanges."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self._server = server
        self._exchanges: dict[int, Exchange] = {}
        self._lock = threading.Lock()

    @property
    def idle(self) -> bool:
        """Whether no request is being answered right now."""
        return self._server.idle

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return what was asked so far, in order of arrival."""
        with self._lock:
            return tuple(self._exchanges.values())

    def begin(self, api: str, request: Mapping[str, Any], site: str | None, **whence: Any) -> Exchange:
        """Record a new request under the next number."""
        stream = bool(request.get("stream")) and APIS[api].stream is not None
        model = str(request.get("model", ""))
        with self._lock:
            number = len(self._exchanges) + 1
            exchange = Exchange(number, api, model, stream, site, chunks=1, tools=answers.wants_tool(request), **whence)
            self._exchanges[number] = exchange
        return exchange

    def note(self, number: int, **changes: Any) -> None:
        """Record how far the answer to request `number` got."""
        with self._lock:
            self._exchanges[number] = replace(self._exchanges[number], **changes)


@contextmanager
def provider(port: int = 0) -> Iterator[Provider]:
    """Run the endpoint, on `port` or a free one, for as long as the block runs."""
    server = Server(_ProviderHandler, port)
    server.owner = Provider(server)
    with serving(server):
        yield server.owner


class _ProviderHandler(Handler):
    @property
    def provider(self) -> Provider:
        return cast(Provider, self.server.owner)

    def do_GET(self) -> None:
        if urlsplit(self.path).path.rstrip("/").endswith("/models"):
            return self.answer_json(answers.models())
        return self._refuse(404, f"the shim has no answer to GET {self.path}")

    def do_POST(self) -> None:
        with self.server.working():
            self._post()

    def _post(self) -> None:
        body = self.body()
        api = _api_of(self.path)
        if api is None:
            return self._refuse(404, f"the shim has no answer to POST {self.path}")
        try:
            request = json.loads(body)
        except ValueError:
            request = None
        if not isinstance(request, dict):
            return self._refuse(400, "the body is not a JSON object")
        site = self.headers.get(SITE_HEADER)
        whence = {"call": self.headers.get(CALL_HEADER, ""), "via": self.headers.get(VIA_HEADER, "")}
        pid = self.headers.get(PID_HEADER)
        exchange = self.provider.begin(
            api, request, unquote(site) if site else None, **whence, pid=int(pid) if pid else None
        )
        return self._stream(exchange, request) if exchange.stream else self._whole(exchange, request)

    def _refuse(self, status: int, message: str) -> None:
        self.answer_json({"error": {"message": message, "type": "invalid_request_error", "code": None}}, status)

    def _whole(self, exchange: Exchange, request: Mapping[str, Any]) -> None:
        answer = APIS[exchange.api].whole(request, exchange.number)
        try:
            self.answer_json(answer)
        except _GONE:
            return self.provider.note(exchange.number, disconnected=True)
        return self.provider.note(exchange.number, chunks_sent=1, finished=True)

    def _stream(self, exchange: Exchange, request: Mapping[str, Any]) -> None:
        stream = APIS[exchange.api].stream
        assert stream is not None
        events = [_event(chunk) for chunk in stream(request, exchange.number)]
        self.provider.note(exchange.number, chunks=len(events))
        self._open_stream()
        try:
            for sent, event in enumerate(events, start=1):
                self._chunk(event)
                self.provider.note(exchange.number, chunks_sent=sent)
                time.sleep(PACE)
            self._chunk(b"data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
        except _GONE:
            self.close_connection = True
            return self.provider.note(exchange.number, disconnected=True)
        return self.provider.note(exchange.number, finished=True)

    def _open_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))


def _event(chunk: answers.Json) -> bytes:
    named = f"event: {chunk['type']}\n" if "type" in chunk else ""
    return f"{named}data: {json.dumps(chunk)}\n\n".encode()


def _api_of(path: str) -> str | None:
    route = urlsplit(path).path.rstrip("/")
    return next((api for api in APIS if route.endswith(f"/{api}")), None)
