"""Git that is missing, fails, hangs or prints nonsense: a named outcome, and no run that waits for ever."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from lint_rules import files
from lint_rules.__main__ import main

from . import trees

pytestmark = pytest.mark.skipif(os.name == "nt" or shutil.which("git") is None, reason="needs git and a shell")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = trees.plant(tmp_path / "tree", 1, 1)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *command], cwd=folder, check=True, capture_output=True)
    (folder / ".gitignore").write_text("ignored.py\n")
    (folder / "ignored.py").write_text("import litellm\nasync for\n")
    monkeypatch.chdir(folder)
    return folder


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Have something else be git."""
    (folder / "bin").mkdir()
    (folder / "bin/git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("fails", [True, False])
def test_without_git_the_folder_is_searched_by_hand(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fails: bool
) -> None:
    if fails:
        pretend(folder, monkeypatch, "echo 'fatal: broken' >&2; exit 128")
    else:
        monkeypatch.setenv("PATH", "")
    assert main(["."]) == 2
    out, err = capsys.readouterr()
    assert "module0.py:" in out
    assert err.startswith("ignored.py:2:") and err.count("\n") == 1


@pytest.mark.parametrize("paths", [["."], ["--base=HEAD", "part0/module0.py"], ["--base=HEAD", "."]])
def test_git_that_hangs_is_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], paths: list[str]
) -> None:
    pretend(folder, monkeypatch, "exec sleep 60")
    monkeypatch.setattr(files, "GIT_SECONDS", 0.3)
    assert main(paths) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "has not answered for 0.3 seconds" in err


def test_contents_that_never_come_are_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = shutil.which("git")
    pretend(folder, monkeypatch, f'case "$*" in *cat-file*) exec sleep 60;; *) exec {real} "$@";; esac')
    monkeypatch.setattr(files, "GIT_SECONDS", 0.3)
    with (folder / "part0/module0.py").open("a") as file:
        file.write("x = 1\n")
    monkeypatch.setattr("lint_rules.gate.git.run", patient(files.GIT_SECONDS, monkeypatch))
    assert main(["--base=HEAD", "part0"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "error: --base: git: it ended before all of the base was read\n")


def patient(seconds: float, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return what runs git with its usual patience, on a busy machine, too."""
    from lint_rules.gate import git  # noqa: PLC0415 - before it is replaced

    run = git.run

    def runs(*arguments: str, **options: tuple[int, ...]) -> bytes:
        monkeypatch.setattr(files, "GIT_SECONDS", 60.0)
        try:
            return run(*arguments, **options)
        finally:
            monkeypatch.setattr(files, "GIT_SECONDS", seconds)

    return runs


@pytest.mark.parametrize("arguments", [["."], ["--base=HEAD", "part0"]])
@pytest.mark.parametrize(
    "nonsense", ["printf 'nonsense\\0\\377\\0'", "head -c 5000 /dev/urandom", "printf ':1\\t\\0:2\\0'"]
)
def test_git_that_prints_nonsense(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    nonsense: str,
) -> None:
    pretend(folder, monkeypatch, nonsense)
    assert main(arguments) == 2
    assert ": error: " in f": {capsys.readouterr().err}"


@pytest.mark.parametrize("command", ["ls-tree", "diff-index", "cat-file", "merge-base"])
def test_git_that_prints_nonsense_now_and_then(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    real = shutil.which("git")
    with (folder / "part0/module0.py").open("a") as file:
        file.write("x = 1\n")
    pretend(
        folder, monkeypatch, f'case "$*" in *{command}*) printf \'a\\tb\\0c d\\0 e\\n\';; *) exec {real} "$@";; esac'
    )
    assert main(["--base=HEAD", "part0"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("error: --base: ")


def test_a_machine_that_cannot_start_git_is_no_folder_without_git(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Searching by hand would check what git ignores."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert main(["."]) == 2
    told = f"git cannot be run: {os.strerror(errno.EAGAIN).lower()}"
    assert capsys.readouterr() == ("", f".: error: {told}\n")
    assert main(["--base=HEAD", "."]) == 2
    assert capsys.readouterr() == ("", f"error: {told}\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to be another user")
def test_a_user_who_may_start_no_more_processes() -> None:
    program = (
        "import concurrent.futures, locale, os, resource, subprocess, sys, tokenize, unicodedata\n"
        "import lint_rules.report.text, lint_rules.work\n"
        "from lint_rules.__main__ import main\n"
        "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))\n"
        "os.setgid(65534)\n"
        "os.setuid(65534)\n"
        "sys.exit(main(['.']))\n"
    )
    with trees.open_to_all() as folder:
        (folder / ".git").mkdir()
        done = trees.run("-c", program, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ".: error: git cannot be run: resource temporarily unavailable\n"
