"""A team's own wrapper, installed and not analysed: named in the settings, found, fixed and proven to arrive."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lint_rules import __main__, fix
from lint_rules.shim.run import Warm, run

CHAT = """\
import litellm

MESSAGES = [{"role": "user", "content": "hi"}]


async def ask(stream=True):
    return await litellm.acompletion(model="gpt-4o-mini", messages=MESSAGES, stream=stream)


def say():
    return litellm.completion(model="gpt-4o-mini", messages=MESSAGES, stream=True)


class Client:
    async def chunks(self):
        async for chunk in await ask():
            yield chunk
"""
LIFE = """\
import asyncio
import functools
from contextlib import asynccontextmanager

from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER


async def done():
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()


@asynccontextmanager
async def session():
    try:
        yield
    finally:
        await done()


def kept(function):
    @functools.wraps(function)
    async def around(*args, **kwargs):
        async with session():
            return await function(*args, **kwargs)

    return around
"""
"""Names that do not give away what they are for: of a `flush` or `shutdown` the linter would keep silent anyway."""

SETTINGS = """\
[tool.lint_rules]
stream-sources = ["ourlib.chat.ask", "ourlib.chat.say", "ourlib.chat.Client.chunks"]
flush-helpers = ["ourlib.life.done", "ourlib.life.session", "ourlib.life.kept"]
target = ["litellm==1.106.2", "langfuse==4.18.0"]
"""
HEAD = """\
import asyncio

import litellm
from ourlib.chat import Client, ask, say
from ourlib.life import done, kept, session

litellm.success_callback = ["langfuse"]


"""
EARLY = """\
async def main():
    try:
        stream = await ask()
        async for chunk in stream:
            if chunk.choices[0].finish_reason:
                break
    finally:
        await done()


asyncio.run(main())
"""


@pytest.fixture(scope="module", name="warm")
def warm_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """Runs programs in whose environment the package is installed: outside of their project."""
    installed = tmp_path_factory.mktemp("installed")
    for name, text in {"__init__": "", "chat": CHAT, "life": LIFE}.items():
        path = installed / "ourlib" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(installed), prepend=os.pathsep)
        with Warm(sys.executable) as launcher:
            yield launcher


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, source: str) -> None:
    (project / "program.py").write_text(HEAD + source, encoding="utf-8")


@pytest.fixture
def codes(capfd: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    def codes(*arguments: str) -> list[str]:
        capfd.readouterr()
        __main__.main(["--format", "concise", *arguments, "program.py"])
        out, err = capfd.readouterr()
        assert err == ""
        return [line.split()[1] for line in out.splitlines()]

    return codes


Codes = Callable[..., list[str]]


def command(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments, "program.py"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def verdict(project: Path, warm: Warm) -> str:
    """What becomes of the program's calls when it is run, if that is the same for all."""
    report = run(["program.py"], cwd=project, launcher=warm)
    assert report.exit_code is not None, report.stderr
    [said] = {call.verdict for call in report.calls}
    return said


def test_an_early_exit_is_found_fixed_and_proven(project: Path, warm: Warm, codes: Codes) -> None:
    write(project, EARLY)
    assert verdict(project, warm) == "lost"
    assert codes("--isolated") == []
    assert codes() == ["LLM101"]
    assert command(project, "lint_rules").stdout.startswith("program.py:15:17: LLM101 ")
    fixed = command(project, "lint_rules.fix")
    assert (fixed.returncode, fixed.stderr) == (0, "Fixed 1 finding in 1 file.\n")
    assert "async for _ in stream:" in (project / "program.py").read_text(encoding="utf-8")
    assert codes() == []
    assert verdict(project, warm) == "delivered"


def test_a_generator_and_a_sync_stream_are_found_fixed_and_proven(project: Path, warm: Warm, codes: Codes) -> None:
    for code, source in (
        ("LLM101", EARLY.replace("await ask()", "Client().chunks()")),
        ("LLM102", "for chunk in say():\n    if chunk.choices[0].finish_reason:\n        break\n"),
    ):
        write(project, source)
        assert verdict(project, warm) == "lost"
        assert codes() == [code]
        assert fix.main(["program.py"]) == 0
        assert verdict(project, warm) == "delivered"


READ = """\
async def main():
{body}


asyncio.run(main())
"""
CALL = "    async for chunk in await ask():\n        print(chunk)\n"


WHOLE = "    answer = await ask(stream=False)\n"
ENDINGS = {
    "LLM301": (WHOLE, "finally:\n        await _deliver_traces()"),
    "LLM303": (f"{WHOLE}    show(answer)\n    await done()\n", "finally:\n        await done()"),
}


@pytest.mark.parametrize("code", ENDINGS)
def test_the_fix_of_an_ending_holds(project: Path, warm: Warm, codes: Codes, code: str) -> None:
    body, fixed = ENDINGS[code]
    write(project, f"def show(answer):\n    raise ValueError(answer)\n\n\n{READ.format(body=body)}")
    assert codes() == [code]
    assert verdict(project, warm) == "lost"
    assert fix.main(["program.py"]) == 0
    assert fixed in (project / "program.py").read_text(encoding="utf-8")
    assert codes() == []
    assert verdict(project, warm) == "delivered"


SHAPES = {
    "finally": f"async def main():\n    try:\n    {WHOLE}    finally:\n        await done()\n",
    "manager": f"async def main():\n    async with session():\n    {WHOLE}",
    "decorator": f"@kept\nasync def main():\n{WHOLE}",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_reported_delivers(project: Path, warm: Warm, codes: Codes, shape: str) -> None:
    write(project, f"{SHAPES[shape]}\n\nasyncio.run(main())\n")
    assert codes() == []
    assert codes("--isolated", "--stream-sources", "ourlib.chat.ask") == ["LLM301"]
    assert verdict(project, warm) == "delivered"


def test_a_helper_in_a_loop_of_its_own_comes_too_late(project: Path, codes: Codes) -> None:
    write(project, READ.format(body=CALL) + "asyncio.run(done())\n")
    assert codes() == ["LLM301"]


# The doors


def test_the_command_line(project: Path, codes: Codes) -> None:
    write(project, EARLY)
    both = ["--stream-sources", "ourlib.chat.ask,ourlib.chat.say", "--flush-helpers", "ourlib.life.done"]
    assert codes("--isolated", *both) == ["LLM101"]
    assert codes("--isolated", *both[:2]) == ["LLM301", "LLM101"][::-1]
    write(project, EARLY.replace("import ask", "import asking as ask").replace("ask()", "unknown()"))
    assert codes("--isolated", *both) == []


def flake8(project: Path, *arguments: str) -> list[str]:
    done = command(project, "flake8", "--select", "LLM", *arguments)
    assert done.stderr == ""
    return [line.split()[1] for line in done.stdout.splitlines()]


def test_flake8(project: Path) -> None:
    """As the command: from pyproject.toml, from flake8's own files, and from its command line."""
    write(project, EARLY)
    assert flake8(project, "--isolated") == ["LLM101"]
    (project / "pyproject.toml").write_text("", encoding="utf-8")
    assert flake8(project) == []
    options = ["--llm-stream-sources", "ourlib.chat.ask", "--llm-flush-helpers", "ourlib.life.done"]
    assert flake8(project, *options) == ["LLM101"]
    lines = "llm-stream-sources =\n    ourlib.chat.ask,\n    ourlib.chat.say\nllm-flush-helpers = ourlib.life.done\n"
    (project / "setup.cfg").write_text(f"[flake8]\n{lines}", encoding="utf-8")
    assert flake8(project) == ["LLM101"]


def test_flake8_lets_a_file_through_that_mentions_neither_sdk(project: Path, codes: Codes) -> None:
    source = "from ourlib import chat\n\n\nasync def main():\n    async for chunk in chat.ask():\n        break\n"
    (project / "program.py").write_text(source, encoding="utf-8")
    assert flake8(project, "--isolated") == codes() == ["LLM101"]
    (project / "program.py").write_text(source.replace("ourlib", "otherlib"), encoding="utf-8")
    assert flake8(project, "--isolated") == codes() == []


def test_a_malformed_flake8_option(project: Path) -> None:
    write(project, EARLY)
    done = command(project, "flake8", "--llm-stream-sources", "ask")
    assert done.returncode == 1
    assert "--llm-stream-sources: 'ask' is no dotted name such as ourlib.chat.ask" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
