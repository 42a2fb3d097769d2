"""Which requests are for a model, and the headers that say where they come from. Used on both sides."""

from __future__ import annotations

SITE_HEADER = "x-llm-shim-site"
CALL_HEADER = "x-llm-shim-call"
PID_HEADER = "x-llm-shim-pid"
VIA_HEADER = "x-llm-shim-via"
ORIGIN_HEADER = "x-llm-shim-origin"

_SUFFIXES = ("chat/completions", "completions", "responses", "embeddings")


def api_of(method: str, path: str) -> str | None:
    """Return the kind of model request; None if it is none."""
    route = path.partition("?")[0].rstrip("/")
    return next((api for api in _SUFFIXES if route.endswith(f"/{api}")), None) if method == "POST" else None
