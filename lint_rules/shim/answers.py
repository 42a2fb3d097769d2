"""What the loopback model says, before any protocol gives it a form: plain data.

Every answer carries its request's number, so that what arrives in Langfuse can be told apart and told full from
partial. It is legal but hostile: a `null` and an empty delta stand between the words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .asked import Asked

Json = dict[str, Any]

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
    """Return the whole text of answer `number`, unless a script says otherwise."""
    return "".join(piece or "" for piece in pieces(number))


def tool_call_id(number: int, index: int = 0) -> str:
    """Return the id of a tool call in answer `number`."""
    return f"call_shim_{number:04d}" + (f"_{index}" if index else "")


@dataclass(frozen=True)
class Usage:
    """Tokens of one exchange."""

    prompt: int = 11
    completion: int = 7

    @property
    def total(self) -> int:
        """All tokens."""
        return self.prompt + self.completion


@dataclass(frozen=True)
class ToolCall:
    """A tool that the model calls."""

    name: str
    arguments: str = "{}"
    """A JSON object."""
    id: str = ""

    @property
    def input(self) -> Any:
        """The arguments as an object, as most protocols other than OpenAI's want them; `{}` where that is torn."""
        try:
            return json.loads(self.arguments)
        except ValueError:
            return {}


@dataclass(frozen=True)
class Reply:
    """One answer of the model."""

    number: int
    model: str
    pieces: tuple[str | None, ...]
    """Its text, delta by delta."""
    tools: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    finish: str = "stop"
    """In OpenAI's words: `stop`, `length`, `tool_calls`, `content_filter`."""

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(piece or "" for piece in self.pieces)

    def id(self, prefix: str) -> str:
        """Return an id with the number in it."""
        return f"{prefix}-shim-{self.number:04d}"

    @property
    def vector(self) -> list[float]:
        """A small embedding; nothing in it can carry the number."""
        return [0.1, 0.2, 0.3, self.number / 10_000]


def default_reply(number: int, request: Asked) -> Reply:
    """Return what the model says to a request without a script: its words, and a call of the first tool offered."""
    tools = tuple(
        ToolCall(tool.name, json.dumps(_example(tool.schema)), tool_call_id(number)) for tool in request.tools[:1]
    )
    finish = "tool_calls" if tools else "stop"
    return Reply(number, request.model or "shim", pieces(number), tools, finish=finish)


def _example(schema: Mapping[str, Any]) -> Any:
    """Return a value that satisfies a simple JSON schema, required properties only."""
    if schema.get("enum"):
        return schema["enum"][0]
    kind = str(schema.get("type", "object")).lower()
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _example(properties.get(name, {})) for name in schema.get("required", ())}
    return {"string": "shim", "integer": 1, "number": 1.5, "boolean": True, "array": []}.get(kind)
