"""`--explain` and `--list-rules` print what the rules say of themselves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules.manual import explained, named
from lint_rules.rules import Rule, all_rules

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def lint(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lint_rules", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)


def titles(text: str) -> list[str]:
    return re.findall(r"^(LLM\d{3}) [a-z-]+: .+$", text, re.MULTILINE)


def test_a_rule_is_explained_by_its_manual(tmp_path: Path) -> None:
    done = lint("--explain", "LLM101", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    [rule] = [rule for rule in all_rules() if rule.code == "LLM101"]
    title, _, rest = rule.manual.partition("\n")
    assert done.stdout.startswith(f"{title}\n\nReported by default. Fix: {rule.fix}.\n{rule.url}\n\n")
    assert done.stdout.endswith(f"\n\n{rest.strip()}\n")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (["early-exit-from-stream"], ["LLM101"]),
        (["Early_Exit_From_Stream"], ["LLM101"]),
        (["llm103"], ["LLM103"]),
        (["LLM203", "LLM101"], ["LLM101", "LLM203"]),
        (["LLM203,unread-stream", "LLM203"], ["LLM104", "LLM203"]),
        (["LLM2"], ["LLM201", "LLM202", "LLM203"]),
        (["LLM"], [rule.code for rule in all_rules()]),
    ],
    ids=str,
)
def test_rules_are_named_by_code_prefix_or_name(words: list[str], codes: list[str]) -> None:
    assert titles(explained(named(words))) == codes


def test_several_rules_are_explained_by_code_in_order(tmp_path: Path) -> None:
    assert titles(lint("--explain", "LLM203", "LLM3,llm101", cwd=tmp_path).stdout) == [
        "LLM101",
        "LLM203",
        *(rule.code for rule in all_rules() if rule.code.startswith("LLM3")),
    ]


def test_a_rule_that_is_off_by_default_says_so(tmp_path: Path) -> None:
    assert "Off by default: reported when selected by its full code" in lint("--explain", "LLM103", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("LLM1O1", "did you mean 'LLM101'?"),
        ("early-exit-of-stream", "did you mean 'early-exit-from-stream'?"),
        ("E501", "--list-rules lists them all"),
    ],
)
def test_an_unknown_rule_is_one_line_with_a_suggestion(word: str, hint: str, tmp_path: Path) -> None:
    done = lint("--explain", "LLM101", word, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: no rule is called {word!r} (")
    assert hint in done.stderr
    assert done.stderr.count("\n") == 1


def test_rules_are_listed_in_columns(tmp_path: Path) -> None:
    done = lint("--list-rules", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    header, *rows = done.stdout.splitlines()
    assert re.split("  +", header) == ["code", "name", "default", "fix", "what it finds"]
    starts = [header.index(name) for name in ("name", "default", "fix", "what")]
    assert [row[: starts[0]].strip() for row in rows] == [rule.code for rule in all_rules()]
    for rule, row in zip(all_rules(), rows, strict=True):
        assert row[starts[0] : starts[1]].strip() == rule.name
        assert row[starts[1] : starts[2]].strip() == ("on" if rule.default else "off")
        assert row[starts[2] : starts[3]].strip() == rule.fix.partition(",")[0]
        assert row[starts[3] :] == rule.summary.rstrip(".")


def test_rules_are_listed_as_data(tmp_path: Path) -> None:
    done = lint("--list-rules", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    entries = {entry["code"]: entry for entry in json.loads(done.stdout)}
    assert list(entries) == [rule.code for rule in all_rules()]
    assert entries["LLM101"] == {
        "code": "LLM101",
        "name": "early-exit-from-stream",
        "summary": "leaving a LiteLLM stream early loses its trace.",
        "default": True,
        "fix": ["safe", "unsafe"],
        "url": "https://github.com/flake8-litellm/flake8-litellm/blob/main/docs/rules/LLM101.md",
    }
    assert (entries["LLM103"]["default"], entries["LLM103"]["fix"]) == (False, [])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "the following arguments are required: PATH"),
        (["--select", "LLM1"], "the following arguments are required: PATH"),
        (["--list-rules", "src"], "--list-rules takes no PATH"),
        (["src", "--explain", "LLM101"], "--explain takes no PATH"),
        (["--list-rules", "--format", "github"], "--list-rules prints text or json"),
        (["--explain", ""], "no rule is named"),
        (["--explain", "LLM101", "--list-rules"], "argument --list-rules: not allowed with argument --explain"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_is_one_line(arguments: list[str], why: str, tmp_path: Path) -> None:
    done = lint(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {why}\n")


def test_a_reader_may_leave_early(tmp_path: Path) -> None:
    command = f"{sys.executable} -m lint_rules --explain LLM | head -n 1"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""


@each_rule
def test_a_rule_has_the_page_of_its_code(rule: Rule) -> None:
    assert rule.url.endswith(f"/docs/rules/{rule.code}.md")
