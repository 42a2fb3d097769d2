"""Standard library only, Python >= 3.9, loaded inside the program by file: which API a request is for, and what the
shim's own headers are called.

A model's API is told by the path alone: the host may be anybody's, a gateway's included.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

SITE_HEADER = "x-llm-shim-site"
"""`file:line` of the program, percent-encoded."""
CALL_HEADER = "x-llm-shim-call"
"""LiteLLM's call id."""
PID_HEADER = "x-llm-shim-pid"
VIA_HEADER = "x-llm-shim-via"
"""The package that sends the request."""
ORIGIN_HEADER = "x-llm-shim-origin"
"""Where the request would have gone: scheme, host and port."""

_LANGFUSE = re.compile(r"/api/public(/|$)")
_ROUTES = tuple(
    (method, re.compile(pattern + r"/?$"), api)
    for method, pattern, api in (
        ("POST", r"/chat/completions", "chat/completions"),
        ("POST", r"/completions", "completions"),
        ("POST", r"/responses", "responses"),
        ("POST", r"/embeddings", "embeddings"),
        ("POST", r"/images/generations", "images/generations"),
        ("POST", r"/moderations", "moderations"),
        ("POST", r"/rerank", "rerank"),
        ("POST", r"/audio/speech", "audio/speech"),
        ("POST", r"/audio/(transcriptions|translations)", "audio/transcriptions"),
        ("POST", r"/v1/messages", "anthropic/messages"),
        ("POST", r"/publishers/anthropic/models/[^/]+:(rawPredict|streamRawPredict)", "anthropic/messages"),
        ("POST", r"/[^/]+:generateContent", "gemini/generate"),
        ("POST", r"/[^/]+:streamGenerateContent", "gemini/stream"),
        ("POST", r"/[^/]+:embedContent", "gemini/embed"),
        ("POST", r"/[^/]+:batchEmbedContents", "gemini/embed-batch"),
        ("POST", r"/[^/]*embed[^/]*:predict", "vertex/embed"),
        ("POST", r"/model/[^/]+/converse", "bedrock/converse"),
        ("POST", r"/model/[^/]+/converse-stream", "bedrock/converse-stream"),
        ("POST", r"/model/[^/]*embed[^/]*/invoke", "bedrock/embed"),
        ("POST", r"/model/[^/]+/invoke", "bedrock/invoke"),
        ("POST", r"/model/[^/]+/invoke-with-response-stream", "bedrock/invoke-stream"),
        ("POST", r"/api/chat", "ollama/chat"),
        ("POST", r"/api/generate", "ollama/generate"),
        ("POST", r"/api/embed", "ollama/embed"),
        ("POST", r"/api/show", "ollama/show"),
        ("GET", r"/api/tags", "ollama/tags"),
        ("POST", r"/v2/chat", "cohere/chat"),
        ("POST", r"/v[12]/embed", "cohere/embed"),
        ("GET", r"/models", "models"),
    )
)
_MODEL = re.compile(r"/model/([^/]+)/|/deployments/([^/]+)/|/models/([^/:]+):")


def api_of(method: str, path: str) -> str | None:
    """Return which API a request is for, None if no model's. `path` may have a query, and an origin in front."""
    parts = urlsplit(path)
    if _LANGFUSE.search(parts.path):
        return None
    found = next((api for verb, route, api in _ROUTES if verb == method.upper() and route.search(parts.path)), None)
    # Without `alt=sse`, Gemini streams one JSON array.
    return "gemini/stream-array" if found == "gemini/stream" and "alt=sse" not in parts.query else found


def model_of(path: str) -> str:
    """Return the model that the path names; empty if it names none."""
    found = _MODEL.search(urlsplit(path).path)
    return unquote(next(filter(None, found.groups()))) if found else ""
