"""OpenAI's other endpoints, answered whole: images, moderations, speech, transcription; and Cohere's rerank, which
everybody copies.

Where the answer has words, or a name, the number is in it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from ..answers import CREATED, Json, Reply

_CATEGORIES = ("hate", "harassment", "self-harm", "sexual", "violence")
_SILENCE = b"\0" * 160


def images(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the addresses of the images, none of which exists."""
    image = {"url": f"https://images.invalid/{reply.id('img')}.png", "revised_prompt": reply.text}
    tokens = {"input_tokens": reply.usage.prompt, "output_tokens": reply.usage.completion}
    details = {"input_tokens_details": {"text_tokens": reply.usage.prompt, "image_tokens": 0}}
    usage = {**tokens, "total_tokens": reply.usage.total, **details}
    return {"created": CREATED, "data": [image] * int(request.get("n") or 1), "usage": usage}


def moderations(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return that nothing is flagged."""
    given = request.get("input", "")
    clean = dict.fromkeys(_CATEGORIES, False)
    result = {"flagged": False, "categories": clean, "category_scores": dict.fromkeys(_CATEGORIES, 0.01)}
    count = len(given) if isinstance(given, list) else 1
    return {"id": reply.id("modr"), "model": reply.model, "results": [result] * count}


def rerank(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return the documents in the order in which they came."""
    documents = request.get("documents") or []
    scored = [{"index": index, "relevance_score": 0.9 / (index + 1)} for index in range(len(documents))]
    meta = {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}}
    return {"id": reply.id("rerank"), "results": scored[: request.get("top_n") or None], "meta": meta}


def speech(request: Mapping[str, Any], reply: Reply) -> bytes:
    """Return a moment of silence, as WAV."""
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", len(_SILENCE)) + _SILENCE
    return struct.pack("<4sI4s", b"RIFF", 4 + len(layout) + len(data), b"WAVE") + layout + data


def transcription(request: Mapping[str, Any], reply: Reply) -> Json:
    """Return what was heard."""
    return {"text": reply.text, "usage": {"type": "duration", "seconds": 1}}
