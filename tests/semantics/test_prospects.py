"""Looking only where something can be leads to what looking everywhere leads to: for every case, and small projects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lint_rules.engine import check_files
from lint_rules.surroundings import Surroundings

CASES = Path(__file__).parent.parent / "cases"
FOLDERS = sorted({path.parent for path in CASES.rglob("*.py")})


def found(folder: Path, few: int) -> list[tuple[str, int, str, str]]:
    around = Surroundings()
    around.few = few
    return [
        (report.path, finding.span.line, finding.code, finding.message)
        for report in check_files([str(folder)], around)
        for finding in report.findings
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(CASES)))
def test_of_a_folder_of_cases(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(folder, copy)
    everywhere = found(copy, 1_000_000)
    assert found(copy, 0) == everywhere
