"""Target versions as the user meets them: `--target`, `--show-target`, flake8's `--llm-target`, notes and errors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lint_rules import __main__, engine, fix
from lint_rules.finding import Finding, Span
from lint_rules.rules import Rule
from lint_rules.semantics.facts import ModuleFacts

SOURCE = "import litellm\n"


def run(module: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("litellm==1.77.7\nlangfuse>=2,<3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(_: Rule, facts: ModuleFacts) -> Iterator[Finding]:
    """Stand in for a rule that depends on versions."""
    yield Finding("LLM999", Span(1, 0, 1, 1), f"{facts.targets.litellm}, {facts.targets.langfuse}")


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule("LLM999", "told", told, __name__)
    monkeypatch.setattr(engine, "all_rules", lambda: (rule,))


DOORS = pytest.mark.parametrize("door", [__main__.main, fix.main], ids=["check", "fix"])


@DOORS
@pytest.mark.usefixtures("folder", "telling")
def test_rules_are_told(door: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    assert door(["app.py"]) == 1
    out, err = capsys.readouterr()
    told = "app.py:1:1: LLM999 litellm 1.77.7 (requirements.txt:1), langfuse >=2,<3 (requirements.txt:2)"
    assert out.splitlines()[0] == told
    assert "note:" not in err


@DOORS
@pytest.mark.usefixtures("folder", "telling")
def test_the_option_wins(door: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    assert door(["--target", "litellm>=1.80,<1.90,langfuse==4.18.0", "--target=litellm!=1.81.0", "app.py"]) == 1
    assert "LLM999 litellm >=1.80,<1.90,!=1.81.0 (--target), langfuse 4.18.0 (--target)\n" in capsys.readouterr().out


@DOORS
@pytest.mark.usefixtures("telling")
def test_each_note_is_told_once(
    door: Callable[[list[str]], int], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.py").write_text(SOURCE, encoding="utf-8")
    (folder / "uv.lock").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert door(["--target", "langfuse==9.0", "."]) == 1
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 2
    assert notes[0].startswith("note: uv.lock could not be read: ")
    assert notes[1] == "note: langfuse 9.0 (--target) is newer than 5.0.4, the newest release that was measured"


@DOORS
@pytest.mark.usefixtures("telling")
def test_wrong_settings_are_an_error(
    door: Callable[[list[str]], int], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pyproject.toml").write_text("[tool.lint_rules]\ntarget = ['litelm==1.77.7']\n", encoding="utf-8")
    assert door(["app.py"]) == 2
    out, err = capsys.readouterr()
    assert "LLM999 litellm 1.77.7 (requirements.txt:1)" in out
    error = "error: pyproject.toml [tool.lint_rules]: 'litelm==1.77.7' is about neither litellm nor langfuse"
    assert err.count("neither") == 1
    assert error in err.splitlines()


@pytest.mark.parametrize("module", ["lint_rules", "lint_rules.fix"])
@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("litelm==1.77.7", "--target: 'litelm==1.77.7' is about neither litellm nor langfuse"),
        ("1.77.7", "--target: '1.77.7' is about neither litellm nor langfuse"),
        ("litellm=1.77.7", "--target asks for 'litellm=1.77.7', which is no requirement"),
        ("litellm==1.77.7,httpx", "--target: 'httpx' is about neither litellm nor langfuse"),
        ("litellm @ https://x/y.whl", "--target: 'litellm @ https://x/y.whl' names no version"),
        ("litellm===x", "--target asks for litellm '===x', which is no version"),
        ("litellm\n==>", "--target asks for 'litellm ==>', which is no requirement"),
    ],
)
def test_a_malformed_option_is_one_line(folder: Path, module: str, target: str, error: str) -> None:
    done = run(module, "--target", target, "app.py", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {error}\n")


# --show-target


def show(folder: Path, *arguments: str) -> str:
    done = run("lint_rules", "--show-target", *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_show_target(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep/more.py").write_text(SOURCE, encoding="utf-8")
    expected = ".\n    litellm 1.77.7 (requirements.txt:1)\n    langfuse >=2,<3 (requirements.txt:2)\n"
    assert show(folder, ".") == expected
    assert show(folder, "deep/more.py") == expected


def test_show_target_of_several_projects(folder: Path) -> None:
    for name in ("service", "repository"):
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(SOURCE, encoding="utf-8")
    (folder / "service/requirements.txt").write_text("litellm==1.80.0", encoding="utf-8")
    (folder / "repository/.git").mkdir()
    (folder / "repository/poetry.lock").write_text("?", encoding="utf-8")
    (folder / "repository/setup.cfg").write_text(
        "[options]\ninstall_requires = litellm>=2\n langfuse==3.0", encoding="utf-8"
    )
    (folder / "job.py").write_text("# /// script\n# dependencies = ['litellm==1.81']\n# ///\n", encoding="utf-8")
    broken = "poetry.lock could not be read: Invalid statement (at line 1, column 1)"
    assert show(folder, "app.py", "job.py", "service", "repository/app.py").splitlines() == [
        "app.py",
        "    litellm 1.77.7 (requirements.txt:1)",
        "    langfuse >=2,<3 (requirements.txt:2)",
        "job.py",
        "    litellm 1.81 (job.py)",
        "    langfuse >=2,<3 (requirements.txt:2)",
        "service/app.py",
        "    litellm 1.80.0 (service/requirements.txt:1)",
        "    langfuse >=2,<3 (requirements.txt:2)",
        "repository",
        "    litellm >=2 (setup.cfg)",
        f"        note: {broken}; litellm >=2 (setup.cfg) is newer than 1.106.2, the newest release that was measured",
        "    langfuse 3.0 (setup.cfg)",
        f"        note: {broken}",
    ]


def test_show_target_with_the_option(folder: Path) -> None:
    assert "langfuse 3.0 (--target)" in show(folder, "--target", "langfuse==3.0", "app.py")


def test_show_target_of_nothing(folder: Path) -> None:
    done = run("lint_rules", "--show-target", "gone.py", "app.py", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "gone.py: error: no such file or directory\n")
    assert "litellm 1.77.7" in done.stdout


# flake8

PROBE = """\
import sys
from lint_rules import engine, plugin
from lint_rules.finding import Finding, Span
from lint_rules.rules import Rule


def told(_, facts):
    yield Finding("LLM999", Span(1, 0, 1, 1), f"{facts.targets.litellm}, {facts.targets.langfuse}")


engine.all_rules = lambda: (Rule("LLM999", "told", told, __name__),)
plugin._ALL = plugin.Settings(select=("LLM",))
from flake8.main.cli import main

sys.exit(main(["-j1", "--select", "LLM", *sys.argv[1:]]))
"""


def flake8(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROBE, *arguments, "app.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_flake8_finds_targets(folder: Path) -> None:
    assert "LLM999 litellm 1.77.7 (requirements.txt:1), langfuse >=2,<3" in flake8(folder, "--isolated").stdout


def test_flake8_option(folder: Path) -> None:
    done = flake8(folder, "--isolated", "--llm-target", "litellm>=1.80,<1.90,langfuse==4.18.0")
    assert "LLM999 litellm >=1.80,<1.90 (--llm-target), langfuse 4.18.0 (--llm-target)" in done.stdout


@pytest.mark.parametrize("value", ["litellm==1.80.0,langfuse<3", "\n    litellm==1.80.0\n    langfuse<3"])
def test_flake8_configuration(folder: Path, value: str) -> None:
    (folder / ".flake8").write_text(f"[flake8]\nllm-target = {value}\n", encoding="utf-8")
    assert "LLM999 litellm 1.80.0 (--llm-target), langfuse <3 (--llm-target)" in flake8(folder).stdout


def test_flake8_reads_the_settings_of_the_project(folder: Path) -> None:
    settings = folder / "pyproject.toml"
    settings.write_text("[tool.lint_rules]\ntarget = ['litellm==1.70.0']", encoding="utf-8")
    assert "litellm 1.70.0 (pyproject.toml [tool.lint_rules])" in flake8(folder, "--isolated").stdout
    settings.write_text("[tool.lint_rules]\ntarget = ['litelm']", encoding="utf-8")
    assert flake8(folder, "--isolated").stdout.startswith(
        "app.py:1:1: LLM000 pyproject.toml [tool.lint_rules]: 'litelm' is about neither litellm nor langfuse\n"
    )


def test_a_malformed_flake8_option(folder: Path) -> None:
    done = flake8(folder, "--isolated", "--llm-target", "litellm=1")
    assert done.returncode == 1
    assert done.stdout == (
        "There was a critical error during execution of Flake8:\n"
        "--llm-target asks for 'litellm=1', which is no requirement\n"
    )
    assert "Traceback" not in done.stderr
