"""`# noqa` as its user meets it: what it hides is what flake8 hides, and `--add-noqa` writes it."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from noqa_programs import written

from lint_rules.rules import all_rules

EVERY_CODE = ",".join(["LLM", *(rule.code for rule in all_rules() if not rule.default)])
"""flake8's `--select LLM` selects what is off by default, too."""

Command = subprocess.CompletedProcess[str]


def run(module: str, *arguments: str, cwd: Path) -> Command:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def flake8(*arguments: str, cwd: Path) -> Command:
    return run("flake8", "--isolated", "--select", "LLM", *arguments, cwd=cwd)


def lint(*arguments: str, cwd: Path) -> Command:
    return run("lint_rules", "--isolated", "--format", "concise", "--select", EVERY_CODE, *arguments, cwd=cwd)


# ---- what flake8 hides is hidden, to the letter


@pytest.fixture(name="programs", scope="module")
def programs_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    chance = random.Random(101)
    for number in range(40):
        (folder / f"p{number:02}.py").write_bytes(written(chance))
    return folder


@pytest.mark.parametrize("option", [(), ("--disable-noqa",)], ids=["", "disabled"])
def test_it_hides_what_flake8_hides(option: tuple[str, ...], programs: Path) -> None:
    ours, theirs = (command(*option, ".", cwd=programs) for command in (lint, flake8))
    assert ours.stderr == ""
    assert ours.stdout.splitlines() == [line.removeprefix("./") for line in theirs.stdout.splitlines()]
    codes = Counter(re.findall(r"^\S+ (LLM\d+)", ours.stdout, re.MULTILINE))
    assert min(codes[code] for code in ("LLM001", "LLM101", "LLM104", "LLM201", "LLM202", "LLM203")) > 20
    everything = lint("--disable-noqa", ".", cwd=programs).stdout.count("\n")
    assert (ours.stdout.count("\n") < everything - 100) is not bool(option)


# ---- what the doors make of it

LOSS = """\
import litellm


async def ask(wanted):
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        if wanted(chunk):
            break
        text = "" + chunk.choices[0].delta.content
"""


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    (tmp_path / "loss.py").write_text(LOSS, encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str, name: str = "loss.py") -> None:
    (folder / name).write_bytes(text.encode())


def read(folder: Path, name: str = "loss.py") -> str:
    return (folder / name).read_bytes().decode()


def test_a_file_under_flake8_noqa_is_not_even_parsed(folder: Path) -> None:
    write(folder, "# flake8: noqa\nimport litellm\nasync for\n")
    assert (done := lint(".", cwd=folder)).returncode == 0, done
    assert lint("--disable-noqa", ".", cwd=folder).returncode == 2


def test_nothing_is_judged_in_a_file_that_cannot_be_checked(folder: Path) -> None:
    write(folder, "x = (  # noqa: LLM101\n")
    done = lint(".", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("loss.py:1:5: error: cannot be parsed")


def test_a_file_without_the_sdks_is_judged(folder: Path) -> None:
    write(folder, "x = 1  # noqa: LLM101\n")
    told = "loss.py:1:16: LLM001 `LLM101` suppresses nothing here\n"
    assert lint(".", cwd=folder).stdout == told
    assert flake8("loss.py", cwd=folder).stdout == told


def test_the_fix_leaves_alone_what_is_suppressed(folder: Path) -> None:
    suppressed = LOSS.replace("content\n", "content  # noqa: LLM201\n").replace("break", "break  # noqa")
    write(folder, suppressed)
    done = run("lint_rules.fix", "--unsafe-fixes", ".", cwd=folder)
    assert (done.returncode, done.stderr, read(folder)) == (0, "Nothing to fix.\n", suppressed)


def test_comments_and_code_are_fixed_in_one_run(folder: Path) -> None:
    text = LOSS.replace("    async for", "    # noqa: LLM999\n    async for")
    write(folder, text.replace("stream=True)", "stream=True)  # noqa: LLM104"))
    for option in ("--check", "--diff"):
        done = run("lint_rules.fix", option, ".", cwd=folder)
        assert done.stderr == "Would fix 3 findings in 1 file (1 more with --unsafe-fixes).\n"
    assert run("lint_rules.fix", ".", cwd=folder).stderr.startswith("Fixed 3 findings in 1 file")
    assert read(folder) == LOSS.replace(".content", '.content or ""').replace("+ chunk", "+ (chunk").replace(
        'or ""', 'or "")'
    )


def test_what_a_fix_makes_needless_goes_with_it(folder: Path) -> None:
    """The drain of the first loop leaves nothing to break off in the second."""
    loop = LOSS[LOSS.index("    async for") : LOSS.index("        text")]
    write(folder, LOSS[: LOSS.index("        text")] + loop.replace("break", "break  # noqa: LLM101"))
    assert run("lint_rules.fix", "--unsafe-fixes", ".", cwd=folder).returncode == 0
    assert "noqa" not in read(folder)


def test_there_is_nothing_to_try_of_a_comment(folder: Path) -> None:
    write(folder, "x = 1  # noqa: LLM101\n")
    done = run("lint_rules.fix", "--verify", "loss.py", "--", "loss.py", cwd=folder)
    assert (done.returncode, read(folder)) == (0, "x = 1\n")
    assert done.stderr == (
        "loss.py:1:16 LLM001 proven: only a comment changes\nFixed 1 finding in 1 file. Verified: 1 fix proven.\n"
    )


# ---- --add-noqa


def add(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = run("lint_rules", "--isolated", "--add-noqa", *arguments, ".", cwd=folder)
    return done.returncode, done.stdout, done.stderr


def test_all_that_is_found_is_suppressed(folder: Path) -> None:
    write(folder, LOSS, "other.py")
    write(folder, "x = 1\n", "clean.py")
    assert add(folder) == (0, "", "Suppressed 4 findings in 2 files.\n")
    assert read(folder) == LOSS.replace("break", "break  # noqa: LLM101").replace(
        ".content", ".content  # noqa: LLM201"
    )
    assert run("lint_rules", "--isolated", ".", cwd=folder).returncode == 0
    assert add(folder) == (0, "", "Nothing suppressed.\n")


def test_only_what_is_selected_is_suppressed(folder: Path) -> None:
    assert add(folder, "--ignore", "LLM101") == (0, "", "Suppressed 1 finding in 1 file.\n")
    assert read(folder) == LOSS.replace(".content", ".content  # noqa: LLM201")


PLACES = {
    "a comment": ("break  # enough\n", "break  # enough  # noqa: LLM101\n"),
    "a list": ("break  # noqa: E501\n", "break  # noqa: E501, LLM101\n"),
    "a list and a reason": ("break  # noqa:E501 because\n", "break  # noqa:E501, LLM101 because\n"),
    "a list and a word": ("break  # noqa: E501x\n", "break  # noqa: E501, LLM101 x\n"),
    "a list in small letters": ("break  # noqa: llm101\n", "break  # noqa: llm101, LLM101\n"),
    "blanks": ("break \t\n", "break  # noqa: LLM101\n"),
    "a second list": ("break  # noqa: E501 # noqa: LLM101\n", "break  # noqa: E501, LLM001, LLM101 # noqa: LLM101\n"),
    "a continued line": ("break; x = 1 + \\\n    2\n", "break; x = 1 + \\\n    2  # noqa: LLM101\n"),
    "a string": ("break; x = '''\n\"\"\"  # '''\n", "break; x = '''\n\"\"\"  # '''  # noqa: LLM101\n"),
    "brackets": ("break; x = (1 +\n  2)\n", "break; x = (1 +  # noqa: LLM101\n  2)\n"),
    "carriage returns": ("break\r\n", "break  # noqa: LLM101\r\n"),
    "an unused list": ("break  # noqa: LLM201\n", "break  # noqa: LLM201, LLM001, LLM101\n"),
}


@pytest.fixture(name="places", scope="module")
def places_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    for name, (before, _) in PLACES.items():
        write(folder, in_place(before), f"{name}.py")
    assert add(folder)[0] == 0
    return folder


def in_place(text: str) -> str:
    return LOSS.replace("break\n", text).replace(".content", ".content  # noqa")


@pytest.mark.parametrize("place", PLACES)
def test_it_goes_where_flake8_reads_it(place: str, places: Path) -> None:
    assert read(places, f"{place}.py") == in_place(PLACES[place][1])


def test_flake8_reads_it_there(places: Path) -> None:
    assert flake8("--extend-ignore", "LLM103", ".", cwd=places).stdout == ""


def test_it_hides_everything_that_is_found(programs: Path, tmp_path: Path) -> None:
    shutil.copytree(programs, tmp_path, dirs_exist_ok=True)
    _, _, err = add(tmp_path)
    refused = set(re.findall(r"^(p\d+\.py):\d+:1: error: a `# noqa` in a string", err, re.MULTILINE))
    assert len(err.splitlines()) == len(refused) + 1
    left = run("lint_rules", "--isolated", "--format", "concise", ".", cwd=tmp_path).stdout
    assert {line.partition(":")[0] for line in left.splitlines()} == refused
    changed = [path for path in tmp_path.glob("*.py") if path.read_bytes() != (programs / path.name).read_bytes()]
    assert len(changed) > 5
    assert refused.isdisjoint(path.name for path in changed)


def test_all_codes_of_a_line_go_into_one_list(folder: Path) -> None:
    write(
        folder,
        LOSS.replace('break\n        text = "" +', "break\n        text = '' + f'{chunk.choices[0].delta.content}' +"),
    )
    assert add(folder)[0] == 0
    assert read(folder).endswith("delta.content  # noqa: LLM201, LLM202\n")


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"# coding: latin-1\n# \xe9\n", b""])
def test_bytes_survive(prefix: bytes, folder: Path) -> None:
    path = folder / "loss.py"
    path.write_bytes(prefix + LOSS.encode()[:-1])
    assert add(folder)[0] == 0
    ours = LOSS.replace("break", "break  # noqa: LLM101").replace(".content", ".content  # noqa: LLM201")
    assert path.read_bytes() == prefix + ours.encode()[:-1]


def test_a_noqa_in_a_string_cannot_be_amended(folder: Path) -> None:
    text = LOSS.replace("break", "break; x = '# noqa: E501'")
    write(folder, text)
    write(folder, LOSS, "other.py")
    status, out, err = add(folder)
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "loss.py:8:1: error: a `# noqa` in a string is all that flake8 reads of this line: not written",
        "Suppressed 2 findings in 1 file (1 path failed).",
    ]
    assert read(folder) == text


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_what_cannot_be_written_is_one_line(folder: Path) -> None:
    (folder / "loss.py").chmod(0o444)
    told = "loss.py: error: not written: permission denied\nNothing suppressed (1 path failed).\n"
    assert add(folder) == (2, "", told)
    assert read(folder) == LOSS


def test_what_cannot_be_checked_is_left_alone(folder: Path) -> None:
    write(folder, "import litellm\nasync for\n")
    status, out, err = add(folder, "missing.py")
    assert (status, out) == (2, "")
    assert [line.partition(": ")[0] for line in err.splitlines()[:2]] == ["missing.py", "loss.py:2:10"]
    assert err.endswith("Nothing suppressed (2 paths failed).\n")


def test_it_does_not_go_with_disable_noqa(folder: Path) -> None:
    status, out, err = add(folder, "--disable-noqa")
    assert (status, out) == (2, "")
    assert err == "error: argument --disable-noqa: not allowed with argument --add-noqa\n"
