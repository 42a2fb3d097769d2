"""One warmed process for all shim tests, and a place to write programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lint_rules.shim.run import RunReport, Warm, run

Runner = Callable[..., RunReport]


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm(sys.executable) as launcher:
        yield launcher


@pytest.fixture
def run_source(warm: Warm, tmp_path: Path) -> Runner:
    """Run the given source as `program.py` in a fork of the warmed process."""

    def _run(source: str, *arguments: str, **options: object) -> RunReport:
        (tmp_path / "program.py").write_text(source, encoding="utf-8")
        chosen = {"launcher": warm, "cwd": tmp_path, "timeout": 60.0, **options}
        return run(["program.py", *arguments], **chosen)  # type: ignore[arg-type]

    return _run
