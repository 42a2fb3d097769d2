"""Google's Gemini, on AI Studio and on Vertex.

As litellm 1.106.2 llms/vertex_ai/gemini/vertex_and_google_ai_studio_gemini.py reads it.

A stream is server-sent events with `alt=sse`, one JSON array without. A `null` becomes a candidate without parts; the
finish comes with an empty text and the usage.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..answers import Json, Reply
from .framing import sse

_FINISHES = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def error(status: int, message: str) -> Json:
    """Return the body of a failure."""
    return {"error": {"code": status, "message": message, "status": _STATUSES.get(status, "INTERNAL")}}


def whole(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer."""
    said = [{"text": reply.text}] if reply.text or not reply.tools else []
    return _chunk(reply, said + _calls(reply), _finish(reply), usageMetadata=_usage(reply))


def stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the server-sent events."""
    return map(sse, _chunks(reply))


def stream_array(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the elements of the array; the bracket that closes it comes after the last."""
    for index, chunk in enumerate(_chunks(reply)):
        yield (b",\r\n" if index else b"[") + json.dumps(chunk).encode()


def embedding(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return one vector."""
    return {"embedding": {"values": reply.vector}}


def embedding_batch(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return a vector per request of the batch."""
    return {"embeddings": [{"values": reply.vector} for _ in request.get("requests") or [None]]}


def vertex_embedding(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return a vector per instance, as Vertex's `predict` does."""
    vector = {"values": reply.vector, "statistics": {"token_count": reply.usage.prompt, "truncated": False}}
    return {"predictions": [{"embeddings": vector} for _ in request.get("instances") or [None]]}


def _chunks(reply: Reply) -> Iterator[Json]:
    for piece in reply.pieces:
        yield _chunk(reply, None if piece is None else [{"text": piece}])
    if reply.tools:
        yield _chunk(reply, _calls(reply))
    # With the usage in a chunk of its own, LiteLLM takes every finish for a plain stop.
    yield _chunk(reply, [{"text": ""}], _finish(reply), usageMetadata=_usage(reply))


def _chunk(reply: Reply, parts: list[Json] | None, finish: str | None = None, **more: Any) -> Json:
    content = {"role": "model"} if parts is None else {"role": "model", "parts": parts}
    candidate = {"index": 0, "content": content, **({"finishReason": finish} if finish else {})}
    return {"candidates": [candidate], **_head(reply), **more}


def _head(reply: Reply) -> Json:
    return {"modelVersion": reply.model, "responseId": reply.id("gemini")}


def _calls(reply: Reply) -> list[Json]:
    return [{"functionCall": {"id": tool.id, "name": tool.name, "args": tool.input}} for tool in reply.tools]


def _finish(reply: Reply) -> str:
    return _FINISHES.get(reply.finish, reply.finish)


def _usage(reply: Reply) -> Json:
    tokens = reply.usage
    counts = {"promptTokenCount": tokens.prompt, "candidatesTokenCount": tokens.completion}
    return {**counts, "totalTokenCount": tokens.total}
