"""Discovery, reading, decoding, and the atomic replacement of files."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from lint_rules import files, temporary

root_only = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def names(folder, *paths):
    found = list(files.discover([str(folder / path) for path in paths] or [str(folder)]))
    assert not [one for one in found if one.problem]
    return [str(Path(one.path).relative_to(folder)) for one in found]


def problems(*paths):
    return [one.problem.message for one in files.discover([str(path) for path in paths]) if one.problem]


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_walks_in_order_past_what_is_never_source(tmp_path):
    write(tmp_path, "b.py", "a.py", "a.txt", "pkg/z.py", "pkg/sub/y.py", ".hidden/x.py", "__pycache__/x.py")
    write(tmp_path, "node_modules/x.py", "env/pyvenv.cfg", "env/lib/x.py")
    assert names(tmp_path) == ["a.py", "b.py", "pkg/sub/y.py", "pkg/z.py"]


def test_takes_explicit_files_whatever_their_suffix_and_each_once(tmp_path):
    write(tmp_path, "script", "a.py")
    assert names(tmp_path, "script", "a.py", "./a.py", ".") == ["script", "a.py"]


def test_takes_an_explicit_hidden_folder(tmp_path):
    write(tmp_path, ".hidden/x.py")
    assert names(tmp_path, ".hidden") == [".hidden/x.py"]


def test_paths_are_as_the_user_wrote_them(tmp_path, monkeypatch):
    write(tmp_path, "pkg/a.py")
    monkeypatch.chdir(tmp_path)
    assert [one.path for one in files.discover(["."])] == [str(Path("pkg", "a.py"))]


def test_follows_links_to_files_but_not_to_folders(tmp_path):
    write(tmp_path, "pkg/a.py", "other.txt")
    (tmp_path / "pkg" / "loop").symlink_to(tmp_path / "pkg")
    (tmp_path / "pkg" / "b.py").symlink_to(tmp_path / "other.txt")
    (tmp_path / "pkg" / "c.py").symlink_to(tmp_path / "pkg" / "a.py")
    (tmp_path / "pkg" / "dangling.py").symlink_to(tmp_path / "nowhere")
    assert names(tmp_path, "pkg") == ["pkg/a.py", "pkg/b.py"]


def test_names_what_cannot_be_searched_and_goes_on(tmp_path):
    write(tmp_path, "empty/readme", "a.py")
    assert problems(tmp_path / "missing.py", tmp_path / "empty") == [
        "no such file or directory",
        "no Python files here",
    ]
    assert [bool(one.problem) for one in files.discover([str(tmp_path / "no"), str(tmp_path / "a.py")])] == [
        True,
        False,
    ]


@root_only
def test_names_a_folder_that_may_not_be_read(tmp_path):
    write(tmp_path, "a.py", "closed/b.py")
    (tmp_path / "closed").chmod(0)
    try:
        assert problems(tmp_path) == ["permission denied"]
    finally:
        (tmp_path / "closed").chmod(0o700)


@needs_git
def test_asks_git_inside_a_work_tree(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("build/\n")
    write(tmp_path, "tracked.py", "gone.py", ".hidden/x.py", "new é.py", "build/out.py", "sub/deep/a.py")
    (tmp_path / "sub" / ".gitignore").write_text("deep/skip.py\n")
    write(tmp_path, "sub/deep/skip.py")
    git(tmp_path, "add", "tracked.py", "gone.py")
    (tmp_path / "gone.py").unlink()
    assert names(tmp_path) == [".hidden/x.py", "new é.py", "sub/deep/a.py", "tracked.py"]
    assert names(tmp_path, "sub") == ["sub/deep/a.py"]


@needs_git
def test_an_ignored_folder_that_is_asked_for_is_searched_all_the_same(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("build/\n")
    write(tmp_path, "build/out.py", "build/deep/out.py")
    assert names(tmp_path, "build") == ["build/deep/out.py", "build/out.py"]
    assert problems(tmp_path) == ["no Python files here"]


@needs_git
def test_searches_a_repository_in_a_repository(tmp_path):
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "inner/b.py", "inner/skip.py")
    git(tmp_path / "inner", "init", "-q")
    (tmp_path / "inner" / ".gitignore").write_text("skip.py\n")
    assert names(tmp_path) == ["a.py", "inner/b.py"]


def test_reads(tmp_path):
    (tmp_path / "a.py").write_bytes(b"\xff")
    assert files.read(str(tmp_path / "a.py")) == b"\xff"


def unreadable(path):
    with pytest.raises(files.Unreadable) as caught:
        files.read(str(path))
    return caught.value.problem.message


def test_does_not_read_what_is_no_file(tmp_path):
    assert unreadable(tmp_path / "missing") == "no such file or directory"
    assert unreadable(tmp_path) in {"is a directory", "permission denied", "not a regular file"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_does_not_wait_for_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert unreadable(tmp_path / "pipe") == "not a regular file"


def test_does_not_read_enormous_files(tmp_path):
    with (tmp_path / "big.py").open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    assert unreadable(tmp_path / "big.py") == "larger than 5,000,000 bytes (5,000,001)"


@root_only
def test_does_not_read_what_is_forbidden(tmp_path):
    write(tmp_path, "a.py")
    (tmp_path / "a.py").chmod(0)
    assert unreadable(tmp_path / "a.py") == "permission denied"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = '\xc3\xa9'\r\n", "x = 'é'\r\n"),
        (b"\xef\xbb\xbfx", "x"),
        (b"# coding: latin-1\n'\xe9'", "# coding: latin-1\n'é'"),
        (
            b"#!/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'",
            "#!/bin/python\n# vim: set fileencoding=cp1252 :\n'€'",
        ),
        (b"", ""),
    ],
)
def test_decodes_as_python_does(data, text):
    assert files.decode(data) == text


@pytest.mark.parametrize(
    ("data", "message", "line", "column"),
    [
        (b"x = 1\n# \xc3\xa9 \xe9\n", "byte 0xe9 is not utf-8", 2, 4),
        (b"\xff", "byte 0xff is not utf-8", 1, 0),
        (b"a\nb\r\nc \xe9", "byte 0xe9 is not utf-8", 3, 2),
        (b"\xef\xbb\xbf\n\xe9", "byte 0xe9 is not utf-8", 2, 0),
        (b"# coding: ascii\n'\xe9'", "byte 0xe9 is not ascii", 2, 1),
        (b"# coding: klingon\n", "unknown encoding: klingon", 1, 0),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding problem: utf-8", 1, 0),
    ],
)
def test_names_the_byte_that_cannot_be_decoded(data, message, line, column):
    with pytest.raises(files.Unreadable) as caught:
        files.decode(data)
    problem = caught.value.problem
    assert (problem.message, problem.line, problem.column) == (message, line, column)


@pytest.fixture(name="source")
def source_fixture(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    return path


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(temporary.PREFIX)]


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_replaces_and_keeps_the_mode(source, mode):
    source.chmod(mode)
    files.replace(str(source), old=b"old", new=b"new")
    assert source.read_bytes() == b"new"
    assert stat.S_IMODE(source.stat().st_mode) == mode
    assert not leftovers(source.parent)


def test_writes_through_a_link(source, tmp_path):
    link = tmp_path / "elsewhere" / "link.py"
    link.parent.mkdir()
    link.symlink_to(source)
    files.replace(str(link), old=b"old", new=b"new")
    assert link.is_symlink()
    assert source.read_bytes() == b"new"


def test_does_not_overwrite_what_changed(source):
    with pytest.raises(files.ChangedOnDisk):
        files.replace(str(source), old=b"older", new=b"new")
    assert source.read_bytes() == b"old"
    assert not leftovers(source.parent)


def test_does_not_overwrite_what_changes_meanwhile(source, monkeypatch):
    monkeypatch.setattr(files.os, "fsync", lambda descriptor: source.write_bytes(b"theirs"))
    with pytest.raises(files.ChangedOnDisk):
        files.replace(str(source), old=b"old", new=b"new")
    assert source.read_bytes() == b"theirs"
    assert not leftovers(source.parent)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_leaves_nothing_behind_when_interrupted(source, monkeypatch, error):
    def fail(descriptor):
        raise error

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(type(error)):
        files.replace(str(source), old=b"old", new=b"new")
    assert source.read_bytes() == b"old"
    assert not leftovers(source.parent)


def test_respects_a_read_only_file(source, monkeypatch):
    monkeypatch.setattr(files.os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError):
        files.replace(str(source), old=b"old", new=b"new")


@root_only
def test_a_read_only_folder_is_an_error_and_leaves_the_file(source):
    source.parent.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            files.replace(str(source), old=b"old", new=b"new")
    finally:
        source.parent.chmod(0o700)
    assert source.read_bytes() == b"old"


def test_a_reader_sees_the_old_or_the_new(source):
    versions = [b"a" * 200_000, b"b" * 200_000]
    source.write_bytes(versions[0])
    stop = threading.Event()
    seen = set()

    def watch():
        while not stop.is_set():
            seen.add(source.read_bytes())

    reader = threading.Thread(target=watch)
    reader.start()
    for turn in range(20):
        files.replace(str(source), old=versions[turn % 2], new=versions[(turn + 1) % 2])
    stop.set()
    reader.join()
    assert seen <= set(versions)
