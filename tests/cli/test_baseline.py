"""`--baseline FILE` and `--write-baseline FILE`: known findings stay quiet, and nothing else does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from repository import ENVIRONMENT, Done, Repository, command, lint, loss, module

OLD = module(loss("first"), loss("second"))
NAME = "known.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two losses in one file and one in another, all of them listed."""
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/old.py").write_text(OLD)
    (tmp_path / "one.py").write_text(module(loss("one")))
    done = lint("--write-baseline", NAME, ".", cwd=tmp_path)
    assert (done.status, done.out, done.err) == (0, "", f"Wrote 3 findings in 2 files to {NAME}.\n")
    return tmp_path


def check(folder: Path, *arguments: str) -> Done:
    return lint("--baseline", NAME, *(arguments or (".",)), cwd=folder)


def test_it_is_sorted_and_made_to_be_reviewed(folder: Path) -> None:
    assert (folder / NAME).read_text() == (
        '{\n  "version": 1,\n  "files": {\n'
        '    "one.py": {\n      "LLM101": {\n        "break": 1\n      }\n    },\n'
        '    "pkg/old.py": {\n      "LLM101": {\n        "break": 2\n      }\n    }\n  }\n}\n'
    )


def test_what_is_listed_is_not_reported(folder: Path) -> None:
    done = command("--baseline", NAME, ".", cwd=folder)
    assert (done.status, done.out, done.err) == (0, "", "No new findings (3 known).\n")


def test_formats_see_nothing_of_it(folder: Path) -> None:
    assert json.loads(check(folder, "--format", "json", ".").out) == []


def test_lines_may_shift_and_be_indented(folder: Path) -> None:
    moved = "import os\n\n\n" + OLD.replace("            break", "            if chunk:\n                break")
    (folder / "pkg/old.py").write_text(moved)
    assert check(folder).err == "No new findings (3 known).\n"


def test_one_more_of_the_same_is_new(folder: Path) -> None:
    (folder / "pkg/old.py").write_text(module(loss("first"), loss("second"), loss("third")))
    done = check(folder)
    assert (done.status, done.findings, done.err) == (1, [("pkg/old.py", 22, "LLM101")], "1 new finding (3 known).\n")


def test_another_line_is_new_and_the_gone_one_is_told(folder: Path) -> None:
    (folder / "one.py").write_text(module(loss("one")).replace("break", "return"))
    done = check(folder)
    assert (done.status, done.findings) == (1, [("one.py", 8, "LLM101")])
    gone = f"note: {NAME}: 1 finding is gone; write it anew with --write-baseline {NAME}\n"
    assert done.err == f"{gone}1 new finding (2 known).\n"


def test_a_renamed_file_is_new_and_told(folder: Path) -> None:
    (folder / "one.py").rename(folder / "two.py")
    done = check(folder)
    assert done.findings == [("two.py", 8, "LLM101")]
    assert "1 finding is gone" in done.err


def test_paths_count_from_the_baselines_folder(folder: Path) -> None:
    for baseline, path, cwd in ((f"../{NAME}", ".", folder / "pkg"), (str(folder / NAME), str(folder), Path("/"))):
        assert "No new findings (" in lint("--baseline", baseline, path, cwd=cwd).err
    (folder / "link").symlink_to(folder)
    assert lint("--baseline", f"link/{NAME}", ".", cwd=folder).status == 0
    assert lint("--baseline", NAME, "link/one.py", cwd=folder).status == 0


# What is gone


def test_what_was_not_looked_at_is_not_gone(folder: Path) -> None:
    assert check(folder, "one.py").err == "No new findings (1 known).\n"
    assert check(folder, "pkg").err == "No new findings (2 known).\n"
    assert check(folder, "--select=LLM2", ".").err == "No new findings.\n"
    (folder / "one.py").write_text("import litellm\ndef f(:\n")
    assert "gone" not in check(folder).err


def test_deleted_files_are_gone_whatever_is_checked(folder: Path) -> None:
    (folder / "one.py").unlink()
    assert "1 finding is gone" in check(folder, "pkg").err
    assert check(folder, "pkg").status == 0


def test_a_file_that_is_not_checked_any_more_is_gone(folder: Path) -> None:
    repo = Repository.new(folder)
    (folder / ".gitignore").write_text("pkg\n")
    repo.git("add", ".gitignore", "one.py")
    assert "2 findings are gone" in check(folder).err


# Writing it anew


def rewrite(folder: Path, *arguments: str) -> str:
    done = lint("--write-baseline", NAME, *(arguments or (".",)), cwd=folder)
    assert (done.status, done.out) == (0, ""), done.err
    return done.err


def test_it_says_what_is_different(folder: Path) -> None:
    assert rewrite(folder) == f"Wrote 3 findings in 2 files to {NAME} (as before).\n"
    (folder / "one.py").write_text(module(loss("one")).replace("break", "return"))
    (folder / "two.py").write_text(module(loss("two"), loss("three")))
    assert rewrite(folder) == f"Wrote 5 findings in 3 files to {NAME} (3 more, 1 fewer than before).\n"
    assert check(folder).err == "No new findings (5 known).\n"


def test_what_was_not_looked_at_is_kept(folder: Path) -> None:
    (folder / "one.py").write_text("import litellm\n")
    (folder / "pkg/old.py").write_text(module(loss("first")))
    assert rewrite(folder, "pkg") == f"Wrote 2 findings in 2 files to {NAME} (1 fewer than before).\n"
    assert rewrite(folder, "--select=LLM2", ".") == f"Wrote 2 findings in 2 files to {NAME} (as before).\n"
    assert rewrite(folder, "one.py") == f"Wrote 1 finding in 1 file to {NAME} (1 fewer than before).\n"


def test_deleted_files_are_dropped(folder: Path) -> None:
    (folder / "one.py").unlink()
    assert rewrite(folder, "pkg") == f"Wrote 2 findings in 1 file to {NAME} (1 fewer than before).\n"


def test_a_run_that_could_not_check_everything_writes_nothing(folder: Path) -> None:
    before = (folder / NAME).read_bytes()
    (folder / "broken.py").write_text("import litellm\ndef f(:\n")
    (folder / "two.py").write_text(module(loss("two")))
    done = lint("--write-baseline", NAME, ".", cwd=folder)
    assert (done.status, done.out) == (2, "")
    assert f"{NAME}: error: not written: 1 path could not be checked\n" in done.err
    assert (folder / NAME).read_bytes() == before
    assert lint("--write-baseline", "new.json", ".", cwd=folder).status == 2
    assert not (folder / "new.json").exists()


def test_mode_and_link_are_kept(folder: Path) -> None:
    (folder / NAME).chmod(0o640)
    (folder / "link.json").symlink_to(NAME)
    (folder / "two.py").write_text(module(loss("two")))
    assert lint("--write-baseline", "link.json", ".", cwd=folder).status == 0
    assert (folder / "link.json").is_symlink()
    assert (folder / NAME).stat().st_mode & 0o777 == 0o640
    assert "two.py" in (folder / NAME).read_text()
    assert [one.name for one in folder.iterdir() if one.name.startswith(".flake8")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="file names that other systems do not have")
def test_texts_of_every_kind(folder: Path) -> None:
    (folder / "\udcff é.py").write_text(module(loss("é").replace("break", "break  # naïve \u2028 \x7f\t\"'")))
    rewrite(folder)
    (folder / NAME).read_bytes().decode("utf-8")
    assert "naïve" in (folder / NAME).read_text(encoding="utf-8")
    assert command("--baseline", NAME, ".", cwd=folder).err == "No new findings (4 known).\n"


# Together with --base


def test_with_base_either_may_know_a_finding(tmp_path: Path) -> None:
    repo = Repository.new(tmp_path)
    repo.commit(old=OLD)
    repo.git("switch", "-q", "-c", "topic")
    repo.commit(listed=module(loss("listed")))
    lint("--write-baseline", NAME, "listed.py", cwd=tmp_path)
    repo.commit(fresh=module(loss("fresh")))
    done = repo.gate("--baseline", NAME, ".")
    assert (done.findings, done.err) == ([("fresh.py", 8, "LLM101")], "1 new finding since main (3 known).\n")


def test_a_new_finding_above_an_old_one_that_is_listed_is_not_swallowed(tmp_path: Path) -> None:
    repo = Repository.new(tmp_path)
    repo.commit(old=module(loss("old")))
    lint("--write-baseline", NAME, "old.py", cwd=tmp_path)
    repo.commit()
    repo.git("switch", "-q", "-c", "topic")
    repo.commit(old=module(loss("fresh", "texts"), loss("old")))
    assert repo.gate("--baseline", NAME, ".").findings == [("old.py", 8, "LLM101")]


# What cannot be done

BROKEN = {
    "not JSON": ('{\n  "version": 1,\n  oops\n', ":3: error: not a baseline: not JSON: "),
    "empty": ("", ":1: error: not a baseline: not JSON: "),
    "a list": ("[]", ":1: error: not a baseline: expected "),
    "no version": ("{}", ":1: error: not a baseline: expected "),
    "a newer version": (
        '{\n"version": 2, "files": {}}',
        ":2: error: a baseline of version 2, and this release reads 1: ",
    ),
    "a version of another kind": ('{"version": true, "files": {}}', ":1: error: a baseline of version True"),
    "a conflict": ('{\n"version": 1,\n<<<<<<< HEAD\n"files": {}}', ":3: error: holds a merge conflict: "),
    "no files": ('{"version": 1}', ": error: not a baseline: 'files' is no table"),
    "files that are a list": ('{\n"version": 1,\n"files": []}', ":3: error: not a baseline: 'files' is no table"),
    "codes that are a list": ('{"version": 1, "files": {"a.py": []}}', ":1: error: not a baseline: 'a.py' is no table"),
    "no counts": ('{"version": 1, "files": {"a": {"L": {"x": "1"}}}}', ":1: error: not a baseline: 'x' has no number"),
    "a count of nothing": ('{"version": 1, "files": {"a": {"L": {"x": 0}}}}', ":1: error: not a baseline: 'x' has no "),
    "more than can be counted": ('{"version": 1, "files": {"a": {"L": {"x": 1000000001}}}}', "'x' has no number"),
    "a null byte in a path": ('{"version": 1, "files": {"a\\u0000": {"L": {"x": 1}}}}', " is no path"),
    "deep": ("[" * 100_000, ": error: not a baseline: not JSON"),
    "a huge number": ('{"version": 1' + "0" * 5_000 + "}", "error: "),
    "not UTF-8": (b'{\n"\xff', ":2: error: not a baseline: not UTF-8"),
}


@pytest.mark.parametrize("option", ["--baseline", "--write-baseline"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_baseline_is_one_line(folder: Path, name: str, option: str) -> None:
    text, told = BROKEN[name]
    data = text if isinstance(text, bytes) else text.encode()
    (folder / NAME).write_bytes(data)
    done = lint(option, NAME, ".", cwd=folder)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert told in done.err
    assert done.err.startswith(NAME)
    assert (folder / NAME).read_bytes() == data


def test_a_missing_baseline_is_an_error(folder: Path) -> None:
    done = lint("--baseline", "nowhere.json", ".", cwd=folder)
    assert (done.status, done.out, done.err) == (2, "", "nowhere.json: error: no such file or directory\n")


@pytest.mark.parametrize("option", ["--baseline", "--write-baseline"])
def test_a_folder_is_no_baseline(folder: Path, option: str) -> None:
    done = lint(option, "pkg", ".", cwd=folder)
    assert (done.status, done.out, done.err) == (2, "", "pkg: error: is a directory\n")


def test_where_nothing_can_be_written(folder: Path) -> None:
    done = lint("--write-baseline", "nowhere/a.json", ".", cwd=folder)
    assert (done.status, done.err) == (2, "nowhere/a.json: error: not written: no such folder\n")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which not even root may write")
def test_a_folder_in_which_nothing_can_be_written(folder: Path) -> None:
    done = lint("--write-baseline", "/proc/a.json", ".", cwd=folder)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("/proc/a.json: error: not written: ")


@pytest.mark.parametrize("options", [("--base=main", "--write-baseline=x"), ("--baseline=x", "--write-baseline=x")])
def test_options_that_contradict_each_other(folder: Path, options: tuple[str, ...]) -> None:
    done = lint(*options, ".", cwd=folder)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("error: ")
    assert not (folder / "x").exists()


def test_a_closed_pipe(folder: Path) -> None:
    (folder / "two.py").write_text(module(*(loss(f"f{number}") for number in range(200))))
    line = f"{sys.executable} -m lint_rules --baseline {NAME} . | true"
    done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert "Traceback" not in done.stderr
