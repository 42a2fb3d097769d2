"""Results that are kept: never others than those of a run without."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lint_rules import files, pool
from lint_rules.cache import MAX_KEPT, Cache
from lint_rules.configuration import Configuration, Given
from lint_rules.engine import Surroundings
from lint_rules.finding import Edit, FileReport
from lint_rules.plain import from_json, to_json
from lint_rules.watch import READ

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
        if kept is None:
            reports = list(pool.check_found(list(files.discover(paths)), around))
        else:
            cache = Cache(str(kept), around, paths)
            crew = pool.Crew(pool.order_of(around, watched=True), 1)
            outcomes = pool.outcomes(cache.chunks(), crew, around, cache)
            reports = [report for outcome in outcomes for report in outcome.reports]
    return reports, around.targets.notes, around.targets.problems


def hits(folder: Path, kept: Path) -> int:
    """Count the chunks of a project that are known."""
    with inside(folder):
        cache = Cache(str(kept), Surroundings(), ["."])
        return sum(cache.known(chunk) is not None for chunk in cache.chunks())


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


def test_what_nothing_depends_on_may_come_and_go(project: Path, tmp_path: Path) -> None:
    check(project, tmp_path / "kept")
    write(project, ".lint_rules_cache/.gitignore", "*")
    write(project, "notes.md", "")
    write(project, "lib/__pycache__/wrapper.pyc", "")
    assert hits(project, tmp_path / "kept") == 1


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


@pytest.mark.parametrize("versioned", [False, True])
def test_whatever_becomes_of_the_folders_the_files_are_those_of_a_run_without(tmp_path: Path, versioned: bool) -> None:
    project, kept = tmp_path / "project", tmp_path / "kept"
    write(project, "pkg/app.py", "import litellm\n")
    write(project, "pkg/deep/loss.py", "import litellm\n\nfor chunk in litellm.completion(stream=True):\n    break\n")
    write(project, "env/pyvenv.cfg", "")
    write(project, "env/lib.py", "import broken(\n")
    if versioned:
        subprocess.run(["git", "init", "-q", str(project)], check=True)
    age(project)
    steps: list[Callable[[], object]] = [
        lambda: None,
        (project / "env" / "pyvenv.cfg").unlink,
        lambda: (project / "pkg" / "deep").rename(project / "pkg" / ".hidden"),
        lambda: (project / "pkg" / ".hidden").rename(project / "pkg" / "deep"),
        lambda: write(project, "pkg/.gitignore", "deep\n"),
        lambda: (project / "aaa.py").symlink_to(project / "pkg" / "app.py"),
        (project / "pkg" / "app.py").unlink,
        lambda: write(project, "pkg/app.py", "def broken(:\n    litellm\n"),
        lambda: subprocess.run(["git", "init", "-q", str(project)], check=True),
        lambda: shutil.rmtree(project / "pkg"),
        lambda: write(project, "pkg", "no folder\n"),
    ]
    for at, step in enumerate(steps):
        step()
        for paths in ((".",), ("pkg", "."), ("pkg",)):
            for _ in range(2):
                assert check(project, kept, paths=paths) == check(project, None, paths=paths), (at, paths)


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


def signed(kept: Path) -> int:
    """Count what the file system's word is taken for."""
    [record] = kept.glob("*.json")
    return sum(
        sight[0] == READ and len(sight) == 8 for sight in json.loads(record.read_bytes().partition(b"\n")[2])["sights"]
    )


def age(folder: Path) -> None:
    """Let a project grow old: what has changed within two seconds may change again without a trace."""
    newest = max(one.stat().st_ctime_ns for one in (folder, *folder.rglob("*")))
    time.sleep(max(0, newest + 2_100_000_000 - time.time_ns()) / 1e9)


def test_what_is_older_than_a_moment_is_not_read_again(project: Path, tmp_path: Path) -> None:
    check(project, tmp_path / "kept")
    assert signed(tmp_path / "kept") == 0, "written just now: dates tell nothing yet"
    age(project)
    check(project, tmp_path / "kept")
    assert signed(tmp_path / "kept") >= 5
    for path in project.rglob("*.py"):
        path.chmod(0o600)
    assert hits(project, tmp_path / "kept") == 1, "contents decide"


@pytest.mark.parametrize(
    "nonsense",
    ["", "{", "[]", '{"question": 1}', "null", "9" * 5000, "{}\n{}"],
)
def test_a_broken_record_is_no_record(project: Path, tmp_path: Path, nonsense: str) -> None:
    first = check(project, tmp_path / "kept")
    for record in (tmp_path / "kept").glob("*.json"):
        record.write_bytes(b"%08x\n" % zlib.crc32(nonsense.encode()) + nonsense.encode())
    assert check(project, tmp_path / "kept") == first
    assert hits(project, tmp_path / "kept") == 1


def test_a_folder_that_cannot_be_written_is_done_without(project: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    assert check(project, tmp_path / "kept") == check(project, None)


def test_reports_come_back_as_they_were(tmp_path: Path) -> None:
    cases = tmp_path / "cases"
    shutil.copytree(Path(__file__).parent / "cases" / "early_exit_from_stream", cases)
    reports = list(pool.check_found(list(files.discover([str(cases)])), Surroundings()))
    assert any(report.findings for report in reports)
    assert {type(one.fix.edit) for report in reports for one in report.findings if one.fix} <= set(Edit.__args__)
    assert tuple(from_json(json.loads(json.dumps(to_json(tuple(reports)))))) == tuple(reports)


def lint(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)


def test_the_command_keeps_results_where_it_is_told_to(project: Path, tmp_path: Path) -> None:
    named = {"LINT_RULES_CACHE_DIR": str(tmp_path / "named")}
    plain = lint(project, ".", "--no-cache", **named)
    assert plain.returncode == 1
    assert not (project / ".lint_rules_cache").exists()
    assert not (tmp_path / "named").exists()
    for _ in range(2):
        assert lint(project, ".", **named).stdout == plain.stdout
        assert lint(project, ".", "--cache-dir", "own").stdout == lint(project, ".").stdout == plain.stdout
    assert [len(list(one.glob("*.json"))) for one in (tmp_path / "named", project / "own")] == [1, 1]
    assert (project / ".lint_rules_cache" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_single_files_leave_no_folder_behind(project: Path) -> None:
    assert lint(project, "app.py", "shared.py").returncode == 1
    assert not (project / ".lint_rules_cache").exists()


def test_a_folder_that_came_along_with_the_files_is_not_believed(project: Path) -> None:
    first = lint(project, ".")
    kept = project / ".lint_rules_cache"
    [record] = kept.glob("*.json")
    value = json.loads(record.read_bytes().partition(b"\n")[2])
    for chunk in value["chunks"]:
        chunk[2] = []
    forged = json.dumps(value).encode()
    record.write_bytes(b"%08x\n" % zlib.crc32(forged) + forged)
    assert lint(project, ".").stdout == "", "written where it was written: it is believed"
    shutil.copytree(kept, project / "other")
    shutil.rmtree(kept)
    (project / "other").rename(kept)
    assert lint(project, ".").stdout == first.stdout != ""
    value["seal"] = []
    forged = json.dumps(value).encode()
    record.write_bytes(b"%08x\n" % zlib.crc32(forged) + forged)
    (kept / "CACHEDIR.TAG").unlink()
    assert lint(project, ".").stdout == first.stdout, "nor one without a tag"
    assert lint(project, ".").stdout == first.stdout


def test_a_link_in_place_of_the_folder_is_not_followed(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "0123abcd.json").write_text("mine", encoding="utf-8")
    (project / ".lint_rules_cache").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert lint(project, ".").returncode == 1
    assert [one.name for one in (tmp_path / "elsewhere").iterdir()] == ["0123abcd.json"]


def test_files_of_others_in_the_folder_stay(project: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    for number in range(MAX_KEPT + 5):
        (kept / f"{number:08x}.json").write_text("old", encoding="utf-8")
        (kept / f"data{number}.json").write_text("mine", encoding="utf-8")
    check(project, kept)
    assert len(list(kept.glob("data*.json"))) == MAX_KEPT + 5
    assert len(list(kept.glob("0*.json"))) <= MAX_KEPT + 1
    assert not (kept / ".gitignore").exists()


def test_a_run_that_knows_all_imports_no_inference(project: Path) -> None:
    first = lint(project, ".")
    code = """
import sys
from lint_rules.__main__ import main
code = main(["."])
print(sorted(one for one in sys.modules if one.startswith("lint_rules")), file=sys.stderr)
sys.exit(code)
"""
    again = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    again = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (1, first.stdout)
    assert "lint_rules.semantics.infer" not in again.stderr
    assert "lint_rules.engine" not in again.stderr
    assert "lint_rules.rules." not in again.stderr


def test_many_runs_at_once_come_to_the_same(project: Path) -> None:
    command = [sys.executable, "-m", "lint_rules", "."]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    runs = [subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    told = {run.communicate()[0] for run in runs}
    assert told == {lint(project, ".").stdout}
    assert not list((project / ".lint_rules_cache").glob("*.tmp"))


def test_what_this_machine_had_no_room_for_is_tried_again(project: Path, tmp_path: Path) -> None:
    write(project, "deep.py", "import litellm\nx = " + "(" * 150 + "0" + ")" * 150 + "\n")
    write(project, "deeper.py", "import litellm\nx = " + "-" * 30_000 + "0\n")
    first = check(project, tmp_path / "kept")
    assert any(report.problem and "nested too deeply" in report.problem.message for report in first[0])
    assert hits(project, tmp_path / "kept") == 0


def test_inference_looks_at_the_disk_through_one_door_only() -> None:
    looks = re.compile(
        r"\bos\.(?:path\.(?:isfile|isdir|exists|lexists|islink|getsize|getmtime|realpath)|walk|scandir|listdir|stat)\b"
        r"|\bopen\(|\.read_(?:text|bytes)\(|\bfiles\.|\.iterdir\(|glob\(|\.is_(?:file|dir)\("
    )
    rooms = (Path(__file__).parents[1] / "lint_rules" / room for room in ("semantics", "targets", "rules"))
    modules = sorted(module for room in rooms for module in room.glob("*.py") if module.name != "show.py")
    found = [(one.name, line) for one in modules for line in one.read_text(encoding="utf-8").splitlines()
             if looks.search(re.sub(r"\bdisk\.|\bfiles\.Unreadable", "", line))]  # fmt: skip
    assert len(modules) > 20
    assert found == [], "what `lint_rules.disk` does not see is no reason to check anew"
