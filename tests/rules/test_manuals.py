"""A rule's module docstring is its manual: it has every heading, and its examples are what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import codemods
from lint_rules import check_source
from lint_rules.rules import Rule, all_rules
from lint_rules.settings import Settings

HEADINGS = ["What it does", "Why is this bad", "Bad", "Good", "Fix safety", "Measured", "Known limits"]
PRELUDE = """\
import asyncio
import langfuse
import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
"""
README = Path(__file__).parents[2] / "README.md"

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def sections(rule: Rule) -> dict[str, str]:
    parts = re.split(r"^(.+)\n-+$", rule.manual, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def settings_for(rule: Rule, heading: str) -> Settings:
    """The rule itself, also when it is off by default, and the versions that an example's first line states."""
    found = re.search(r"```python\n# target: (.*)$", sections(rule)[heading], re.MULTILINE)
    return Settings(select=("LLM", rule.code), target=tuple(found[1].split(", ")) if found else ())


def example(rule: Rule, heading: str) -> str:
    found = re.search(r"```python\n(.*?)```", sections(rule)[heading], re.DOTALL)
    assert found is not None
    return PRELUDE + found[1]


@each_rule
def test_headings(rule: Rule) -> None:
    assert list(sections(rule)) == HEADINGS
    assert all(text.strip() for text in sections(rule).values())


@each_rule
def test_title(rule: Rule) -> None:
    assert rule.manual.startswith(f"{rule.code} {rule.name}: ")
    assert rule.name.replace("-", "_") == rule.module.rpartition(".")[2]


@each_rule
def test_bad_fires(rule: Rule) -> None:
    found = check_source(example(rule, "Bad"), settings=settings_for(rule, "Bad"))
    assert rule.code in {finding.code for finding in found}


@each_rule
def test_good_is_silent(rule: Rule) -> None:
    assert check_source(example(rule, "Good"), settings=settings_for(rule, "Good")) == []


@each_rule
def test_readme_lists_it(rule: Rule) -> None:
    assert f"| {rule.code} | {rule.name} | {rule.summary.rstrip('.')} |" in README.read_text(encoding="utf-8")


@each_rule
def test_a_codemod_mirrors_it_or_the_manual_says_there_is_none(rule: Rule) -> None:
    folder = Path(next(iter(codemods.__path__)))
    mirrored = (folder / f"{rule.module.rpartition('.')[2]}.py").exists()
    assert mirrored != sections(rule)["Fix safety"].strip().startswith("No fix")


def test_readme_lists_nothing_else() -> None:
    listed = re.findall(r"^\| (LLM\d+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [rule.code for rule in all_rules()]
