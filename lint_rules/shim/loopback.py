"""A threaded HTTP/1.1 server on 127.0.0.1, as both endpoints of the shim need it."""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

LOOPBACK = "127.0.0.1"


class ShimError(Exception):
    """Something the user has to know in one line: the shim cannot do its work."""


class Server(ThreadingHTTPServer):
    """One loopback server. It counts the requests it is working on, so that a reader can wait until none is left."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    owner: Any = None
    """Who keeps what the handlers receive."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        try:
            super().__init__((LOOPBACK, port), handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ShimError(f"cannot listen on {LOOPBACK}:{port}: {reason}") from None
        self._busy = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The origin under which the server answers."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    @property
    def idle(self) -> bool:
        """Whether no request is being answered right now."""
        return self._busy == 0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Mark the time during which one request is answered."""
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: a client that goes away in the middle is an everyday event here."""


class Handler(BaseHTTPRequestHandler):
    """What the handlers of both endpoints share: quiet, keep-alive, whole bodies in, sized bodies out."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: stderr belongs to the program."""

    def body(self) -> bytes:
        """Read the request's body, whatever its framing and encoding."""
        raw = self._chunked() if "chunked" in self.headers.get("Transfer-Encoding", "").lower() else self._sized()
        encoding = self.headers.get("Content-Encoding", "").lower()
        if encoding == "gzip":
            return gzip.decompress(raw)
        return zlib.decompress(raw) if encoding == "deflate" else raw

    def _sized(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunked(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def open(self, status: int, content_type: str, headers: Mapping[str, str]) -> None:
        """Send the head of an answer."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def answer(
        self,
        status: int,
        body: bytes,
        content_type: str = "application/json",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Send one complete answer."""
        self.open(status, content_type, {"Content-Length": str(len(body)), **headers})
        self.wfile.write(body)

    def answer_json(self, value: object, status: int = 200) -> None:
        """Send one complete JSON answer."""
        self.answer(status, json.dumps(value).encode())


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Serve in a background thread for as long as the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # the system refuses it
        server.server_close()
        raise ShimError(f"cannot listen on {LOOPBACK}: {error}") from None
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
