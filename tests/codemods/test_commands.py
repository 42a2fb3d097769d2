"""LibCST's own runner writes what `python -m lint_rules.fix` writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import libcst as cst
import pytest
from libcst.codemod import CodemodContext, SkipFile
from test_cases import FIXED, Case

from codemods import commands
from codemods.registry import all_codemods
from lint_rules import fix
from lint_rules.rules import Rule, all_rules

CASES = Path(__file__).parents[1] / "cases"
TARGET = "litellm==1.106.2,langfuse==4.18.0"
LOSS = """\
import litellm


async def ask():
    stream = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in stream:
        if chunk.choices[0].finish_reason:
            break  # é
"""


def command_for(code: str) -> type[commands.Command]:
    [found] = [command for command in commands.COMMANDS.values() if (code,) == command.SELECT]
    return found


def transformed(
    path: Path, command: type[commands.Command], *, unsafe: bool = True, target: str = TARGET
) -> tuple[bytes, list[str]]:
    """What the runner makes of a file, without running it, and its warnings."""
    context = CodemodContext(filename=str(path))
    tree = command(context, unsafe_fixes=unsafe, target=[target]).transform_module(cst.parse_module(path.read_bytes()))
    return tree.bytes, context.warnings


def fixed(path: Path, *arguments: str, target: str = TARGET) -> bytes:
    """What our own command makes of it."""
    before = path.read_bytes()
    fix.main([str(path), "--target", target, *arguments])
    after = path.read_bytes()
    path.write_bytes(before)
    return after


def copied(case: str, folder: Path) -> Path:
    for source in sorted((CASES / case).rglob("*.py")):
        target = folder / source.relative_to(CASES / case)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    return folder / "before.py"


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case.name)
def test_every_case_is_fixed_as_by_our_own_command(case: Case, tmp_path: Path) -> None:
    """`test_cases.test_fix` holds our own command to the same text."""
    path = case.lay_out("before", "default", tmp_path)
    context = CodemodContext(filename=str(path))
    command = commands.All(
        context,
        unsafe_fixes=case.header.get("fix") == "unsafe",
        early_exit=case.header.get("early-exit"),
        target=case.target("default"),
    )
    tree = command.transform_module(cst.parse_module(path.read_bytes()))
    assert tree.bytes.decode() == case.source("after", "default")


@pytest.mark.parametrize(
    "rule", [rule for rule in all_rules() if rule.code in all_codemods()], ids=lambda rule: rule.code
)
def test_the_command_of_a_rule_fixes_nothing_else(rule: Rule, tmp_path: Path) -> None:
    case = next(case for case in FIXED if case.slug == rule.module.rpartition(".")[2])
    path, target = copied(case.name, tmp_path), ",".join(case.target("default"))
    written, _ = transformed(path, command_for(rule.code), target=target)
    assert written == fixed(path, "--select", rule.code, "--unsafe-fixes", target=target)
    assert written != path.read_bytes()


def test_there_is_a_command_for_each_rule_with_a_fix() -> None:
    codes = {command.SELECT for command in commands.COMMANDS.values()}
    assert codes == {None, *((code,) for code in all_codemods())}
    for rule in all_rules():
        if rule.code in all_codemods():
            assert command_for(rule.code) is getattr(commands, rule.name.title().replace("-", "") + "Command")


def test_all_fixes_what_the_configuration_selects(tmp_path: Path) -> None:
    path = copied("original_reports/none_delta_crash", tmp_path)
    assert transformed(path, commands.All)[0] == fixed(path, "--unsafe-fixes")
    (tmp_path / "pyproject.toml").write_text('[tool.lint_rules]\nselect = ["LLM2"]\n', encoding="utf-8")
    only = transformed(path, commands.All)[0]
    assert only == fixed(path, "--unsafe-fixes")
    assert b"_deliver_traces" not in only
    assert b'or ""' in only


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + LOSS.replace("\n", "\r\n").encode(),
        b"# coding: latin-1\n" + LOSS.encode("latin-1"),
        LOSS.replace("\n\n\n", "\n\n\x0c\n\x0c").encode(),
        LOSS.encode() + b"\n\n   ",
        LOSS.replace("    ", "\t").encode().rstrip(),
    ],
    ids=["byte order mark and CRLF", "latin-1", "form feeds", "blank end", "tabs, no newline at the end"],
)
def test_bytes_are_the_users(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_bytes(data)
    written, _ = transformed(path, commands.EarlyExitFromStreamCommand)
    assert written == fixed(path, "--select", "LLM101")
    assert b"async for _ in stream" in written
    path.write_bytes(clean := data.replace(b"break", b"pass"))
    assert transformed(path, commands.All)[0] == clean


def test_a_text_without_a_file_is_fixed() -> None:
    command = commands.EarlyExitFromStreamCommand(CodemodContext())
    assert "async for _ in stream" in command.transform_module(cst.parse_module(LOSS)).code


def test_what_another_codemod_has_made_of_the_file_is_what_is_fixed(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_bytes(b"x = (\n")
    tree = commands.EarlyExitFromStreamCommand(CodemodContext(filename=str(path))).transform_module(
        cst.parse_module(LOSS)
    )
    assert "async for _ in stream" in tree.code


def test_what_is_left_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_text(LOSS.replace("finish_reason", "delta.content"), encoding="utf-8")
    written, warnings = transformed(path, commands.EarlyExitFromStreamCommand, unsafe=False)
    assert written == path.read_bytes()
    [warning] = warnings
    assert warning.startswith(f"{path}:8:13: LLM101 `break` leaves")
    assert warning.endswith(" (needs --unsafe-fixes)")


NEVER_AWAITED = """\
import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def status(error):
    await litellm.acompletion(model="m", messages=[])


async def kind(error):
    found = status(error)


async def describe(error):
    await litellm.acompletion(model="m", messages=[])
    info = classify(error)


async def classify(error):
    await litellm.acompletion(model="m", messages=[])
    found = kind(error)


asyncio.run(status())
asyncio.run(kind())
asyncio.run(describe())
asyncio.run(classify())
"""


def test_a_refused_fix_skips_the_file_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_text(NEVER_AWAITED, encoding="utf-8")
    with pytest.raises(SkipFile, match=r"not fixed: .*loss.py: error: the fix would bring a new LLM303"):
        transformed(path, commands.All)


def test_settings_that_make_no_sense_skip_the_file_and_say_where(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_text(LOSS, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.lint_rules]\nselct = ["LLM2"]\n', encoding="utf-8")
    with pytest.raises(SkipFile, match=r"pyproject.toml:2: error: unknown key 'selct'"):
        transformed(path, commands.All)


# ---- through the real runner


def codemod(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "libcst.tool", "codemod", "--no-format", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_runner_fixes_a_folder_with_several_processes(tmp_path: Path) -> None:
    names = [f"loss_{number}.py" for number in range(9)]
    for name in names:
        (tmp_path / name).write_bytes(LOSS.encode())
    (tmp_path / "clean.py").write_bytes(b"import litellm\n\x0c\n\n  ")
    expected = fixed(tmp_path / names[0], "--select", "LLM101")
    done = codemod(
        "-x", "codemods.commands.EarlyExitFromStreamCommand", "-j", "3", "--target", TARGET, ".", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "Transformed 10 files successfully." in done.stderr
    assert {(tmp_path / name).read_bytes() for name in names} == {expected}
    assert (tmp_path / "clean.py").read_bytes() == b"import litellm\n\x0c\n\n  "


def test_the_runner_follows_calls_through_the_project(tmp_path: Path) -> None:
    (tmp_path / ".libcst.codemod.yaml").write_text("modules: ['codemods']\n", encoding="utf-8")
    path = copied("early_exit_from_stream/wrapper_in_other_module", tmp_path)
    expected = fixed(path, "--select", "LLM101", "--unsafe-fixes")
    done = codemod("commands.EarlyExitFromStreamCommand", "--unsafe-fixes", "--target", TARGET, ".", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == expected


def test_the_runner_refuses_a_target_that_makes_no_sense(tmp_path: Path) -> None:
    done = codemod("-x", "codemods.commands.All", "--target", "numpy", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "--target: 'numpy' is about neither litellm nor langfuse" in done.stderr
    assert "Traceback" not in done.stderr
