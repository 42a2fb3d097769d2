"""Standard input, as an editor sends it: `-` as PATH."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LOSS = b"""\
import litellm


async def ask():
    text = ""
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        text += chunk.choices[0].delta.content
    return text
"""
FIXED = LOSS.replace(b"delta.content\n", b'delta.content or ""\n')


def door(module: str, *arguments: str, data: bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, input=data, cwd=cwd, capture_output=True, check=False)


def check(*arguments: str, data: bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return door("lint_rules", *arguments, data=data, cwd=cwd)


def fix(*arguments: str, data: bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return door("lint_rules.fix", *arguments, data=data, cwd=cwd)


def test_an_editors_round_trip(tmp_path: Path) -> None:
    """Diagnostics for the buffer, the buffer fixed, and no diagnostics any more; the file itself is never touched."""
    (tmp_path / "app.py").write_text("saved = 'an older text'\n", encoding="utf-8")
    named = ("-", "--stdin-filename", "app.py")
    found = check(*named, "--format", "json", data=LOSS, cwd=tmp_path)
    [finding] = json.loads(found.stdout)
    assert (found.returncode, finding["path"], finding["line"], finding["code"]) == (1, "app.py", 8, "LLM201")
    fixed = fix(*named, data=LOSS, cwd=tmp_path)
    assert (fixed.returncode, fixed.stdout) == (0, FIXED)
    assert fixed.stderr == b"Fixed 1 finding in 1 file.\n"
    again = check(*named, data=fixed.stdout, cwd=tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (0, b"", b"")
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == "saved = 'an older text'\n"


def test_the_name_says_which_project_the_text_belongs_to(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(
        "import litellm\n\n\nasync def ask():\n    return await litellm.acompletion(model='m', stream=True)\n",
        encoding="utf-8",
    )
    source = b"from .client import ask\n\n\nasync def f():\n    async for _ in await ask():\n        break\n"
    (tmp_path / "__init__.py").touch()
    assert check("-", "--stdin-filename", f"{tmp_path}/new.py", data=source, cwd=tmp_path).returncode == 1
    assert check("-", "--stdin-filename", "/elsewhere/new.py", data=source, cwd=tmp_path).returncode == 0


def test_the_name_says_which_settings_hold(tmp_path: Path) -> None:
    (tmp_path / "quiet").mkdir()
    (tmp_path / "quiet/pyproject.toml").write_text("[tool.lint_rules]\nignore = ['LLM']\n", encoding="utf-8")
    assert check("-", "--stdin-filename", "quiet/app.py", data=LOSS, cwd=tmp_path).returncode == 0
    assert check("-", "--stdin-filename", "app.py", data=LOSS, cwd=tmp_path).returncode == 1


def test_a_baseline_knows_the_text_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(LOSS)
    assert check("app.py", "--write-baseline", "known.json", data=b"", cwd=tmp_path).returncode == 0
    named = ("--baseline", "known.json", "-", "--stdin-filename", "app.py")
    assert check(*named, data=b"# above\n" + LOSS, cwd=tmp_path).returncode == 0
    assert check(*named, data=LOSS + LOSS.replace(b"ask", b"more"), cwd=tmp_path).returncode == 1


def test_without_a_name_it_is_called_by_its_sign(tmp_path: Path) -> None:
    assert check("-", data=LOSS, cwd=tmp_path).stdout.startswith(b"-:8:9: LLM201 ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1",
        b"\xef\xbb\xbfx = 1\r\n",
        b"# coding: latin-1\nx = '\xe9'\n",
        b"import litellm\n\nasync def f(:\n",
        b"import litellm\nx = '\xff'\n",
    ],
    ids=["empty", "no final newline", "mark and CRLF", "latin-1", "unparsable", "undecodable"],
)
def test_what_is_not_fixed_comes_out_as_it_went_in(tmp_path: Path, data: bytes) -> None:
    assert fix("-", data=data, cwd=tmp_path).stdout == data


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_line_ends_and_mark_survive_a_fix(tmp_path: Path, ending: bytes) -> None:
    data = b"\xef\xbb\xbf" + LOSS.replace(b"\n", ending)
    assert fix("-", data=data, cwd=tmp_path).stdout == b"\xef\xbb\xbf" + FIXED.replace(b"\n", ending)


def test_a_text_that_does_not_parse_is_an_error(tmp_path: Path) -> None:
    for one in (check, fix):
        done = one("-", "--stdin-filename", "app.py", data=b"import litellm\n\nasync def f(:\n", cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith(b"app.py:3:13: error: cannot be parsed: ")


def test_what_is_left_goes_to_stderr_and_the_text_alone_to_stdout(tmp_path: Path) -> None:
    data = FIXED.replace(b'or ""\n', b'or ""\n        if text.endswith("."):\n            break\n')
    done = fix("-", data=data, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, data)
    assert b"-:10:13: LLM101" in done.stderr
    assert done.stderr.endswith(b"Nothing fixed (1 more with --unsafe-fixes).\n")


def test_diff_and_check_print_no_text(tmp_path: Path) -> None:
    patch = fix("-", "--diff", "--stdin-filename", "app.py", data=LOSS, cwd=tmp_path)
    assert (patch.returncode, patch.stdout.splitlines()[0]) == (1, b"--- app.py")
    assert b'+        text += chunk.choices[0].delta.content or ""\n' in patch.stdout
    found = fix("-", "--check", data=LOSS, cwd=tmp_path)
    assert (found.returncode, found.stdout.startswith(b"-:8:9: LLM201 ")) == (1, True)


@pytest.mark.parametrize(
    ("module", "arguments", "error"),
    [
        ("lint_rules", ["-", "app.py"], "- (standard input) goes alone: no other PATH beside it"),
        ("lint_rules", ["app.py", "--stdin-filename", "x.py"], "--stdin-filename goes with - as PATH"),
        (
            "lint_rules",
            ["-", "--base", "main"],
            "- (standard input) goes with none of --base, --write-baseline and --add-noqa",
        ),
        ("lint_rules.fix", ["app.py", "-"], "- (standard input) goes alone: no other PATH beside it"),
        (
            "lint_rules.fix",
            ["-", "--interactive"],
            "- (standard input) goes neither with --verify nor with --interactive",
        ),
    ],
)
def test_what_makes_no_sense_is_one_line(tmp_path: Path, module: str, arguments: list[str], error: str) -> None:
    done = door(module, *arguments, data=b"", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", f"error: {error}\n")
