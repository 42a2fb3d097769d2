"""The shim's door, as a user opens it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from .programs import source


def shim(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules.shim", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=90, check=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    for name in ("sync", "async-no-flush", "stream-none-delta"):
        (tmp_path / f"{name}.py").write_text(source(name) if name != "sync" else source(name) + "print('words')\n")
    (tmp_path / "none.py").write_text("import sys\nprint('words')\nsys.exit(len(sys.argv) - 1)\n")
    (tmp_path / "hang.py").write_text("import time\nprint('words', flush=True)\ntime.sleep(60)\n")
    return tmp_path


def test_delivered_is_0_and_the_report_is_all_of_stdout(folder: Path) -> None:
    done = shim("--json", "report.json", "--", "python", "sync.py", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "words\n")
    assert [line.split() for line in done.stdout.splitlines()][2] == [
        "python",
        "sync.py",
        "sync.py:6",
        "delivered",
        "exit",
        "0",
    ]
    assert json.loads((folder / "report.json").read_text())["verdict"] == "delivered"


def test_lost_is_1(folder: Path) -> None:
    done = shim("--", "async-no-flush.py", cwd=folder)
    assert done.returncode == 1
    assert "async-no-flush.py:7" in done.stdout and "logging cancelled at loop close (LLM301)" in done.stdout


def test_a_crash_is_2(folder: Path) -> None:
    done = shim("--", "stream-none-delta.py", cwd=folder)
    assert done.returncode == 2
    assert "lost" in done.stdout
    assert "TypeError" in done.stderr and "shim: the program failed: exit 1" in done.stderr


def test_a_failing_exit_without_calls_is_2(folder: Path) -> None:
    assert shim("none.py", "x", cwd=folder).returncode == 2
    assert shim("--timeout=9", "none.py", cwd=folder).returncode == 0


def test_a_hang_is_2(folder: Path) -> None:
    done = shim("--timeout", "1", "--", "hang.py", cwd=folder)
    assert done.returncode == 2
    assert "hung" in done.stdout
    assert done.stderr == "words\nshim: the program was still running after 1 s and was killed\n"


def test_a_langfuse_that_is_not_there(folder: Path) -> None:
    (folder / "ask.py").write_text("import os, urllib.request as u\nu.urlopen(os.environ['LANGFUSE_HOST'])\n")
    done = shim("--langfuse", "refuse", "--", "ask.py", cwd=folder)
    assert done.returncode == 2
    assert "refused" in done.stderr and "shim: the program failed: exit 1" in done.stderr


def test_a_taken_port_is_2(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = shim("--port", str(port), "--", "none.py", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"shim: cannot listen on 127.0.0.1:{port}: ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no command given"),
        (["--"], "no command given"),
        (["--", "missing.py"], "no such script: missing.py"),
        (["--python", "no-such-python", "--", "none.py"], "no such Python: no-such-python"),
        (["--timeout", "never", "--", "none.py"], "invalid"),
        (["--timeout", "-1", "--", "none.py"], "positive"),
        (["--port", "99999", "--", "none.py"], "between 0 and 65535"),
        (["--json", "no/such/folder.json", "--", "none.py"], "cannot write no/such/folder.json"),
        (["--nonsense", "--", "none.py"], "unrecognized arguments: --nonsense"),
        (["--langfuse", "gone", "--", "none.py"], "invalid choice: 'gone'"),
    ],
)
def test_bad_usage_is_2_without_a_traceback(folder: Path, arguments: list[str], message: str) -> None:
    done = shim(*arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and "Traceback" not in done.stderr


def test_without_the_extra_it_says_what_to_install(folder: Path) -> None:
    venv.create(folder / "bare", with_pip=False)
    bare = next((folder / "bare").glob("*/python"))
    done = shim("--python", str(bare), "--", "none.py", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot import litellm and langfuse; install it with: pip install 'flake8-litellm[shim]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_shim_that_cannot_decode_says_so_too(folder: Path) -> None:
    venv.create(folder / "bare", with_pip=False)
    bare = next((folder / "bare").glob("*/python"))
    command = [str(bare), "-m", "lint_rules.shim", "--python", sys.executable, "--", "none.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "opentelemetry-proto is not installed; install it with: pip install" in done.stderr
