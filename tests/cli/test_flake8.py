"""The plugin under the real flake8."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from lint_rules.plugin import Plugin

LOSS = """\
import litellm


async def ask(wanted):
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        if wanted(chunk):
            break
"""


def flake8(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8", "--isolated", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "loss.py").write_text(LOSS, encoding="utf-8")
    return tmp_path


def test_it_is_installed() -> None:
    assert "flake8-litellm: " in flake8("--version", cwd=Path.cwd()).stdout


def test_select(folder: Path) -> None:
    done = flake8("--select", "LLM", "loss.py", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("loss.py:8:13: LLM101 `break` leaves the LiteLLM stream `response`")
    assert done.stderr == ""


def test_it_is_on_by_default(folder: Path) -> None:
    assert "LLM101" in flake8("loss.py", cwd=folder).stdout


def test_ignore(folder: Path) -> None:
    assert flake8("--extend-ignore", "LLM1", "loss.py", cwd=folder).returncode == 0


def test_what_is_off_by_default_is_selected_by_its_code(folder: Path) -> None:
    (folder / "loss.py").write_text(LOSS.replace("break", "raise ValueError"), encoding="utf-8")
    assert flake8("loss.py", cwd=folder).returncode == 0
    assert "LLM103" in flake8("--extend-select", "LLM103", "loss.py", cwd=folder).stdout


def test_it_sees_across_files_as_the_command_does(tmp_path: Path) -> None:
    client = "import litellm\n\n\nasync def ask():\n    return await litellm.acompletion(model='m', stream=True)\n"
    (tmp_path / "client.py").write_text(client, encoding="utf-8")
    source = LOSS.replace('litellm.acompletion(model="m", messages=[], stream=True)', "say()")
    (tmp_path / "loss.py").write_text(f"from client import ask as say\n{source}", encoding="utf-8")
    command = [sys.executable, "-m", "lint_rules", "--format", "concise", "client.py", "loss.py"]
    direct = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert direct.count("LLM101") == 1
    assert flake8("-j1", "--select", "LLM", "client.py", "loss.py", cwd=tmp_path).stdout == direct


def test_noqa(folder: Path) -> None:
    (folder / "loss.py").write_text(LOSS.replace("break", "break  # noqa: LLM101"), encoding="utf-8")
    assert flake8("--select", "LLM", "loss.py", cwd=folder).returncode == 0


def test_standard_input(folder: Path) -> None:
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "LLM", "--stdin-display-name", "x.py", "-"]
    done = subprocess.run(command, input=LOSS, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("x.py:8:13: LLM101")


def test_a_defect_of_ours_is_a_finding_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    import ast  # noqa: PLC0415

    from lint_rules import plugin  # noqa: PLC0415

    def fail(*_: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(plugin, "judge", fail)
    [(line, column, text, _)] = plugin.Plugin(ast.parse(LOSS), LOSS.splitlines(keepends=True)).run()
    assert (line, column, text) == (1, 0, "LLM000 internal error of flake8-litellm: KeyError: 'oops'")


def test_nothing_is_kept_of_a_file_that_was_checked(folder: Path) -> None:
    """What is kept makes flake8 slower: Python goes through all of it when it looks for garbage."""
    tree = ast.parse(LOSS)
    before = weakref.ref(tree.body[1])
    assert len(list(Plugin(tree, LOSS.splitlines(keepends=True), str(folder / "loss.py")).run())) == 1
    del tree
    gc.collect()
    assert before() is None
