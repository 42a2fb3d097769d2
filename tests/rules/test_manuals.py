"""A rule's module docstring is its manual: it has every heading, and its examples are what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_cases import FIXED

import codemods
from codemods.registry import all_codemods
from lint_rules import check_source
from lint_rules.rules import ASKED_FOR, Rule, _nothing, all_rules
from lint_rules.settings import Settings

HEADINGS = ["What it does", "Why is this bad", "Bad", "Good", "Fix safety", "Measured", "Known limits"]
PRELUDE = """\
import asyncio
import langfuse
import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
"""

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
def test_a_codemod_mirrors_it_or_the_manual_says_there_is_none(rule: Rule) -> None:
    folder = Path(next(iter(codemods.__path__)))
    mirrored = (folder / f"{rule.module.rpartition('.')[2]}.py").exists()
    assert mirrored != sections(rule)["Fix safety"].strip().startswith("No fix")


@each_rule
def test_what_was_measured_names_versions_or_where_it_stands(rule: Rule) -> None:
    """That the tables exist is `tests/test_docs.py`'s to ask."""
    assert re.search(r"docs/(delivery|verdicts)\.md#|(langfuse|flake8) \d+\.\d+", sections(rule)["Measured"])


@each_rule
def test_a_rule_has_a_fix_if_it_says_so(rule: Rule) -> None:
    written_as_text = rule.afterthought is not _nothing  # a comment, which is no node
    assert (rule.code in all_codemods() or written_as_text) == bool(rule.applicabilities)
    assert rule.applicabilities or rule.fix == "none"
    assert sections(rule)["Fix safety"].strip().startswith("No fix") != bool(rule.applicabilities)


@each_rule
def test_its_cases_have_the_fixes_that_it_promises(rule: Rule) -> None:
    """That they have no others, `test_cases.test_lint` asks of every case."""
    promised = set(rule.applicabilities)
    for case in (case for case in FIXED if case.slug == rule.module.rpartition(".")[2]):
        if not promised:
            break
        settings = Settings(select=case.select, target=case.target("default"))
        found = check_source(case.source("before", "default"), settings=settings)
        promised -= {finding.fix.applicability for finding in found if finding.code == rule.code and finding.fix}
    assert not promised, "no case has such a fix"


def test_rules_that_are_off_by_default_are_rules() -> None:
    assert set(ASKED_FOR) == {rule.code for rule in all_rules() if not rule.default}
