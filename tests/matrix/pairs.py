"""The versions that are measured, each pair in an environment of its own under `.venvs`.

Standard library only and no import of this project: the Makefile asks this file what to install, with any Python
(`python tests/matrix/pairs.py requirements NAME`), before anything is installed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = Path(__file__).resolve().parents[2] / ".venvs"
STAMP = ".installed"
REGISTRATIONS = {
    "langfuse": 'litellm.success_callback = ["langfuse"]',
    "langfuse_otel": 'litellm.callbacks = ["langfuse_otel"]',
}


@dataclass(frozen=True)
class Pair:
    """One LiteLLM with one Langfuse, in one Python."""

    litellm: str
    langfuse: str
    callbacks: tuple[str, ...]
    """Those that this pair can deliver with, which are the columns it gives the tables."""
    also: tuple[str, ...] = ()
    """What the pair needs beside itself: an OpenAI client of its time, a dependency nobody declared."""
    python: str = ""
    """The Python it needs to be, as "3.13"; empty: the default one."""

    @property
    def name(self) -> str:
        """The environment's name."""
        return f"{self.litellm}+{self.langfuse}" + (f"-py{self.python}" if self.python else "")

    @property
    def requirements(self) -> tuple[str, ...]:
        """What to install."""
        return (f"litellm=={self.litellm}", f"langfuse=={self.langfuse}", *self.also)

    @property
    def release(self) -> tuple[int, ...]:
        """LiteLLM's, to compare with."""
        return tuple(map(int, self.litellm.split(".")))

    @property
    def target(self) -> tuple[str, ...]:
        """The versions, as the linter is told them."""
        return self.requirements[:2]

    @property
    def interpreter(self) -> Path:
        """The environment's Python, whether it is there or not."""
        return ENVIRONMENTS / self.name / "bin" / "python"


@dataclass(frozen=True)
class Column:
    """One column of the tables: a pair, and how its programs register Langfuse."""

    pair: Pair
    callback: str

    @property
    def name(self) -> str:
        """What the column is known by in the results."""
        return f"{self.pair.name} {self.callback}"

    @property
    def register(self) -> str:
        """The line that registers the callback."""
        return REGISTRATIONS[self.callback]


_LEGACY, _OTEL = ("langfuse",), ("langfuse_otel",)
PAIRS = (
    Pair("1.64.1", "2.60.2", _LEGACY, also=("openai<1.70",)),
    Pair("1.72.6", "2.60.10", _LEGACY, also=("openai<1.90",)),
    Pair("1.77.7", "2.60.10", _LEGACY, also=("openai<2",)),
    # The OpenTelemetry callback imports the exporter over gRPC as well, up to litellm 1.81.2; Langfuse brings HTTP's.
    Pair("1.77.7", "3.6.2", _OTEL, also=("openai<2", "opentelemetry-exporter-otlp")),
    Pair("1.80.11", "3.11.2", _OTEL, also=("opentelemetry-exporter-otlp",)),
    Pair("1.85.7", "3.15.0", _OTEL),
    Pair("1.92.2", "2.60.10", _LEGACY),
    # LiteLLM imports pydantic-settings on the way to the OpenTelemetry callback and does not depend on it.
    Pair("1.92.2", "4.18.0", _OTEL, also=("pydantic-settings",)),
    Pair("1.106.2", "4.18.0", (*_LEGACY, *_OTEL)),
    Pair("1.106.2", "5.0.4", _OTEL),
    Pair("1.106.2", "4.18.0", (*_LEGACY, *_OTEL), python="3.13"),
    Pair("1.106.2", "5.0.4", _OTEL, python="3.13"),
)
BY_NAME = {pair.name: pair for pair in PAIRS}
LEGACY = BY_NAME["1.77.7+2.60.10"]
DEFAULT = BY_NAME["1.106.2+4.18.0"]


def columns(pair: Pair) -> tuple[Column, ...]:
    """Return the columns that a pair gives the tables."""
    return tuple(Column(pair, callback) for callback in pair.callbacks)


def is_installed(pair: Pair) -> bool:
    """Tell whether the pair's environment has been made."""
    return (ENVIRONMENTS / pair.name / STAMP).exists()


def find_python(version: str) -> str | None:
    """Return a Python of that version on this machine that really starts: on the path, uv's, or pyenv's."""
    found = [shutil.which(f"python{version}"), _of_uv(version), *_of_pyenv(version)]
    return next((python for python in found if python and _is(python, version)), None)


def _of_uv(version: str) -> str | None:
    uv = shutil.which("uv")
    command = [uv or "", "python", "find", "--no-project", version]
    return _said(command) if uv else None


def _of_pyenv(version: str) -> list[str]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return [str(path) for path in sorted(root.glob(f"versions/{version}.*/bin/python"))]


def _is(python: str, version: str) -> bool:
    # A shim of pyenv is on the path whether its Python is switched on or not: only starting it tells.
    return _said([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) == version


def _said(command: list[str]) -> str | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def stamps() -> list[str]:
    """Return the stamp of every environment that can be made here; say on stderr what is left out."""
    wanted = []
    for pair in PAIRS:
        if pair.python and not is_installed(pair) and find_python(pair.python) is None:
            print(f"matrix: no Python {pair.python} here: {pair.name} is left out", file=sys.stderr)
        else:
            wanted.append(f"{ENVIRONMENTS.name}/{pair.name}/{STAMP}")
    return wanted


def main() -> int:
    """Answer the Makefile."""
    parser = argparse.ArgumentParser(description="What the environments of the matrix are made of.")
    parser.add_argument("question", choices=["stamps", "requirements", "python"])
    parser.add_argument("name", nargs="?", choices=list(BY_NAME))
    options = parser.parse_args()
    if options.question == "stamps":
        print(*stamps())
    elif options.name is None:
        parser.error("of which environment?")
    elif options.question == "requirements":
        print(shlex.join(BY_NAME[options.name].requirements))
    else:
        version = BY_NAME[options.name].python
        print((find_python(version) or f"python{version}") if version else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
