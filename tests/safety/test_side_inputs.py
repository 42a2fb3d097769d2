"""What lies beside the code costs time and memory in proportion, too: settings, locks, requirements, kept results.

Whatever such a file holds, what is wrong with it is one line. The limits are far from what it takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")

ROOT = Path(__file__).parents[2]
SOURCE = """\
from langfuse.decorators import observe
import litellm


@observe()
async def ask(question):
    response = await litellm.acompletion(model="m", messages=question, stream=True)
    async for chunk in response:
        break
"""
PROGRAM = """
import contextlib, io, json, os, resource, sys
from lint_rules.__main__ import main
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
for folder, *arguments in json.load(sys.stdin):
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    resource.setrlimit(resource.RLIMIT_CPU, (used + 30, resource.RLIM_INFINITY))
    print(json.dumps(folder), end=": ", flush=True)
    os.chdir(folder)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*arguments, "--jobs", "1", "."])
    print(json.dumps([code, out.getvalue().count("LLM101"), err.getvalue()]), flush=True)
"""
IGNORES = "[tool.lint_rules.per-file-ignores]\n"
LARGE = "larger than 5,000,000 bytes"
DEEP = "nested too deeply"

SETTINGS = {
    "large": ("", LARGE),
    "deep arrays": ("# lint_rules\na = " + "[" * 100_000, DEEP),
    "a deep key": ("# lint_rules\n" + "a." * 500_000 + "a = 1\n", DEEP),
    "a deep table": ("[tool.lint_rules" + ".a" * 500_000 + "]\n", DEEP),
    "a long pattern": (f'{IGNORES}"{"[a" * 300_000}" = ["LLM101"]\n', "has a pattern of more than 1,000 characters"),
    "many patterns": (IGNORES + "".join(f'"{n}" = []\n' for n in range(20_000)), "has more than 1,000 patterns"),
    "a long key": (f"[tool.lint_rules]\n{'k' * 100_000} = 1\n", "unknown key 'kkk"),
    "a long name": ('[tool.lint_rules]\nstream-sources = ["' + "a." * 100_000 + '-"]\n', "'stream-sources' in "),
}
"""What ends the check of all files below."""
STATED = {
    "a long target": (
        "pyproject.toml",
        '[tool.lint_rules]\ntarget = ["litellm' + ",>1" * 300_000 + '"]\n',
        "error: pyproject.toml [tool.lint_rules] asks for 'litellm,>1",
    )
}
READ = {
    "a large lock": ("uv.lock", "", f"note: uv.lock could not be read: {LARGE}"),
    "large requirements": ("requirements.txt", "", f"note: requirements.txt could not be read: {LARGE}"),
    "a deep lock": ("poetry.lock", "a = " + "{a=" * 50_000, f"note: poetry.lock could not be read: {DEEP}"),
    "a deep key": ("uv.lock", '"b" . ' * 300_000 + "c = 1\n", f"note: uv.lock could not be read: {DEEP}"),
    "a deep key inside": ("pdm.lock", "a = { " + "b." * 300_000 + "c = 1 }\n", f"pdm.lock could not be read: {DEEP}"),
    "a deep object": ("Pipfile.lock", '{"a":' * 100_000, f"note: Pipfile.lock could not be read: {DEEP}"),
    "a long number": ("Pipfile.lock", '{"default": ' + "9" * 1_000_000 + "}", ""),
    "blanks": ("requirements.txt", " " * 1_000_000, ""),
    "blanks in a requirement": (
        "requirements.txt",
        "langfuse" + " " * 1_000_000 + "x",
        "note: requirements.txt:1 asks",
    ),
    "a long range": ("requirements.txt", "langfuse" + ",".join(["!=1"] * 300_000), "note: requirements.txt:1 asks"),
    "a long caret": ("Pipfile", '[packages]\nlangfuse = "' + "^1.2 || " * 200_000 + '"\n', "note: Pipfile asks"),
    "it includes itself": ("requirements.txt", "-r requirements.txt\n" * 20_000, ""),
    "it includes a device": ("requirements.txt", "-r /dev/zero\n", "note: requirements.txt:1 includes '/dev/zero'"),
    "names that stand for two": (
        "setup.py",
        "".join(f"a{n} = a{n + 1} + a{n + 1}\n" for n in range(60)) + "litellm = setup(install_requires=a0)\n",
        "note: setup.py could not be read: its requirements stand in more than 10,000 places",
    ),
}
"""What is done without, with a note."""


def plant(folder: Path, name: str, text: str) -> str:
    """Write a program with a finding and a file beside it; one without a text is large, and nothing of it on disk."""
    folder.mkdir()
    (folder / "app.py").write_text(SOURCE, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    if not text:
        os.truncate(folder / name, 50_000_000)
    return str(folder)


def outcomes(*runs: list[str]) -> list[tuple[int, int, str]]:
    """Return exit status, findings and what is told of each run; all in one process, each with its time."""
    line = [sys.executable, "-c", PROGRAM]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        line, input=json.dumps(runs), capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, (done.returncode, done.stdout.splitlines()[-1:], done.stderr[-400:])
    return [tuple(json.loads(line.partition('": ')[2])) for line in done.stdout.splitlines()]


def test_settings_that_are_too_much_are_one_line(tmp_path: Path) -> None:
    runs = [[plant(tmp_path / name, "pyproject.toml", text), "--no-cache"] for name, (text, _) in SETTINGS.items()]
    for (name, (_, why)), (code, _, told) in zip(SETTINGS.items(), outcomes(*runs), strict=True):
        assert (code, told.count("\n"), why in told, len(told) < 600) == (2, 1, True, True), (name, told[:600])


def test_what_says_too_much_about_versions_is_done_without(tmp_path: Path) -> None:
    cases = [*STATED.items(), *READ.items()]
    runs = [[plant(tmp_path / name, file, text), "--no-cache"] for name, (file, text, _) in cases]
    for (name, (_, _, why)), (code, findings, told) in zip(cases, outcomes(*runs), strict=True):
        assert (code, findings > 0, why in told) == (2 if name in STATED else 1, True, True), (name, code, told[:600])
        assert all(len(line) < 400 for line in told.splitlines()), name


def _sparse(kept: Path) -> None:
    kept.unlink()
    kept.touch()
    os.truncate(kept, 20_000_000_000)


def _pipe(kept: Path) -> None:
    kept.unlink()
    os.mkfifo(kept)


def _device(kept: Path) -> None:
    kept.unlink()
    kept.symlink_to("/dev/zero")


def test_what_is_kept_of_a_run_is_read_within_bounds(tmp_path: Path) -> None:
    """A folder of kept results may come along with the files that are checked, with anything in it."""
    folders = {become: tmp_path / become.__name__ for become in (_sparse, _pipe, _device)}
    runs = [[plant(folder, "note.txt", "x"), "--cache-dir", "kept"] for folder in folders.values()]
    first = outcomes(*runs)
    for become, folder in folders.items():
        [kept] = (folder / "kept").glob("*.json")
        become(kept)
    assert outcomes(*runs) == first
    for folder in folders.values():
        [kept] = (folder / "kept").glob("*.json")
        assert kept.is_file() and not kept.is_symlink() and kept.stat().st_size < 100_000
