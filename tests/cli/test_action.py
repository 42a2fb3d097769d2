"""The GitHub action: its steps, run as a runner runs them, over checkouts as `actions/checkout` makes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from runner import Ran, Runner

ROOT = Path(__file__).parents[2]
LOSS = """\
import litellm


async def ask(wanted):
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        if wanted(chunk):
            break
"""
NEW = LOSS.replace("async def ask", "\n\nasync def ask_again").partition("litellm\n")[2].lstrip("\n")
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="bash")


def git(*arguments: str, cwd: Path) -> str:
    command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **GIT}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


INSTALL = "Install flake8-litellm"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a runner that has taken the first step."""
    folder = tmp_path_factory.mktemp("runner")
    ran = Runner(ROOT, folder, folder, only=INSTALL).run(python=sys.executable)
    assert ran.code == 0, ran.output
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A pull request that adds one loss and moves another, checked out as the merge that GitHub makes, depth 1."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git("init", "-q", cwd=origin)
    (origin / "app.py").write_text(LOSS, encoding="utf-8")
    git("add", ".", cwd=origin)
    git("commit", "-qm", "one loss", cwd=origin)
    git("checkout", "-qb", "feature", cwd=origin)
    (origin / "app.py").write_text("x = 1\n", encoding="utf-8")
    (origin / "moved.py").write_text(f"{LOSS}\n\n{NEW}", encoding="utf-8")
    git("add", ".", cwd=origin)
    git("commit", "-qm", "move it, add one", cwd=origin)
    git("checkout", "-q", "main", cwd=origin)
    (origin / "other.py").write_text("y = 1\n", encoding="utf-8")
    git("add", ".", cwd=origin)
    git("commit", "-qm", "meanwhile", cwd=origin)
    git("checkout", "-q", "--detach", cwd=origin)
    git("merge", "-q", "--no-ff", "-m", "merge", "feature", cwd=origin)
    git("update-ref", "refs/pull/1/merge", "HEAD", cwd=origin)
    git("checkout", "-q", "main", cwd=origin)
    folder = tmp_path / "checkout"
    folder.mkdir()
    git("init", "-q", cwd=folder)
    git("remote", "add", "origin", f"file://{origin}", cwd=folder)
    git("fetch", "-q", "--no-tags", "--depth=1", "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge", cwd=folder)
    git("checkout", "-q", "--force", "refs/remotes/pull/1/merge", cwd=folder)
    return folder


def act(checkout: Path, temporary: Path, github: dict[str, str] | None = None, **inputs: str) -> Ran:
    runner = Runner(ROOT, checkout, temporary, github or {}, without=INSTALL)
    return runner.run(**{"python": sys.executable, **inputs})


def test_a_pull_request_that_adds_one_loss_and_moves_another(checkout: Path, installed: Path) -> None:
    ran = act(checkout, installed, {"base_ref": "main"})
    assert ran.code == 1, ran.output
    annotations = [line for line in ran.output.splitlines() if line.startswith("::error")]
    assert [line.partition(",col=")[0] for line in annotations] == ["::error file=moved.py,line=15,endLine=15"]
    sarif = json.loads((checkout / ran.outputs["sarif-file"]).read_text(encoding="utf-8"))
    [result] = sarif["runs"][0]["results"]
    assert (result["ruleId"], result["locations"][0]["physicalLocation"]["region"]["startLine"]) == ("LLM101", 15)
    assert "moved.py" in ran.summary
    assert "LLM101" in ran.summary
    assert ran.outputs["exit-code"] == "1"


def test_outside_of_a_pull_request_everything_is_reported(checkout: Path, installed: Path) -> None:
    ran = act(checkout, installed)
    assert ran.code == 1
    assert ran.output.count("::error file=moved.py") == 2


def test_inputs_are_data(checkout: Path, installed: Path) -> None:
    ran = act(checkout, installed, paths="other.py\n$(touch pwned)\n", arguments="--select=LLM\n; touch pwned")
    assert ran.code == 2, ran.output
    assert not (checkout / "pwned").exists()


def test_paths_arguments_and_a_clean_run(checkout: Path, installed: Path) -> None:
    assert act(checkout, installed, paths="other.py\n").code == 0
    quiet = act(checkout, installed, arguments="--select=LLM2\n--ignore=LLM201", sarif_file="found.sarif")
    assert (quiet.code, quiet.outputs) == (0, {"exit-code": "0", "sarif-file": "found.sarif"})
    assert json.loads((checkout / "found.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_an_unknown_base_is_an_error(checkout: Path, installed: Path) -> None:
    ran = act(checkout, installed, base="nowhere")
    assert ran.code == 2
    assert "error: " in ran.output
    assert "nowhere" in ran.output
