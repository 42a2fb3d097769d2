"""docs/configuration.md says what is so: every key, its default and its options, in examples that are accepted."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lint_rules.configuration import KEYS, Configuration, Given
from lint_rules.options import Parser, add_selection, given
from lint_rules.settings import EVERYTHING, Settings
from lint_rules.targets import Finder

PAGE = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### `([\w-]+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {found[1]: found[2] for found in SECTION.finditer(PAGE)}
ROW = re.compile(r"^\| \[`([\w-]+)`\]\(#([\w-]+)\) \| (.+?) \| `(--[\w-]+)` \| (.+?) \|$", re.MULTILINE)
ROWS = {found[1]: found.groups()[1:] for found in ROW.finditer(PAGE)}
FILES = ("app.py", "tests/app.py", "examples/app.py", "conftest.py")


def examples(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def by_table(table: str, folder: Path) -> list[Settings]:
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    assert Finder().problem(str(folder / "app.py")) == ""
    configuration = Configuration()
    return [configuration.settings(str(folder / name)) for name in FILES]


def by_command(line: str) -> Given:
    parser = Parser()
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--unsafe-fixes", action="store_true")
    add_selection(parser)
    return given(parser.parse_args(shlex.split(line)))


def test_every_key_has_a_row_and_a_section_in_order() -> None:
    assert list(ROWS) == list(SECTIONS) == list(KEYS)
    assert [row[0] for row in ROWS.values()] == list(ROWS)


def test_the_defaults_are_those_of_a_table_that_says_nothing(tmp_path: Path) -> None:
    stated = {key: row[1].strip("`") for key, row in ROWS.items() if key != "target"}
    tables = {key: "" if default == "{}" else f"{key} = {default}\n" for key, default in stated.items()}
    assert by_table(f"[tool.lint_rules]\n{''.join(tables.values())}", tmp_path) == [EVERYTHING] * len(FILES)


@pytest.mark.parametrize("example", examples("toml"))
def test_the_examples_are_accepted_and_say_something(example: str, tmp_path: Path) -> None:
    assert set(by_table(example, tmp_path)) != {EVERYTHING} or example.startswith("[tool.lint_rules]\ntarget")


@pytest.mark.parametrize("key", KEYS)
def test_the_command_line_of_a_key_means_the_same(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [table], [line] = examples("toml", SECTIONS[key]), examples("console", SECTIONS[key])
    assert re.search(rf"^{key} =|^\[tool\.lint_rules\.{key}\]$", table, re.MULTILINE)
    assert f" {ROWS[key][2]} " in line
    stated = by_command(re.sub(r"^\$ python -m [\w.]+", "", line))
    configuration = Configuration(stated)
    # Requirements in a table are read with those of the project's other files, not with its settings.
    assert [replace(configuration.settings(name), target=()) for name in FILES] == by_table(table, tmp_path)
    assert (key == "target") == bool(stated.target)


def test_flake8_takes_the_options_of_the_page(tmp_path: Path) -> None:
    names = [name for example in examples("ini") for name in re.findall(r"^(llm-[\w-]+) =", example, re.MULTILINE)]
    assert [f"`--{name}`" for name in names] == [row[3] for row in ROWS.values() if row[3].startswith("`--llm")]
    sections = [example.removeprefix("[flake8]\n") for example in examples("ini")]
    (tmp_path / "setup.cfg").write_text(f"[flake8]\nselect = LLM\n{''.join(sections)}", encoding="utf-8")
    source = "from ourlib.chat import ask\n\n\nasync def main():\n    async for chunk in ask():\n        break\n"
    (tmp_path / "app.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "app.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.split()[1], done.stderr) == ("LLM101", "")


def test_the_error_of_the_page_is_the_one_that_is_shown(tmp_path: Path) -> None:
    shown = next(line for line in PAGE.splitlines() if line.startswith("pyproject.toml:"))
    (tmp_path / "pyproject.toml").write_text("[tool.lint_rules]\n\nextend_select = []\n", encoding="utf-8")
    (tmp_path / "app.py").write_text("", encoding="utf-8")
    command = [sys.executable, "-m", "lint_rules", "app.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"{shown}\n")
