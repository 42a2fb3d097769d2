"""Anthropic's Messages, as litellm 1.106.2 llms/anthropic/chat/{transformation,handler}.py reads them.

Streams: `message_start`, a `ping` where others send a `null`, blocks of text and of tool use, an empty delta, and a
`message_delta` that has the finish and the usage but no text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..answers import Json, Reply, ToolCall
from .framing import sse

STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def error(status: int, message: str) -> Json:
    """Return the body of a failure."""
    return {"type": "error", "error": {"type": _KINDS.get(status, "api_error"), "message": message}}


def whole(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer."""
    said = [{"type": "text", "text": reply.text}] if reply.text or not reply.tools else []
    content = said + [_tool_use(tool, tool.input) for tool in reply.tools]
    tokens = {"input_tokens": reply.usage.prompt, "output_tokens": reply.usage.completion}
    return {**_message(reply), "content": content, "stop_reason": _stop(reply), "usage": tokens}


def stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the events."""
    return (sse(event, event["type"]) for event in events(reply))


def events(reply: Reply) -> Iterator[Json]:
    """Yield the events without their frame: Bedrock has another."""
    opening = {"input_tokens": reply.usage.prompt, "output_tokens": 1}
    yield {"type": "message_start", "message": {**_message(reply), "usage": opening}}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for piece in reply.pieces:
        yield {"type": "ping"} if piece is None else _delta(0, {"type": "text_delta", "text": piece})
    yield {"type": "content_block_stop", "index": 0}
    for index, tool in enumerate(reply.tools, start=1):
        yield {"type": "content_block_start", "index": index, "content_block": _tool_use(tool, {})}
        yield _delta(index, {"type": "input_json_delta", "partial_json": ""})
        yield _delta(index, {"type": "input_json_delta", "partial_json": tool.arguments})
        yield {"type": "content_block_stop", "index": index}
    finish = {"stop_reason": _stop(reply), "stop_sequence": None}
    yield {"type": "message_delta", "delta": finish, "usage": {"output_tokens": reply.usage.completion}}
    yield {"type": "message_stop"}


def _message(reply: Reply) -> Json:
    head = {"id": f"msg_shim_{reply.number:04d}", "type": "message", "role": "assistant", "model": reply.model}
    return {**head, "content": [], "stop_reason": None, "stop_sequence": None}


def _delta(index: int, delta: Json) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _tool_use(tool: ToolCall, given: Any) -> Json:
    return {"type": "tool_use", "id": tool.id, "name": tool.name, "input": given}


def _stop(reply: Reply) -> str:
    return STOPS.get(reply.finish, reply.finish)
