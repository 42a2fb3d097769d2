"""What a request asks for, whichever protocol it speaks: its last words and the tools that it offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_WORDS = ("text", "content", "parts")
_PROMPTS = ("input", "prompt", "inputText", "query", "texts", "contents", "content")
_RESULTS = ("toolResult", "functionResponse", "function_response")


class Tool(NamedTuple):
    """A tool that the request offers."""

    name: str
    schema: Mapping[str, Any]


class Asked(NamedTuple):
    """What the loopback model needs to know of a request."""

    model: str
    text: str
    """The last user message."""
    tools: tuple[Tool, ...]
    """What may be called: nothing when tools are forbidden, or when their result is already there."""


def asked(request: Mapping[str, Any], model: str = "") -> Asked:
    """Read a request; `model` is what its path says, where the body names none."""
    messages = _messages(request)
    tools = () if _forbidden(request) or _answered(messages) else tuple(_tools(request))
    return Asked(str(request.get("model") or model), _last_words(request, messages), tools)


def _messages(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the conversation: `messages`, in Gemini `contents`, in OpenAI's Responses `input`."""
    for key in ("messages", "contents", "input"):
        listed = request.get(key)
        if isinstance(listed, list) and listed and all(isinstance(one, dict) for one in listed):
            return listed
    return []


def _last_words(request: Mapping[str, Any], messages: list[Mapping[str, Any]]) -> str:
    said = [_text(one) for one in messages if one.get("role", "user") == "user"]
    if said:
        return said[-1]
    return next((_text(request[key]) for key in _PROMPTS if request.get(key)), "")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_text, value))
    if isinstance(value, dict):
        return "".join(_text(value[key]) for key in _WORDS if key in value)
    return ""


def _forbidden(request: Mapping[str, Any]) -> bool:
    choice = request.get("tool_choice")
    if isinstance(choice, dict):
        choice = choice.get("type")
    config = request.get("toolConfig") or {}
    mode = (config.get("functionCallingConfig") or config.get("function_calling_config") or {}).get("mode")
    return "none" in (str(choice).lower() if choice else "", str(mode).lower() if mode else "")


def _answered(messages: list[Mapping[str, Any]]) -> bool:
    last = messages[-1] if messages else {}
    if last.get("role") == "tool" or last.get("type") == "function_call_output":
        return True
    parts = last.get("content") if isinstance(last.get("content"), list) else last.get("parts")
    blocks = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return any(block.get("type") == "tool_result" or any(key in block for key in _RESULTS) for block in blocks)


def _tools(request: Mapping[str, Any]) -> Iterator[Tool]:
    listed = request.get("tools") or (request.get("toolConfig") or {}).get("tools") or []
    for tool in listed:
        declared = tool.get("functionDeclarations") or tool.get("function_declarations")
        for one in declared or [tool.get("function") or tool.get("toolSpec") or tool]:
            if one.get("name"):
                yield Tool(str(one["name"]), _schema(one))


def _schema(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    found = tool.get("parameters") or tool.get("input_schema") or tool.get("inputSchema") or {}
    return dict(found.get("json") or found)
