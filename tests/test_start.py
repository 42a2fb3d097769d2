"""What a run imports before it has anything to do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lint_rules import __version__


@pytest.mark.parametrize("door", ["lint_rules", "lint_rules.fix"])
def test_the_version_is_told_before_anything_is_imported(door: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", door, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.stdout == f"flake8-litellm {__version__}\n"
    assert {name for name in imported if name.startswith(("lint_rules", "typing", "argparse", "re"))} <= {
        "lint_rules",
        "lint_rules.safe_path",
        "reprlib",
    }


def test_the_version_is_told_among_other_arguments() -> None:
    command = [sys.executable, "-m", "lint_rules", "--version", "--isolated"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"flake8-litellm {__version__}\n"
