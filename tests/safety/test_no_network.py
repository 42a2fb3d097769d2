"""Finding and fixing need no network and use none; what the shim serves can be reached from this machine only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.repository import ENVIRONMENT, Repository
from tests.faults.trees import long, with_sdks

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
HOOK = """\
import json, os, sys

def hear(event, arguments):
    if not event.startswith("socket."):
        return
    import socket
    first = arguments[0] if arguments else None
    if isinstance(first, socket.socket) and first.family not in (socket.AF_INET, socket.AF_INET6):
        return
    where = [one for one in arguments[1:] if isinstance(one, (tuple, list))] or [arguments]
    with open(os.environ["HEARD"], "a") as heard:
        heard.write(json.dumps([os.getpid(), event.partition(".")[2], str(where[0][0])]) + "\\n")

sys.addaudithook(hear)
"""
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ASKS = """\
import os, socket, urllib.parse
model = next(urllib.parse.urlsplit(value) for value in os.environ.values() if value.startswith("http://127.0.0.1:"))
socket.create_connection((model.hostname, model.port)).close()
"""
CALLS = """\
import litellm
litellm.success_callback = ["langfuse"]
litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
"""


@dataclass(frozen=True)
class Heard:
    """One thing that a process did with the network."""

    process: int
    event: str
    host: str


class Listener:
    """Runs Python, and hears what any process of it does with the network."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "heard"
        self.hook = folder / "hook"
        self.hook.mkdir()
        (self.hook / "sitecustomize.py").write_text(HOOK)

    def run(self, *arguments: str, cwd: Path, code: tuple[int, ...]) -> list[Heard]:
        self.log.write_text("")
        path = os.pathsep.join([str(self.hook), str(ROOT)])
        environment = {**ENVIRONMENT, "PYTHONPATH": path, "HEARD": str(self.log)}
        line = [sys.executable, *arguments]
        done = subprocess.run(line, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in code, (done.returncode, done.stderr[-1000:])
        return [Heard(*json.loads(line)) for line in self.log.read_text().splitlines()]


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    return Listener(tmp_path)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with a case of each rule."""
    top = tmp_path / "project"
    for rule in sorted(CASES.iterdir()):
        for before in sorted(rule.glob("*/before.py"))[:1]:
            (top / "cases").mkdir(parents=True, exist_ok=True)
            shutil.copy(before, top / "cases" / f"{rule.name.replace('-', '_')}.py")
    (top / "requirements.txt").write_text("litellm==1.106.2\nlangfuse==4.18.0\n")
    Repository.new(top).commit()
    return top


def test_the_listener_hears(listener: Listener, tmp_path: Path) -> None:
    program = "import socket; socket.socket().connect_ex(('127.0.0.1', 9)); socket.getaddrinfo('localhost', 80)"
    heard = listener.run("-c", program, cwd=tmp_path, code=(0,))
    assert [(one.event, one.host) for one in heard if one.event != "__new__"] == [
        ("connect", "127.0.0.1"),
        ("getaddrinfo", "localhost"),
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("lint_rules", "--report=sarif=../report", "."), (1,)),
        (("lint_rules.fix", "--unsafe-fixes", "."), (0, 1)),
        (("flake8", "--isolated", "-j2", "--select=LLM", "."), (1,)),
    ],
)
def test_finding_and_fixing_use_none(
    listener: Listener, tree: Path, arguments: tuple[str, ...], code: tuple[int, ...]
) -> None:
    before = {path: path.read_bytes() for path in tree.glob("cases/*.py")}
    assert listener.run("-m", *arguments, cwd=tree, code=code) == []
    changed = [path for path, data in before.items() if path.read_bytes() != data]
    assert bool(changed) is (arguments[0] == "lint_rules.fix")


@with_sdks
@pytest.mark.parametrize("program", [ASKS, pytest.param(CALLS, marks=long)], ids=["a socket", "LiteLLM"])
def test_the_shim_is_on_loopback_only(listener: Listener, tmp_path: Path, program: str) -> None:
    (tmp_path / "program.py").write_text(program)
    heard = listener.run("-m", "lint_rules.shim", "--", "program.py", cwd=tmp_path, code=(0, 1))
    bound, connected = ([one for one in heard if one.event == event] for event in ("bind", "connect"))
    assert len(bound) >= 2, "the model and Langfuse"
    assert {one.process for one in bound} != {one.process for one in connected}, "the program was not heard"
    assert {one.host for one in (*bound, *connected)} <= LOOPBACK
