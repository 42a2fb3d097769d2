"""Names and text that come from the linted project neither drive a terminal, nor forge a line, nor turn text around."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.repository import ENVIRONMENT, loss, module
from tests.faults.trees import long

NASTY = "e\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202eyp.\u2066a\u200b\u2028\x7f\x85"
HARMFUL = {chr(code) for code in (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x061C, 0x200B, 0x200E, 0x200F)}
HARMFUL |= {chr(code) for code in (*range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)}
FORMATS = ("concise", "github", "gitlab", "json", "json-lines", "junit", "markdown", "sarif", "text")
STRING = f'x = "{NASTY.replace(chr(13), "")}"; litellm.callbacks = [x]  # {NASTY.replace(chr(13), "")}\n'


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A project whose folder, files, text and settings are hostile; one file cannot be parsed, one leads out."""
    top = tmp_path / NASTY
    top.mkdir()
    (top / f"{NASTY}.py").write_text(module(loss()) + STRING)
    (top / f"b{NASTY}.py").write_text(f"import litellm\nx = {NASTY!r} content\n{NASTY}\n")
    (top / f"c{NASTY}.py").symlink_to(f"../c{NASTY}.py")
    (tmp_path / f"c{NASTY}.py").write_text(module(loss()))
    (top / "requirements.txt").write_text(f"litellm=={NASTY[2:9]}\n-r {NASTY}.txt\nlangfuse @ {NASTY}\n")
    (top / "poetry.lock").write_text(f"[[package]\n{NASTY}\n")
    return tmp_path


def run(*arguments: str, cwd: Path, stdin: bytes = b"") -> str:
    line = [sys.executable, "-m", *arguments]
    done = subprocess.run(line, cwd=cwd, env=ENVIRONMENT, input=stdin, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1, 2)
    told = done.stderr + (b"" if "--interactive" in arguments else done.stdout)  # a patch in a pipe is for `patch`
    harmful = HARMFUL & set(told.decode("utf-8", "replace"))
    assert not harmful, (harmful, done.stdout[-300:], done.stderr[-600:])
    return done.stdout.decode()


def test_no_format_passes_it_on(hostile: Path) -> None:
    line = [sys.executable, "-m", "lint_rules", *(f"--report={name}={name}" for name in FORMATS), NASTY]
    done = subprocess.run(line, cwd=hostile, env=ENVIRONMENT, capture_output=True, check=False)
    assert done.returncode == 2
    written = {name: (hostile / name).read_text(encoding="utf-8") for name in FORMATS}
    assert all(json.loads(written.pop(name)) for name in ("gitlab", "json", "sarif"))
    assert [json.loads(line) for line in written.pop("json-lines").split("\n") if line]
    assert ET.fromstring(written.pop("junit")) is not None
    for told in (*written.values(), done.stdout.decode(), done.stderr.decode()):
        assert told and not HARMFUL & set(told), (sorted(HARMFUL & set(told)), told[-600:])


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint_rules", "--show-target", NASTY),
        ("lint_rules", "--explain-trace", NASTY),
        ("lint_rules", f"--report=json={NASTY}", NASTY),
        ("lint_rules", f"--select={NASTY}", NASTY),
        ("lint_rules.fix", "--unsafe-fixes", "--interactive", NASTY),
        ("lint_rules.fix", "--unsafe-fixes", NASTY),
        ("lint_rules.shim", f"--{NASTY}", "--", NASTY),
        *(
            pytest.param(arguments, marks=long)
            for arguments in (
                ("lint_rules", "--statistics", NASTY),
                ("lint_rules", f"--base={NASTY}", NASTY),
                ("lint_rules", f"--baseline={NASTY}", NASTY),
                ("lint_rules", f"--{NASTY}", NASTY),
                ("lint_rules", f"--target=litellm=={NASTY}", NASTY),
                ("lint_rules", f"no{NASTY}"),
                ("lint_rules", f"--explain={NASTY}"),
                ("lint_rules.fix", "--check", "--unsafe-fixes", NASTY),
                ("lint_rules", "--add-noqa", NASTY),
                ("flake8", "--isolated", "--select=LLM", f"{NASTY}/requirements.txt"),
            )
        ),
    ],
    ids=lambda arguments: ascii(" ".join(arguments))[:40],
)
def test_nothing_that_is_told_passes_it_on(hostile: Path, arguments: tuple[str, ...]) -> None:
    run(*arguments, cwd=hostile, stdin=f"{NASTY}\na\n".encode())


def test_flake8_gets_messages_without_it(hostile: Path) -> None:
    """The file's name is flake8's to print; the message is ours, also the one about broken settings."""
    (hostile / "plain").mkdir()
    (hostile / "plain" / "app.py").write_text(module(loss()))
    (hostile / "plain" / "pyproject.toml").write_text('[tool.lint_rules]\n"e\\u001b[2J\\u202e" = 1\n')
    assert "LLM000" in run("flake8", "--isolated", "--select=LLM", "plain/app.py", cwd=hostile)
