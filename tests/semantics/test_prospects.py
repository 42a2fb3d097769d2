"""Looking only where something can be leads to what looking everywhere leads to: for every case, and small projects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lint_rules.engine import Surroundings, check_files
from lint_rules.semantics import prospects

CASES = Path(__file__).parent.parent / "cases"
FOLDERS = sorted({path.parent for path in CASES.rglob("*.py")})


def found(folder: Path, few: int, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str, str]]:
    monkeypatch.setattr(prospects, "FEW", few)
    return [
        (report.path, finding.span.line, finding.code, finding.message)
        for report in check_files([str(folder)], Surroundings())
        for finding in report.findings
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(CASES)))
def test_of_a_folder_of_cases(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "project"
    shutil.copytree(folder, copy)
    everywhere = found(copy, 1_000_000, monkeypatch)
    assert found(copy, 0, monkeypatch) == everywhere
