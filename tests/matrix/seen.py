"""What the Langfuse endpoint saw of each answer, read from the bodies as they came, and by nothing of the shim's own.

A second reader, to hold the shim's verdicts against: it has its own protobuf reader, knows no attributes but
those by which Langfuse tells generations from spans, and looks for the model's words wherever they stand.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from lint_rules.shim import run as shim_run
from lint_rules.shim.sink import Sink

Reading = Literal["delivered", "lost", "partial", "duplicated"]
_TYPE = "langfuse.observation.type"
_GENERATIONS = ("generation", "embedding")
_NAMES_A_MODEL = (
    "langfuse.observation.model.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.model_name",
    "llm.response.model",
    "model",
)
"""What makes Langfuse take a span without a type for a generation."""
_BYTES = 2


@dataclass
class Seen:
    """One observation: whether it is a generation, and every word that was sent about it."""

    generation: bool = False
    words: str = ""


def reading(bodies: Sequence[bytes], number: int, api: str = "chat/completions") -> Reading:
    """Say what arrived of the model's answer `number`, whose text and ids carry that number."""
    found = [one.words for one in observations(bodies) if one.generation and _is_about(one.words, number, api)]
    if len(found) != 1:
        return "duplicated" if found else "lost"
    return "delivered" if api == "embeddings" or _is_whole(found[0], number) else "partial"


def _is_about(words: str, number: int, api: str) -> bool:
    if api == "embeddings":
        # Vectors have no words. Programs that embed make one call only.
        return "embedding" in words
    return any(mark in words for mark in (f"from call {number}:", f"shim-{number:04d}", f"call_shim_{number:04d}"))


def _is_whole(words: str, number: int) -> bool:
    return f"Hello from call {number}: the quick brown world." in words or f"call_shim_{number:04d}" in words


def observations(bodies: Sequence[bytes]) -> list[Seen]:
    """Put together what was sent about each observation, by its id."""
    found: dict[str, Seen] = {}
    for body in bodies:
        for identity, generation, words in _legacy(body) if body[:1] == b"{" else _spans(body):
            one = found.setdefault(identity, Seen())
            one.generation, one.words = one.generation or generation, f"{one.words}\n{words}"
    return list(found.values())


def _legacy(body: bytes) -> Iterator[tuple[str, bool, str]]:
    for event in json.loads(body).get("batch", ()):
        about = event.get("body") or {}
        named = str(event.get("type")).startswith("generation-") or str(about.get("type")).lower() in _GENERATIONS
        if not str(event.get("type")).startswith(("trace-", "score-", "sdk-")):
            yield str(about.get("id")), named, json.dumps(about, ensure_ascii=False)


def _spans(body: bytes) -> Iterator[tuple[str, bool, str]]:
    for resource in _parts(body, 1):
        for scope in _parts(resource, 2):
            for span in _parts(scope, 2):
                attributes = {_text(pair, 1): b"".join(_parts(pair, 2)) for pair in _parts(span, 9)}
                words = "\n".join(f"{key} {value.decode('utf-8', 'replace')}" for key, value in attributes.items())
                yield b"".join(_parts(span, 2)).hex(), _is_generation(attributes), words


def _is_generation(attributes: dict[str, bytes]) -> bool:
    if _TYPE in attributes:
        return _text(attributes[_TYPE], 1) in _GENERATIONS
    return any(key in attributes for key in _NAMES_A_MODEL)


def _text(message: bytes, field: int) -> str:
    return b"".join(_parts(message, field)).decode("utf-8", "replace")


def _parts(message: bytes, field: int) -> list[bytes]:
    """Return the length-delimited values of one field of a protobuf message."""
    values, at = [], 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _BYTES:
            length, at = _varint(message, at)
            if number == field:
                values.append(message[at : at + length])
            at += length
        elif wire == 0:
            _, at = _varint(message, at)
        else:
            at += {1: 8, 5: 4}[wire]
    return values


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


# ---- the bodies, as they came


class _Kept(threading.local):
    """The endpoint of the last run in this thread."""

    sink: Sink | None = None


_kept = _Kept()


@contextmanager
def keeping_bodies() -> Iterator[None]:
    """Let `bodies_of_last_run` know the endpoints that `run` makes inside the block."""
    original = shim_run.sink

    @contextmanager
    def kept(*arguments: Any, **options: Any) -> Iterator[Sink]:
        with original(*arguments, **options) as made:
            _kept.sink = made
            yield made

    shim_run.sink = kept
    try:
        yield
    finally:
        shim_run.sink = original


def bodies_of_last_run() -> tuple[bytes, ...]:
    """Return what the endpoint of this thread's last run accepted."""
    assert _kept.sink is not None, "no run inside `keeping_bodies`"
    return tuple(delivery.body for delivery in _kept.sink._deliveries)
