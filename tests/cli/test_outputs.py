"""Where results go: several formats from one run, files that cannot be written, readers that leave, terminals."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules.report import formats

LOSS = """\
import litellm


def ask():
    text = ""
    for chunk in litellm.completion(model="m", messages=[], stream=True):
        text += chunk.choices[0].delta.content
    return text
"""
FIRST = "loss.py:7:9: LLM201 "
COMMAND = [sys.executable, "-m", "lint_rules"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}


def lint(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "loss.py").write_text(LOSS, encoding="utf-8")
    return tmp_path


# ---- files


def test_one_run_writes_several_formats(folder: Path) -> None:
    wanted = [f"--report={name}=out.{name}" for name in formats()]
    done = lint(*wanted, "--format", "concise", "loss.py", cwd=folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(FIRST) and done.stdout.count("\n") == 1
    texts = [(folder / f"out.{name}").read_text(encoding="utf-8") for name in formats()]
    assert len(set(texts)) == len(texts) and all("LLM201" in text for text in texts)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["loss.py", *(f"out.{name}" for name in formats())])


def test_a_report_of_nothing_is_written_too(folder: Path) -> None:
    (folder / "loss.py").write_text("", encoding="utf-8")
    assert lint("--report", "json=r.json", "loss.py", cwd=folder).returncode == 0
    assert (folder / "r.json").read_text(encoding="utf-8") == "[]\n"


def test_an_older_report_is_replaced_and_keeps_its_mode(folder: Path) -> None:
    (folder / "kept.json").write_text("old", encoding="utf-8")
    (folder / "kept.json").chmod(0o640)
    (folder / "link.json").symlink_to("kept.json")
    lint("--report", "json=link.json", "loss.py", cwd=folder)
    assert (folder / "link.json").is_symlink()
    assert len(json.loads((folder / "kept.json").read_text(encoding="utf-8"))) == 1
    assert stat.S_IMODE((folder / "kept.json").stat().st_mode) == 0o640


def test_a_new_report_may_be_read_as_any_new_file(folder: Path) -> None:
    lint("--report", "json=new.json", "loss.py", cwd=folder)
    (folder / "other").touch()
    assert (folder / "new.json").stat().st_mode == (folder / "other").stat().st_mode


UNWRITABLE = {
    "no/such/folder.json": "no such file or directory",
    ".": "is a directory",
    "pipe": "not a regular file",
    "loss.py/r.json": "not a directory",
}


@pytest.mark.parametrize("path", UNWRITABLE)
def test_a_report_that_cannot_be_written_is_one_line_and_the_others_are_written(folder: Path, path: str) -> None:
    os.mkfifo(folder / "pipe")
    done = lint("--report", f"json={path}", "--report", "junit=fine.xml", "--format=concise", "loss.py", cwd=folder)
    assert (done.returncode, done.stderr) == (2, f"error: {path}: {UNWRITABLE[path]}\n")
    assert done.stdout.startswith(FIRST)
    assert "LLM201" in (folder / "fine.xml").read_text(encoding="utf-8")
    assert sorted(one.name for one in folder.iterdir()) == ["fine.xml", "loss.py", "pipe"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_report_that_is_read_only_is_left_alone(folder: Path) -> None:
    (folder / "r.json").write_text("old", encoding="utf-8")
    (folder / "r.json").chmod(0o400)
    done = lint("--report", "json=r.json", "loss.py", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "error: r.json: permission denied\n")
    assert (folder / "r.json").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("report", ["json", "json=", "json=-", "yaml=x", "trace=x", "statistics=x", "=x"])
def test_a_report_that_makes_no_sense_is_refused(folder: Path, report: str) -> None:
    done = lint("--report", report, "loss.py", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: argument --report: {report!r}: expected ")
    assert done.stderr.count("\n") == 1


def test_one_file_is_not_written_twice(folder: Path) -> None:
    done = lint("--report=json=x", "--report=sarif=./x", "loss.py", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "error: argument --report: x would be written twice\n")


# ---- stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize("name", ["text", "json-lines", "sarif"])
def test_a_full_disk_is_one_line(folder: Path, name: str) -> None:
    command = [*COMMAND, "--format", name, "--report", "gitlab=r.json", "loss.py"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: stdout: no space left on device\n")
    assert len(json.loads((folder / "r.json").read_text(encoding="utf-8"))) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize("option", ["--diff", "--check"])
def test_a_full_disk_is_one_line_for_the_fix_too(folder: Path, option: str) -> None:
    command = [sys.executable, "-m", "lint_rules.fix", option, "loss.py"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "error: stdout: no space left on device"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", [*(f"--format={name}" for name in formats()), "--statistics", "--explain-trace"])
def test_a_reader_that_leaves_is_no_traceback(folder: Path, option: str) -> None:
    body = "".join(f"r{number} = litellm.completion(model='m', stream=True)\n" for number in range(600))
    (folder / "many.py").write_text(f"import litellm\n{body}", encoding="utf-8")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        command = [*COMMAND, option, "--report=concise=r", "many.py"]
        done = subprocess.run(command, cwd=folder, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert (folder / "r").read_text(encoding="utf-8").count("\n") == 600


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes descriptors")
def test_a_closed_stdout_is_one_line(folder: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m lint_rules loss.py >&-"], cwd=folder, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, b"error: stdout: not open\n")


def test_hostile_file_names_cannot_forge_lines(folder: Path) -> None:
    name = "evil\n::error.py"
    (folder / name).write_text(LOSS, encoding="utf-8")
    done = lint("--format", "concise", name, cwd=folder)
    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith("evil\\x0a::error.py:7:9: LLM201")


# ---- terminals


pty = pytest.importorskip("pty", reason="needs pseudo-terminals")

SLOW = "from lint_rules import progress; progress.PATIENCE = progress.INTERVAL = 0.0\n"
"""Makes every run a long one."""


def on_a_terminal(
    script: str, *, cwd: Path, columns: int = 60, both: bool = True, **environment: str
) -> tuple[int, bytes, bytes]:
    """Run Python code with stderr, and stdout if `both`, on a terminal; return what that and a pipe for stdout got."""
    import fcntl  # noqa: PLC0415 - not on Windows
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    main, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-c", script]
    out = end if both else subprocess.PIPE
    env = {**ENVIRONMENT, "TERM": "xterm", **environment}
    with subprocess.Popen(command, cwd=cwd, stdin=end, stdout=out, stderr=end, env=env) as process:
        os.close(end)
        shown = b"".join(iter(lambda: _read(main), b""))
        piped = process.stdout.read() if process.stdout else b""
    os.close(main)
    return process.returncode, shown.replace(b"\r\n", b"\n"), piped


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux: the other end is closed
        return b""


def screen(shown: bytes) -> str:
    """Return what is left on the screen when every line has been written over."""
    lines = []
    for line in shown.decode().split("\n"):
        cells: list[str] = []
        for part in line.split("\r"):
            cells[: len(part)] = part
        lines.append("".join(cells).rstrip())
    return "\n".join(lines)


def check(*arguments: str) -> str:
    return f"from lint_rules.__main__ import main; raise SystemExit(main({list(arguments)!r}))"


def fix(*arguments: str) -> str:
    return f"from lint_rules.fix import main; raise SystemExit(main({list(arguments)!r}))"


def test_a_terminal_gets_colours_and_lines_that_fit(folder: Path) -> None:
    long = LOSS.replace("delta.content", f"delta.content  # {'x' * 200}")
    (folder / "loss.py").write_text(long, encoding="utf-8")
    code, shown, _ = on_a_terminal(check("loss.py"), cwd=folder)
    assert code == 1
    assert b"\x1b[1;31mLLM201\x1b[0m" in shown
    _, plain, _ = on_a_terminal(check("--color=never", "loss.py"), cwd=folder)
    assert b"\x1b" not in plain
    source, carets = plain.decode().splitlines()[2:4]
    assert len(source) <= 60 and source.endswith("...")
    assert source[carets.index("^") :].startswith("text += chunk")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours(folder: Path, environment: dict[str, str]) -> None:
    assert b"\x1b" not in on_a_terminal(check("loss.py"), cwd=folder, **environment)[1]


@pytest.fixture
def many(folder: Path) -> Path:
    for name in ("a", "c", "d", "z"):
        (folder / f"{name}.py").write_text("", encoding="utf-8")
    (folder / "bad.py").write_text("import litellm\n(\n", encoding="utf-8")
    return folder


def test_a_long_run_shows_how_far_it_is_and_leaves_nothing_behind(many: Path) -> None:
    code, shown, _ = on_a_terminal(SLOW + check("--format=concise", "--color=never", "."), cwd=many)
    assert code == 2
    assert b"\rchecked 1 of 6 files, 0 findings" in shown
    assert b"\rchecked 6 of 6 files, 1 finding" in shown
    quiet = subprocess.run(
        [*COMMAND, "--format=concise", "."], cwd=many, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert sorted(screen(shown).splitlines()) == sorted(quiet.stdout.decode().splitlines())


def test_progress_is_shown_while_results_go_elsewhere(many: Path) -> None:
    _, shown, piped = on_a_terminal(SLOW + check("--format=json", "."), cwd=many, both=False)
    assert b"checked 6 of 6 files, 1 finding" in shown
    assert len(json.loads(piped)) == 1
    assert screen(shown).startswith("bad.py:2:1: error: cannot be parsed")


def test_the_fix_shows_how_far_it_is(many: Path) -> None:
    code, shown, _ = on_a_terminal(SLOW + fix("."), cwd=many)
    assert code == 2
    assert b"\rchecked 6 of 6 files, 1 finding" in shown
    assert screen(shown).splitlines()[-1] == "Fixed 1 finding in 1 file (1 path failed)."


def test_a_line_of_progress_fits_a_narrow_terminal(many: Path) -> None:
    _, shown, _ = on_a_terminal(SLOW + check("--format=concise", "."), cwd=many, columns=20)
    assert b"\rchecked 6 of 6 file\r" in shown + b"\r"


def test_a_short_run_shows_no_progress(many: Path) -> None:
    patient = "from lint_rules import progress; progress.PATIENCE = 3600.0\n"
    assert b"checked" not in on_a_terminal(patient + check("."), cwd=many)[1]


def test_a_dumb_terminal_shows_no_progress(many: Path) -> None:
    assert b"checked" not in on_a_terminal(SLOW + check("."), cwd=many, TERM="dumb")[1]


def test_no_terminal_shows_no_progress(many: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SLOW + check(".")], cwd=many, capture_output=True, text=True, check=False
    )
    assert "checked" not in done.stderr
