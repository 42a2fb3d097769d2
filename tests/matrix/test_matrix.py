"""The fixed programs of the matrix, once each, with the newest and the oldest worker: what `make test` has time for.

The newest pair is the one this Python has; the other one's environment is made by the Makefile.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

import pytest

from .endings import ENDINGS, REGISTRATION, ROWS, TOPICS
from .fixes import FAILING, IDLE, PROGRAM, PROGRAMS, Program
from .measure import bench, fixes_once
from .pairs import BY_NAME, DEFAULT, LEGACY, PAIRS, REGISTRATIONS, Column, Pair, columns, is_installed
from .report import miss
from .results import Cell

ROOT = Path(__file__).parents[2]
Measured = Callable[[Pair], dict[tuple[str, str], Cell]]


def python_of(pair: Pair) -> str | None:
    """Return a Python with the pair's SDKs: this one if it has them."""
    here = (importlib.metadata.version("litellm"), importlib.metadata.version("langfuse"))
    if here == (pair.litellm, pair.langfuse):
        return sys.executable
    return str(pair.interpreter) if is_installed(pair) else None


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """Measure a pair when it is asked for, once."""

    @lru_cache
    def cells(pair: Pair) -> dict[tuple[str, str], Cell]:
        python = python_of(pair)
        if python is None:
            pytest.skip(f"no environment {pair.name}: `make test` makes it")
        with bench(pair, tmp_path_factory.mktemp("fixes"), python=python) as on:
            return {(cell.column, cell.row): cell for cell in fixes_once(on)}

    with ExitStack() as stack:
        stack.callback(cells.cache_clear)
        yield cells


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name.replace(" ", "-"))
@pytest.mark.parametrize(
    "column", [*columns(DEFAULT), *columns(LEGACY)], ids=lambda column: column.name.replace(" ", "-")
)
def test_a_fixed_program_delivers(column: Column, program: Program, measured: Measured) -> None:
    cell = measured(column.pair)[column.name, program.name]
    assert miss(cell) == "", cell
    assert cell.fixed, "these versions can deliver: there is something to fix, and a fix"


# ---- the programs themselves


@pytest.mark.parametrize("register", REGISTRATIONS.values(), ids=list(REGISTRATIONS))
@pytest.mark.parametrize("langfuse", [2, 5])
def test_every_row_is_a_program(register: str, langfuse: int) -> None:
    for row in (*ROWS, REGISTRATION):
        tree = ast.parse(row.source(register, langfuse=langfuse))
        assert any(isinstance(node, ast.AsyncFunctionDef) and node.name == "main" for node in tree.body), row.name


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_every_program_to_fix_is_one_for_every_pair(pair: Pair) -> None:
    for column in columns(pair):
        for program in (*PROGRAMS, *IDLE, *FAILING):
            files = program.files(column)
            assert set(program.command) <= set(files)
            assert column.register in files[PROGRAM]
            assert "@" not in files[PROGRAM].replace("@asynccontextmanager", "")
            for text in files.values():
                ast.parse(text)


def test_names_tell_rows_apart() -> None:
    for topic, rows in TOPICS.items():
        assert {row.topic for row in rows} == {topic}
        assert len({row.name for row in rows}) == len(rows)
    assert len({ending.name for ending in ENDINGS}) == len(ENDINGS)
    for programs in (PROGRAMS, IDLE, FAILING):
        assert len({program.name for program in programs}) == len(programs)


# ---- the versions


def test_the_default_pair_is_what_the_extra_installs() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    shim = re.search(r"^shim = \[(.*)\]$", text, re.MULTILINE)
    assert shim and set(DEFAULT.target) <= set(re.findall(r'"([^"]+)"', shim[1]))


def test_the_makefile_names_pairs_that_are_there() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^(?:OTEL|LEGACY) := (.+)$", text, re.MULTILINE)
    assert named == ["1.106.2+5.0.4", LEGACY.name]
    assert set(named) <= set(BY_NAME)
