"""How codemod tests speak: a program with the places of its findings marked, and what becomes of it.

`«exit:break»` marks the text `break` and gives its span the label `exit`; marks may nest. The detector is a stand-in
that finds exactly what a test injected, in exactly the program it was injected into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from codemods.engine import fix_source
from lint_rules.finding import Applicability, Edit, Finding, Fix, Span

_MARK = re.compile(r"«(\w+):|»")


@dataclass(frozen=True)
class Marked:
    """A program and the spans that were marked in it."""

    source: str
    spans: dict[str, Span]

    def __getitem__(self, label: str) -> Span:
        return self.spans[label]

    def get(self, label: str) -> Span | None:
        return self.spans.get(label)


def parse_marks(text: str) -> Marked:
    """Take the marks out of `text` and remember what they enclosed."""
    source, spans, open_marks, end = "", {}, [], 0
    for mark in _MARK.finditer(text):
        source, end = source + text[end : mark.start()], mark.end()
        if mark[1]:
            open_marks.append((mark[1], _position(source)))
        else:
            label, start = open_marks.pop()
            spans[label] = Span(*start, *_position(source))
    return Marked(source + text[end:], spans)


def _position(source: str) -> tuple[int, int]:
    lines = source.replace("\r\n", "\n").split("\n")
    return len(lines), len(lines[-1])


def finding(code: str, edit: Edit, message: str = "lost") -> Finding:
    """Return a finding with a safe fix."""
    return Finding(code, Span(1, 0, 1, 0), message, Fix(Applicability.SAFE, edit))


def fix(data: bytes, findings: Sequence[Finding]) -> bytes:
    """Fix `data`, insist that the rewrite proves itself, compiles, and is not touched by a second run."""

    def check(candidate: bytes) -> Sequence[Finding]:
        return findings if candidate == data else ()

    rewrite = fix_source(data, findings, check=check)
    assert rewrite.problem is None, rewrite.problem
    assert rewrite.fixed == tuple(sorted(findings, key=lambda found: found.span))
    compile(rewrite.data, "fixed.py", "exec", dont_inherit=True)
    assert fix_source(rewrite.data, (), check=check).data == rewrite.data
    return rewrite.data


@pytest.fixture(name="parse_marks")
def parse_marks_fixture() -> Callable[[str], Marked]:
    return parse_marks


@pytest.fixture(name="finding")
def finding_fixture() -> Callable[..., Finding]:
    return finding


@pytest.fixture(name="fix")
def fix_fixture() -> Callable[[bytes, Sequence[Finding]], bytes]:
    return fix
