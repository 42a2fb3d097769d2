"""Finding and fixing need nothing of POSIX: they do the same in a Python without what Windows does not have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import trees

HERE = Path(__file__).parent / "without_posix"
SAFE = sys.version_info >= (3, 11)
ALONE = (
    ""
    if SAFE
    else "note: no processes can be started (RuntimeError: before Python 3.11 they would import modules of the working "
    "directory): checking in this one\n"
)
IMPORT_ALL = """
import importlib, os, pkgutil, signal
import codemods, lint_rules
assert not hasattr(os, "fork") and not hasattr(signal, "SIGHUP")
for package in (lint_rules, codemods):
    for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not one.name.startswith(("lint_rules.shim.child", "lint_rules.shim.pytest_plugin")):  # of other programs
            importlib.import_module(one.name)
            print(one.name)
"""


def run(*command: str, cwd: Path, log: Path | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(HERE), str(trees.ROOT)))
    told = {} if log is None else {"WITHOUT_POSIX": str(log)}
    environment = {name: value for name, value in trees.ENVIRONMENT.items() if name != "PYTHONSAFEPATH"}
    return trees.run(*command, cwd=cwd, env={**environment, "PYTHONPATH": path, **told})


def workers(log: Path) -> int:
    """Return how many processes were started afresh to check."""
    return log.read_text(encoding="utf-8").count("spawn_main")


@pytest.fixture(name="tree", scope="module")
def tree_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More files than one process takes on alone, three of them with findings."""
    folder = trees.plant(tmp_path_factory.mktemp("tree"), 3, 3)
    for number in range(40):
        (folder / f"part{number % 3}" / f"other{number}.py").write_text("import os\n", encoding="utf-8")
    return folder


def test_every_module_can_be_imported(tmp_path: Path) -> None:
    done = run("-c", IMPORT_ALL, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"lint_rules.fix", "lint_rules.processes", "lint_rules.shim.run", "codemods.engine"} < set(
        done.stdout.split()
    )


def test_two_processes_find_and_fix_the_same(tree: Path, tmp_path: Path) -> None:
    check = (*trees.CHECK, "--no-cache", "--jobs", "2", ".")
    expected, log = trees.run(*check, cwd=tree), tmp_path / "log"
    done = run(*check, cwd=tree, log=log)
    assert (done.returncode, done.stdout, done.stderr) == (1, expected.stdout, ALONE + expected.stderr)
    assert workers(log) == (2 if SAFE else 0)
    log.unlink()
    fixed = run(*trees.FIX, "--jobs", "2", ".", cwd=tree, log=log)
    assert (fixed.returncode, fixed.stdout, fixed.stderr) == (0, "", f"{ALONE}Fixed 6 findings in 3 files.\n")
    assert workers(log) == (2 if SAFE else 0)
    assert trees.leftovers(tree) == []
    assert trees.run(*check, cwd=tree).returncode == 0
