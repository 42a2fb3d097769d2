"""AWS Bedrock: Converse, and InvokeModel for Anthropic's models and for embeddings, as litellm 1.106.2
llms/bedrock/chat/{converse_transformation,invoke_handler}.py reads them.

Streams are binary (`framing.aws_event`). A `null` becomes a delta without text; the usage comes in a `metadata` event,
after the end.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..answers import Json, Reply, ToolCall
from . import anthropic
from .framing import aws_event

_STOPS = {**anthropic.STOPS, "content_filter": "content_filtered"}


def error(status: int, message: str) -> Json:
    """Return the body of a failure."""
    return {"message": message}


def whole(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer of Converse."""
    said = [{"text": reply.text}] if reply.text or not reply.tools else []
    content = said + [{"toolUse": {**_opening(tool), "input": tool.input}} for tool in reply.tools]
    message = {"role": "assistant", "content": content}
    return {"output": {"message": message}, "stopReason": _stop(reply), **_metadata(reply)}


def stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the events of ConverseStream."""
    yield aws_event("messageStart", {"role": "assistant"})
    for piece in reply.pieces:
        words = {} if piece is None else {"text": piece}
        yield aws_event("contentBlockDelta", {"contentBlockIndex": 0, "delta": words})
    yield aws_event("contentBlockStop", {"contentBlockIndex": 0})
    for index, tool in enumerate(reply.tools, start=1):
        where: Json = {"contentBlockIndex": index}
        delta: Json = {"toolUse": {"input": tool.arguments}}
        yield aws_event("contentBlockStart", {**where, "start": {"toolUse": _opening(tool)}})
        yield aws_event("contentBlockDelta", {**where, "delta": delta})
        yield aws_event("contentBlockStop", where)
    yield aws_event("messageStop", {"stopReason": _stop(reply)})
    yield aws_event("metadata", _metadata(reply))


def invoke_stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield Anthropic's events, each base64 within an AWS event."""
    for event in anthropic.events(reply):
        yield aws_event("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode()})


def embedding(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return Titan's one vector, or Cohere's one per text."""
    if "inputText" in request:
        return {"embedding": reply.vector, "inputTextTokenCount": reply.usage.prompt}
    vectors = [reply.vector for _ in request.get("texts") or [None]]
    return {"id": reply.id("embed"), "embeddings": vectors, "response_type": "embeddings_floats"}


def _opening(tool: ToolCall) -> Json:
    return {"toolUseId": tool.id, "name": tool.name}


def _stop(reply: Reply) -> str:
    return _STOPS.get(reply.finish, reply.finish)


def _metadata(reply: Reply) -> Json:
    tokens = reply.usage
    usage = {"inputTokens": tokens.prompt, "outputTokens": tokens.completion, "totalTokens": tokens.total}
    return {"usage": usage, "metrics": {"latencyMs": 1}}
