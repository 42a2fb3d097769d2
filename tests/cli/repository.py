"""Repositories to try the gate on: real git, no configuration but the test's own, and programs with known losses."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lint_rules.__main__ import main

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
    "PYTHONPATH": str(Path(__file__).parents[2]),
}
LOSS = """\
async def {name}({parameter}):
    response = await litellm.acompletion(model="{name}", messages={parameter}, stream=True)
    async for chunk in response:
        if chunk.choices[0].finish_reason:
            break
"""
FINDING = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: (?P<code>LLM\d+) ", re.MULTILINE)


def loss(name: str = "ask", parameter: str = "messages") -> str:
    """Return a function that loses a trace, on its last line."""
    return LOSS.format(name=name, parameter=parameter)


def module(*functions: str) -> str:
    """Return a module with functions."""
    return "\n\n".join(("import litellm\n", *functions))


@dataclass(frozen=True)
class Done:
    """What a run of the command came to."""

    status: int
    out: str
    err: str

    @property
    def findings(self) -> list[tuple[str, int, str]]:
        """Where the findings are that were printed as text."""
        return [(found["path"], int(found["line"]), found["code"]) for found in FINDING.finditer(self.out)]


def command(*arguments: str, cwd: Path, **environment: str) -> Done:
    """Run the command in a process of its own."""
    line = [sys.executable, "-m", "lint_rules", *arguments]
    done = subprocess.run(line, cwd=cwd, capture_output=True, check=False, env={**ENVIRONMENT, **environment})
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def lint(*arguments: str, cwd: Path) -> Done:
    """Do what the command does, in this process: most of its time it would start Python."""
    before, environment = Path.cwd(), dict(os.environ)
    out, err = io.StringIO(), io.StringIO()
    try:
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(ENVIRONMENT)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(list(arguments))
    except SystemExit as error:
        status = int(error.code or 0)
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)
    return Done(status, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Repository:
    """A repository with a work tree."""

    top: Path

    @classmethod
    def new(cls, top: Path) -> Repository:
        """Make an empty one, on a branch called main."""
        top.mkdir(parents=True, exist_ok=True)
        made = cls(top)
        made.git("init", "-q", "-b", "main")
        return made

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git in it."""
        command = ["git", "-c", "protocol.file.allow=always", "-C", str(self.top), *arguments]
        done = subprocess.run(command, capture_output=True, check=False, env=ENVIRONMENT)
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def write(self, **modules: str) -> None:
        """Write modules; `__` in a name stands for a folder."""
        for name, text in modules.items():
            path = self.top / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def commit(self, **modules: str) -> str:
        """Write modules, commit everything, and return the commit."""
        self.write(**modules)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def gate(self, *arguments: str, base: str = "main") -> Done:
        """Run the gate on it."""
        return lint(f"--base={base}", *(arguments or (".",)), cwd=self.top)
