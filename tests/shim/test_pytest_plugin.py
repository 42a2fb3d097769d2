"""`pytest --llm-shim` over small test files, in a pytest of its own with the real SDKs."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENTRY_POINT = '[project.entry-points.pytest11]\nllm_shim = "lint_rules.shim.pytest_plugin"\n'

HEAD = """
import asyncio, unittest
import litellm, pytest
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from lint_rules.shim.script import Answer

litellm.success_callback = ["langfuse"]
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}

async def logged():
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
"""

KNOWN = """
for _ in litellm.completion(**ASK, stream=True):
    break

def test_break():
    async def main():
        response = await litellm.acompletion(**ASK, stream=True)
        async for chunk in response:
            if chunk.choices[0].finish_reason:
                break
    asyncio.run(main())

def test_delivered():
    async def main():
        await litellm.acompletion(**ASK)
        await logged()
    asyncio.run(main())

def test_no_flush():
    async def main():
        await litellm.acompletion(**ASK)
    asyncio.run(main())

def test_none():
    full = ""
    for chunk in litellm.completion(**ASK, stream=True):
        full += chunk.choices[0].delta.content

def test_sync():
    litellm.completion(**ASK)
    litellm.completion(**ASK)

@pytest.fixture
def stream():
    return litellm.completion(**ASK, stream=True)

def test_fixture_read(stream):
    assert list(stream)

def test_fixture_left(stream):
    next(stream)

@pytest.fixture(scope="module")
def held():
    return litellm.completion(**ASK, stream=True)

def test_held(held):
    next(held)

def test_held_read(held):
    assert list(held)

def test_script(llm_shim):
    llm_shim.script("It is sunny.", 429, Answer(text="Rain."))
    assert litellm.completion(**ASK).choices[0].message.content == "It is sunny."
    with pytest.raises(litellm.RateLimitError):
        litellm.completion(**ASK, max_retries=0)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in litellm.completion(**ASK, stream=True))
    assert text == "Rain."
    assert [call.status for call in llm_shim.calls] == [200, 429, 200]
    assert [one.output_text for one in llm_shim.generations] == ["It is sunny.", "Rain."]

def test_script_is_forgotten(llm_shim):
    llm_shim.script(*["never asked for"] * 9)

def test_observed(llm_shim):
    assert litellm.completion(**ASK).choices[0].message.content.startswith("Hello from call")
    (call,) = llm_shim.calls
    assert (call.verdict, call.site) == ("delivered", "test_known.py:%LINE%")
    assert [one.kind for one in llm_shim.generations] == ["generation"]
    assert len(llm_shim.traces) == 1

@pytest.mark.llm_shim(allow_lost="nobody reads it")
def test_allowed_by_mark():
    next(litellm.completion(**ASK, stream=True))

def test_allowed_by_fixture(llm_shim):
    llm_shim.allow_lost("nobody reads it")
    next(litellm.completion(**ASK, stream=True))
    assert [call.cause for call in llm_shim.calls] == ["abandoned stream"]

@pytest.mark.xfail
def test_xfail():
    next(litellm.completion(**ASK, stream=True))
    assert False

@pytest.mark.parametrize("count", [1, 99])
def test_parametrised(count):
    stream = litellm.completion(**ASK, stream=True)
    for chunk, _ in zip(stream, range(count)):
        pass

class TestCase(unittest.TestCase):
    def test_unittest(self):
        next(litellm.completion(**ASK, stream=True))

class TestClass:
    def test_method(self):
        litellm.completion(**ASK)

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_anyio():
    await litellm.acompletion(**ASK)
    await logged()

@pytest.mark.anyio
async def test_anyio_no_flush():
    await litellm.acompletion(**ASK)

@pytest.fixture(scope="module")
def long_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()

def test_long_loop(long_loop):
    async def main():
        await litellm.acompletion(**ASK)
    long_loop.run_until_complete(main())

def test_after(long_loop):
    pass
"""

LEAKS = {
    "test_break": "abandoned stream (LLM101): left (",
    "test_no_flush": "logging cancelled at loop close (LLM301)",
    "test_fixture_left": "abandoned stream (LLM102)",
    "test_parametrised[1]": "abandoned stream (LLM102)",
    "test_unittest": "abandoned stream (LLM102)",
    "test_anyio_no_flush": "logging cancelled at loop close (LLM301)",
}
"""The tests that fail for what they lose, and what is said of it."""


class Ran(NamedTuple):
    """How a pytest ended."""

    status: int
    output: str
    failures: dict[str, str]
    """By test: everything that failed."""


def run_pytest(folder: Path, *arguments: str) -> Ran:
    report = folder / "junit.xml"
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    env |= {"PYTHONPATH": os.pathsep.join([str(folder), str(_installed(folder)), str(ROOT)]), "COLUMNS": "120"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", "-Wignore", *arguments]
    command += ["--rootdir", str(folder), f"--junitxml={report}"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    failures: dict[str, str] = {}
    for case in cases:
        said = [f"{found.get('message')} {found.text}" for kind in ("failure", "error") for found in case.findall(kind)]
        if said:
            failures[case.get("name", "")] = "\n".join(said)
    return Ran(done.returncode, done.stdout + done.stderr, failures)


def _installed(folder: Path) -> Path:
    """Install this source tree as far as pytest needs it: by its entry point."""
    place = folder / "installed"
    data = place / "flake8_litellm_tested-0.dist-info"
    data.mkdir(parents=True, exist_ok=True)
    (data / "METADATA").write_text("Metadata-Version: 2.1\nName: flake8-litellm-tested\nVersion: 0\n")
    (data / "entry_points.txt").write_text("[pytest11]\nllm_shim = lint_rules.shim.pytest_plugin\n")
    return place


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run of all tests in `KNOWN`: each process that imports LiteLLM costs seconds."""
    folder = tmp_path_factory.mktemp("known")
    source = HEAD + KNOWN
    before = source[: source.index('startswith("Hello from call")')]
    (folder / "test_known.py").write_text(source.replace("%LINE%", str(before.count("\n") + 1)))
    return run_pytest(folder, "--llm-shim")


def test_the_entry_point_is_declared() -> None:
    assert ENTRY_POINT in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("test", LEAKS)
def test_a_leak_fails_its_test(known: Ran, test: str) -> None:
    assert LEAKS[test] in known.failures.get(test, ""), known.output
    assert "1 of 1 LLM call did not arrive" in known.failures[test]


def test_only_what_leaks_fails(known: Ran) -> None:
    assert set(known.failures) == {*LEAKS, "test_none"}, known.output
    assert known.status == 1


def test_a_failure_stays_and_is_explained(known: Ran) -> None:
    assert "TypeError" in known.failures["test_none"]
    assert "lost: crash on a None delta (LLM201)" not in known.failures["test_none"]
    assert "lost: crash on a None delta (LLM201)" in known.output


def test_the_end_of_the_session_judges_what_could_still_arrive(known: Ran) -> None:
    _, _, summary = known.output.partition("lost by tests that had passed")
    assert "test_known.py::test_long_loop: 1 of 1 LLM call did not arrive" in summary
    assert "test_held" not in summary


def test_what_no_test_asked_is_told_apart(known: Ran) -> None:
    assert "outside the tests: 1 of 1 LLM call did not arrive" in known.output


def test_a_suite_that_delivers_passes(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(HEAD)
    (tmp_path / "test_it.py").write_text("from conftest import *\ndef test_sync():\n    litellm.completion(**ASK)\n")
    ran = run_pytest(tmp_path, "--llm-shim", "-q")
    assert (ran.status, ran.failures) == (0, {}), ran.output
    assert "llm-shim" not in ran.output


def test_what_no_test_asked_alone_fails_the_session(tmp_path: Path) -> None:
    source = """
    import os, urllib.request

    url = os.environ["OPENAI_API_BASE"] + "/chat/completions"
    urllib.request.urlopen(urllib.request.Request(url, b'{"model": "gpt-4o-mini", "messages": []}')).read()

    def test_nothing():
        pass
    """
    (tmp_path / "test_it.py").write_text(textwrap.dedent(source))
    ran = run_pytest(tmp_path, "--llm-shim", "-q")
    assert (ran.status, ran.failures) == (1, {}), ran.output
    assert "outside the tests: 1 of 1 LLM call did not arrive" in ran.output


def test_without_the_option_nothing_is_imported(tmp_path: Path) -> None:
    source = """
    import os, sys

    def test_modules():
        ours = {name for name in sys.modules if name.partition(".")[0] in ("lint_rules", "_llm_shim")}
        assert ours == {"lint_rules", "lint_rules.shim", "lint_rules.shim.pytest_plugin"}
        assert not {"litellm", "langfuse", "opentelemetry", "libcst", "flake8"} & set(sys.modules)
        assert "LLM_SHIM" not in os.environ

    @__import__("pytest").mark.llm_shim(allow_lost="no matter")
    def test_marked():
        pass

    def test_fixture(llm_shim):
        pass
    """
    (tmp_path / "test_it.py").write_text(textwrap.dedent(source))
    ran = run_pytest(tmp_path)
    assert set(ran.failures) == {"test_fixture"}, ran.output
    assert "the fixture `llm_shim` needs `pytest --llm-shim`" in ran.failures["test_fixture"]


def test_without_a_call_no_sdk_is_imported_and_the_environment_comes_back(tmp_path: Path) -> None:
    source = """
    import os, sys

    def test_modules():
        assert not {"litellm", "langfuse", "opentelemetry.proto"} & set(sys.modules)
        assert os.environ["OPENAI_API_BASE"].startswith("http://127.0.0.1:")
    """
    (tmp_path / "test_it.py").write_text(textwrap.dedent(source))
    (tmp_path / "conftest.py").write_text(
        "import atexit, os\n"
        "assert 'LLM_SHIM' in os.environ\n"
        "names = 'LLM_SHIM', 'OPENAI_API_BASE'\n"
        "atexit.register(lambda: print('left:', [name for name in names if name in os.environ]))\n"
    )
    ran = run_pytest(tmp_path, "--llm-shim")
    assert ran.status == 0, ran.output
    assert "left: []" in ran.output


def test_without_litellm_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "no_litellm.py").write_text("import sys\nsys.modules['litellm'] = None\n")
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    ran = run_pytest(tmp_path, "-p", "no_litellm", "--llm-shim")
    assert ran.status == pytest.ExitCode.USAGE_ERROR
    errors = [line for line in ran.output.splitlines() if line]
    assert len(errors) == 1
    assert errors[0].startswith("ERROR: --llm-shim:")
    assert "cannot import litellm; install it with: pip install 'flake8-litellm[shim]'" in errors[0]
