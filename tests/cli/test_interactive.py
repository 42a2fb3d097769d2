"""`python -m lint_rules.fix --interactive`: one question per fix."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "import litellm\n\n\nasync def ask():\n    stream = await litellm.acompletion(model='m', stream=True)\n"


def source(count: int) -> str:
    """A module with `count` things to fix, the same text over and over."""
    adds = "        text += chunk.choices[0].delta.content\n" * count
    return f'{HEAD}    text = ""\n    async for chunk in stream:\n{adds}    return text\n'


def fixed(*which: bool) -> str:
    text = source(len(which))
    head, *rest = text.split("delta.content\n")
    return head + "".join(
        f"delta.content{' or ' + chr(34) * 2 if one else ''}\n{part}" for one, part in zip(which, rest, strict=True)
    )


def fix(answers: str, *paths: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules.fix", "--interactive", *paths]
    return subprocess.run(command, input=answers, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("answers", "first", "second", "code"),
    [
        ("y\ny\ny\ny\n", (True, True), (True, True), 0),
        ("n\ny\nyes\nno\n", (False, True), (True, False), 1),
        ("n\nn\nn\nn\n", (False, False), (False, False), 1),
        ("n\na\n", (False, True), (True, True), 1),
        ("a\n", (True, True), (True, True), 0),
        ("y\nq\n", (True, False), (False, False), 1),
        ("Y\n", (True, False), (False, False), 1),
        ("what?\n\ny\nq\n", (True, False), (False, False), 1),
        ("", (False, False), (False, False), 1),
    ],
)
def test_what_is_answered_is_done(
    tmp_path: Path, answers: str, first: tuple[bool, ...], second: tuple[bool, ...], code: int
) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(source(2), encoding="utf-8")
    done = fix(answers, "a.py", "b.py", cwd=tmp_path)
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == fixed(*first)
    assert (tmp_path / "b.py").read_text(encoding="utf-8") == fixed(*second)
    assert done.returncode == code, done.stderr


def test_each_fix_is_shown_by_itself(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(source(2), encoding="utf-8")
    done = fix("n\ny\n", "a.py", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert [text for text in lines if text.startswith("a.py:")] == [text for text in lines if " LLM201 " in text], (
        done.stdout
    )
    assert [text for text in lines if text[:1] in "+-" and text[:3] not in ("+++", "---")] == [
        "-        text += chunk.choices[0].delta.content",
        '+        text += chunk.choices[0].delta.content or ""',
    ] * 2
    assert done.stderr.count("Write this fix? [y]es, [n]o, [a]ll that follow, [q]uit: ") == 2
    assert done.stderr.endswith("Fixed 1 finding in 1 file (1 declined).\n")


def test_nothing_is_asked_where_nothing_can_be_fixed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(HEAD, encoding="utf-8")
    done = fix("", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Nothing fixed (1 needs a hand).\n")


def test_a_file_that_changes_while_it_is_asked_about_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(source(1), encoding="utf-8")
    command = [sys.executable, "-m", "lint_rules.fix", "--interactive", "a.py"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert "LLM201" in running.stdout.readline()
        path.write_text("mine = 1\n", encoding="utf-8")
        _, err = running.communicate("y\n")
    assert (running.returncode, path.read_text(encoding="utf-8")) == (2, "mine = 1\n")
    assert "a.py: error: changed on disk since it was read: not written\n" in err


def test_modes_exclude_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    for mode in ("--diff", "--check"):
        done = fix("", mode, "a.py", cwd=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_gets_colours_and_nothing_that_drives_it(tmp_path: Path, no_color: str) -> None:
    text = source(1).replace("delta.content\n", "delta.content  # \x1b[31m\n")
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    shown = on_terminal("--interactive", cwd=tmp_path, NO_COLOR=no_color)
    assert ("\x1b[32m+        text +=" in shown) is not bool(no_color)
    assert "# \\x1b[31m" in shown
    assert on_terminal("--diff", cwd=tmp_path, NO_COLOR=no_color).count("\\x1b[31m") == 2
    piped = subprocess.run(
        [sys.executable, "-m", "lint_rules.fix", "--diff", "a.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert piped.stdout.count("# \x1b[31m\n") == 2


def on_terminal(option: str, *, cwd: Path, **environment: str) -> str:
    """Return what a run shows whose stdout is a terminal."""
    import pty  # noqa: PLC0415 - not on Windows

    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "lint_rules.fix", option, "a.py"],
        cwd=cwd,
        env={**os.environ, "TERM": "xterm", **environment},
        input="q\n",
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the end, on Linux
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    return shown.decode()
