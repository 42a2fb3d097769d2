"""Cohere's Chat v2 and Embed, as litellm 1.106.2 llms/cohere/{common_utils,chat/v2_transformation}.py reads them.

A stream is server-sent events, or lines of JSON for a client that accepts `application/json` only: LiteLLM, which reads
nothing else and overlooks tool calls in it. A `null` becomes a content delta without text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..answers import Json, Reply
from . import openai
from .framing import ndjson, sse

_FINISHES = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "content_filter": "ERROR_TOXIC"}


def error(status: int, message: str) -> Json:
    """Return the body of a failure."""
    return {"message": message}


def whole(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer."""
    message: Json = {"role": "assistant", "content": [{"type": "text", "text": reply.text}]}
    if reply.tools:
        message["tool_calls"] = [openai.function_call(tool) for tool in reply.tools]
    return {"id": reply.id("cohere"), "message": message, **_end(reply)}


def stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the events."""
    return (sse(event, event["type"]) for event in _events(reply))


def stream_lines(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the events as lines of JSON."""
    return map(ndjson, _events(reply))


def embed(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return one vector per text, by type as v2 does."""
    given = request.get("texts") or [""]
    vectors = {"float": [reply.vector for _ in given]}
    meta = {"billed_units": {"input_tokens": reply.usage.prompt}}
    kind = {"response_type": "embeddings_by_type"}
    return {"id": reply.id("embed"), "embeddings": vectors, "texts": given, "meta": meta, **kind}


def _events(reply: Reply) -> Iterator[Json]:
    opening = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield {"type": "message-start", "id": reply.id("cohere"), "delta": {"message": opening}}
    yield _block("content-start", 0, {"content": {"type": "text", "text": ""}})
    for piece in reply.pieces:
        yield _block("content-delta", 0, {"content": {} if piece is None else {"text": piece}})
    yield {"type": "content-end", "index": 0}
    for index, tool in enumerate(reply.tools):
        call = openai.function_call(tool)
        bare = {**call, "function": {**call["function"], "arguments": ""}}
        yield _block("tool-call-start", index, {"tool_calls": bare})
        yield _block("tool-call-delta", index, {"tool_calls": {"function": {"arguments": tool.arguments}}})
        yield {"type": "tool-call-end", "index": index}
    yield {"type": "message-end", "id": reply.id("cohere"), "delta": _end(reply)}


def _block(kind: str, index: int, message: Json) -> Json:
    return {"type": kind, "index": index, "delta": {"message": message}}


def _end(reply: Reply) -> Json:
    counts = {"input_tokens": reply.usage.prompt, "output_tokens": reply.usage.completion}
    finish = _FINISHES.get(reply.finish, reply.finish)
    return {"finish_reason": finish, "usage": {"billed_units": counts, "tokens": counts}}
