"""The protocols that the loopback model speaks: one module each, and the table of what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..answers import Json, Reply
from . import anthropic, bedrock, cohere, gemini, ollama, openai, openai_media, openai_responses
from .framing import AWS, DONE, JSON, NDJSON, SSE

Whole = Callable[[Mapping[str, Any], Reply], "Json | bytes"]
Stream = Callable[[Mapping[str, Any], Reply], Iterator[bytes]]


class Api(NamedTuple):
    """One kind of request: how it is answered whole, how in pieces (None: it cannot be), and how it fails."""

    whole: Whole | None
    stream: Stream | None = None
    error: Callable[[int, str], Json] = openai.error
    whole_type: str = JSON
    stream_type: str = SSE
    trailer: bytes = b""
    """What follows the last piece of a stream."""
    streams_unasked: bool = False
    """Whether a request that does not say gets a stream."""
    says: bool = True
    """Whether the answer holds the reply's text."""
    word: str = ""
    """What LiteLLM calls it, where the answer holds nothing to match by: part of the generation's name."""

    def is_streamed(self, request: Mapping[str, Any]) -> bool:
        """Tell whether `request` gets a stream."""
        if self.whole is None or self.stream is None:
            return self.stream is not None
        return bool(request.get("stream", self.streams_unasked))


def _vectors(whole: Whole, error: Callable[[int, str], Json] = openai.error) -> Api:
    return Api(whole, None, error, says=False, word="embedding")


APIS: dict[str, Api] = {
    "chat/completions": Api(openai.chat, openai.chat_stream, trailer=DONE),
    "completions": Api(openai.text, openai.text_stream, trailer=DONE),
    "responses": Api(openai_responses.whole, openai_responses.stream, trailer=DONE),
    "embeddings": _vectors(openai.embeddings),
    "images/generations": Api(openai_media.images, word="image"),
    "moderations": Api(openai_media.moderations, says=False, word="moderation"),
    "rerank": Api(openai_media.rerank, None, cohere.error, says=False, word="rerank"),
    "audio/speech": Api(openai_media.speech, whole_type="audio/wav", says=False, word="speech"),
    "audio/transcriptions": Api(openai_media.transcription),
    "anthropic/messages": Api(anthropic.whole, anthropic.stream, anthropic.error),
    "gemini/generate": Api(gemini.whole, None, gemini.error),
    "gemini/stream": Api(None, gemini.stream, gemini.error),
    "gemini/stream-array": Api(None, gemini.stream_array, gemini.error, stream_type=JSON, trailer=b"]"),
    "gemini/embed": _vectors(gemini.embedding, gemini.error),
    "gemini/embed-batch": _vectors(gemini.embedding_batch, gemini.error),
    "vertex/embed": _vectors(gemini.vertex_embedding, gemini.error),
    "bedrock/converse": Api(bedrock.whole, None, bedrock.error),
    "bedrock/converse-stream": Api(None, bedrock.stream, bedrock.error, stream_type=AWS),
    "bedrock/invoke": Api(anthropic.whole, None, bedrock.error),
    "bedrock/invoke-stream": Api(None, bedrock.invoke_stream, bedrock.error, stream_type=AWS),
    "bedrock/embed": _vectors(bedrock.embedding, bedrock.error),
    "ollama/chat": Api(ollama.chat, ollama.chat_stream, ollama.error, stream_type=NDJSON, streams_unasked=True),
    "ollama/generate": Api(
        ollama.generate, ollama.generate_stream, ollama.error, stream_type=NDJSON, streams_unasked=True
    ),
    "ollama/embed": _vectors(ollama.embed, ollama.error),
    "cohere/chat": Api(cohere.whole, cohere.stream, cohere.error),
    "cohere/chat-lines": Api(cohere.whole, cohere.stream_lines, cohere.error, stream_type=NDJSON),
    "cohere/embed": _vectors(cohere.embed, cohere.error),
}
"""What is asked of a model, by the names that `child.routes.api_of` gives."""

FOR_JSON = {"cohere/chat": "cohere/chat-lines"}
"""What answers instead when the client accepts `application/json` only."""

ASIDES: dict[str, Callable[[], Json]] = {
    "models": openai.models,
    "ollama/tags": ollama.tags,
    "ollama/show": ollama.show,
}
"""What is asked about models: no call, so not recorded."""
