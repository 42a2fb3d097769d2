"""The door `python -m lint_rules.fix`: what it prints where, what it writes, and how it exits.

The detector is a stand-in: every `d.content` may be None (a safe fix), every `u.content` too (an unsafe one), and
every `hand` needs a hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules import files, fix, fixing
from lint_rules.finding import Applicability, FileReport, Finding, Fix, OrEmpty, Problem, Span, Status

FINDABLE = re.compile(r"\b(?:d\.content|u\.content|hand)\b(?! or)")


def toy_findings(data):
    for number, text in enumerate(files.decode(data).split("\n"), start=1):
        for found in FINDABLE.finditer(text):
            span = Span(number, found.start(), number, found.end())
            kind = Applicability.SAFE if found[0] == "d.content" else Applicability.UNSAFE
            yield Finding("LLM201", span, f"`{found[0]}`", None if found[0] == "hand" else Fix(kind, OrEmpty(span)))


def toy_check(data, path, around):
    settings = around.configuration.settings(path)
    try:
        compile(files.decode(data), path, "exec")
    except files.Unreadable as error:
        return FileReport(path, Status.FAILED, problem=error.problem)
    except SyntaxError as error:
        return FileReport(path, Status.FAILED, problem=Problem("cannot be parsed", error.lineno, 0))
    findings = tuple(toy_findings(data)) if settings.enabled("LLM201") else ()
    return FileReport(path, Status.FINDINGS if findings else Status.CLEAN, findings)


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fixing, "check_bytes", toy_check)


@pytest.fixture(name="run")
def run_fixture(capsysbinary):
    def run(*arguments):
        status = fix.main(arguments)
        out, err = capsysbinary.readouterr()
        return status, out.decode("utf-8", "surrogateescape"), err.decode()

    return run


def write(**sources):
    for name, source in sources.items():
        Path(f"{name}.py").write_bytes(source.encode())


def test_fixes_and_says_so(run):
    write(a="x += d.content\ny += d.content\n", b="x += d.content\n", c="pass\n")
    assert run(".") == (0, "", "Fixed 3 findings in 2 files.\n")
    assert Path("a.py").read_text() == 'x += d.content or ""\ny += d.content or ""\n'
    assert run(".") == (0, "", "Nothing to fix.\n")


def test_prints_what_is_left(run):
    write(a="x += d.content\nhand\n  \nx += u.content\n")
    assert run("a.py") == (
        1,
        "a.py:2:1: LLM201 `hand`\na.py:4:6: LLM201 `u.content`\n",
        "Fixed 1 finding in 1 file (1 more with --unsafe-fixes; 1 needs a hand).\n",
    )


def test_unsafe_fixes_are_asked_for(run):
    write(a="x += u.content\n")
    assert run("a.py") == (1, "a.py:1:6: LLM201 `u.content`\n", "Nothing fixed (1 more with --unsafe-fixes).\n")
    assert run("--unsafe-fixes", "a.py") == (0, "", "Fixed 1 finding in 1 file.\n")


def test_check_writes_nothing(run):
    write(a="x += d.content\nhand\n")
    assert run("--check", "a.py") == (
        1,
        "a.py:1:6: LLM201 `d.content`\na.py:2:1: LLM201 `hand`\n",
        "Would fix 1 finding in 1 file (1 needs a hand).\n",
    )
    assert Path("a.py").read_text() == "x += d.content\nhand\n"


def test_diff_prints_a_patch_and_writes_nothing(run):
    write(a="x += d.content", b="hand\n")
    status, out, err = run("--diff", ".")
    assert (status, err) == (1, "Would fix 1 finding in 1 file (1 needs a hand).\n")
    assert out == (
        "--- a.py\n+++ a.py\n@@ -1 +1 @@\n"
        "-x += d.content\n\\ No newline at end of file\n"
        '+x += d.content or ""\n\\ No newline at end of file\n'
    )
    assert Path("a.py").read_text() == "x += d.content"


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: latin-1\nx = '\xe9'\nx += d.content\n",
        b"\xef\xbb\xbfx += d.content\r\ny = 1\r\n",
        b"x = '\x0c'\n\x0c\nx += d.content",
    ],
    ids=["latin-1", "mark and crlf", "form feed"],
)
def test_a_diff_is_a_patch_of_the_very_bytes(data, capfdbinary):
    Path("a.py").write_bytes(data)
    assert fix.main(["--diff", "a.py"]) == 1
    subprocess.run(["patch", "-p0", "--binary", "-s"], input=capfdbinary.readouterr().out, check=True)
    assert Path("a.py").read_bytes() == data.replace(b"d.content", b'd.content or ""')


def test_one_bad_file_does_not_stop_the_others(run):
    write(a="x += d.content\n", b="def\n")
    Path("c.py").write_bytes(b"x = '\xff'\n")
    status, out, err = run(".", "missing.py")
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "b.py:1:1: error: cannot be parsed",
        "c.py:1:6: error: byte 0xff is not utf-8",
        "missing.py: error: no such file or directory",
        "Fixed 1 finding in 1 file (3 paths failed).",
    ]
    assert Path("a.py").read_text() == 'x += d.content or ""\n'


def test_a_fix_that_does_not_prove_itself_is_not_written(run, monkeypatch):
    write(a="x += d.content\n", b="x += d.content\n")

    def stubborn(data, path, around):
        return toy_check(b"x += d.content\n" if path == "a.py" else data, path, around)

    monkeypatch.setattr(fixing, "check_bytes", stubborn)

    assert run(".") == (
        2,
        "a.py:1:6: LLM201 `d.content`\n",
        (
            "a.py:1:6: error: the fix would not remove LLM201\n"
            "Fixed 1 finding in 1 file (1 needs a hand; 1 path failed).\n"
        ),
    )
    assert Path("a.py").read_text() == "x += d.content\n"


def test_a_result_that_cannot_be_checked_is_not_written(run, monkeypatch):
    write(a="x += d.content\n")
    seen = []

    def once(data, path, around):
        seen.append(data)
        return (
            toy_check(data, path, around)
            if len(set(seen)) == 1
            else FileReport(path, Status.FAILED, problem=Problem("no"))
        )

    monkeypatch.setattr(fixing, "check_bytes", once)
    assert run("a.py")[0] == 2
    assert Path("a.py").read_text() == "x += d.content\n"


def test_a_file_that_changes_meanwhile_is_not_written(run, monkeypatch):
    write(a="x += d.content\n")

    def changed(path, *, old, new):
        raise files.ChangedOnDisk

    monkeypatch.setattr(files, "replace", changed)
    status, _, err = run("a.py")
    assert status == 2
    assert "a.py: error: changed on disk" in err


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(28, "No space left on device")])
def test_a_file_that_cannot_be_written_is_named(run, monkeypatch, error):
    write(a="x += d.content\n")

    def fail(path, *, old, new):
        raise error

    monkeypatch.setattr(files, "replace", fail)
    status, _, err = run("a.py")
    assert status == 2
    assert f"a.py: error: not written: {error.strerror.lower()}" in err


def test_a_fault_of_ours_is_an_outcome_too(run, monkeypatch):
    write(a="pass\n")
    monkeypatch.setattr(fixing, "check_bytes", lambda data, path, around: 1 / 0)
    status, _, err = run("a.py")
    assert status == 2
    assert "a.py: error: internal error: ZeroDivisionError" in err


def test_an_interruption_leaves_whole_files(monkeypatch, capsys):
    write(a="x += d.content\n", b="x += d.content\n")
    replace = files.replace

    def interrupted(path, **contents):
        if path == "b.py":
            raise KeyboardInterrupt
        replace(path, **contents)

    monkeypatch.setattr(files, "replace", interrupted)
    assert fix.main(["."]) == 130
    assert "Interrupted" in capsys.readouterr().err
    assert [Path(name).read_text() for name in ("a.py", "b.py")] == ['x += d.content or ""\n', "x += d.content\n"]


def test_selection(run):
    write(a="x += d.content\n")
    assert run("--select", "LLM1", "a.py") == (0, "", "Nothing to fix.\n")
    assert run("--ignore", "LLM201", "a.py") == (0, "", "Nothing to fix.\n")
    assert run("--select", "LLM1,LLM201", "a.py")[0] == 0
    assert Path("a.py").read_text() == 'x += d.content or ""\n'


@pytest.mark.parametrize(
    "arguments",
    [[], ["--nope", "."], ["--select", "LLM9", "."], ["--ignore", "E501", "."], ["--diff", "--check", "."]],
    ids=" ".join,
)
def test_bad_options_exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        fix.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX pipes")
def test_a_reader_that_leaves_is_no_traceback(tmp_path):
    for number in range(50):
        (tmp_path / f"{number}.py").write_text("import litellm\n" + "x = 1\n" * 10)
    program = (
        "import sys; from lint_rules import fix, fixing; from lint_rules.finding import *\n"
        "many = tuple(Finding('LLM201', Span(1, 0, 1, 1), 'm' * 9999) for _ in range(99))\n"
        "fixing.check_bytes = lambda data, path, around: FileReport(path, Status.FINDINGS, many)\n"
        "sys.exit(fix.main(['--jobs', '1', '.']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(fix.__file__).parents[1])}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 2


def test_libcst_is_imported_only_for_a_fix():
    write(clean="pass\n", hand="hand\n")
    program = (
        "import sys; from lint_rules import fix\n"
        "fix.main(['.'])\n"
        "sys.exit('libcst' in sys.modules)"
    )  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(fix.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0
