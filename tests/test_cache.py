"""Results that are kept: never others than those of a run without."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lint_rules import files, pool
from lint_rules.cache import Cache
from lint_rules.configuration import Configuration, Given
from lint_rules.engine import Surroundings
from lint_rules.finding import Edit, FileReport
from lint_rules.plain import from_json, to_json

APP = """\
from {module} import ask


async def main():
    async for chunk in await ask():
        {leave}
"""
WRAPPER = """\
import litellm


async def ask():
    return await litellm.acompletion(model="m", messages=[]{stream})
"""
SHARED = """\
async def take(stream):
    async for chunk in stream:
        break
"""
CALLER = """\
import litellm
from shared import take


async def main():
    await take(await litellm.acompletion(model="m", messages=[], stream=True))
"""
LINTED = ("app.py", "shared.py")
"""Beside all of the project, these alone: what else changes then is none of the files that are checked."""
Told = tuple[list[FileReport], tuple[str, ...], tuple[str, ...]]


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def check(folder: Path, kept: Path | None, given: Given = Given(), paths: tuple[str, ...] = (".",)) -> Told:  # noqa: B008
    with inside(folder):
        around = Surroundings(Configuration(given))
        cache = Cache(str(kept), around) if kept is not None else None
        reports = list(pool.check_found(list(files.discover(paths)), around, cache=cache))
    return reports, around.targets.notes, around.targets.problems


def hits(folder: Path, kept: Path) -> int:
    """Count the chunks of a project that are known."""
    with inside(folder):
        found = tuple(files.discover(["."]))
        return sum(Cache(str(kept), Surroundings()).known(chunk) is not None for chunk in pool.chunks(found))


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write(folder, "app.py", APP.format(module="lib.wrapper", leave="break"))
    write(folder, "shared.py", SHARED)
    write(folder, "lib/__init__.py", "")
    write(folder, "lib/wrapper.py", WRAPPER.format(stream=", stream=True"))
    write(folder, "pyproject.toml", "[project]\nname = 'x'\n")
    return folder


def test_a_second_run_knows_what_the_first_one_found(project: Path, tmp_path: Path) -> None:
    first = check(project, tmp_path / "kept")
    assert any(report.findings for report in first[0])
    assert hits(project, tmp_path / "kept") == 1
    assert check(project, tmp_path / "kept") == first == check(project, None)


def set_wrapper(stream: str) -> Callable[[Path], None]:
    return lambda folder: write(folder, "lib/wrapper.py", WRAPPER.format(stream=stream))


def set_text(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: write(folder, name, text)


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink(missing_ok=True)


def same_size_and_date(folder: Path) -> None:
    """Change a file so that its size and its date stay as they were."""
    path = folder / "lib" / "wrapper.py"
    if not path.is_file():
        return
    status, text = path.stat(), path.read_text(encoding="utf-8")
    other = text.replace("stream=True", "stream=None") if "True" in text else text.replace("stream=None", "stream=True")
    path.write_text(other, encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


EDITS: list[Callable[[Path], None]] = [
    set_wrapper(", stream=True"),
    set_wrapper(""),
    same_size_and_date,
    remove("lib/wrapper.py"),
    remove("lib/__init__.py"),
    set_text("lib/__init__.py", "from .wrapper import ask\n"),
    set_text("lib.py", WRAPPER.format(stream=", stream=True")),
    remove("lib.py"),
    set_text("app.py", APP.format(module="lib.wrapper", leave="break")),
    set_text("app.py", APP.format(module="lib", leave="break  # noqa: LLM101")),
    set_text("app.py", APP.format(module="lib", leave="break")),
    set_text("app.py", "def broken(:\n"),
    set_text("src/lib/wrapper.py", WRAPPER.format(stream=", stream=True")),
    remove("src/lib/wrapper.py"),
    set_text("uv.lock", '[[package]]\nname = "litellm"\nversion = "1.60.0"\n'),
    set_text("uv.lock", "nonsense ["),
    remove("uv.lock"),
    set_text("pyproject.toml", "[tool.lint_rules]\nignore = ['LLM1']\n"),
    set_text("pyproject.toml", "[tool.lint_rules]\nignore = ['NO1']\n"),
    set_text("pyproject.toml", "[tool.lint_rules]\ntarget = 'litellm==1.70.0'\n"),
    set_text("pyproject.toml", "[tool.lint_rules]\ntarget = 1\n"),
    set_text("pyproject.toml", "[tool.lint_rules]\nstream-sources = ['lib.wrapper.ask']\n"),
    set_text("pyproject.toml", "[project]\nname = 'x'\n"),
    set_text("other.py", "from app import main\nimport litellm\nlitellm.success_callback = ['langfuse']\n"),
    remove("other.py"),
    set_text("tools/caller.py", CALLER),
    remove("tools/caller.py"),
]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changes_the_results_are_those_of_a_run_without(project: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    givens = [Given(), Given(select=("LLM1",)), Given(target=("litellm==1.60.0",)), Given(isolated=True)]
    for step in range(30):
        edit = chance.choice(EDITS)
        edit(project)
        given = chance.choice(givens) if chance.random() < 0.3 else givens[0]
        for paths in ((".",), LINTED):
            known, fresh = (check(project, kept, given, paths) for kept in (tmp_path / "kept", None))
            assert known == fresh, (seed, step, paths)


def test_a_module_that_comes_into_being_is_noticed(tmp_path: Path) -> None:
    project, kept = tmp_path / "project", tmp_path / "kept"
    write(project, "pyproject.toml", "")
    write(project, "app.py", "from lib.wrapper import ask\n\nfor chunk in ask():\n    print(chunk)\n    break\n")
    before = check(project, kept, paths=("app.py",))
    assert check(project, kept, paths=("app.py",)) == before
    wrapper = "import litellm\n\n\ndef ask():\n    return litellm.completion(model='m', messages=[], stream=True)\n"
    write(project, "src/lib/wrapper.py", wrapper)
    after = check(project, kept, paths=("app.py",))
    assert after == check(project, None, paths=("app.py",)) != before


def test_what_is_older_than_a_moment_is_not_read_again(project: Path, tmp_path: Path) -> None:
    check(project, tmp_path / "kept")
    [record] = (tmp_path / "kept").glob("*.json")
    value = json.loads(record.read_text(encoding="utf-8"))
    assert {signature for _, _, signature in value["files"]} == {""}, "written just now: dates tell nothing yet"


@pytest.mark.parametrize(
    "nonsense",
    ["", "{", "[]", '{"files": 1}', "null", '{"files":[],"folders":[],"listings":[],"answers":[]}', "9" * 5000],
)
def test_a_broken_record_is_no_record(project: Path, tmp_path: Path, nonsense: str) -> None:
    first = check(project, tmp_path / "kept")
    for record in (tmp_path / "kept").glob("*.json"):
        record.write_text(nonsense, encoding="utf-8")
    assert check(project, tmp_path / "kept") == first
    assert hits(project, tmp_path / "kept") == 1


def test_a_folder_that_cannot_be_written_is_done_without(project: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    assert check(project, tmp_path / "kept") == check(project, None)


def test_reports_come_back_as_they_were() -> None:
    case = Path(__file__).parent / "cases" / "early_exit_from_stream"
    reports = list(pool.check_found(list(files.discover([str(case)])), Surroundings()))
    assert {type(one.fix.edit) for report in reports for one in report.findings if one.fix} <= set(Edit.__args__)
    assert tuple(from_json(json.loads(json.dumps(to_json(tuple(reports)))))) == tuple(reports)


def test_the_command_keeps_results_where_it_is_told_to(project: Path, tmp_path: Path) -> None:
    def lint(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lint_rules", "--format", "json", ".", *arguments]
        env = {**os.environ, **environment}
        return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)

    plain = lint()
    assert plain.returncode == 1
    assert not (project / ".lint_rules_cache").exists()
    named = {"LINT_RULES_CACHE_DIR": str(tmp_path / "named")}
    assert lint("--no-cache", **named).stdout == plain.stdout
    assert not (tmp_path / "named").exists()
    for _ in range(2):
        assert lint(**named).stdout == lint("--cache").stdout == plain.stdout
    assert len(list((tmp_path / "named").glob("*.json"))) == 1
    assert (project / ".lint_rules_cache" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_inference_looks_at_the_disk_through_one_door_only() -> None:
    looks = re.compile(
        r"\bos\.(?:path\.(?:isfile|isdir|exists|lexists|islink|getsize|getmtime|realpath)|walk|scandir|listdir|stat)\b"
        r"|\bopen\(|\.read_(?:text|bytes)\(|\bfiles\.|\.iterdir\(|glob\(|\.is_(?:file|dir)\("
    )
    modules = sorted((Path(__file__).parents[1] / "lint_rules" / "semantics").glob("*.py"))
    found = [(one.name, line) for one in modules for line in one.read_text(encoding="utf-8").splitlines()
             if looks.search(line.replace("disk.", ""))]  # fmt: skip
    assert len(modules) > 20
    assert found == [], "what `lint_rules.disk` does not see is no reason to check anew"
