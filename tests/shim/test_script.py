"""What the loopback model is told to answer: from Python, and from files."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lint_rules.shim.__main__ import main
from lint_rules.shim.answers import ToolCall, Usage
from lint_rules.shim.asked import Asked
from lint_rules.shim.child.routes import CALL_HEADER, PID_HEADER, VIA_HEADER
from lint_rules.shim.loopback import ShimError
from lint_rules.shim.provider import provider
from lint_rules.shim.script import Answer, Failure, Script, Timeout, load

from .test_provider import ASK, post, settled


def question(text: str = "hi", model: str = "gpt-4o-mini") -> Asked:
    return Asked(model, text, ())


def test_steps_are_taken_in_order_and_used_up() -> None:
    first, weather, groq = Answer("1"), Answer("2", match="weather", times=2), Failure(500, model="groq/*")
    take = Script([first, weather, groq, Timeout(match="never", times="always")]).played()
    assert take(question("the weather")) == first
    assert [take(question("the weather")) for _ in range(3)] == [weather, weather, None]
    assert (take(question(model="gpt")), take(question(model="groq/x"))) == (None, groq)
    assert all(take(question("never")) for _ in range(3))


def test_a_script_can_be_played_again() -> None:
    script = Script([Answer("1")])
    assert [script.played()(question()) for _ in range(2)] == [Answer("1")] * 2


def test_words_make_up_the_text_again() -> None:
    for text in ("", "one", " a  b\n c "):
        assert Answer(text).reply(1, question()).text == text


STEPS = [
    {"text": "It is sunny.", "match": "weather", "model": "gpt*", "times": 2, "delay": 0.1},
    {"chunks": ["a", None, ""], "usage": {"prompt_tokens": 1, "completion_tokens": 2}, "breaks_after": 1, "pace": 0.2},
    {"tool_calls": [{"name": "f", "arguments": {"x": 1}}], "finish_reason": "stop"},
    {"failure": 429, "retry_after": 1, "message": "slow down"},
    {"timeout": True, "times": "always"},
]
SCRIPT = Script(
    (
        Answer("It is sunny.", match="weather", model="gpt*", times=2, delay=0.1),
        Answer(chunks=["a", None, ""], usage=Usage(1, 2), breaks_after=1, pace=0.2),
        Answer(tool_calls=(ToolCall("f", '{"x": 1}'),), finish_reason="stop"),
        Failure(429, "slow down", retry_after=1),
        Timeout(times="always"),
    )
)


@pytest.mark.parametrize("data", [STEPS, {"steps": STEPS}])
def test_a_json_file(tmp_path: Path, data: object) -> None:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(data))
    assert load(path) == SCRIPT


def test_a_toml_file(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text('[[steps]]\ntext = "hi"\ntimes = "always"\n[[steps]]\nfailure = 503\n')
    assert load(path) == Script((Answer("hi", times="always"), Failure(503)))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("s.json", '[\n  {"text": }\n]', "s.json:2:12: Expecting value"),
        ("s.toml", "steps = [", "s.toml: "),
        ("s.json", "{}", "s.json: expected a list of steps, or an object with `steps`"),
        ("s.json", "[1]", "s.json: step 1: expected an object"),
        ("s.json", '[{"text": "a"}, {"txt": "b"}]', "s.json: step 2: unknown key `txt`"),
        ("s.json", '[{"match": "a"}]', "s.json: step 1: expected one of `text`"),
        ("s.json", '[{"text": 1}]', "s.json: step 1: `text` must be a string"),
        ("s.json", '[{"failure": 200}]', "s.json: step 1: `status` must be an HTTP status from 400 to 599"),
        ("s.json", '[{"text": "a", "times": 0}]', "s.json: step 1: `times` must be a positive number"),
        ("s.json", '[{"text": "a", "delay": true}]', "s.json: step 1: `delay` must be a number of seconds"),
        ("s.json", '[{"tool_calls": [{"nam": "f"}]}]', "s.json: step 1: `tool_calls` must be"),
        ("s.json", '[{"failure": 500, "text": "a"}]', "s.json: step 1: unknown key `text`"),
        ("none.json", None, "cannot read none.json: No such file"),
    ],
)
def test_an_error_names_the_place_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str | None, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path(name).write_text(text)
    with pytest.raises(ShimError) as caught:
        load(Path(name))
    assert str(caught.value).startswith(message) and "\n" not in str(caught.value)


def test_the_door_says_so_and_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.py").write_text("")
    assert main(["--script", str(tmp_path / "none.json"), "--", str(tmp_path / "p.py")]) == 2
    assert capsys.readouterr().err.startswith("shim: cannot read ")


def test_delays_are_kept_and_moments_noted() -> None:
    asked = {**ASK, "stream": True}
    headers = {CALL_HEADER: "id-1", PID_HEADER: "42", VIA_HEADER: "litellm"}
    with provider(script=Script([Answer("a b", delay=0.2, pace=0.1)])) as running:
        post(running, "/v1/chat/completions", asked, **headers)
        exchange = settled(running)
    kinds, times = zip(*exchange.moments, strict=True)
    assert kinds == ("asked", *["sent"] * 4, "answered")
    assert times[1] - times[0] >= 0.2 and times[2] - times[1] >= 0.1
    assert (exchange.call, exchange.pid, exchange.via, exchange.text) == ("id-1", 42, "litellm", "a b")


def test_retry_after_is_a_header() -> None:
    with provider(script=Script([Failure(503, retry_after=2)])) as running:
        connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=5)
        connection.request("POST", "/v1/messages", json.dumps(ASK))
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        assert json.loads(answer.read())["error"]["message"].startswith("from call 1: ")
        connection.close()


def test_a_timeout_never_answers_and_ends_with_the_client() -> None:
    with provider(script=Script([Timeout()])) as running:
        connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=0.2)
        connection.request("POST", "/v1/chat/completions", json.dumps(ASK))
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
        exchange = settled(running)
    assert (exchange.status, exchange.disconnected, exchange.failed) == (0, True, True)
    assert [kind for kind, _ in exchange.moments] == ["asked", "hung up"]


def test_a_timeout_does_not_outlive_the_endpoint() -> None:
    with provider(script=Script([Timeout()])) as running:
        connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=5)
        connection.request("POST", "/v1/chat/completions", json.dumps(ASK))
        time.sleep(0.1)
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()


def test_a_whole_answer_breaks_off_too() -> None:
    with provider(script=Script([Answer("sunny", breaks_after=0)])) as running:
        with pytest.raises(http.client.IncompleteRead):
            post(running, "/v1/chat/completions", ASK)
        assert settled(running).failed
