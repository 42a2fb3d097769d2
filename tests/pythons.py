"""`make test-all`: run the suite on every supported Python that this machine has, each in an environment of its own.

An environment is made once. Where the SDKs cannot be installed, the tests that run programs with them are left out.
The arguments go to pytest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14")
PLACES = (".pyenv/versions/{}.*/bin/python", ".local/share/uv/python/cpython-{}.*/bin/python3")
"""Where Pythons lie that are not on the PATH: in the home folder."""
WITHOUT_SDKS = ("jsonschema", "pyyaml", "pre-commit", "pytest", "ruff", "mypy")
LEFT_OUT = (
    "tests/shim",
    "tests/matrix",
    "tests/test_cases.py",
    "tests/cli/test_verify.py",
    "tests/faults/test_interrupted.py",
)
"""What needs the SDKs."""


@dataclass(frozen=True)
class Outcome:
    """What came of the suite on one Python."""

    version: str
    summary: str
    seconds: float
    code: int


def find(version: str) -> str | None:
    """Return a Python of that version which runs: some that are on the PATH only say that there is none."""
    named = shutil.which(f"python{version}")
    candidates = [named] if named else []
    for place in PLACES:
        candidates += sorted(map(str, Path.home().glob(place.format(version))), reverse=True)
    return next((one for one in candidates if _says(one) == version), None)


def _says(python: str) -> str:
    asked = [python, "-c", "import sys, ssl, venv; print('%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def prepare(version: str, python: str) -> tuple[Path, bool]:
    """Make the environment of a version unless it is there, and tell whether it has the SDKs."""
    folder = ROOT / ".venvs" / f"test-{version}"
    inside = folder / "bin" / "python"
    if not inside.exists():
        uv = shutil.which("uv")
        make = (
            [uv, "venv", "--quiet", "--seed", "--python", python, str(folder)]
            if uv
            else [python, "-m", "venv", str(folder)]
        )
        subprocess.run(make, check=True)
    with_sdks = _install(inside, "--editable", f"{ROOT}[test]")
    if not with_sdks and not _install(inside, "--editable", str(ROOT), *WITHOUT_SDKS):
        raise SystemExit(f"cannot install the test requirements for Python {version}")
    return inside, with_sdks


def _install(python: Path, *what: str) -> bool:
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
    return subprocess.run([*pip, "--quiet", *what], check=False).returncode == 0


def run(version: str, python: str, arguments: Sequence[str]) -> Outcome:
    """Run the suite on one Python; its output goes on to the terminal."""
    inside, with_sdks = prepare(version, python)
    less = [] if with_sdks else [f"--ignore={path}" for path in LEFT_OUT]
    environment = {**os.environ, "PATH": f"{inside.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(inside), "-m", "pytest", "-q", *less, *arguments]
    print(f"\n==== Python {version}: {python}", flush=True)
    began, last = time.monotonic(), ""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    summary = re.sub(r" in [\d.]+s.*", "", last.strip("= "))
    return Outcome(
        version, summary + ("" if with_sdks else ", without the SDKs"), time.monotonic() - began, running.returncode
    )


def main(arguments: Sequence[str]) -> int:
    """Run the suite on all of them, and print what came of it."""
    found = {version: find(version) for version in SUPPORTED}
    outcomes = [run(version, python, arguments) for version, python in found.items() if python]
    print("\n| Python | Outcome | Seconds |\n|---|---|---|")
    for line in _rows(found, outcomes):
        print(line)
    return max((one.code for one in outcomes), default=2)


def _rows(found: dict[str, str | None], outcomes: Sequence[Outcome]) -> Iterator[str]:
    for one in outcomes:
        yield f"| {one.version} | {one.summary} | {one.seconds:.0f} |"
    for version, python in found.items():
        if python is None:
            yield f"| {version} | not on this machine | |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
