"""What the shim costs a program: its time under the shim against that with the bare loopback endpoints, in turns.

    python -m tests.benchmarks.overhead [--runs N]

The bare run gets the same endpoints through the same environment variables, in a process that nothing observes. Both
are fresh processes, from start to end. Printed are medians and the ratio of the medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lint_rules.shim.child.hooks import VARIABLE
from lint_rules.shim.launch import program_env
from lint_rules.shim.provider import provider
from lint_rules.shim.run import run
from lint_rules.shim.sink import sink

HEAD = """\
import asyncio
import litellm
litellm.success_callback = ["langfuse"]
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
async def settle():
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
"""
PROGRAMS = {
    "imports LiteLLM, one call": HEAD + "litellm.completion(**ASK)\n",
    "200 calls, 20 at a time": HEAD + "async def main():\n"
    "    for _ in range(10):\n"
    "        await asyncio.gather(*(litellm.acompletion(**ASK) for _ in range(20)))\n"
    "    await settle()\n"
    "asyncio.run(main())\n",
    "100 streams, one after the other": HEAD + "async def main():\n"
    "    for _ in range(100):\n"
    "        async for chunk in await litellm.acompletion(**ASK, stream=True):\n"
    "            text = chunk.choices[0].delta.content or ''\n"
    "    await settle()\n"
    "asyncio.run(main())\n",
    "one stream, a busy loop per chunk": HEAD + "for chunk in litellm.completion(**ASK, stream=True):\n"
    "    total = 0\n"
    "    for number in range(1_000_000):\n"
    "        total += number\n",
    "no LiteLLM, 20 child processes": "import subprocess, sys\n"
    "for _ in range(20):\n"
    "    subprocess.run([sys.executable, '-c', 'import json, argparse'], check=True)\n",
}


def bare(program: Path) -> float:
    """Return the seconds that a program takes when nothing observes it."""
    with provider() as model, sink() as langfuse:
        env = program_env(None, model, langfuse)
        for name in (VARIABLE, "PYTHONPATH"):
            env.pop(name, None)
        if "PYTHONPATH" in os.environ:
            env["PYTHONPATH"] = os.environ["PYTHONPATH"]
        started = time.monotonic()
        subprocess.run([sys.executable, program.name], cwd=program.parent, env=env, check=True, capture_output=True)
        return time.monotonic() - started


def shimmed(program: Path) -> float:
    """Return the seconds that a program takes under the shim."""
    report = run([program.name], cwd=program.parent)
    assert report.verdict in ("delivered", "no-calls"), report.stderr
    return report.seconds


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", metavar="WORD", help="measure the programs with WORD in their names")
    options = parser.parse_args()
    runs = options.runs
    print("| program | bare, s | under the shim, s | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program.py"
        for name, source in ((name, source) for name, source in PROGRAMS.items() if options.only in name):
            program.write_text(source, encoding="utf-8")
            bare(program), shimmed(program)
            pairs = [(bare(program), shimmed(program)) for _ in range(runs)]
            without, within = (statistics.median(times) for times in zip(*pairs, strict=True))
            print(f"| {name} | {without:.2f} | {within:.2f} | {within / without:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
