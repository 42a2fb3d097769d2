"""The files a run is written to: `--json`, `--html`, `--junit`."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from lint_rules.shim import __main__ as door
from lint_rules.shim import reports
from lint_rules.shim.junit import junit

from . import samples

ROOT = Path(__file__).parents[2]


def parsed(report: samples.RunReport) -> ET.Element:
    return ET.fromstring(junit(report).encode())


def test_junit_has_a_case_per_call() -> None:
    root = parsed(samples.mixed())
    suite = root.find("testsuite")
    assert root.tag == "testsuites" and suite is not None
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["6", "5", "0"]
    assert suite.get("name") == "python -m app.main --customers two words"
    first, *_, delivered, _last = suite.findall("testcase")
    assert first.get("classname") == "app/chat.py"
    assert first.get("name") == "app/chat.py:55 chat gpt-4o-mini #1"
    assert first.get("time") == "0.290"
    failure = first.find("failure")
    assert failure is not None and failure.get("message") == "lost: abandoned stream (LLM101)"
    assert failure.text is not None and "left at app/chat.py:58" in failure.text
    assert list(delivered) == []


def test_junit_says_what_it_knows_where_the_cause_is_unknown() -> None:
    failure = parsed(samples.mixed()).findall(".//failure")[3]
    assert failure.get("type") == "duplicated"
    assert failure.get("message") == "duplicated: 2 generations arrived, cause unknown"


@pytest.mark.parametrize(("exit_code", "verdict"), [(3, "crashed"), (None, "hung"), (-9, "crashed")])
def test_junit_has_an_error_for_a_program_that_failed(exit_code: int | None, verdict: str) -> None:
    root = parsed(replace(samples.mixed(), exit_code=exit_code, timed_out=exit_code is None, stderr="the end\x1b"))
    error = root.find(".//testcase/error")
    assert error is not None and error.get("type") == verdict and error.text == "the end"
    assert (root.get("tests"), root.get("errors")) == ("7", "1")


def test_junit_of_a_run_without_calls() -> None:
    root = parsed(replace(samples.mixed(), calls=()))
    assert (root.get("tests"), root.findall(".//testcase")) == ("0", [])


def test_junit_survives_what_xml_cannot_write() -> None:
    root = parsed(samples.hostile())
    output = root.findtext(".//system-out")
    assert output is not None and output.startswith("</script><script>alert(1)</script>") and "\x1b" not in output
    assert len(root.findall(".//testcase")) == 6


@pytest.fixture
def canned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the door believe that a program was run."""
    monkeypatch.setattr(door, "run", lambda *_args, **_options: samples.mixed())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_file_is_written_whatever_the_exit_status(canned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["--json", "run.json", "--html=run.html", "--junit", "run.xml"]
    assert door.main([*wanted, "--", "app.py"]) == 1
    assert sorted(path.name for path in canned.iterdir()) == ["run.html", "run.json", "run.xml"]
    assert (canned / "run.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (canned / "run.json").read_text(encoding="utf-8") == reports.as_json(samples.mixed())
    ET.parse(canned / "run.xml")
    assert "worker.py:31" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--json", "--html", "--junit"])
def test_what_cannot_be_written_is_said_before_the_run(
    option: str, canned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "run", lambda *_args, **_options: pytest.fail("the program was run in vain"))
    (canned / "file").touch()
    for path, reason in (("no/x", "No such file or directory"), (".", "Is a directory"), ("file/x", "Not a directory")):
        assert door.main([option, path, "--", "app.py"]) == 2
        assert capsys.readouterr() == ("", f"shim: cannot write {path}: {reason}\n")


def test_a_write_that_fails_loses_neither_the_table_nor_the_other_files(
    canned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def _run(*_args: object, **_options: object) -> samples.RunReport:
        (canned / "run.json").mkdir()
        return samples.mixed()

    monkeypatch.setattr(door, "run", _run)
    assert door.main(["--json", "run.json", "--html", "run.html", "--", "app.py"]) == 2
    out, err = capsys.readouterr()
    assert "worker.py:31" in out
    assert err.endswith("shim: cannot write run.json: Is a directory\n")
    assert (canned / "run.html").exists()


def test_from_the_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "none.py").write_text("import sys\nprint('<words>')\nsys.exit(3)\n")
    command = [sys.executable, "-m", "lint_rules.shim", "--html", "r.html", "--junit", "r.xml", "--", "none.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 2 and "no calls" in done.stdout
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "crashed" in page and "&lt;words&gt;" in page and "<words>" not in page
    assert ET.parse(tmp_path / "r.xml").find(".//error") is not None
