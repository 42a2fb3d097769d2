"""OpenAI's Responses API: items instead of choices, and a stream of named events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..answers import CREATED, Json, Reply, ToolCall
from .framing import sse

_UNFINISHED = {"length": "max_output_tokens", "content_filter": "content_filter"}


def whole(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer."""
    status = "incomplete" if reply.finish in _UNFINISHED else "completed"
    calls = [_call(tool, "completed") for tool in reply.tools]
    said = [_message(reply, reply.text, "completed")] if reply.text or not calls else []
    return _response(reply, status, said + calls)


def stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the events."""
    final = whole(request, reply)
    bodies = [("response.created", {"response": _response(reply, "in_progress", [])})]
    for index, item in enumerate(final["output"]):
        bodies += _said(reply, index) if item["type"] == "message" else _called(item, index)
    bodies.append((f"response.{final['status']}", {"response": final}))
    for sequence, (kind, body) in enumerate(bodies):
        yield sse({"type": kind, "sequence_number": sequence, **body}, kind)


def _said(reply: Reply, index: int) -> list[tuple[str, Json]]:
    where = {"item_id": reply.id("msg"), "output_index": index, "content_index": 0}
    part = {"type": "output_text", "text": reply.text, "annotations": []}
    # A delta may be empty here, but not `null`.
    deltas = [piece for piece in reply.pieces if piece is not None]
    return [
        ("response.output_item.added", {"output_index": index, "item": _message(reply, None, "in_progress")}),
        ("response.content_part.added", {**where, "part": {**part, "text": ""}}),
        *(("response.output_text.delta", {**where, "delta": words, "logprobs": []}) for words in deltas),
        ("response.output_text.done", {**where, "text": reply.text, "logprobs": []}),
        ("response.content_part.done", {**where, "part": part}),
        ("response.output_item.done", {"output_index": index, "item": _message(reply, reply.text, "completed")}),
    ]


def _called(item: Json, index: int) -> list[tuple[str, Json]]:
    where, arguments = {"item_id": item["id"], "output_index": index}, item["arguments"]
    opening = {**item, "arguments": "", "status": "in_progress"}
    return [
        ("response.output_item.added", {"output_index": index, "item": opening}),
        ("response.function_call_arguments.delta", {**where, "delta": arguments}),
        ("response.function_call_arguments.done", {**where, "arguments": arguments}),
        ("response.output_item.done", {"output_index": index, "item": item}),
    ]


def _call(tool: ToolCall, status: str) -> Json:
    head = {"id": f"fc_{tool.id}", "type": "function_call", "call_id": tool.id, "status": status}
    return {**head, "name": tool.name, "arguments": tool.arguments}


def _message(reply: Reply, words: str | None, status: str) -> Json:
    content = [] if words is None else [{"type": "output_text", "text": words, "annotations": []}]
    head = {"id": reply.id("msg"), "type": "message", "role": "assistant"}
    return {**head, "status": status, "content": content}


def _usage(reply: Reply) -> Json:
    return {
        "input_tokens": reply.usage.prompt,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": reply.usage.completion,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": reply.usage.total,
    }


def _response(reply: Reply, status: str, output: list[Json]) -> Json:
    return {
        "id": reply.id("resp"),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "model": reply.model,
        "output": output,
        "usage": None if status == "in_progress" else _usage(reply),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
        "incomplete_details": {"reason": _UNFINISHED[reply.finish]} if status == "incomplete" else None,
        "instructions": None,
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
    }
