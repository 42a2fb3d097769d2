"""The loopback model's protocols, read by the real LiteLLM: sync and async, whole and streamed."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
import openai
import pytest

from lint_rules.shim import answers
from lint_rules.shim.answers import ToolCall, Usage
from lint_rules.shim.keys import KEYS
from lint_rules.shim.provider import Exchange, Provider, provider
from lint_rules.shim.script import Answer, Failure, Script

from .test_provider import post

ASK = [{"role": "user", "content": "hi"}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {**SCHEMA, "required": ["city", "days"]}}}
RESPONSES_TOOLS = [{"type": "function", "strict": False, **TOOL["function"]}]
CALLED = {"city": "shim", "days": 1}

CHATS = {
    "openai": ("openai/gpt-4o-mini", "{url}/v1", "chat/completions", "chat/completions"),
    "azure": ("azure/my-gpt", "{url}", "chat/completions", "chat/completions"),
    "groq": ("groq/llama-3.3-70b-versatile", "{url}/openai/v1", "chat/completions", "chat/completions"),
    "mistral": ("mistral/mistral-small-latest", "{url}/v1", "chat/completions", "chat/completions"),
    "anthropic": ("anthropic/claude-sonnet-4-5", "{url}", "anthropic/messages", "anthropic/messages"),
    "gemini": ("gemini/gemini-2.0-flash", "{url}", "gemini/generate", "gemini/stream"),
    "bedrock": (
        "bedrock/converse/anthropic.claude-3-haiku-20240307-v1:0",
        "{url}",
        "bedrock/converse",
        "bedrock/converse-stream",
    ),
    "bedrock-invoke": (
        "bedrock/invoke/anthropic.claude-3-haiku-20240307-v1:0",
        "{url}",
        "bedrock/invoke",
        "bedrock/invoke-stream",
    ),
    "ollama-chat": ("ollama_chat/llama3", "{url}", "ollama/chat", "ollama/chat"),
    "ollama": ("ollama/llama3", "{url}", "ollama/generate", "ollama/generate"),
    "cohere": ("cohere_chat/command-r", "{url}/v2/chat", "cohere/chat-lines", "cohere/chat-lines"),
}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value.format(model="http://127.0.0.1:9"))
    # Else LiteLLM tries for a minute to fetch Llama's and Cohere's tokenizers.
    monkeypatch.setattr(litellm, "disable_hf_tokenizer_download", True)
    monkeypatch.setattr(litellm, "suppress_debug_info", True)


@pytest.fixture
def model() -> Iterator[Provider]:
    with provider() as running:
        yield running


def base(running: Provider, name: str) -> dict[str, Any]:
    which, place, *_ = CHATS[name]
    return {"model": which, "api_base": place.format(url=running.url), "max_retries": 0, "timeout": 10}


def ask(running: Provider, name: str, *, is_async: bool, **more: Any) -> Any:
    """Ask LiteLLM, and return the whole answer; of a stream, what LiteLLM builds of its chunks."""
    options = {**base(running, name), "messages": ASK, **more}
    if is_async:
        return asyncio.run(_ask(options))
    answer = litellm.completion(**options)
    return litellm.stream_chunk_builder(list(answer)) if more.get("stream") else answer


async def _ask(options: dict[str, Any]) -> Any:
    answer = await litellm.acompletion(**options)
    if not options.get("stream"):
        return answer
    return litellm.stream_chunk_builder([chunk async for chunk in answer])


def last(running: Provider) -> Exchange:
    """Return the last exchange once its answer is out: the client may have read it before the record says so."""
    while not running.idle:
        time.sleep(0.001)
    return running.exchanges()[-1]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("name", CHATS)
def test_words_arrive(model: Provider, name: str, stream: bool, is_async: bool) -> None:
    more = {"stream_options": {"include_usage": True}} if stream else {}
    answer = ask(model, name, is_async=is_async, stream=stream, **more)
    exchange = last(model)
    assert answer.choices[0].message.content == exchange.text == answers.full_text(1)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens > 0
    assert (exchange.api, exchange.stream) == (CHATS[name][2 + stream], stream)
    assert exchange.model in CHATS[name][0]


WITH_TOOLS = [name for name in CHATS if name not in ("ollama", "cohere")]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("name", WITH_TOOLS)
def test_a_tool_is_called(model: Provider, name: str, stream: bool, is_async: bool) -> None:
    answer = ask(model, name, is_async=is_async, stream=stream, tools=[TOOL], _skip_mcp_handler=True)
    (call,) = answer.choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", CALLED)
    assert answer.choices[0].message.content == answers.full_text(1)
    assert answer.choices[0].finish_reason == "tool_calls"
    assert last(model).tools and "weather" in last(model).called


@pytest.mark.parametrize("name", [*WITH_TOOLS, "cohere"])
def test_a_tool_whose_result_is_there_is_not_called_again(model: Provider, name: str) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    said = [{"role": "assistant", "content": None, "tool_calls": [call]}]
    result = [{"role": "tool", "tool_call_id": "call_1", "name": "weather", "content": "sunny"}]
    answer = ask(model, name, is_async=False, messages=[*ASK, *said, *result], tools=[TOOL], _skip_mcp_handler=True)
    assert answer.choices[0].finish_reason == "stop" and not last(model).tools


EMBEDDINGS = {
    "openai/text-embedding-3-small": ("{url}/v1", "embeddings"),
    "azure/my-embedding": ("{url}", "embeddings"),
    "gemini/text-embedding-004": ("{url}/v1beta/models/text-embedding-004:batchEmbedContents", "gemini/embed-batch"),
    "bedrock/amazon.titan-embed-text-v2:0": ("{url}", "bedrock/embed"),
    "bedrock/cohere.embed-english-v3": ("{url}", "bedrock/embed"),
    "ollama/nomic-embed-text": ("{url}", "ollama/embed"),
    "cohere/embed-english-v3.0": ("{url}/v2/embed", "cohere/embed"),
}


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("name", EMBEDDINGS)
def test_vectors_arrive(model: Provider, name: str, is_async: bool) -> None:
    place, api = EMBEDDINGS[name]
    options = {"model": name, "input": ["a"], "api_base": place.format(url=model.url), "max_retries": 0}
    if name.startswith("bedrock"):
        options["aws_bedrock_runtime_endpoint"] = options.pop("api_base")
    answer = asyncio.run(litellm.aembedding(**options)) if is_async else litellm.embedding(**options)
    assert [data["embedding"][:3] for data in answer.data] == [[0.1, 0.2, 0.3]]
    assert (last(model).api, last(model).text) == (api, "")


def _images(url: str) -> Any:
    return litellm.image_generation(model="gpt-image-1", prompt="a cat", api_base=url), lambda one: one.data[0].url


def _moderations(url: str) -> Any:
    return litellm.moderation(model="omni-moderation-latest", input="hi", api_base=url), lambda one: one.id


def _rerank(url: str) -> Any:
    options = {"query": "q", "documents": ["a", "b"], "api_base": url.removesuffix("/v1")}
    return litellm.rerank(model="cohere/rerank-v3.5", **options), lambda one: one.id


def _transcription(url: str) -> Any:
    file = ("a.wav", b"RIFF", "audio/wav")
    return litellm.transcription(model="openai/whisper-1", file=file, api_base=url), lambda one: one.text


def _text(url: str) -> Any:
    asked = litellm.text_completion(model="text-completion-openai/gpt-3.5-turbo-instruct", prompt="hi", api_base=url)
    return asked, lambda one: one.choices[0].text


def _responses(url: str) -> Any:
    # By the client beneath: LiteLLM's own needs the `mcp` package, even for a request without tools.
    answer = openai.OpenAI(base_url=url).responses.create(model="gpt-4o-mini", input="hi", tools=RESPONSES_TOOLS)
    assert answer.output[1].name == "weather" and json.loads(answer.output[1].arguments) == CALLED
    return answer, lambda one: one.output_text


def _responses_stream(url: str) -> Any:
    options = {"model": "gpt-4o-mini", "input": "hi", "tools": RESPONSES_TOOLS}
    with openai.OpenAI(base_url=url).responses.stream(**options) as events:
        said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        answer = events.get_final_response()
    assert said == answer.output_text and json.loads(answer.output[1].arguments) == CALLED
    return answer, lambda one: one.output_text


def _messages(url: str) -> Any:
    options = {"messages": ASK, "max_tokens": 9, "api_base": url.removesuffix("/v1")}
    return asyncio.run(litellm.anthropic_messages(model="anthropic/claude-sonnet-4-5", **options)), lambda one: one[
        "id"
    ]


WHOLE = {
    "images/generations": _images,
    "moderations": _moderations,
    "rerank": _rerank,
    "audio/transcriptions": _transcription,
    "completions": _text,
    "responses": _responses,
    "responses-stream": _responses_stream,
    "anthropic/messages": _messages,
}


@pytest.mark.parametrize("api", WHOLE)
def test_other_answers_carry_the_number(model: Provider, api: str) -> None:
    answer, where = WHOLE[api](f"{model.url}/v1")
    assert answers.marked(where(answer)) == 1
    assert (last(model).api, last(model).status, last(model).finished) == (api.removesuffix("-stream"), 200, True)


def test_speech_is_a_moment_of_silence(model: Provider) -> None:
    answer = litellm.speech(model="openai/tts-1", input="hi", voice="alloy", api_base=f"{model.url}/v1")
    assert answer.content.startswith(b"RIFF") and last(model).model == "tts-1"


HELLO = Answer(chunks=["It ", None, "", "is ", "sunny."], usage=Usage(3, 4), finish_reason="length")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("name", CHATS)
def test_a_script_applies_to_every_protocol(name: str, stream: bool) -> None:
    with provider(script=Script([HELLO])) as running:
        first, second = (ask(running, name, is_async=False, stream=stream) for _ in range(2))
    assert first.choices[0].message.content == "It is sunny."
    assert second.choices[0].message.content == answers.full_text(2)
    # LiteLLM overlooks these two's reasons to finish.
    assert first.choices[0].finish_reason == ("stop" if name in ("ollama", "cohere") else "length")
    if not stream:
        assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (3, 4)
    exchange = running.exchanges()[0]
    assert (exchange.text, exchange.scripted) == ("It is sunny.", True)


@pytest.mark.parametrize("name", WITH_TOOLS)
def test_a_script_calls_tools(name: str) -> None:
    calls = [ToolCall("one", '{"a": 1}'), ToolCall("two", '{"b": 2}')]
    with provider(script=Script([Answer(tool_calls=calls, times="always")])) as running:
        for stream in (False, True):
            answer = ask(running, name, is_async=False, stream=stream)
            made = [
                (call.function.name, json.loads(call.function.arguments))
                for call in answer.choices[0].message.tool_calls
            ]
            assert made == [("one", {"a": 1}), ("two", {"b": 2})]


@pytest.mark.parametrize("name", CHATS)
def test_a_failure_has_the_shape_of_its_protocol(name: str) -> None:
    with provider(script=Script([Failure(429, retry_after=0.01), Failure(401, "no such key")])) as running:
        with pytest.raises(litellm.RateLimitError) as first:
            ask(running, name, is_async=False)
        with pytest.raises(litellm.AuthenticationError) as second:
            ask(running, name, is_async=True, stream=True)
    assert answers.marked(str(first.value)) == 1
    assert answers.marked(str(second.value)) == 2 and "no such key" in str(second.value)
    assert [one.status for one in running.exchanges()] == [429, 401]
    assert all(one.failed and one.finished for one in running.exchanges())


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini", "bedrock", "ollama-chat"])
def test_a_stream_breaks_off(name: str) -> None:
    with provider(script=Script([Answer("It is sunny and warm.", breaks_after=4)])) as running:
        with pytest.raises(litellm.ServiceUnavailableError) as caught:
            ask(running, name, is_async=False, stream=True)
        assert "connection" in str(caught.value).lower() or "chunked" in str(caught.value).lower()
    (exchange,) = running.exchanges()
    assert exchange.broken and exchange.failed and not exchange.finished and exchange.chunks_sent == 4
    assert [kind for kind, _ in exchange.moments] == ["asked", "sent", "sent", "sent", "sent"]


# ---- what LiteLLM does not read, or not without real credentials


def said(running: Provider, path: str, body: dict[str, Any]) -> str:
    status, answer = post(running, path, body)
    assert status == 200
    return answer.decode()


def test_gemini_streams_an_array(model: Provider) -> None:
    chunks = json.loads(said(model, "/v1beta/models/gemini:streamGenerateContent", {"contents": []}))
    parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"].get("parts", ())]
    assert "".join(part["text"] for part in parts) == last(model).text == answers.full_text(1)
    assert chunks[-1]["usageMetadata"]["totalTokenCount"] == 18


def test_vertex_gives_a_vector_per_instance(model: Provider) -> None:
    path = "/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict"
    found = json.loads(said(model, path, {"instances": [{"content": "a"}, {"content": "b"}]}))
    assert len(found["predictions"]) == 2 and last(model).model == "text-embedding-005"


def test_gemini_embeds_one(model: Provider) -> None:
    assert json.loads(said(model, "/v1beta/models/e:embedContent", {"content": {}}))["embedding"]["values"]


def test_cohere_streams_events_to_its_own_client(model: Provider) -> None:
    text = said(model, "/v2/chat", {"model": "command-r", "messages": ASK, "stream": True})
    events = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
    words = [
        event["delta"]["message"]["content"].get("text", "") for event in events if event["type"] == "content-delta"
    ]
    assert "".join(words) == answers.full_text(1) and text.startswith("event: message-start\n")


def test_ollama_says_what_it_has_and_that_is_no_call(model: Provider) -> None:
    assert "tools" in json.loads(said(model, "/api/show", {"model": "llama3"}))["capabilities"]
    assert model.exchanges() == ()
