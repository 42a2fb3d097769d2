"""How long commands take: side by side with hyperfine, or once, with the memory that it took."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_KILO = 1 if sys.platform == "darwin" else 1024
"""What the system counts memory in."""


@dataclass
class Times:
    """Of one command: a number of seconds for each run."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Once:
    """Of one run of one command."""

    wall: float
    cpu: float
    peak: int
    """Bytes, of the largest process."""


@dataclass(frozen=True)
class Plan:
    """How commands are measured: what is before each, how often each is repeated within a run."""

    prepare: Sequence[str] = ()
    repeat: int = 1
    warmup: int = 1
    environment: Mapping[str, str] | None = None


def side_by_side(commands: Sequence[Sequence[str]], plan: Plan, runs: int) -> list[Times]:
    """Measure commands in turns, so that what slows the machine down slows all of one run."""
    times = [Times() for _ in commands]
    for run in range(runs):
        for one, result in zip(times, _hyperfine(commands, plan, 0 if run else plan.warmup), strict=True):
            one.wall.append(result["median"])
            one.cpu.append(result["user"] + result["system"])
    return times


def _hyperfine(commands: Sequence[Sequence[str]], plan: Plan, warmup: int) -> list[dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "times.json"
        options = ["-N", "-i", "--style", "none", "--warmup", str(warmup), "--runs", str(plan.repeat)]
        options += ["--prepare", shlex.join(plan.prepare)] if plan.prepare else []
        line = ["hyperfine", *options, "--export-json", str(told), *map(shlex.join, commands)]
        done = subprocess.run(line, check=False, env=plan.environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"error: hyperfine: {' '.join(done.stderr.split())}")
        results: list[dict[str, float]] = json.loads(told.read_text(encoding="utf-8"))["results"]
    return results


def once(command: Sequence[str]) -> Once:
    """Run a command, whatever its exit code."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Once(time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss * _KILO)
