"""Which API a request is for, told by its path."""

from __future__ import annotations

import pytest

from lint_rules.shim.child.routes import api_of, model_of
from lint_rules.shim.protocols import APIS, ASIDES

V = "/v1/projects/p/locations/l/publishers"
BEDROCK = "/model/anthropic.claude-v2%3A1"
DEPLOYMENT = "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"


@pytest.mark.parametrize(
    ("path", "api", "model"),
    [
        ("/v1/chat/completions", "chat/completions", ""),
        ("/openai/v1/chat/completions/", "chat/completions", ""),
        ("https://api.groq.com/openai/v1/chat/completions", "chat/completions", ""),
        (DEPLOYMENT, "chat/completions", "my-gpt"),
        ("/v1/completions", "completions", ""),
        ("/v1/responses", "responses", ""),
        ("/api/v1/embeddings", "embeddings", ""),
        ("/v1/messages", "anthropic/messages", ""),
        ("/anthropic/v1/messages?beta=true", "anthropic/messages", ""),
        (f"{V}/anthropic/models/claude:streamRawPredict", "anthropic/messages", "claude"),
        ("/v1beta/models/gemini-2.0-flash:generateContent?key=k", "gemini/generate", "gemini-2.0-flash"),
        ("/v1beta/models/gemini:streamGenerateContent?alt=sse", "gemini/stream", "gemini"),
        (f"{V}/google/models/gemini:streamGenerateContent", "gemini/stream-array", "gemini"),
        (f"{V}/google/models/text-embedding-004:predict", "vertex/embed", "text-embedding-004"),
        ("/v1beta/models/e:batchEmbedContents", "gemini/embed-batch", "e"),
        (f"{BEDROCK}/converse", "bedrock/converse", "anthropic.claude-v2:1"),
        (f"{BEDROCK}/converse-stream", "bedrock/converse-stream", "anthropic.claude-v2:1"),
        (f"{BEDROCK}/invoke", "bedrock/invoke", "anthropic.claude-v2:1"),
        ("/model/amazon.titan-embed-text-v2%3A0/invoke", "bedrock/embed", "amazon.titan-embed-text-v2:0"),
        ("/api/chat", "ollama/chat", ""),
        ("/api/show", "ollama/show", ""),
        ("/v2/chat", "cohere/chat", ""),
        ("/v2/rerank", "rerank", ""),
        ("/v1/audio/transcriptions", "audio/transcriptions", ""),
    ],
)
def test_requests_to_a_model(path: str, api: str, model: str) -> None:
    assert (api_of("POST", path), model_of(path)) == (api, model)
    assert api in {*APIS, *ASIDES}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/public/ingestion"),
        ("GET", "/api/public/models"),
        ("POST", "/v1/threads/t/messages"),
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/files"),
        ("POST", "/"),
    ],
)
def test_requests_to_anything_else(method: str, path: str) -> None:
    assert api_of(method, path) is None


def test_lists_of_models() -> None:
    assert (api_of("get", "/v1/models"), api_of("GET", "/api/tags")) == ("models", "ollama/tags")
