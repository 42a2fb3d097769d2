"""How the pieces of a stream are framed: server-sent events, lines of JSON, AWS event streams."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

SSE = "text/event-stream; charset=utf-8"
NDJSON = "application/x-ndjson"
AWS = "application/vnd.amazon.eventstream"
JSON = "application/json"
DONE = b"data: [DONE]\n\n"

_STRING = 7
"""The type of a header's value; the only one that these services send."""


def sse(data: Mapping[str, Any], event: str | None = None) -> bytes:
    """Return one server-sent event."""
    named = f"event: {event}\n" if event else ""
    return f"{named}data: {json.dumps(data)}\n\n".encode()


def ndjson(data: Mapping[str, Any]) -> bytes:
    """Return one line of JSON."""
    return json.dumps(data).encode() + b"\n"


def aws_event(kind: str, data: Mapping[str, Any]) -> bytes:
    """Return one message of an AWS event stream (`application/vnd.amazon.eventstream`, as botocore.eventstream reads).

    Total length, length of the headers, CRC of those eight bytes; headers; payload; CRC of all before it.
    """
    headers = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", _STRING, len(value)) + value.encode()
        for name, value in ((":event-type", kind), (":content-type", JSON), (":message-type", "event"))
    )
    payload = json.dumps(data).encode()
    prelude = struct.pack("!II", 12 + len(headers) + len(payload) + 4, len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack("!I", zlib.crc32(message))
