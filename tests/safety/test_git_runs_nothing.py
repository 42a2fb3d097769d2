"""A repository's own settings may name programs: monitors, hooks, filters, programs for diffs. None is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules import plumbing
from lint_rules.gate import git
from tests.cli.repository import ENVIRONMENT, Repository, command, loss, module


@pytest.fixture
def booby(tmp_path: Path) -> Repository:
    """A repository with a program behind every setting that git knows one for, and changes of every kind."""
    repository = Repository.new(tmp_path / "booby")
    repository.commit(app=module(loss()), moved=module(loss("moved")), other=module(loss("other")))
    (repository.top / "moved.py").rename(repository.top / "away.py")
    (repository.top / "app.py").write_text(module(loss(), loss("new")))
    (repository.top / ".gitattributes").write_text("*.py diff=evil filter=evil merge=evil\n")
    repository.git("add", "away.py")
    (repository.top / "away.py").write_text(module(loss("moved"), loss("more")))
    (repository.top / "other.py").touch()
    program = tmp_path / "evil"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {tmp_path / "ran"}\ncat\n')
    program.chmod(0o755)
    (tmp_path / "hooks").mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc", "reference-transaction"):
        (tmp_path / "hooks" / hook).symlink_to(program)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "diff.external"):
        repository.git("config", key, str(program))
    for key in ("diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "pager.diff"):
        repository.git("config", key, str(program))
    repository.git("config", "filter.Evil Two.process", str(program))
    repository.git("config", "filter.evil.required", "true")
    repository.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    repository.git("config", "core.untrackedCache", "true")
    return repository


def ran(booby: Repository) -> str:
    file = booby.top.parent / "ran"
    return file.read_text() if file.exists() else ""


def test_the_traps_work(booby: Repository) -> None:
    booby.git("diff", "HEAD", check=False)
    assert "evil" in ran(booby)


@pytest.mark.parametrize(
    "arguments", [["."], ["--base=HEAD", "."], ["--base=HEAD", "app.py"], ["--show-target", "."]], ids=" ".join
)
def test_a_check_runs_no_program_of_the_repository(booby: Repository, arguments: list[str]) -> None:
    done = command(*arguments, cwd=booby.top)
    assert done.status in (0, 1)
    assert not ran(booby)


def test_the_gate_still_sees_what_is_new(booby: Repository) -> None:
    assert {path for path, _, _ in command("--base=HEAD", ".", cwd=booby.top).findings} == {"app.py", "away.py"}
    assert not ran(booby)


def test_a_fix_runs_no_program_of_the_repository(booby: Repository) -> None:
    line = [sys.executable, "-m", "lint_rules.fix", "--unsafe-fixes", "."]
    done = subprocess.run(line, cwd=booby.top, capture_output=True, check=False, env=ENVIRONMENT)
    assert b"Fixed 5 findings in 3 files" in done.stderr
    assert not ran(booby)


def test_a_missing_object_is_not_fetched(booby: Repository, tmp_path: Path) -> None:
    """In a partial clone git would run whatever the remote's settings name to get it."""
    booby.git("config", "remote.origin.url", f"ext::{tmp_path / 'evil'}")
    booby.git("config", "remote.origin.promisor", "true")
    booby.git("config", "protocol.ext.allow", "always")
    booby.git("config", "extensions.partialClone", "origin")
    blob = booby.git("rev-parse", "HEAD:app.py")
    (booby.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(git.GitFailed, match="is not in this clone"):
        list(git.contents(str(booby.top), [blob]))
    done = command("--base=HEAD", ".", cwd=booby.top)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: --base: git: ")
    assert not ran(booby)


def test_git_is_not_taken_from_where_we_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows, and an empty or relative entry of the path, would have the linted project's own `git` run."""
    trap = tmp_path / ("git.exe" if os.name == "nt" else "git")
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    trap.chmod(0o755)
    (tmp_path / "app.py").write_text(module(loss()))
    found = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder]
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", *found]))
    assert Path(plumbing.command(".")[0]).is_absolute()
    assert command(".", cwd=tmp_path, PATH=os.environ["PATH"]).status == 1
    assert not (tmp_path / "ran").exists()
