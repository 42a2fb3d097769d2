"""`[tool.lint_rules]` as its user meets it: which table holds for which file, and what is said of one that is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from lint_rules import __main__, check_paths, fix
from lint_rules.configuration import KEYS, Configuration, Given, Misconfigured
from lint_rules.settings import EVERYTHING, Settings

SOURCE = """\
import litellm


async def ask():
    text = ""
    async for chunk in await litellm.acompletion(model="m", messages=[], stream=True):
        text += chunk.choices[0].delta.content
        if text == "stop":
            break
"""
"""LLM201 and LLM101."""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "app.py")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str = SOURCE) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")


def configure(folder: Path, *lines: str) -> None:
    write(folder, "pyproject.toml", "\n".join(("[tool.lint_rules]", *lines, "")))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str, door: Callable[[list[str]], int] = __main__.main) -> tuple[int, str, str]:
        concise = ["--format", "concise"] if door is __main__.main else []
        status = door([*concise, *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def places(out: str) -> list[str]:
    """Which file has which finding, of a run's output."""
    return [f"{line.split(':')[0]} {line.split()[1]}" for line in out.splitlines()]


def settings(path: str = "app.py", given: Given | None = None) -> Settings:
    return Configuration(given or Given()).settings(path)


# Which table holds


@pytest.mark.usefixtures("folder")
def test_without_a_table_everything_is_checked(run: Run) -> None:
    assert places(run("app.py")[1]) == ["app.py LLM201", "app.py LLM101"]
    assert settings() == EVERYTHING


def test_a_pyproject_without_the_table_says_nothing(folder: Path, run: Run) -> None:
    configure(folder, 'ignore = ["LLM2"]')
    write(folder, "sub/app.py")
    write(folder, "sub/pyproject.toml", '[project]\nname = "lint_rules"\n[tool.ruff]\nselect = ["E"]\n')
    assert places(run("sub")[1]) == ["sub/app.py LLM101"]


def test_the_nearest_table_holds_as_a_whole(folder: Path, run: Run) -> None:
    configure(folder, 'ignore = ["LLM2"]', 'early-exit = "log-partial"', 'target = ["litellm==1.77.7"]')
    configure(folder / "sub", 'select = ["LLM2"]')
    write(folder, "sub/deep/app.py")
    assert places(run(".")[1]) == ["app.py LLM101", "sub/deep/app.py LLM201"]
    assert settings("sub/deep/app.py") == Settings(select=("LLM2",))
    assert settings("sub/deep/new.py") == settings("./sub/../sub/deep/app.py")


def test_a_table_without_a_target_hides_the_one_above(folder: Path, run: Run) -> None:
    configure(folder, 'target = ["litellm==1.77.7", "langfuse==3.0.0"]')
    configure(folder / "sub", "select = ['LLM']")
    write(folder, "sub/app.py")
    write(folder, "sub/requirements.txt", "litellm==1.80.0\nlangfuse==2.60.0\n")
    assert "litellm 1.77.7 (pyproject.toml [tool.lint_rules])" in run("--show-target", "app.py")[1]
    assert "litellm 1.80.0 (sub/requirements.txt:1)" in run("--show-target", "sub")[1]


@pytest.mark.parametrize("mark", [".git", ".hg"])
def test_nothing_above_the_repository_is_read(folder: Path, run: Run, mark: str) -> None:
    configure(folder, "no sense at all")
    write(folder, "repository/app.py")
    (folder / "repository" / mark).write_text("gitdir: elsewhere", encoding="utf-8")  # as in a work tree
    assert places(run("repository")[1]) == ["repository/app.py LLM201", "repository/app.py LLM101"]
    configure(folder / "repository", 'ignore = ["LLM2"]')
    assert places(run("repository")[1]) == ["repository/app.py LLM101"]


def test_the_folder_of_the_file_counts_and_not_the_working_directory(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(folder / "other", 'ignore = ["LLM2"]')
    monkeypatch.chdir(folder / "other")
    assert places(run("../app.py")[1]) == ["../app.py LLM201", "../app.py LLM101"]


def test_isolated(folder: Path, run: Run) -> None:
    configure(folder, 'ignore = ["LLM2"]', 'target = ["litellm==1.77.7"]')
    assert places(run("--isolated", "app.py")[1]) == ["app.py LLM201", "app.py LLM101"]
    assert "[tool.lint_rules]" not in run("--isolated", "--show-target", "app.py")[1]
    configure(folder, "target = 3", "nonsense = true")
    assert run("--isolated", "app.py")[0] == 1


# What it says


def test_selecting(folder: Path, run: Run) -> None:
    write(folder, "app.py", SOURCE.replace("break", "raise ValueError"))
    assert places(run("app.py")[1]) == ["app.py LLM201"]
    configure(folder, 'select = ["LLM1"]', 'extend-select = ["LLM103"]')
    assert places(run("app.py")[1]) == ["app.py LLM103"]
    configure(folder, 'extend-select = ["LLM103"]', 'ignore = ["LLM2"]')
    assert places(run("app.py")[1]) == ["app.py LLM103"]
    configure(folder, 'extend-select = ["LLM103"]', 'extend-ignore = ["LLM1"]')
    assert places(run("app.py")[1]) == ["app.py LLM201", "app.py LLM103"]
    configure(folder, 'extend-select = ["LLM103"]', 'ignore = ["LLM2"]', 'extend-ignore = ["LLM103"]')
    assert run("app.py") == (0, "", "")


def test_the_command_line_over_the_table(folder: Path, run: Run) -> None:
    configure(folder, 'select = ["LLM1"]', 'extend-ignore = ["LLM101"]', 'stream-sources = ["a.b"]')
    assert run("app.py")[0] == 0
    assert places(run("--ignore", "LLM3", "app.py")[1]) == ["app.py LLM101"]
    assert places(run("--select", "LLM2", "app.py")[1]) == ["app.py LLM201"]
    assert places(run("--extend-select", "LLM2", "app.py")[1]) == ["app.py LLM201"]
    assert run("--extend-select", "LLM2", "--extend-ignore", "LLM201", "app.py")[0] == 0
    given = Given(stream_sources=("c.d",), early_exit="log-partial", target=("litellm==1.77.7",))
    assert settings(given=given).stream_sources == ("a.b", "c.d")
    assert settings(given=given).early_exit == "log-partial"


def test_all_keys_at_once(folder: Path) -> None:
    configure(
        folder,
        'select = ["LLM1", "LLM2"]',
        'extend-select = ["LLM306"]',
        'ignore = ["LLM104"]',
        'extend-ignore = ["LLM203"]',
        'target = ["litellm==1.77.7"]',
        'early-exit = "log-partial"',
        'stream-sources = ["ourlib.chat.ask"]',
        'flush-helpers = ["ourlib.tracing.shutdown"]',
        '[tool.lint_rules.per-file-ignores]\n"app.py" = ["LLM202"]',
    )
    assert settings() == Settings(
        select=("LLM1", "LLM2", "LLM306"),
        ignore=("LLM104", "LLM203"),
        silenced=("LLM202",),
        early_exit="log-partial",
        stream_sources=("ourlib.chat.ask",),
        flush_helpers=("ourlib.tracing.shutdown",),
    )
    assert settings("other.py").silenced == ()


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("tests/*", {"tests/a.py", "tests/unit/b.py"}),
        ("tests", {"tests/a.py", "tests/unit/b.py"}),
        ("tests/", {"tests/a.py", "tests/unit/b.py"}),
        ("./tests", {"tests/a.py", "tests/unit/b.py"}),
        ("tests/unit", {"tests/unit/b.py"}),
        ("unit", set()),
        ("**/unit/*", {"tests/unit/b.py"}),
        ("b.py", {"tests/unit/b.py"}),
        ("**/b.py", {"tests/unit/b.py"}),
        ("**/app.py", {"app.py"}),
        ("*.py", {"app.py", "tests/a.py", "tests/unit/b.py"}),
        ("*", {"app.py", "tests/a.py", "tests/unit/b.py"}),
        ("?.py", {"tests/a.py", "tests/unit/b.py"}),
        ("[!a].py", {"tests/unit/b.py"}),
        ("test", set()),
        ("A.PY", set()),
        ("../sub/tests/a.py", set()),
    ],
)
@pytest.mark.parametrize("where", [".", "sub"])
def test_patterns_count_from_the_folder_of_the_table(
    folder: Path, pattern: str, matching: set[str], where: str
) -> None:
    root = folder / where
    write(root, "pyproject.toml", f'[tool.lint_rules.per-file-ignores]\n"{pattern}" = ["LLM2", "LLM101"]\n')
    silenced = {name for name in ("app.py", "tests/a.py", "tests/unit/b.py") if settings(str(root / name)).silenced}
    assert silenced == matching
    assert not matching or settings(str(root / min(matching))).silenced == ("LLM2", "LLM101")


def test_per_file_ignores_add_up(folder: Path, run: Run) -> None:
    configure(folder, 'per-file-ignores = {"app.py" = ["LLM201"], "*.py" = ["LLM3"]}', 'extend-select = ["LLM201"]')
    assert places(run("app.py")[1]) == ["app.py LLM101"]
    assert run("--per-file-ignores", "app.py:LLM1", "app.py")[0] == 0
    assert places(run("--per-file-ignores", "other.py:LLM1", "app.py")[1]) == ["app.py LLM101"]


@pytest.mark.parametrize("key", ["stream-sources", "flush-helpers"])
def test_dotted_names(folder: Path, run: Run, key: str) -> None:
    configure(folder, f'{key} = ["ourlib.chat.Client.ask", "ourlib._Größe.x1"]')
    assert run("app.py")[0] == 1
    for name in ("ask", "ourlib.", ".ask", "ourlib..ask", "our-lib.ask", "ourlib.chat:ask", "ourlib.1", "", "a.b()"):
        configure(folder, f'{key} = ["ourlib.chat.ask", "{name}"]')
        status, out, err = run("app.py")
        assert (status, out) == (2, "")
        assert err == (
            f"pyproject.toml:2: error: {key!r} in [tool.lint_rules]: {name!r} is no dotted name such as "
            "'ourlib.chat.ask'\n"
        )


# What is wrong with it

KNOWN = ", ".join(KEYS)


IN = "in [tool.lint_rules]"
WRONG = {
    "2: error: unknown key 'selct' {IN} (did you mean 'select'?)": "selct = ['LLM']",
    "3: error: unknown key 'early_exit' {IN} (did you mean 'early-exit'?)": "\nearly_exit = 'drain'",
    "2: error: unknown key 'per_file_ignores' {IN} (did you mean 'per-file-ignores'?)": "per_file_ignores = {}",
    "2: error: unknown key 'line-length' {IN} (known: {KNOWN})": "line-length = 120",
    "4: error: 'select' {IN} is no list of strings": "# select\n# select = []\nselect = 'LLM'",
    "2: error: 'ignore' {IN} is no list of strings": "ignore = [3]",
    "2: error: 'extend-select' {IN} is no list of strings": "extend-select = {a = 1}",
    "2: error: 'stream-sources' {IN} is no list of strings": "stream-sources = 'a.b'",
    "2: error: 'flush-helpers' {IN} is no list of strings": "flush-helpers = true",
    "2: error: 'early-exit' {IN} is neither 'drain' nor 'log-partial'": "early-exit = 'stop'",
    "3: error: 'early-exit' {IN} is neither 'drain' nor 'log-partial'": "\nearly-exit = ['drain']",
    "2: error: 'per-file-ignores' {IN} is no table of patterns with lists of codes": "per-file-ignores = ['app.py']",
    "2: error: 'per-file-ignores' {IN} is no list of strings": "per-file-ignores = {'app.py' = 'LLM2'}",
    "2: error: 'ignore' {IN}: no rule has a code that starts with 'LLM9' (known: LLM001,": "ignore = [\n'LLM9',\n]",
    "2: error: 'ignore' {IN}: no rule has a code that starts with ''": "ignore = ['']",
    "2: error: 'select' {IN}: no rule has a code that starts with 'E501'": "select = ['E501']",
    "2: error: 'per-file-ignores' {IN}: no rule has a code that": "per-file-ignores = {'app.py' = ['E501']}",
    "2: error: not valid TOML: ": "select = [",
    "3:17: error: not valid TOML: Cannot overwrite a value": "select = ['LLM']\nselect = ['LLM']",
    "2:4: error: not valid TOML: Expected '=' after a key in a key/value pair": "no sense",
}


@pytest.mark.parametrize(("error", "lines"), WRONG.items(), ids=WRONG)
def test_what_is_wrong_is_one_line_with_its_place(folder: Path, run: Run, lines: str, error: str) -> None:
    configure(folder, lines)
    write(folder, "more.py")
    for door in (__main__.main, fix.main):
        status, out, err = run("app.py", "more.py", door=door)
        assert (status, out) == (2, "")
        first, *rest = err.splitlines()
        assert first.startswith(f"pyproject.toml:{error}".replace("{IN}", IN).replace("{KNOWN}", KNOWN))
        assert rest in ([], ["Nothing to fix (2 paths failed)."])
    assert (folder / "app.py").read_text(encoding="utf-8") == SOURCE


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("tool.lint_rules = 3\n", "1: error: [tool.lint_rules] is no table"),
        ("[tool]\nlint_rules = []\n", "2: error: [tool.lint_rules] is no table"),
        ("[[tool.lint_rules]]\nselect = ['LLM']\n", "1: error: [tool.lint_rules] is no table"),
        ("[tool]\nlint_rules.selekt = []\n", "2: error: unknown key 'selekt'"),
        ('[tool."lint_rules"]\nselekt = []\n', "2: error: unknown key 'selekt'"),
        ("# lint_rules\n[tool.a]\nselect = 1\n[ tool . lint_rules ]\nselect = 1\n", "5: error: 'select' in"),
        ("[tool.lint_rules.select]\na = 1\n", "1: error: 'select' in [tool.lint_rules] is no list of strings"),
    ],
)
def test_however_the_table_is_written(folder: Path, run: Run, text: str, error: str) -> None:
    write(folder, "pyproject.toml", text)
    status, out, err = run("app.py")
    assert (status, out) == (2, "")
    assert err.startswith(f"pyproject.toml:{error}")


def test_files_that_no_broken_table_holds_for_are_checked(folder: Path, run: Run) -> None:
    configure(folder / "sub", "wrong = 1")
    write(folder, "sub/app.py")
    write(folder, "sub/plain.py", "print()\n")
    status, out, err = run(".")
    assert status == 2
    assert places(out) == ["app.py LLM201", "app.py LLM101"]
    assert err.count("error") == len(err.splitlines()) == 1
    assert err.startswith("sub/pyproject.toml:2: error: unknown key 'wrong'")
    status, _, err = run(".", door=fix.main)
    assert status == 2
    assert "2 paths failed" in err
    assert (folder / "sub/app.py").read_text(encoding="utf-8") == SOURCE
    assert (folder / "app.py").read_text(encoding="utf-8") != SOURCE


def test_a_broken_table_is_no_part_of_the_others_in_a_patch(folder: Path, run: Run) -> None:
    configure(folder, "wrong = 1")
    status, out, err = run("--diff", "--unsafe-fixes", "app.py", door=fix.main)
    assert (status, out) == (2, "")
    assert err.startswith("pyproject.toml:2: error: unknown key 'wrong'")


def test_a_wrong_target_is_an_error_of_the_table(folder: Path, run: Run) -> None:
    configure(folder, "target = 'litellm==1.77.7'")
    status, _, err = run("app.py")
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith("error: pyproject.toml [tool.lint_rules]: target is no list of strings")


def test_an_error_is_found_by_its_path_from_elsewhere(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(folder, "wrong = 1")
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    assert run("../app.py")[2].startswith(f"{folder}/pyproject.toml:2: error: ")


def test_an_error_is_raised_anew_for_each_file(folder: Path) -> None:
    """One object raised for thousands of files would hold on to what lay around each of them."""
    configure(folder, "wrong = 1")
    configuration = Configuration()
    raised = []
    for name in ("a.py", "b.py"):
        with pytest.raises(Misconfigured) as caught:
            configuration.settings(name)
        raised.append(caught.value)
    assert raised[0] is not raised[1]
    assert raised[0].problem == raised[1].problem


# Files of every kind


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark(folder: Path, run: Run, newline: str, mark: bytes) -> None:
    lines = ["[project]", "name = 'größe'", "[tool.lint_rules]", "ignore = ['LLM2']"]
    (folder / "pyproject.toml").write_bytes(mark + newline.join(lines).encode())
    assert places(run("app.py")[1]) == ["app.py LLM101"]
    (folder / "pyproject.toml").write_bytes(mark + newline.join([*lines, "wrong = 1"]).encode())
    assert run("app.py")[2].startswith("pyproject.toml:5: error: unknown key 'wrong'")
    (folder / "pyproject.toml").write_bytes(mark + newline.join([*lines, "wrong ="]).encode())
    assert run("app.py")[2].startswith("pyproject.toml:5: error: not valid TOML: Invalid value")


def test_bytes_that_are_no_text(folder: Path, run: Run) -> None:
    (folder / "pyproject.toml").write_bytes(b"# coding: latin-1\n[tool.lint_rules]\n# caf\xe9\n")
    assert run("app.py") == (2, "", "pyproject.toml:3: error: byte 0xe9 is not utf-8\n")


def test_a_table_nested_beyond_reason(folder: Path, run: Run) -> None:
    configure(folder, f"select = {'[' * 5000}{']' * 5000}")
    status, out, err = run("app.py")
    assert (status, out) == (2, "")
    assert err.startswith("pyproject.toml")
    assert err.count("\n") == 1


def test_a_file_that_is_none(folder: Path, run: Run) -> None:
    (folder / "pyproject.toml").mkdir()
    assert run("app.py")[0] == 1
    (folder / "pyproject.toml").rmdir()
    (folder / "pyproject.toml").symlink_to(folder / "nowhere.toml")
    assert run("app.py")[0] == 1
    write(folder, "shared.toml", "[tool.lint_rules]\nignore = ['LLM']\n")
    (folder / "pyproject.toml").unlink()
    (folder / "pyproject.toml").symlink_to(folder / "shared.toml")
    assert run("app.py")[0] == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(folder: Path, run: Run) -> None:
    configure(folder, "ignore = ['LLM']")
    (folder / "pyproject.toml").chmod(0)
    assert run("app.py") == (2, "", "pyproject.toml: error: permission denied\n")


def test_a_file_beyond_reason(folder: Path, run: Run) -> None:
    (folder / "pyproject.toml").write_bytes(b"[tool.lint_rules]\n" + b"#" * 5_000_000)
    status, out, err = run("app.py")
    assert (status, out) == (2, "")
    assert err.startswith("pyproject.toml: error: larger than")


# The command line


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--select", "LLM9"], "argument --select: no rule has a code that starts with 'LLM9'"),
        (["--per-file-ignores", "LLM2"], "argument --per-file-ignores: 'LLM2' has no pattern: expected PATTERN:CODE"),
        (["--early-exit", "stop"], "argument --early-exit: invalid choice: 'stop'"),
        (["--stream-sources", "ask"], "argument --stream-sources: 'ask' is no dotted name such as ourlib.chat.ask"),
        (["--flush-helpers", "a.b,c"], "argument --flush-helpers: 'c' is no dotted name such as ourlib.chat.ask"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_wrong_option_is_one_line(arguments: list[str], error: str, capfd: pytest.CaptureFixture[str]) -> None:
    for door in (__main__.main, fix.main):
        with pytest.raises(SystemExit) as left:
            door([*arguments, "app.py"])
        out, err = capfd.readouterr()
        assert (left.value.code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"error: {error}")


def test_per_file_ignores_of_the_command_line_count_from_where_it_is_run(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "tests/app.py")
    monkeypatch.chdir(folder / "tests")
    assert places(run("--per-file-ignores", "app.py:LLM2,LLM3", ".")[1]) == ["app.py LLM101"]
    assert len(places(run("--per-file-ignores", "tests/*:LLM2", ".")[1])) == 2
    monkeypatch.chdir(folder)
    assert places(run("--per-file-ignores", "tests/*:LLM2,LLM3,app.p?:LLM1", ".")[1]) == [
        "app.py LLM201",
    ]


# The other doors


def flake8(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8", "-j1", "--select", "LLM", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_flake8_shows_what_is_wrong_in_every_file_it_holds_for(folder: Path) -> None:
    configure(folder / "sub", "wrong = 1")
    write(folder, "sub/app.py")
    write(folder, "sub/plain.py", "print()\n")
    done = flake8(".", cwd=folder)
    said = "sub/pyproject.toml:2: unknown key 'wrong' in [tool.lint_rules]"
    assert done.returncode == 1
    assert [line.removeprefix("./").split(" (known")[0] for line in done.stdout.splitlines() if "LLM000" in line] == [
        f"sub/app.py:1:1: LLM000 {said}",
        f"sub/plain.py:1:1: LLM000 {said}",
    ]
    assert places(done.stdout.replace("./", ""))[:2] == ["app.py LLM201", "app.py LLM101"]


def test_flake8_selects_for_itself(folder: Path) -> None:
    configure(folder, 'ignore = ["LLM"]', '[tool.lint_rules.per-file-ignores]\n"app.py" = ["LLM"]')
    assert places(flake8("app.py", cwd=folder).stdout) == ["app.py LLM201", "app.py LLM101"]


def test_the_library_reads_the_settings_of_the_project_unless_it_is_given_some(folder: Path) -> None:
    configure(folder, 'ignore = ["LLM2"]')
    [report] = check_paths(["app.py"])
    assert [finding.code for finding in report.findings] == ["LLM101"]
    [report] = check_paths(["app.py"], Settings(select=("LLM2",)))
    assert [finding.code for finding in report.findings] == ["LLM201"]
