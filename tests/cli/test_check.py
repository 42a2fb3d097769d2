"""`python -m lint_rules` as its user meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOSS = """\
import litellm


async def ask():
    naïve = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in naïve: break  # é
"""
CLEAN = "import litellm\n"


def lint(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clean.py").write_text(CLEAN, encoding="utf-8")
    (tmp_path / "loss.py").write_text(LOSS, encoding="utf-8")
    return tmp_path


def test_clean(folder: Path) -> None:
    done = lint("clean.py", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_findings_count_code_points(folder: Path) -> None:
    done = lint("--format", "concise", "clean.py", "loss.py", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("loss.py:6:31: LLM101 `break` leaves the LiteLLM stream `naïve`")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_folder_is_searched(folder: Path) -> None:
    assert "loss.py:6:31: LLM101" in lint(".", cwd=folder).stdout


def test_json(folder: Path) -> None:
    done = lint("--format", "json", "loss.py", cwd=folder)
    [finding] = json.loads(done.stdout)
    message, fix = finding.pop("message"), finding.pop("fix")
    assert message.startswith("`break` leaves")
    assert (fix["applicability"], len(fix["edits"])) == ("unsafe", 1)
    assert finding == {
        "code": "LLM101",
        "name": "early-exit-from-stream",
        "url": "https://github.com/flake8-litellm/flake8-litellm/blob/main/docs/rules/LLM101.md",
        "path": "loss.py",
        "line": 6,
        "column": 31,
        "end_line": 6,
        "end_column": 36,
    }


def test_json_of_nothing_is_an_empty_list(folder: Path) -> None:
    assert json.loads(lint("--format", "json", "clean.py", cwd=folder).stdout) == []


def test_explain_trace(folder: Path) -> None:
    done = lint("--explain-trace", "loss.py", cwd=folder)
    assert [row.strip().partition(": ")[0] for row in done.stdout.splitlines()[1:]] == [
        "loss.py:5",
        "loss.py:6",
        "loss.py:6",
    ]
    assert "`litellm.acompletion` makes the stream" in done.stdout


def test_github(folder: Path) -> None:
    done = lint("--format", "github", "loss.py", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "::error file=loss.py,line=6,endLine=6,col=31,endColumn=36,title=LLM101::`break` leaves"
    )


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ((), {"LLM101"}),
        (("--select", "LLM2"), set()),
        (("--ignore", "LLM1"), set()),
        (("--select", "LLM101"), {"LLM101"}),
    ],
)
def test_selection(folder: Path, options: tuple[str, ...], codes: set[str]) -> None:
    done = lint("--format", "json", *options, "loss.py", cwd=folder)
    assert {finding["code"] for finding in json.loads(done.stdout)} == codes
    assert done.returncode == (1 if codes else 0)


BROKEN = {
    "unparsable": (b"import litellm\n\nasync def f(:\n", "broken.py:3:13: error: cannot be parsed: "),
    "undecodable": (b"import litellm\nx = '\xff'\n", "broken.py:2:6: error: byte 0xff is not utf-8"),
    "unknown encoding": (b"# coding: nonsense\nimport litellm\n", "broken.py:1:1: error: unknown encoding: nonsense"),
    "null byte": (b"import litellm\n\0\n", "broken.py"),
    "enormous": (b"import litellm\n" + b"#" * 5_000_000, "broken.py: error: larger than 5,000,000 bytes"),
    "deep": (b"import litellm\nx = " + b"(" * 5_000 + b")" * 5_000 + b"\n", "broken.py"),
    "long": (b"import litellm\nx = " + b"+".join([b"1"] * 20_000) + b"\n", "broken.py: error: nested too deeply"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_bad_input_is_one_line_and_the_others_are_checked(folder: Path, name: str) -> None:
    data, line = BROKEN[name]
    (folder / "broken.py").write_bytes(data)
    done = lint("broken.py", "loss.py", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert "loss.py:6:31: LLM101" in done.stdout


def test_a_missing_path(folder: Path) -> None:
    done = lint("nowhere.py", "loss.py", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "nowhere.py: error: no such file or directory\n")
    assert "loss.py:6:31: LLM101" in done.stdout


def test_a_folder_without_python(tmp_path: Path) -> None:
    done = lint(str(tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{tmp_path}: error: no Python files here\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(folder: Path) -> None:
    (folder / "clean.py").chmod(0)
    done = lint("clean.py", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "clean.py: error: permission denied\n")


def test_an_empty_file_is_clean(tmp_path: Path) -> None:
    (tmp_path / "empty.py").touch()
    assert lint("empty.py", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "options", [("--select", "E501"), ("--format", "yaml"), ("--format", "statistics"), ("--nonsense",), ()]
)
def test_bad_options(folder: Path, options: tuple[str, ...]) -> None:
    done = lint(*options, *(["clean.py"] if options else []), cwd=folder)
    assert done.returncode == 2
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_the_linted_code_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("open('sprung', 'w')\nraise SystemExit('imported')\n", encoding="utf-8")
    source = f"from helper import prepare\n{LOSS}\nprepare()\nopen('sprung', 'w')\n"
    (tmp_path / "trap.py").write_text(source, encoding="utf-8")
    assert lint("trap.py", cwd=tmp_path).returncode == 1
    assert not (tmp_path / "sprung").exists()
