"""Ollama's chat, generate, embed and show, as litellm 1.106.2 llms/ollama reads them.

Streams are lines of JSON; nothing in them may be `null`, so a `null` becomes one more empty line. The last line has the
finish and the usage, and no text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..answers import Json, Reply
from .framing import ndjson

_STARTED = "2023-11-14T22:13:20Z"


def error(status: int, message: str) -> Json:
    """Return the body of a failure."""
    return {"error": message}


def chat(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer to a chat."""
    calls = {"tool_calls": _calls(reply)} if reply.tools else {}
    return {**_head(reply), "message": {"role": "assistant", "content": reply.text, **calls}, **_end(reply)}


def chat_stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the lines of a chat."""
    for piece in reply.pieces:
        yield ndjson({**_head(reply), "message": {"role": "assistant", "content": piece or ""}, "done": False})
    if reply.tools:
        called = {"role": "assistant", "content": "", "tool_calls": _calls(reply)}
        yield ndjson({**_head(reply), "message": called, "done": False})
    yield ndjson({**_head(reply), "message": {"role": "assistant", "content": ""}, **_end(reply)})


def generate(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the complete answer to a prompt."""
    return {**_head(reply), "response": reply.text, **_end(reply)}


def generate_stream(request: Mapping[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the lines of an answer to a prompt."""
    for piece in reply.pieces:
        yield ndjson({**_head(reply), "response": piece or "", "done": False})
    yield ndjson({**_head(reply), "response": "", **_end(reply)})


def embed(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return one vector per input."""
    given = request.get("input", "")
    vectors = [reply.vector for _ in (given if isinstance(given, list) else [given])]
    return {"model": reply.model, "embeddings": vectors, "prompt_eval_count": reply.usage.prompt}


def show() -> Json:
    """Return what the model is; LiteLLM asks before it sends tools."""
    info = {"general.architecture": "llama", "llama.context_length": 8192}
    details = {"format": "gguf", "family": "llama", "parameter_size": "8B"}
    template = "{{ .System }}{{ .Tools }}{{ .Prompt }}"
    return {"details": details, "model_info": info, "capabilities": ["completion", "tools"], "template": template}


def tags() -> Json:
    """Return the list of models, which nobody should need."""
    return {"models": [{"name": "llama3:latest", "model": "llama3:latest", "modified_at": _STARTED, "size": 1}]}


def _head(reply: Reply) -> Json:
    return {"model": reply.model, "created_at": _STARTED}


def _calls(reply: Reply) -> list[Json]:
    return [{"function": {"name": tool.name, "arguments": tool.input}} for tool in reply.tools]


def _end(reply: Reply) -> Json:
    reason = "length" if reply.finish == "length" else "stop"
    counts = {"prompt_eval_count": reply.usage.prompt, "eval_count": reply.usage.completion}
    return {"done": True, "done_reason": reason, "total_duration": 1, "load_duration": 1, **counts}
