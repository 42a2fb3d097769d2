"""Fixes as text: replacing what they say gives exactly what the codemods write."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from lint_rules import files
from lint_rules.difference import difference
from lint_rules.engine import Surroundings, check_file
from lint_rules.finding import FileReport, Replacement
from lint_rules.lines import Text
from lint_rules.settings import Settings
from lint_rules.suggestions import with_replacements

CASES = Path(__file__).parent / "cases"
PAIRS = sorted(CASES.glob("*/*/after.py"))
SOME = [
    next(iter(sorted(folder.glob("*/after.py")))).parent
    for folder in sorted(CASES.iterdir())
    if any(folder.glob("*/after.py"))
]
AROUND = Settings(target=("litellm==1.106.2", "langfuse==4.18.0"))


def applied(text: str, replacements: tuple[Replacement, ...]) -> str:
    """Replace, from the last to the first, as an editor does."""
    lines = Text(text)
    for one in reversed(replacements):
        begin, end = (
            lines.offset(one.span.line, one.span.column),
            lines.offset(one.span.end_line, one.span.end_column),
        )
        text = text[:begin] + one.text + text[end:]
    return text


def assert_exact(old: str, new: str) -> None:
    found = difference(old, new)
    assert applied(old, found) == new
    spans = [one.span for one in found]
    assert all((a.end_line, a.end_column) < (b.line, b.column) for a, b in pairwise(spans))
    assert all(Text(old).at(one.span) != one.text for one in found)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_the_difference_of_every_case_is_exact(ends: str) -> None:
    assert len(PAIRS) > 100
    for after in PAIRS:
        old, new = (
            path.read_text(encoding="utf-8").replace("\n", ends) for path in (after.with_name("before.py"), after)
        )
        assert_exact(old, new)
        assert_exact(new, old)
        assert_exact(old, new.rstrip("\r\n"))


def test_the_difference_of_any_two_texts_is_exact() -> None:
    dice = random.Random(6)
    for _ in range(3_000):
        old, new = ("".join(dice.choices("ab_ \r\n\té\f\u2028", k=dice.randrange(12))) for _ in range(2))
        assert_exact(old, new)


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("x = breaker()\n", "x = broken()\n", [(1, 4, 11, "broken")]),
        ("t += d.content\n", 't += d.content or ""\n', [(1, 14, 14, ' or ""')]),
        ("a\nb\nc\n", "a\nB\nc\n", [(2, 0, 1, "B")]),
        ("a\n", "import os\na\n", [(1, 0, 0, "import os\n")]),
        ("a", "a\nb\n", [(1, 1, 1, "\nb\n")]),
        ("same\n", "same\n", []),
    ],
)
def test_replacements_are_small_and_of_whole_words(old: str, new: str, places: list[tuple[int, int, int, str]]) -> None:
    found = [(one.span.line, one.span.column, one.span.end_column, one.text) for one in difference(old, new)]
    assert found == places


def suggested(path: Path, settings: Settings = AROUND) -> tuple[FileReport, FileReport]:
    around = Surroundings.of(settings)
    report = check_file(str(path), around)
    [with_text] = with_replacements([report], around)
    return report, with_text


@pytest.mark.parametrize("case", SOME, ids=lambda case: case.parent.name)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_each_suggestion_takes_its_finding_away_and_no_other(case: Path, ends: bytes, tmp_path: Path) -> None:
    for path in case.rglob("*.py"):
        (tmp_path / path.relative_to(case)).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path.relative_to(case)).write_bytes(path.read_bytes().replace(b"\n", ends))
    program = tmp_path / "before.py"
    before, after = suggested(program)
    fixes = [finding for finding in after.findings if finding.fix]
    assert fixes and all(finding.fix.replacements for finding in fixes if finding.fix)
    for finding in fixes:
        assert finding.fix is not None
        program.write_bytes(applied(before.text, finding.fix.replacements).encode())
        left = [one.code for one in check_file(str(program), Surroundings.of(AROUND)).findings]
        assert len(left) < len(before.findings)
        assert set(left) <= {one.code for one in before.findings}


PROGRAM = """\
import litellm


def ask():
    text = ""
    for chunk in litellm.completion(model="m", messages=[], stream=True):
        text += chunk.choices[0].delta.content
    return text
"""


def test_nothing_but_the_fix_changes(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    before, after = suggested(tmp_path / "app.py")
    assert [finding.fix and finding.fix.replacements for finding in before.findings] == [()]
    assert [finding.span for finding in after.findings] == [finding.span for finding in before.findings]
    assert (after.path, after.status, after.text) == (before.path, before.status, before.text)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + PROGRAM.encode(),
        b"# coding: latin-1\n# \xe9\n" + PROGRAM.replace('"m"', '"\xe9"').encode("latin-1"),
        PROGRAM.replace('"m"', '"日本"').replace("\n", "\r\n").encode(),
        b"\f" + PROGRAM.encode().rstrip(),
    ],
    ids=["byte order mark", "latin-1", "wide and crlf", "form feed, no end"],
)
def test_columns_are_those_of_the_decoded_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "app.py").write_bytes(data)
    before, after = suggested(tmp_path / "app.py")
    [finding] = after.findings
    assert finding.fix is not None
    wanted = before.text.replace("delta.content", 'delta.content or ""')
    assert applied(before.text, finding.fix.replacements) == wanted
    assert before.text == files.decode(data)


def test_a_file_that_was_written_since_has_no_suggestions(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    around = Surroundings.of(AROUND)
    report = check_file(str(tmp_path / "app.py"), around)
    (tmp_path / "app.py").write_text("# new\n" + PROGRAM, encoding="utf-8")
    assert list(with_replacements([report], around)) == [report]
    (tmp_path / "app.py").unlink()
    assert list(with_replacements([report], around)) == [report]


def test_a_fix_that_refuses_itself_has_no_replacements(tmp_path: Path) -> None:
    line = "        text += chunk.choices[0].delta.content"
    unreadable = f"        \\\n{line}"  # to LibCST: an indented line that is continued
    (tmp_path / "app.py").write_text(PROGRAM.replace(line, unreadable), encoding="utf-8")
    [report] = with_replacements(
        [check_file(str(tmp_path / "app.py"), Surroundings.of(AROUND))], Surroundings.of(AROUND)
    )
    assert [finding.fix and finding.fix.replacements for finding in report.findings] == [()]
