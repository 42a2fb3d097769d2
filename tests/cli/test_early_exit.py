"""`early-exit = "log-partial"`: from the project's settings, through the real command, into the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """\
import asyncio
import litellm

litellm.success_callback = ["langfuse"]


async def main():
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[], stream=True)
    async for chunk in response:
        if "fox" in (chunk.choices[0].delta.content or ""):
            break


asyncio.run(main())
"""


def fix(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules.fix", "--unsafe-fixes", "--target=litellm==1.106.2", *options, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def project(folder: Path, settings: str = "") -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.lint_rules]\n{settings}\n")
    (folder / "program.py").write_text(PROGRAM)
    return folder / "program.py"


def test_the_table_asks_for_it_and_it_goes_with_the_delivery(tmp_path: Path) -> None:
    program = project(tmp_path, 'early-exit = "log-partial"')
    done = fix(tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    text = program.read_text()
    assert "await _log_partial(response)\n                break\n" in text
    assert text.count("async def _log_partial(") == text.count("async def _deliver_traces(") == 1
    assert "async for _ in" not in text
    assert fix(tmp_path).stderr == "Nothing to fix.\n"
    assert program.read_text() == text


def test_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    program = project(tmp_path, 'early-exit = "log-partial"')
    assert fix(tmp_path, "--early-exit=drain").returncode == 0
    assert "async for _ in response" in program.read_text()


def test_it_is_not_written_unasked(tmp_path: Path) -> None:
    program = project(tmp_path)
    assert fix(tmp_path).returncode == 0
    assert "async for _ in response" in program.read_text()
