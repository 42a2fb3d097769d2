"""Hostile text costs time in proportion to its length. The limits are on processor time, and far from what it takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, resource, sys
from lint_rules.engine import check_bytes
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
for name, source in json.load(sys.stdin).items():
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    resource.setrlimit(resource.RLIMIT_CPU, (used + 30, resource.RLIM_INFINITY))
    print(json.dumps(name), end=": ", flush=True)
    report = check_bytes(source.encode(), "app.py")
    print(report.status.value, report.problem.message if report.problem else "", flush=True)
"""
SEARCHES = """
import ast, resource, sys
from lint_rules.semantics import leaks, prospects
from lint_rules.semantics.declared import NOTHING_DECLARED
resource.setrlimit(resource.RLIMIT_CPU, (60, resource.RLIM_INFINITY))
names = frozenset({"take", "ask"})
for unit in sys.argv[1:]:
    data = b"async def x(): pass\\nlitellm, take\\n" + unit.encode() * (100_000 // len(unit))
    print(repr(unit), flush=True)
    leaks.makes_streams(data, names, NOTHING_DECLARED)
    leaks.may_be_given(data, names)
    leaks.obtained(data, names)
    prospects._may_end(data)
    prospects._may_serve(data)
    prospects._may_start(data, lambda: ast.parse(""))
    prospects._importing(names).search(data)
"""
FLOODS = [
    "@",
    "import ",
    "from ",
    "for ",
    "litellm ",
    "(",
    "( ",
    ". ",
    "\n ",
    "import" + " " * 99_994,
    "\nimport x" + " ," * 49_990,
    "class a(\n",
    "def f( self , ",
    "def ",
    "run ",
]
SDK = "import litellm\n"
HEAD = "async def f(r, c):\n"
LOOP = "    async for c in await litellm.acompletion(model='m', messages=[], stream=True):\n        break\n"
SEARCHED = {
    "blanks after from": "x = '''\nfrom" + " " * 100_000 + "\n'''\nfor x in y: content\n",
    "dots after from": "x = '''\nfrom " + "." * 100_000 + "\n'''\nfor x in y: content\n",
    "lists of names without end": "x = '''\n" + "from a import (\n" * 150_000 + "'''\nfor x in y: content\n",
    "for for for": "x = '''" + "for " * 100_000 + "'''\n",
    "noqa: noqa:": "x = '''LLM1\n" + "noqa:" * 100_000 + "'''\n",
    "codes without end": f"{SDK}x = 1  # noqa: " + "A1" * 100_000 + "\n",
    "blanks before flake8": SDK + " " * 200_000 + "# flake8 noqa\n",
}
BUILT = {
    "parentheses": SDK + HEAD + LOOP + "x = " + "(" * 5_000 + ")" * 5_000 + "\n",
    "attributes": SDK + HEAD + LOOP + "x = a" + ".b" * 5_000 + "\n",
    "additions": SDK + HEAD + LOOP + "x = " + "+".join(["c"] * 5_000) + "\n",
    "lambdas": SDK + HEAD + LOOP + "x = " + "lambda: " * 2_000 + "0\n",
    "branches": SDK + HEAD + LOOP + "    if r: pass\n" + "".join(f"    elif r == {n}: c = {n}\n" for n in range(3_000)),
    "merges": SDK + HEAD + "".join(f"    if r[{n}]: x{n} = litellm\n    else: x{n} = f\n" for n in range(2_000)) + LOOP,
    "aliases": SDK + "a0 = litellm\n" + "".join(f"a{n + 1} = (a{n}, a{n})\n" for n in range(200)) + HEAD + LOOP,
    "functions": SDK + "".join(f"def g{n}(): return g{n + 1}()\n" for n in range(2_000)) + HEAD + LOOP,
    "stars": SDK + "".join(f"from m{n} import *\n" for n in range(2_000)) + HEAD + LOOP,
    "decorators": SDK + "".join(f"@d{n}\n" for n in range(2_000)) + HEAD + LOOP,
    "classes": SDK + "class C0: pass\n" + "".join(f"class C{n + 1}(C{n}): pass\n" for n in range(2_000)) + HEAD + LOOP,
    "constants": SDK + "".join(f"N{n} = {n}\n" for n in range(40_000)) + HEAD + LOOP,
    "a union": SDK + HEAD.replace("r,", "r: " + " | ".join(f"T{n}" for n in range(900)) + ",") + LOOP,
    "a string": SDK + HEAD + LOOP + "x = '" + "a" * 3_000_000 + "'\n",
    "a number": SDK + HEAD + LOOP + "x = " + "9" * 10_000 + "\n",
    "a null byte": SDK + HEAD + LOOP + "x = '\0'\n",
    "a surrogate": SDK + HEAD + LOOP + "x = '\\ud800'\n",
}
BROKEN = {"nested too deeply to be checked", "cannot be parsed", "too large to be checked within bounds"}


def outcomes(sources: dict[str, str]) -> dict[str, str]:
    """Return what becomes of each source, in one process, which starts slower than it checks; each has its time."""
    line = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(line, input=json.dumps(sources), capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, (done.returncode, done.stdout.splitlines()[-1:], done.stderr[-400:])
    told = (line.partition('": ') for line in done.stdout.splitlines())
    return {name.removeprefix('"'): outcome.strip() for name, _, outcome in told}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_no_search_is_worse_than_linear() -> None:
    assert outcomes(SEARCHED) == dict.fromkeys(SEARCHED, "clean")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_no_search_of_a_project_is_either() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEARCHES, *FLOODS], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout.splitlines()) == (0, list(map(repr, FLOODS))), done.stderr[-400:]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_every_construction_has_a_named_outcome() -> None:
    told = outcomes(BUILT)
    assert list(told) == list(BUILT)
    unnamed = {name: one for name, one in told.items() if one != "findings" and not any(why in one for why in BROKEN)}
    assert unnamed == {}
