"""OpenAI's chat and text completions, embeddings and list of models, as openai 2 reads them.

Azure's deployments, and the many providers that copy OpenAI, speak the same. Streams open with a role-only chunk and
end with a finish chunk without text, and a usage chunk when the request asks for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..answers import CREATED, Json, Reply, ToolCall, Usage
from .framing import sse

_KINDS = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error"}


def error(status: int, message: str) -> Json:
    """Return the body of a failure."""
    kind = "rate_limit_error" if status == 429 else _KINDS.get(status, "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def usage(tokens: Usage) -> Json:
    """Return the tokens that were used."""
    return {
        "prompt_tokens": tokens.prompt,
        "completion_tokens": tokens.completion,
        "total_tokens": tokens.total,
    }


def function_call(tool: ToolCall) -> Json:
    """Return a tool call."""
    return {"id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": tool.arguments}}


def _head(reply: Reply, prefix: str, kind: str) -> Json:
    return {
        "id": reply.id(prefix),
        "object": kind,
        "created": CREATED,
        "model": reply.model,
        "system_fingerprint": "fp_shim",
    }


def chat(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer to a chat completion. LiteLLM's Groq insists on a `service_tier`."""
    message: Json = {"role": "assistant", "content": reply.text or None if reply.tools else reply.text}
    if reply.tools:
        message["tool_calls"] = [function_call(tool) for tool in reply.tools]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}
    head = {**_head(reply, "chatcmpl", "chat.completion"), "service_tier": "default"}
    return {**head, "choices": [choice], "usage": usage(reply.usage)}


def chat_stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the chunks of a chat completion."""
    head = _head(reply, "chatcmpl", "chat.completion.chunk")
    yield _delta(head, {"role": "assistant", "content": None if reply.tools else ""})
    for piece in reply.pieces:
        yield _delta(head, {"content": piece})
    for index, tool in enumerate(reply.tools):
        call = function_call(tool)
        opening = {**call["function"], "arguments": ""}
        yield _delta(head, {"content": None, "tool_calls": [{**call, "index": index, "function": opening}]})
        yield _delta(head, {"tool_calls": [{"index": index, "function": {"arguments": tool.arguments}}]})
    yield _delta(head, {}, reply.finish)
    yield from _last(request, head, reply)


def _delta(head: Json, delta: Json, finish: str | None = None) -> bytes:
    return sse({**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]})


def _last(request: Mapping[str, Any], head: Json, reply: Reply) -> Iterator[bytes]:
    if (request.get("stream_options") or {}).get("include_usage"):
        yield sse({**head, "choices": [], "usage": usage(reply.usage)})


def text(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer to a (legacy) text completion."""
    choice = {"index": 0, "text": reply.text, "logprobs": None, "finish_reason": reply.finish}
    return {**_head(reply, "cmpl", "text_completion"), "choices": [choice], "usage": usage(reply.usage)}


def text_stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the chunks of a (legacy) text completion."""
    head = _head(reply, "cmpl", "text_completion")
    for words, finish in (*((piece, None) for piece in reply.pieces), ("", reply.finish)):
        yield sse({**head, "choices": [{"index": 0, "text": words or "", "logprobs": None, "finish_reason": finish}]})
    yield from _last(request, head, reply)


def embeddings(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return one small vector per input."""
    given = request.get("input", "")
    count = len(given) if isinstance(given, list) and given and not isinstance(given[0], int) else 1
    data = [{"object": "embedding", "index": index, "embedding": reply.vector} for index in range(count)]
    tokens = {"prompt_tokens": reply.usage.prompt, "total_tokens": reply.usage.prompt}
    return {"object": "list", "data": data, "model": reply.model, "usage": tokens}


def models() -> Json:
    """Return the list of models, which nobody should need."""
    only = {"id": "gpt-4o-mini", "object": "model", "created": CREATED, "owned_by": "shim"}
    return {"object": "list", "data": [only]}
