"""Names and links: a fix writes where the user pointed, and nowhere else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

LOSS = """\
import litellm


async def ask(wanted):
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        wanted("" + chunk.choices[0].delta.content)
"""
FIXED = LOSS.replace('"" + chunk.choices[0].delta.content', '"" + (chunk.choices[0].delta.content or "")')


def fix(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules.fix", "--isolated", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, input="")


OUT = "a link leads out of the folder to it: not written (name the file itself to have it written)"


def write(path: Path, text: str = LOSS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def linked(link: Path, target: Path) -> Path:
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("no symbolic links here")
    return link


def test_a_link_out_of_the_folder_is_not_written_through(tmp_path: Path) -> None:
    outside = write(tmp_path / "elsewhere" / "shared.py")
    linked(tmp_path / "project" / "shared.py", outside)
    write(tmp_path / "project" / "own.py")
    done = fix("project", cwd=tmp_path)
    assert outside.read_text(encoding="utf-8") == LOSS
    assert (tmp_path / "project" / "own.py").read_text(encoding="utf-8") == FIXED
    path = Path("project", "shared.py")
    assert done.stderr.splitlines()[0] == f"{path}: skipped: {OUT}"
    assert (done.returncode, done.stdout.split(": ")[0]) == (1, f"{path}:7:16")


@pytest.mark.parametrize("options", [["--diff"], ["--check"], ["--interactive"]], ids=lambda options: options[0])
def test_nor_is_it_said_that_it_would_be(options: list[str], tmp_path: Path) -> None:
    outside = write(tmp_path / "elsewhere" / "shared.py")
    linked(tmp_path / "project" / "shared.py", outside)
    done = fix(*options, "project", cwd=tmp_path)
    assert f"skipped: {OUT}" in done.stderr
    assert "Would fix" not in done.stderr and "---" not in done.stdout


def test_a_link_out_of_the_folder_that_needs_no_fix_is_nothing_to_speak_of(tmp_path: Path) -> None:
    linked(tmp_path / "project" / "shared.py", write(tmp_path / "elsewhere" / "shared.py", FIXED))
    done = fix("project", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "Nothing to fix.\n")


def test_a_link_that_is_named_itself_is_followed_and_stays_one(tmp_path: Path) -> None:
    outside = write(tmp_path / "elsewhere" / "shared.py")
    link = linked(tmp_path / "project" / "shared.py", outside)
    assert fix(str(link), cwd=tmp_path).returncode == 0
    assert link.is_symlink()
    assert outside.read_text(encoding="utf-8") == FIXED


def test_a_link_into_another_folder_that_is_named_is_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "elsewhere" / "shared.py")
    linked(tmp_path / "project" / "shared.py", outside)
    assert fix("project", "elsewhere", cwd=tmp_path).returncode == 0
    assert outside.read_text(encoding="utf-8") == FIXED


def test_a_folder_that_is_reached_by_a_link_is_the_folder(tmp_path: Path) -> None:
    inside = write(tmp_path / "real" / "own.py")
    linked(tmp_path / "real" / "again.py", inside)
    linked(tmp_path / "project", tmp_path / "real")
    assert fix("project", cwd=tmp_path).returncode == 0
    assert inside.read_text(encoding="utf-8") == FIXED


def test_links_in_a_circle_end_nowhere(tmp_path: Path) -> None:
    own = write(tmp_path / "project" / "own.py")
    linked(tmp_path / "project" / "folder", tmp_path / "project")
    linked(tmp_path / "project" / "a.py", tmp_path / "project" / "b.py")
    linked(tmp_path / "project" / "b.py", tmp_path / "project" / "a.py")
    done = fix("project", cwd=tmp_path)
    assert (done.returncode, own.read_text(encoding="utf-8")) == (0, FIXED)
    named = fix(str(Path("project", "a.py")), cwd=tmp_path)
    assert named.returncode == 2
    assert len(named.stderr.splitlines()) == 2 and "error: " in named.stderr and "Traceback" not in named.stderr


def test_a_file_with_another_name_is_not_written(tmp_path: Path) -> None:
    """What is written anew would be this name's alone, what is written over would be the other's, too."""
    one, other = write(tmp_path / "one.py"), tmp_path / "other.py"
    try:
        os.link(one, other)
    except OSError:
        pytest.skip("no hard links here")
    done = fix("one.py", cwd=tmp_path)
    assert (one.read_text(encoding="utf-8"), other.read_text(encoding="utf-8")) == (LOSS, LOSS)
    assert one.samefile(other)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "one.py: error: not written: it has 2 names (hard links)"


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o755, 0o4755, 0o2711])
def test_a_file_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    path = write(tmp_path / "own.py")
    path.chmod(mode)
    assert fix("own.py", cwd=tmp_path).returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text(encoding="utf-8") == FIXED


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_a_file_that_its_owner_has_closed_is_not_written(tmp_path: Path) -> None:
    """Also not by root, who could, and not because the folder may be written to."""
    path = write(tmp_path / "own.py")
    path.chmod(0o444)
    done = fix("own.py", cwd=tmp_path)
    assert path.read_text(encoding="utf-8") == LOSS
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "own.py: error: not written: permission denied"


def test_an_untouched_file_keeps_its_time(tmp_path: Path) -> None:
    path = write(tmp_path / "own.py", FIXED)
    os.utime(path, ns=(10**18, 10**18))
    assert fix("own.py", cwd=tmp_path).returncode == 0
    assert path.stat().st_mtime_ns == 10**18


def test_what_is_said_of_the_users_code_is_none_of_ours(tmp_path: Path) -> None:
    write(tmp_path / "own.py", LOSS + '    return "\\d"\n')
    command = [sys.executable, "-W", "always", "-m", "lint_rules.fix", "--isolated", "own.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "invalid escape" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot go")
def test_the_working_directory_may_have_gone(tmp_path: Path) -> None:
    path = write(tmp_path / "own.py")
    old = path.read_text(encoding="utf-8")
    program = (
        "import os, sys\n"
        "from lint_rules.fix import main\n"
        "os.mkdir('gone'), os.chdir('gone'), os.rmdir('../gone')\n"
        f"sys.exit(main(['--isolated', {str(path)!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    if sys.version_info >= (3, 13) and "SystemError" in done.stderr:  # LibCST's native part cannot be loaded
        assert (done.returncode, path.read_text(encoding="utf-8")) == (2, old)
        return
    assert (done.returncode, done.stderr) == (0, "Fixed 1 finding in 1 file.\n")
    assert path.read_text(encoding="utf-8") == FIXED
