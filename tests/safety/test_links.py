"""Who has a folder fixed gets that folder fixed, and nothing that links in it lead to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.repository import ENVIRONMENT, Done, Repository, loss, module
from tests.faults import trees

BEFORE = module(loss())
SKIPPED = "a link leads out of the folder to it: not written (name the file itself to have it written)"


def run(*arguments: str, cwd: Path, stdin: bytes = b"") -> Done:
    line = [sys.executable, "-m", *arguments]
    done = subprocess.run(line, cwd=cwd, capture_output=True, check=False, env=ENVIRONMENT, input=stdin)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(params=[pytest.param("plain", marks=trees.long), "git"])
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A project with a link of each kind to a file outside, and one inside."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "victim.py").write_text(BEFORE)
    top = tmp_path / "project"
    (top / "package").mkdir(parents=True)
    (top / "package" / "own.py").write_text(BEFORE)
    (top / "folder").mkdir()
    (top / "folder" / "victim.py").write_text(BEFORE)
    if request.param == "git":
        Repository.new(top).commit()
    (top / "folder" / "victim.py").unlink()
    (top / "folder").rmdir()
    (top / "folder").symlink_to(tmp_path / "outside")  # what git lists of it leads out
    (top / "a_link.py").symlink_to("../outside/victim.py")
    (top / "inside.py").symlink_to("package/own.py")
    (top / "loop.py").symlink_to("loop.py")
    (top / "package" / "up").symlink_to("..")
    return top


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint_rules.fix", "--unsafe-fixes", "."),
        ("lint_rules.fix", "--unsafe-fixes", "--interactive", "."),
        ("lint_rules", "--add-noqa", "."),
    ],
    ids=" ".join,
)
def test_nothing_outside_is_written(project: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, cwd=project, stdin=b"a\n")
    assert (project.parent / "outside" / "victim.py").read_text() == BEFORE
    assert (project / "package" / "own.py").read_text() != BEFORE
    assert f"a_link.py: skipped: {SKIPPED}\n" in done.err
    assert "1 path skipped" in done.err
    assert done.status == 1, "it is not fixed"
    links = [project / name for name in ("a_link.py", "inside.py", "folder", "loop.py", "package/up")]
    assert all(link.is_symlink() for link in links)


def test_what_is_left_outside_is_reported(project: Path) -> None:
    done = run("lint_rules.fix", "--unsafe-fixes", ".", cwd=project)
    assert [path for path, _, _ in done.findings] == ["a_link.py"]
    assert (
        f"a_link.py: skipped: {SKIPPED}\n" in run("lint_rules.fix", "--check", "--unsafe-fixes", ".", cwd=project).err
    )


def test_a_link_that_is_named_is_written_through(project: Path) -> None:
    done = run("lint_rules.fix", "--unsafe-fixes", "a_link.py", cwd=project)
    assert done.status == 0, done.err
    assert (project / "a_link.py").is_symlink()
    assert os.readlink(project / "a_link.py") == "../outside/victim.py"  # noqa: PTH115 - as it is spelled
    assert (project.parent / "outside" / "victim.py").read_text() != BEFORE


def test_a_folder_that_is_itself_a_link_is_the_folder_that_was_named(project: Path) -> None:
    assert run("lint_rules.fix", "--unsafe-fixes", "folder", cwd=project).status == 0
    assert (project.parent / "outside" / "victim.py").read_text() != BEFORE
