"""What is done otherwise on Windows, as far as it can be seen elsewhere: paths, files in use, junctions, many cores."""

from __future__ import annotations

import io
import ntpath
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest

from lint_rules import baseline, configuration, files, fix, places, processes, temporary
from lint_rules.gate import layout
from lint_rules.semantics import modules
from lint_rules.targets import tree
from tests.faults import trees

WINDOWS = SimpleNamespace(path=ntpath, sep="\\", fspath=os.fspath, getcwd=lambda: "C:\\work")


class WindowsPath(PureWindowsPath):
    """A path of Windows that asks no file system."""

    def absolute(self) -> WindowsPath:
        return WindowsPath("C:\\work", self)

    def resolve(self) -> WindowsPath:
        return self


@pytest.fixture(autouse=True)
def windows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the modules that a test is about think they were on Windows, in `C:\\work`."""
    monkeypatch.setattr(ntpath, "abspath", lambda path: ntpath.normpath(ntpath.join("C:\\work", path)))
    for module in getattr(request, "param", ()):
        for name, value in (("os", WINDOWS), ("Path", WindowsPath)):
            monkeypatch.setattr(module, name, value, raising=False)


def on_windows(*names: object) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("windows", [names], indirect=True, ids=[""])


# ---- paths


@on_windows(places)
def test_places_have_slashes_whatever_the_separator() -> None:
    assert places.below("src\\..\\src\\app.py") == "src/app.py"
    assert places.below("SRC/App.py", "c:\\WORK\\src") == "App.py"
    assert places.below("D:\\app.py") is None
    assert places.place("D:\\other\\app.py") == "D:/other/app.py"
    assert places.below("C:\\work\\pyproject.toml") == "pyproject.toml"
    assert places.below("D:\\pyproject.toml") is None
    assert places.uri("a b\\ä.py") == "file:///C:/work/a%20b/%C3%A4.py"


@on_windows(baseline)
def test_a_baseline_lists_files_the_same_on_every_system() -> None:
    assert baseline.place("src\\app.py", "baseline.json") == "src/app.py"
    assert baseline.place("app.py", "config\\baseline.json") == "../app.py"
    assert baseline.place("D:\\app.py", "baseline.json") == "D:/app.py"


@on_windows(configuration)
def test_patterns_of_settings_have_slashes() -> None:
    ignores = (("./src/gen/", ("LLM101",)), ("conftest.py", ("LLM201",)), ("src\\gen", ("LLM301",)))
    silenced = configuration._silenced("C:\\work\\src\\gen\\conftest.py", WindowsPath("C:\\work"), ignores)
    assert list(silenced) == ["LLM101", "LLM201"]
    assert list(configuration._silenced("D:\\gen.py", WindowsPath("C:\\work"), (("D:/*", ("LLM101",)),))) == ["LLM101"]


@on_windows(tree)
def test_messages_name_files_of_the_project_with_slashes() -> None:
    project = object.__new__(tree.Tree)
    project.root = WindowsPath("C:\\work")
    assert project.label(WindowsPath("C:\\work\\api\\uv.lock")) == "api/uv.lock"


@on_windows(layout)
def test_nothing_of_a_commit_is_laid_out_elsewhere() -> None:
    for path in ("..\\app.py", "a\\..\\..\\app.py", "C:app.py", "C:\\app.py", "\\app.py", "//server/share/app.py"):
        assert not layout._is_inside(path), path
    assert layout._is_inside("src/app.py")


@on_windows(modules)
def test_a_module_of_an_sdk_is_known_by_its_folders() -> None:
    assert modules._is_within("C:\\work\\app", "C:\\") and modules._is_within("C:\\work", "C:\\work")
    assert not modules._is_within("C:\\workshop", "C:\\work")


# ---- names


def test_one_file_named_twice_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that takes both spellings for one: here, a link plays the other."""
    (tmp_path / "app.py").write_text("pass\n")
    (tmp_path / "ärger.py").write_text("pass\n")
    stat, real = os.stat, dict.fromkeys(("APP.py", "App.PY"), "app.py") | {"a\u0308rger.py": "ärger.py"}

    def insensitive(path: str, **options: bool) -> os.stat_result:
        folder, _, name = path.rpartition(os.sep)
        return stat(f"{folder or '.'}{os.sep}{real.get(name, name)}")

    monkeypatch.setattr(files.os, "stat", insensitive)
    monkeypatch.setattr(files.os, "lstat", insensitive)
    given = ["APP.py", ".", "App.PY", "ärger.py", "a\u0308rger.py"]
    monkeypatch.chdir(tmp_path)
    assert [found.path for found in files.discover(given)] == ["APP.py", "ärger.py"]


def test_names_that_differ_are_two_files_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("pass\n")
    if (tmp_path / "APP.py").exists():
        pytest.skip("here, they do not differ")
    (tmp_path / "APP.py").write_text("pass\n")
    (tmp_path / "App.py").hardlink_to(tmp_path / "app.py")
    found = [Path(found.path).name for found in files.discover([str(tmp_path), str(tmp_path / "app.py")])]
    assert sorted(found) == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("tag", [0xA0000003, 0, None])
def test_a_junction_is_not_followed(monkeypatch: pytest.MonkeyPatch, tag: int | None) -> None:
    """It may lead to a folder above it, and `is_dir` takes it for a folder like any other."""
    monkeypatch.setattr(files, "_MAY_HAVE_JUNCTIONS", True)
    status = SimpleNamespace() if tag is None else SimpleNamespace(st_reparse_tag=tag)
    entry = SimpleNamespace(is_dir=lambda **_: True, stat=lambda **_: status)
    assert files._is_folder(entry) is (tag != 0xA0000003)


# ---- files in use


@dataclass
class InUse:
    """A file that Windows says is in use, as often as it takes."""

    name: str
    turns: int
    code: int | None
    meanwhile: Callable[[Path], object] = lambda _: None

    def hold(self, monkeypatch: pytest.MonkeyPatch) -> None:
        replace = Path.replace

        def refusing(path: Path, target: Path) -> Path:
            if target.name != self.name or self.turns == 0:
                return replace(path, target)
            self.turns -= 1
            self.meanwhile(target)
            error = PermissionError(13, "The process cannot access the file")
            error.winerror = self.code  # type: ignore[attr-defined]
            raise error

        monkeypatch.setattr(Path, "replace", refusing)
        monkeypatch.setattr(temporary, "fcntl", None)
        monkeypatch.setattr(files, "_WAITS", (0, 0, 0, 0))


@pytest.mark.parametrize(("code", "turns", "left"), [(32, 2, 0), (5, 4, 0), (32, 99, 1), (None, 1, 1), (1314, 1, 1)])
def test_a_file_in_use_is_tried_again_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int | None, turns: int, left: int
) -> None:
    """Windows replaces no file that somebody has open; here, the first few times, or every time, it says so."""
    old, new = trees.old_and_new(3)
    trees.replant(tmp_path, old)
    InUse("module1.py", turns, code).hold(monkeypatch)
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    monkeypatch.chdir(tmp_path)
    assert fix.main([*trees.FIX[2:], "."]) == (2 if left else 0)
    lines = told.getvalue().splitlines()
    assert lines[-1].startswith(f"Fixed {6 - 2 * left} findings in {3 - left} files")
    assert lines[:-1] == ["part1/module1.py: error: not written: the process cannot access the file"] * left
    names = {name for name, data in trees.contents(tmp_path).items() if data != new[name]}
    assert names == ({"part1/module1.py"} if left else set())
    assert trees.leftovers(tmp_path) == []


def test_a_file_that_changes_while_it_is_in_use_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(b"old")

    InUse("app.py", 1, 32, lambda target: target.write_bytes(b"theirs")).hold(monkeypatch)
    with pytest.raises(files.ChangedOnDisk):
        files.replace(str(path), old=b"old", new=b"new")
    assert path.read_bytes() == b"theirs"


# ---- processes


def test_there_are_not_more_processes_than_can_be_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    monkeypatch.setattr(processes, "_copies", lambda: True)
    assert processes.cores() == 61
