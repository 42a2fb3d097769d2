"""Where the system gives no forks, programs are started as fresh processes: slower, and the same report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules.shim import launch
from lint_rules.shim.launch import ShimError
from lint_rules.shim.run import RunReport, Warm, run

PROGRAM = """\
import litellm
litellm.success_callback = ["langfuse"]
litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
"""
REFUSING = """\
import os
fork, turns = os.fork, []
def refuse():
    turns.append(1)
    if len(turns) > {allowed}:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
os.fork = refuse
"""


def said(report: RunReport) -> list[tuple[str, str | None]]:
    return [(call.verdict, call.site) for call in report.calls]


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def test_without_fork(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork", raising=False)
    with Warm(sys.executable) as launcher:
        assert launcher._channel is None
        assert said(run(["program.py"], cwd=folder, launcher=launcher)) == [("delivered", "program.py:3")]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.skipif("FAULTS" not in os.environ, reason="of the long form: make faults")
@pytest.mark.parametrize("allowed", [0, 1])
def test_a_fork_that_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
    """To the warm-up, or to the first program after it."""
    (folder / "site").mkdir()
    (folder / "site/sitecustomize.py").write_text(REFUSING.format(allowed=allowed))
    startup = folder / "startup.py"
    startup.write_text(
        f"exec(open({str(folder / 'site/sitecustomize.py')!r}).read())\n"
        f"__file__ = {str(launch.STARTUP / 'sitecustomize.py')!r}\n"
        "exec(compile(open(__file__).read(), __file__, 'exec'))\n"
    )
    with monkeypatch.context() as patched:
        patched.setattr(launch, "WARM_SCRIPT", startup)
        with Warm(sys.executable) as launcher:
            assert (launcher._channel is None) is (allowed == 0)
            report = run(["program.py"], cwd=folder, launcher=launcher)
    assert said(report) == [("delivered", "program.py:3")], report.stderr


def test_a_program_that_cannot_be_started_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launch.require_extra(sys.executable)

    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(ShimError, match="Resource temporarily unavailable"):
        run(["program.py"], cwd=folder)
    launcher = Warm(sys.executable)
    with launcher, pytest.raises(ShimError, match="Resource temporarily unavailable"):
        run(["program.py"], cwd=folder, launcher=launcher)
