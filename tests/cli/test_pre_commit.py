"""The hooks, run by the real pre-commit from a clone of this repository at HEAD."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOSS = """\
import litellm


async def ask():
    text = ""
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        text += chunk.choices[0].delta.content
    return text
"""


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    home = {"PRE_COMMIT_HOME": str(cwd.parent / "pre-commit"), "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b"}
    names = {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **home, **names}
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    head = run("git", "-C", str(ROOT), "rev-parse", "HEAD", cwd=tmp_path)
    folder = tmp_path / "project"
    folder.mkdir()
    config = "repos:\n- repo: {}\n  rev: {}\n  hooks: [{{id: flake8-litellm}}, {{id: flake8-litellm-fix}}]\n"
    (folder / ".pre-commit-config.yaml").write_text(config.format(ROOT, head.stdout.strip()), encoding="utf-8")
    (folder / "loss.py").write_text(LOSS, encoding="utf-8")
    run("git", "init", "-q", cwd=folder)
    run("git", "add", ".", cwd=folder)
    return folder


def test_hooks(project: Path) -> None:
    pre_commit = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    first = run(*pre_commit, cwd=project)
    assert first.returncode == 1, first.stdout + first.stderr
    assert "loss.py:8:9: LLM201" in first.stdout
    assert "files were modified by this hook" in first.stdout
    assert 'delta.content or ""' in (project / "loss.py").read_text(encoding="utf-8")
    run("git", "add", ".", cwd=project)
    second = run(*pre_commit, cwd=project)
    assert second.returncode == 0, second.stdout + second.stderr
