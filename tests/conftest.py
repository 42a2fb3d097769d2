"""What holds for all tests: where they run, in which order, and which LiteLLM and Langfuse the case programs get."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pairs_under_test import pair_name

LONGEST_FIRST = (
    "test_cases.py",
    "test_verdicts.py",
    "test_canary.py",
    "test_verify.py",
    "test_matrix.py",
    "test_pre_commit.py",
    "test_run.py",
    "test_processes.py",
    "test_cli.py",
    "test_reached.py",
    "test_html.py",
    "test_wire.py",
    "test_pytest_plugin.py",
)
"""Files that take a minute or some tens of seconds. Where files are handed out to workers (`--no-loadscope-reorder`: in
this order), the last ones to be taken must not be among them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    names = {name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: names.get(item.path.name, len(names)))


def pytest_configure() -> None:
    """Let Python keep bytecode, whatever the environment says: a thousand processes would compile the same, each anew.

    Some of them are pytest's, which rewrites whole libraries and keeps that as bytecode, too.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist how tests are handed out."""
    node.workerinput["dist"] = node.config.option.dist


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("shim", "running the case programs")
    group.addoption(
        "--pair",
        type=pair_name,
        metavar="PAIR",
        default="default",
        help="the SDK versions the cases run with: default, otel (which registers langfuse_otel instead of langfuse), "
        "legacy, or two versions such as 1.85.7+3.15.0 for the cases with that target (default: default)",
    )
    group.addoption(
        "--shim-python",
        metavar="PATH",
        default=sys.executable,
        help="the Python whose litellm and langfuse run the cases (default: the one that runs pytest)",
    )


@pytest.fixture(scope="session")
def pair(pytestconfig: pytest.Config) -> str:
    """The pair of SDK versions that the cases are held against."""
    return str(pytestconfig.getoption("--pair"))


@pytest.fixture(scope="session")
def shim_python(pytestconfig: pytest.Config) -> str:
    """The interpreter in which the case programs run."""
    return str(pytestconfig.getoption("--shim-python"))


@pytest.fixture(scope="session", name="nowhere")
def nowhere_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder."""
    return tmp_path_factory.mktemp("nowhere")


@pytest.fixture(autouse=True)
def in_no_project(nowhere: Path) -> Iterator[None]:
    """Run a test outside of this project: `program.py` would belong to it, and all of it would be looked at each time.

    Whatever a test wants to be in a project, it puts into one.
    """
    before = Path.cwd()
    os.chdir(nowhere)
    yield
    os.chdir(before)
