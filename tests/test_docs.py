"""What the documents say is so: pages, tables, links, commands and names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pages
import pytest

import lint_rules
from lint_rules import check_source
from lint_rules.rules import all_rules
from lint_rules.settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix()
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# ---- rules


@pytest.mark.parametrize("path", pages.pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_generated_pages_are_up_to_date(path: Path) -> None:
    assert path.exists(), "run `make docs`"
    assert path.read_text(encoding="utf-8") == pages.pages()[path], "run `make docs`"


def test_there_are_no_pages_of_rules_that_do_not_exist() -> None:
    assert {path.stem for path in ROOT.glob("docs/rules/*.md")} == {"README", *(rule.code for rule in all_rules())}


def test_no_document_mentions_a_rule_that_does_not_exist() -> None:
    known = {rule.code for rule in all_rules()} | {
        "LLM901",
        "LLM000",
    }  # the example of CONTRIBUTING.md, and what flake8 shows problems as
    for document in DOCUMENTS:
        mentioned = set(re.findall(r"\bLLM\d{3}\b", document.read_text(encoding="utf-8")))
        assert mentioned <= known, document


@pytest.mark.parametrize("document", ["docs/delivery.md", "docs/verdicts.md"])
def test_manuals_count_the_combinations_that_were_measured(document: str) -> None:
    """When the matrix gets another pair, what the manuals say of all of them has to be looked at again."""
    header = max(re.findall(r"^\| .*<br>.*\|$", read(document), re.MULTILINE), key=len)
    columns = re.findall(r"([\d.]+)<br>([\d.]+)", header)
    litellm, langfuse = ([min(side, key=number), max(side, key=number)] for side in zip(*columns, strict=True))
    said = (
        found
        for rule in all_rules()
        for found in re.findall(
            r"(\d+)\s+combinations\s+of\s+litellm\s+([\d.]+)\s+to\s+([\d.]+),\s+langfuse\s+([\d.]+)\s+to\s+([\d.]+\d)",
            rule.manual,
        )
    )
    assert set(said) == {(str(len(columns)), *litellm, *langfuse)}


def number(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


# ---- the changelog


def test_the_changelog_mentions_every_rule() -> None:
    assert {rule.code for rule in all_rules()} <= set(re.findall(r"\bLLM\d{3}\b", read("CHANGELOG.md")))


def test_the_changelog_has_this_version_first() -> None:
    headings = re.findall(r"^## \[?([^\]\s]+)\]?", read("CHANGELOG.md"), re.MULTILINE)
    assert next(heading for heading in headings if heading != "Unreleased") == lint_rules.__version__


# ---- commands, hooks, links


def test_the_readme_names_the_hooks_that_there_are() -> None:
    hooks = re.findall(r"^- id: (\S+)$", read(".pre-commit-hooks.yaml"), re.MULTILINE)
    [configuration] = [block for block in FENCE.findall(read("README.md")) if "\nrepos:\n" in block]
    assert re.findall(r"^ +- id: (\S+)", configuration, re.MULTILINE) == hooks


def test_the_problem_on_the_front_page_is_found() -> None:
    [problem, *_] = re.findall(r"```python\n(.*?)```", read("README.md"), re.DOTALL)
    assert len(problem.splitlines()) == 6
    head = 'import asyncio\nimport litellm\n\nlitellm.success_callback = ["langfuse"]\nmessages = []\n'
    said = [
        (number, code) for number, line in enumerate(problem.splitlines()) for code in re.findall("# (LLM.{3})", line)
    ]
    found = check_source(head + problem, settings=Settings(target=("litellm==1.106.2", "langfuse==4.18.0")))
    assert sorted((finding.span.line - head.count("\n") - 1, finding.code) for finding in found) == said


def test_the_readme_names_this_version() -> None:
    assert set(re.findall(r"^ +rev: v(\S+)$", read("README.md"), re.MULTILINE)) == {lint_rules.__version__}


@each_document
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^\$? ?make ([a-z-]+)", text, re.MULTILINE))
    assert named <= targets


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        file, _, anchor = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.exists(), link
        if anchor:
            assert anchor in set(anchors(target)), link


def anchors(document: Path) -> Iterator[str]:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield pages.anchor(title)


# ---- features


def test_each_feature_that_we_have_is_shown_by_a_test() -> None:
    features = read("docs/features.md")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", features)
    assert named
    for file, test in named:
        assert test in functions(ROOT / file), f"{file}::{test}"


def test_each_row_of_the_features_has_an_answer() -> None:
    rows = [line for line in read("docs/features.md").splitlines() if line.startswith("| ")][1:]
    for row in rows:
        ours = row.split(" | ")[1].strip()
        assert re.match(r"(yes|partly|no)\b", ours), row
        assert ("`tests/" in ours) == (not ours.startswith("no")), row


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
