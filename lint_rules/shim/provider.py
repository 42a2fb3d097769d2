"""The loopback model: an endpoint that speaks the providers' protocols, numbers its requests, and records what it sent.

What it says is in `answers`, or in a `script`; the forms that the protocols give it are in `protocols`.
"""

from __future__ import annotations

import json
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from urllib.parse import unquote

from .answers import Json, Reply, default_reply
from .asked import Asked, asked
from .child.routes import CALL_HEADER, PID_HEADER, SITE_HEADER, VIA_HEADER, api_of, model_of
from .loopback import Handler, Server, serving
from .protocols import APIS, ASIDES, FOR_JSON, openai
from .script import Answer, Failure, Script, Step, Timeout

__all__ = ["SITE_HEADER", "Exchange", "Provider", "provider"]

PACE = 0.003
"""Seconds between two chunks: without it a whole stream would be in the client's socket before the program reads."""

Passed = Literal["asked", "sent", "answered", "hung up"]

_GONE = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError)
_FORM_MODEL = re.compile(rb'name="model"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)')


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
    """Whether the program hung up before the end."""
    status: int = 200
    """The HTTP status of the answer; 0 if there never was one."""
    broken: bool = False
    """Whether the script had the answer break off."""
    text: str = ""
    """The full text that was answered; empty where the answer has none (vectors, a tool call alone, a failure)."""
    called: tuple[str, ...] = ()
    """The ids and the names of the tools that the answer calls."""
    scripted: bool = False
    moments: tuple[tuple[Passed, float], ...] = ()
    """What happened when, in seconds since 1970: `sent` once per chunk."""
    call: str = ""
    """LiteLLM's id of the call; empty where that is not known, as are the next two."""
    pid: int | None = None
    via: str = ""

    @property
    def failed(self) -> bool:
        """Whether the program got no whole answer, and that is the model's doing."""
        return self.broken or not 0 < self.status < 400


class Provider:
    """The endpoint's address and its record of exchanges."""

    def __init__(self, server: Server, script: Script | None = None) -> None:
        self.url = server.url
        self.closing = threading.Event()
        """Set when the endpoint goes away, for those who wait in it."""
        self.step = (script or Script()).played()
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

    def begin(self, api: str, request: Mapping[str, Any], question: Asked, headers: Mapping[str, str]) -> Exchange:
        """Record a new request under the next number."""
        named = {key.lower(): value for key, value in headers.items()}
        site, pid = named.get(SITE_HEADER), named.get(PID_HEADER, "")
        with self._lock:
            number = len(self._exchanges) + 1
            self._exchanges[number] = exchange = Exchange(
                number=number,
                api=api,
                model=question.model,
                stream=APIS[api].is_streamed(request),
                site=unquote(site) if site else None,
                chunks=1,
                moments=(("asked", time.time()),),
                call=named.get(CALL_HEADER, ""),
                pid=int(pid) if pid.isdecimal() else None,
                via=named.get(VIA_HEADER, ""),
            )
        return exchange

    def note(self, number: int, passed: Passed | None = None, **changes: Any) -> None:
        """Record how far the answer to request `number` got, and the moment."""
        moment = ((passed, time.time()),) if passed else ()
        with self._lock:
            known = self._exchanges[number]
            self._exchanges[number] = replace(known, moments=known.moments + moment, **changes)


@contextmanager
def provider(port: int = 0, script: Script | None = None) -> Iterator[Provider]:
    """Run the endpoint, on `port` or a free one, for as long as the block runs."""
    server = Server(_ProviderHandler, port)
    server.owner = Provider(server, script)
    with serving(server):
        try:
            yield server.owner
        finally:
            server.owner.closing.set()


class _ProviderHandler(Handler):
    @property
    def provider(self) -> Provider:
        return cast(Provider, self.server.owner)

    def do_GET(self) -> None:
        self._aside_or(lambda api: self._refuse(404, f"the shim has no answer to GET {self.path}"))

    def do_POST(self) -> None:
        with self.server.working():
            body = self.body()
            self._aside_or(lambda api: self._post(api, body))

    def _aside_or(self, act: Callable[[str | None], None]) -> None:
        api = api_of(self.command, self.path)
        return self.answer_json(ASIDES[api]()) if api in ASIDES else act(api)

    def _post(self, api: str | None, body: bytes) -> None:
        if api is None:
            return self._refuse(404, f"the shim has no answer to POST {self.path}")
        request = _request(body, self.headers.get("Content-Type", ""))
        if request is None:
            return self._refuse(400, "the body is not a JSON object")
        if self.headers.get("Accept") == "application/json":
            api = FOR_JSON.get(api, api)
        question = asked(request, model_of(self.path))
        exchange = self.provider.begin(api, request, question, dict(self.headers.items()))
        return self._act(exchange, request, question, self.provider.step(question))

    def _refuse(self, status: int, message: str) -> None:
        self.answer_json(openai.error(status, message), status)

    def _act(self, exchange: Exchange, request: Mapping[str, Any], question: Asked, step: Step | None) -> None:
        """Do what the script says, or else answer with the default words."""
        if isinstance(step, Timeout):
            return self._never(exchange)
        if step is not None:
            self.provider.closing.wait(step.delay)
        if isinstance(step, Failure):
            return self._fail(exchange, step)
        reply = step.reply(exchange.number, question) if step else default_reply(exchange.number, question)
        self._note_reply(exchange, reply, scripted=step is not None)
        return (
            self._stream(exchange, request, reply, step)
            if exchange.stream
            else self._whole(exchange, request, reply, step)
        )

    def _note_reply(self, exchange: Exchange, reply: Reply, *, scripted: bool) -> None:
        text = reply.text if APIS[exchange.api].says else ""
        called = tuple(word for tool in reply.tools for word in (tool.id, tool.name))
        self.provider.note(exchange.number, text=text, tools=bool(reply.tools), called=called, scripted=scripted)

    def _never(self, exchange: Exchange) -> None:
        """Answer nothing until the client, or this endpoint, goes away."""
        self.provider.note(exchange.number, status=0, scripted=True)
        self.close_connection = True
        while not self.provider.closing.wait(0.02):
            if _hung_up(self.connection):
                return self.provider.note(exchange.number, "hung up", disconnected=True)
        return None

    def _fail(self, exchange: Exchange, step: Failure) -> None:
        body = APIS[exchange.api].error(step.status, step.words(exchange.number))
        wait = {} if step.retry_after is None else {"Retry-After": f"{step.retry_after:g}"}
        self.provider.note(exchange.number, status=step.status, scripted=True)
        self._sending(exchange, lambda: self.answer(step.status, json.dumps(body).encode(), headers=wait))

    def _sending(self, exchange: Exchange, send: Callable[[], None], *, to_the_end: bool = True) -> None:
        """Send, and record how that ended; what is not sent to the end leaves the client with a closed connection."""
        self.close_connection = self.close_connection or not to_the_end
        try:
            send()
        except _GONE:
            self.close_connection = True
            return self.provider.note(exchange.number, "hung up", disconnected=True)
        if to_the_end:
            self.provider.note(exchange.number, "answered", finished=True, chunks_sent=exchange.chunks)
        return None

    def _whole(self, exchange: Exchange, request: Mapping[str, Any], reply: Reply, step: Answer | None) -> None:
        api = APIS[exchange.api]
        assert api.whole is not None
        answer = api.whole(request, reply)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        breaks = step is not None and step.breaks_after is not None
        self.provider.note(exchange.number, broken=breaks)

        def send() -> None:
            self.open(200, api.whole_type, {"Content-Length": str(len(body))})
            self.wfile.write(body[: len(body) // 2] if breaks else body)

        self._sending(exchange, send, to_the_end=not breaks)

    def _stream(self, exchange: Exchange, request: Mapping[str, Any], reply: Reply, step: Answer | None) -> None:
        api = APIS[exchange.api]
        assert api.stream is not None
        events = tuple(api.stream(request, reply))
        until = None if step is None else step.breaks_after
        pace = PACE if step is None or step.pace is None else step.pace
        self.provider.note(exchange.number, chunks=len(events), broken=until is not None)

        def send() -> None:
            self.open(200, api.stream_type, {"Cache-Control": "no-cache", "Transfer-Encoding": "chunked"})
            self._chunks(exchange.number, events[:until], pace)
            if until is None:
                self._chunk(api.trailer)
                self.wfile.write(b"0\r\n\r\n")

        self._sending(replace(exchange, chunks=len(events)), send, to_the_end=until is None)

    def _chunks(self, number: int, events: Sequence[bytes], pace: float) -> None:
        for sent, event in enumerate(events, start=1):
            self._chunk(event)
            self.provider.note(number, "sent", chunks_sent=sent)
            self.provider.closing.wait(pace)

    def _chunk(self, data: bytes) -> None:
        if data:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))


def _request(body: bytes, content_type: str) -> Json | None:
    """Return the request: a JSON object, or what is of use of a form with a file."""
    if content_type.startswith("multipart/form-data"):
        found = _FORM_MODEL.search(body)
        return {"model": found.group(1).decode(errors="replace")} if found else {}
    try:
        request = json.loads(body)
    except ValueError:
        return None
    return request if isinstance(request, dict) else None


def _hung_up(connection: socket.socket) -> bool:
    try:
        return bool(select.select([connection], [], [], 0)[0]) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
