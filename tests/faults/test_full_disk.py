"""A disk that is full: what cannot be written stays as it was and is named, what still fits is written."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import trees

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits")

FULL = "no space left on device"


@pytest.fixture(name="disk")
def disk_fixture(tmp_path: Path) -> Iterator[Path]:
    """A file system of some pages."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=96k", "none", str(disk)]
    try:
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("no file system may be mounted here")
    except FileNotFoundError:
        pytest.skip("no file systems can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path, *, but: int) -> None:
    """Fill a disk but for some bytes; it gives away whole pages of 4 KiB."""
    status = os.statvfs(disk)
    (disk / "ballast").write_bytes(b"x" * (status.f_bavail * status.f_frsize - but))


def test_what_does_not_fit_stays_and_what_fits_is_written(disk: Path) -> None:
    trees.plant(disk, 3, 1)
    large = disk / "part0/module1.py"
    large.write_text(trees.SOURCE.format(number=1) + "# padding\n" * 1000)
    before = trees.contents(disk)
    fill(disk, but=8192)
    done = trees.run(*trees.FIX, ".", cwd=disk)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [f"part0/module1.py: error: not written: {FULL}", "Fixed 4 findings in 2 files (1 path failed)."],
    )
    after = trees.contents(disk)
    assert [name for name in before if before[name] == after[name]] == ["part0/module1.py"]
    assert trees.leftovers(disk) == []
    (disk / "ballast").unlink()
    done = trees.run(*trees.FIX, ".", cwd=disk)
    assert (done.returncode, done.stderr) == (0, "Fixed 2 findings in 1 file.\n")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ((*trees.CHECK, "--report=json=report"), f"error: report: {FULL}\n"),
        ((*trees.CHECK, "--write-baseline=baseline"), f"baseline: error: not written: {FULL}\n"),
        (
            (*trees.CHECK, "--add-noqa"),
            f"part0/module0.py: error: not written: {FULL}\nNothing suppressed (1 path failed).\n",
        ),
    ],
    ids=["report", "baseline", "noqa"],
)
def test_all_that_writes_says_so(disk: Path, command: tuple[str, ...], told: str) -> None:
    trees.plant(disk, 1, 1)
    before = trees.contents(disk)
    fill(disk, but=0)
    done = trees.run(*command, "part0", cwd=disk)
    assert (done.returncode, done.stderr) == (2, told)
    assert trees.contents(disk) == before
    assert sorted(path.name for path in disk.iterdir()) == ["ballast", "part0"]
    assert trees.leftovers(disk) == []


@trees.long
def test_an_older_report_and_baseline_stay(disk: Path) -> None:
    trees.plant(disk, 1, 1)
    assert trees.run(*trees.CHECK, "--report=json=report", "part0", cwd=disk).returncode == 1
    assert trees.run(*trees.CHECK, "--write-baseline=baseline", "part0", cwd=disk).returncode == 0
    before = [(disk / name).read_bytes() for name in ("report", "baseline")]
    trees.plant(disk, 3, 1)
    fill(disk, but=0)
    for option in ("--report=json=report", "--write-baseline=baseline"):
        assert trees.run(*trees.CHECK, option, "part0", cwd=disk).returncode == 2
    assert [(disk / name).read_bytes() for name in ("report", "baseline")] == before
    assert json.loads(before[1])["version"] == 1


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """The same without a file system of its own."""
    trees.plant(tmp_path, 2, 1)
    large = tmp_path / "part0/module1.py"
    large.write_text(trees.SOURCE.format(number=1) + "# padding\n" * 1000)
    before = large.read_bytes()
    limit = (
        "import resource, runpy, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_module('lint_rules.fix', run_name='__main__')\n"
    )
    done = trees.run("-c", limit, *trees.FIX[1:], ".", cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        ["part0/module1.py: error: not written: file too large", "Fixed 2 findings in 1 file (1 path failed)."],
    )
    assert large.read_bytes() == before
    assert trees.leftovers(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("command", [trees.CHECK, trees.FIX])
def test_output_that_cannot_be_written_is_2(tmp_path: Path, command: tuple[str, ...], stream: str) -> None:
    trees.plant(tmp_path, 1, 1)
    (tmp_path / "hand.py").write_text("import litellm\nasync for\n")
    with Path("/dev/full").open("w") as full, trees.started(*command, ".", cwd=tmp_path, **{stream: full}) as process:
        _, err = process.communicate()
    assert process.returncode == 2
    if stream == "stdout":
        assert "error: stdout: no space left on device\n" in (err or "") or command is trees.FIX
    assert "Exception" not in (err or "") and "Traceback" not in (err or "")
