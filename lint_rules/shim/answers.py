"""What the loopback model says: plain data in, plain data out.

Every answer carries its request's number, so that what arrives in Langfuse can be told apart and told full from
partial. The streams are legal but hostile: a role-only first chunk, a `null` and an empty delta between the words,
tool-call deltas when the request offers tools, a finish chunk without text, and a usage chunk when the request asks
for one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
RESPONSES_USAGE = {
    "input_tokens": 11,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 18,
}
CREATED = 1_700_000_000
MARKER = re.compile(r"from call (\d+):|shim[-_](\d{4,})")


def marked(text: str) -> int | None:
    """Return the number of the answer that `text` (an output, or an id) comes from."""
    match = MARKER.search(text)
    return int(match.group(1) or match.group(2)) if match else None


def pieces(number: int) -> tuple[str | None, ...]:
    """Return the deltas of answer `number` in order: words, with a `null` and an empty delta between them."""
    return (f"Hello from call {number}:", " the quick", None, " brown", "", " world.")


def full_text(number: int) -> str:
    """Return the whole text of answer `number`."""
    return "".join(piece or "" for piece in pieces(number))


def wants_tool(request: Mapping[str, Any]) -> bool:
    """Tell whether the answer calls a tool: one is offered, not forbidden, and its result is not already there."""
    messages = request.get("messages") or [{}]
    return bool(request.get("tools")) and request.get("tool_choice") != "none" and messages[-1].get("role") != "tool"


def _example(schema: Mapping[str, Any]) -> Any:
    """Return a value that satisfies a simple JSON schema, required properties only."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _example(properties.get(name, {})) for name in schema.get("required", ())}
    return {"string": "shim", "integer": 1, "number": 1.5, "boolean": True, "array": []}.get(kind)


def _tool_call(request: Mapping[str, Any], number: int) -> Json:
    function = request["tools"][0].get("function", {})
    arguments = json.dumps(_example(function.get("parameters") or {}))
    call = {"name": function.get("name", "tool"), "arguments": arguments}
    return {"id": tool_call_id(number), "type": "function", "function": call}


def tool_call_id(number: int) -> str:
    """Return the id of the tool call in answer `number`."""
    return f"call_shim_{number:04d}"


def _head(request: Mapping[str, Any], number: int, prefix: str, kind: str) -> Json:
    return {
        "id": f"{prefix}-shim-{number:04d}",
        "object": kind,
        "created": CREATED,
        "model": request.get("model", "shim"),
        "system_fingerprint": "fp_shim",
    }


def chat(request: Mapping[str, Any], number: int) -> Json:
    """Return the complete answer to a chat completion."""
    message: Json = {"role": "assistant", "content": full_text(number)}
    finish = "stop"
    if wants_tool(request):
        message["tool_calls"] = [_tool_call(request, number)]
        finish = "tool_calls"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {**_head(request, number, "chatcmpl", "chat.completion"), "choices": [choice], "usage": USAGE}


def chat_stream(request: Mapping[str, Any], number: int) -> Iterator[Json]:
    """Yield the chunks of a chat completion."""
    head = _head(request, number, "chatcmpl", "chat.completion.chunk")
    tools = wants_tool(request)
    yield _delta(head, {"role": "assistant", "content": None if tools else ""})
    for piece in pieces(number):
        yield _delta(head, {"content": piece})
    if tools:
        yield from (_delta(head, delta) for delta in _tool_deltas(_tool_call(request, number)))
    yield _delta(head, {}, "tool_calls" if tools else "stop")
    if (request.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": USAGE}


def _delta(head: Json, delta: Json, finish: str | None = None) -> Json:
    return {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}


def _tool_deltas(call: Json) -> Iterator[Json]:
    opening = {**call["function"], "arguments": ""}
    yield {"content": None, "tool_calls": [{**call, "index": 0, "function": opening}]}
    yield {"tool_calls": [{"index": 0, "function": {"arguments": call["function"]["arguments"]}}]}


def text(request: Mapping[str, Any], number: int) -> Json:
    """Return the complete answer to a (legacy) text completion."""
    choice = {"index": 0, "text": full_text(number), "logprobs": None, "finish_reason": "stop"}
    return {**_head(request, number, "cmpl", "text_completion"), "choices": [choice], "usage": USAGE}


def text_stream(request: Mapping[str, Any], number: int) -> Iterator[Json]:
    """Yield the chunks of a (legacy) text completion."""
    head = _head(request, number, "cmpl", "text_completion")
    for piece in pieces(number):
        yield {**head, "choices": [{"index": 0, "text": piece or "", "logprobs": None, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "text": "", "logprobs": None, "finish_reason": "stop"}]}
    if (request.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": USAGE}


def embeddings(request: Mapping[str, Any], number: int) -> Json:
    """Return one small vector per input; nothing in it can carry the number."""
    given = request.get("input", "")
    count = len(given) if isinstance(given, list) and given and not isinstance(given[0], int) else 1
    vector = [0.1, 0.2, 0.3, number / 10_000]
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(count)]
    usage = {"prompt_tokens": 11, "total_tokens": 11}
    return {"object": "list", "data": data, "model": request.get("model", "shim"), "usage": usage}


def responses(request: Mapping[str, Any], number: int) -> Json:
    """Return the complete answer of the Responses API."""
    return _response(request, number, "completed", [_message(number, full_text(number), "completed")])


def responses_stream(request: Mapping[str, Any], number: int) -> Iterator[Json]:
    """Yield the events of the Responses API."""
    where = {"item_id": f"msg-shim-{number:04d}", "output_index": 0, "content_index": 0}
    whole = full_text(number)
    part = {"type": "output_text", "text": whole, "annotations": []}
    bodies: list[tuple[str, Json]] = [
        ("response.created", {"response": _response(request, number, "in_progress", [])}),
        ("response.output_item.added", {"output_index": 0, "item": _message(number, None, "in_progress")}),
        ("response.content_part.added", {**where, "part": {**part, "text": ""}}),
        *(
            ("response.output_text.delta", {**where, "delta": words, "logprobs": []})
            for words in pieces(number)
            if words
        ),
        ("response.output_text.done", {**where, "text": whole, "logprobs": []}),
        ("response.content_part.done", {**where, "part": part}),
        ("response.output_item.done", {"output_index": 0, "item": _message(number, whole, "completed")}),
        ("response.completed", {"response": responses(request, number)}),
    ]
    for sequence, (kind, body) in enumerate(bodies):
        yield {"type": kind, "sequence_number": sequence, **body}


def _message(number: int, words: str | None, status: str) -> Json:
    content = [] if words is None else [{"type": "output_text", "text": words, "annotations": []}]
    head = {"id": f"msg-shim-{number:04d}", "type": "message", "role": "assistant"}
    return {**head, "status": status, "content": content}


def _response(request: Mapping[str, Any], number: int, status: str, output: list[Json]) -> Json:
    return {
        "id": f"resp-shim-{number:04d}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "model": request.get("model", "shim"),
        "output": output,
        "usage": RESPONSES_USAGE if status == "completed" else None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
    }


def models() -> Json:
    """Return the list of models, which nobody should need."""
    only = {"id": "gpt-4o-mini", "object": "model", "created": CREATED, "owned_by": "shim"}
    return {"object": "list", "data": [only]}
