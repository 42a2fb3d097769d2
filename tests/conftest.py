"""Which LiteLLM and Langfuse the case programs are run with."""

from __future__ import annotations

import argparse
import re
import sys

import pytest
from case_pairs import PAIRS


def pair_name(text: str) -> str:
    """Check the name of a pair: one of `PAIRS`, or any two versions, as in 1.85.7+3.15.0."""
    if text in PAIRS or re.fullmatch(r"[\d.]+\+[\d.]+", text):
        return text
    raise argparse.ArgumentTypeError(f"neither {', '.join(PAIRS)} nor litellm+langfuse versions: {text}")


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
