"""Whatever address a program has for its model and its Langfuse, the loopback endpoints answer; nothing leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lint_rules.shim.launch import Fresh
from lint_rules.shim.run import RunReport

Runner = Callable[..., RunReport]

HEAD = """\
import asyncio, os
import litellm
litellm.success_callback = ["langfuse"]
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
"""
SETTLE = """
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
async def settle():
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
"""
REACHED = {
    "an address of its own": "litellm.completion(**ASK, api_base='https://models.example.com/v1', api_key='x')\n",
    "over aiohttp": SETTLE + "async def main():\n"
    "    await litellm.acompletion(**ASK, api_base='https://models.example.com:8443/v1', api_key='x')\n"
    "    await settle()\n"
    "asyncio.run(main())\n",
    "over httpx": "litellm.disable_aiohttp_transport = True\n" + SETTLE + "async def main():\n"
    "    await litellm.acompletion(**ASK, api_base='https://models.example.com/v1', api_key='x')\n"
    "    await settle()\n"
    "asyncio.run(main())\n",
    "nobody at home": "litellm.completion(**ASK, api_base='http://localhost:9/v1', api_key='x')\n",
    "another provider": "litellm.completion(**{**ASK, 'model': 'groq/llama-3.1-8b-instant'}, api_key='x')\n",
    "a Langfuse of its own": "os.environ['LANGFUSE_HOST'] = 'https://langfuse.example.com'\nlitellm.completion(**ASK)\n",
    "a Langfuse on this machine": "os.environ['LANGFUSE_HOST'] = 'http://localhost:3000'\nlitellm.completion(**ASK)\n",
    "keys of its own": "os.environ['LANGFUSE_PUBLIC_KEY'] = 'pk-lf-1'\nos.environ['LANGFUSE_SECRET_KEY'] = 'sk-lf-1'\n"
    "litellm.completion(**ASK)\n",
    "Langfuse's own client": "from langfuse import Langfuse\n"
    "client = Langfuse(host='https://langfuse.example.com', public_key='pk', secret_key='sk')\n"
    "from langfuse.openai import OpenAI\n"
    "OpenAI(base_url='https://api.example.com/v1').chat.completions.create(**ASK)\n",
}


@pytest.mark.parametrize("name", REACHED)
def test_every_address_is_reached(run_source: Runner, name: str) -> None:
    report = run_source(HEAD + REACHED[name])
    assert [call.verdict for call in report.calls] == ["delivered"], report.stderr
    assert str(report.calls[0].site).startswith("program.py:")
    assert report.refused == ()


OTEL = "litellm.success_callback = []\nlitellm.callbacks = ['langfuse_otel']\n"


def test_the_otel_exporter_of_another_address(run_source: Runner) -> None:
    elsewhere = "os.environ['LANGFUSE_OTEL_HOST'] = os.environ['LANGFUSE_HOST'] = 'https://langfuse.example.com'\n"
    report = run_source(HEAD + elsewhere + OTEL + "litellm.completion(**ASK)\n")
    assert [call.verdict for call in report.calls] == ["delivered"], report.stderr


def test_what_would_leave_the_machine_is_refused_and_reported(run_source: Runner) -> None:
    report = run_source(
        HEAD
        + """
import httpx, socket, urllib.request
from litellm.llms.custom_httpx.http_handler import HTTPHandler
for attempt in (
    lambda: httpx.get("https://example.com/x"),
    lambda: urllib.request.urlopen("http://example.org/", timeout=2),
    lambda: socket.create_connection(("192.0.2.1", 81), 2),
    lambda: HTTPHandler().get("https://prices.example.net/prices.json"),
):
    try:
        attempt()
        raise SystemExit("let through")
    except OSError as error:
        print("refused")
    except Exception as error:
        print("refused")
"""
    )
    assert (report.exit_code, report.stdout.split()) == (0, ["refused"] * 4), report.stderr
    found = {(one.host, one.by) for one in report.refused}
    assert found == {
        ("example.com", "program"),
        ("example.org", "program"),
        ("192.0.2.1", "program"),
        ("prices.example.net", "litellm"),
    }
    assert all(str(one.site).startswith("program.py:") for one in report.refused)


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("192.0.2.1:4317", "192.0.2.1"),
        ("dns:///collector.example.com:4317", "collector.example.com"),
        ("dns:collector.example.com", "collector.example.com"),
        ("ipv4:192.0.2.1:443", "192.0.2.1"),
        ("[2001:db8::1]:443", "[2001:db8::1]"),
        ("ipv6:2001:db8::1", "2001:db8::1"),
        ("localhost:4317", None),
        ("127.0.0.1:4317", None),
        ("ipv6:[::1]:50051", None),
        ("unix:/run/collector.sock", None),
    ],
)
def test_a_grpc_channel_leads_to_no_other_machine(
    tmp_path: Path, run_source: Runner, target: str, host: str | None
) -> None:
    """Its connections are made in native code, which Python does not audit. The package is none that the SDKs need:
    a stand-in tells where its channels lead."""
    (tmp_path / "grpc.py").write_text(
        "def insecure_channel(target, options=None):\n    print(target)\n", encoding="utf-8"
    )
    report = run_source(f"import grpc\ngrpc.insecure_channel({target!r}, options=())\n")
    assert report.stdout.strip() == (target if host is None else "127.0.0.1:9")
    assert [one.host for one in report.refused] == ([] if host is None else [host])


SERVER = """
import http.server, json, threading
class Model(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        message = {"role": "assistant", "content": "mine"}
        body = json.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.HTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
"""


def test_a_server_of_the_programs_own_is_left_in_charge(run_source: Runner) -> None:
    report = run_source(
        HEAD
        + SERVER
        + "where = f'http://127.0.0.1:{server.server_port}'\n"
        + "answer = litellm.completion(**ASK, api_base=where + '/v1', api_key='x')\n"
        + "print(answer.choices[0].message.content, where)\n"
    )
    assert report.calls == ()
    answer, where = report.stdout.split()
    [one] = report.elsewhere
    assert (answer, one.what, one.count) == ("mine", where, 1)
    assert str(one.site).startswith("program.py:")


def test_what_litellm_answers_itself_is_not_judged(run_source: Runner) -> None:
    report = run_source(HEAD + "for _ in range(2):\n    litellm.completion(**ASK, mock_response='mine')\n")
    assert (report.calls, report.verdict) == ((), "no-calls")
    assert [(one.what, one.count) for one in report.elsewhere] == [("mock_response or a cache", 2)]


LEGACY = Path(__file__).parents[2] / ".venvs/1.77.7+2.60.10/bin/python"
"""LiteLLM 1.106 cannot answer from its cache without the packages of its proxy."""


@pytest.mark.skipif(not LEGACY.exists(), reason="the Makefile makes that environment")
@pytest.mark.parametrize("asked", ["completion", "acompletion"])
def test_a_cached_answer_is_no_duplicate(run_source: Runner, asked: str) -> None:
    cached = "from litellm.caching.caching import Cache\nlitellm.cache = Cache()\n"
    sync = "for _ in range(3):\n    litellm.completion(**ASK, caching=True)\n"
    loop = "async def main():\n    for _ in range(3):\n        await litellm.acompletion(**ASK, caching=True)\n"
    loop += "        await settle()\n        await asyncio.sleep(0.3)\nasyncio.run(main())\n"
    body = sync if asked == "completion" else SETTLE + loop
    report = run_source(HEAD + cached + body, launcher=Fresh(), python=str(LEGACY))
    assert (report.verdict, [call.verdict for call in report.calls]) == ("delivered", ["delivered"]), report.stderr
    assert len(report.calls[0].generations) == 3
    assert [(one.what, one.count) for one in report.elsewhere] == [("mock_response or a cache", 2)]


UNTRACED = {
    "no callback": ("litellm.success_callback = []\nlitellm.completion(**ASK)\n", "no Langfuse callback"),
    "a stream without callback": (
        "litellm.success_callback = []\nfor _ in litellm.completion(**ASK, stream=True):\n    break\n",
        "no Langfuse callback",
    ),
    "not LiteLLM": (
        "import openai\nopenai.OpenAI().chat.completions.create(**ASK)\n",
        "openai asked the model itself",
    ),
}


@pytest.mark.parametrize("name", UNTRACED)
def test_what_nothing_records(run_source: Runner, name: str) -> None:
    source, detail = UNTRACED[name]
    [call] = run_source(HEAD + source).calls
    assert (call.verdict, call.cause, call.rule) == ("lost", "not traced", None)
    assert call.cause_detail.startswith(detail)


@pytest.mark.parametrize("callback", ["langfuse", "langfuse_otel"])
def test_a_callback_that_the_deployment_registers(run_source: Runner, callback: str) -> None:
    source = HEAD.replace('litellm.success_callback = ["langfuse"]\n', "") + "litellm.completion(**ASK)\n"
    assert [call.verdict for call in run_source(source, register=callback).calls] == ["delivered"]


TAKE_AWAY = """
for name in [name for name in os.environ if name.startswith(("LLM_SHIM", "PYTHONPATH"))]:
    del os.environ[name]
litellm.completion(**ASK)
"""
REPLACE_STEP = """
from litellm.litellm_core_utils.streaming_handler import CustomStreamWrapper
step = CustomStreamWrapper.__next__
CustomStreamWrapper.__next__ = lambda stream: step(stream)
for _ in litellm.completion(**ASK, stream=True):
    pass
"""
REPLACE_FUNCTION = """
litellm.completion = lambda **_: print('mine')
litellm.completion(**ASK)
"""
CALL = "litellm.completion(**ASK)\n"
HOSTILE = {
    "closes stdout": ("import sys\nsys.stdout.close()\nos.close(1)\n" + CALL, ["delivered"]),
    "replaces a function of LiteLLM": (REPLACE_FUNCTION, []),
    "replaces the step of a stream": (REPLACE_STEP, ["delivered"]),
    "takes the variables away": (TAKE_AWAY, ["delivered"]),
    "changes its folder": ("os.chdir('/')\n" + CALL, ["delivered"]),
    "closes what it did not open": ("os.closerange(3, 60)\n" + CALL, ["delivered"]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_programs(run_source: Runner, name: str) -> None:
    source, verdicts = HOSTILE[name]
    report = run_source(HEAD + source)
    assert [call.verdict for call in report.calls] == verdicts, report.stderr
    assert report.exit_code == 0, report.stderr


def test_a_module_that_is_looked_for_first(run_source: Runner) -> None:
    """Whether LiteLLM is there is often asked before it is imported."""
    source = HEAD.replace('litellm.success_callback = ["langfuse"]\n', "").replace("import litellm\n", "")
    looking = "import importlib.util\nassert importlib.util.find_spec('litellm')\nimport litellm\n"
    report = run_source(source + looking + "litellm.completion(**ASK)\n", register="langfuse", launcher=Fresh())
    assert [(call.verdict, call.via) for call in report.calls] == [("delivered", "litellm")]
