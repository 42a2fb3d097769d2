"""The picture of `make demo` shows what `make demo` prints today."""

from __future__ import annotations

import re
from pathlib import Path

import demo
import picture
import pytest

from lint_rules import check_source, fix
from lint_rules.report.text import line

STALE = "run `make picture`"
RECORDING = picture.TEXT.read_text(encoding="utf-8")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    return [demo.unpack(case, Path()) for case in sorted(demo.REPORTS.iterdir())]


def test_the_recording_has_what_the_linter_finds(programs: list[Path]) -> None:
    found = [
        line(program.name, finding)
        for program in programs
        for finding in check_source(program.read_bytes(), program.name)
    ]
    assert re.findall(r"^\S+\.py:\d+:\d+: .*", RECORDING, re.MULTILINE) == found, STALE


def test_the_recording_has_what_the_codemods_rewrite(
    programs: list[Path], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert fix.main(["--diff", *map(str, programs)]) == 1
    assert capfdbinary.readouterr().out.decode() in RECORDING, STALE


def test_the_recording_ends_with_the_proof() -> None:
    assert RECORDING.endswith("\n\nLost before, delivered after.\n")


def test_the_picture_is_drawn_from_the_recording() -> None:
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.drawn(picture.excerpt(RECORDING)), STALE


def test_the_picture_shows_only_what_was_printed() -> None:
    rows = picture.shown(picture.PICTURE.read_text(encoding="utf-8"))
    printed = " ".join(RECORDING.split())
    for stretch in " ".join(" ".join(rows).split()).split(picture.ELISION):
        assert stretch.strip() in printed
    assert "Lost before, delivered after." in rows
    assert {"LLM101", "LLM201", "LLM301"} <= set(re.findall(r"LLM\d{3}", "\n".join(rows)))
