"""How often each rule was broken, instead of where: what `--statistics` asks for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from lint_rules.finding import FileReport, Finding
from lint_rules.report import PLAIN, Style, counted
from lint_rules.rules import rule_of


@dataclass(frozen=True)
class Count:
    """How many findings of a code there are, and how many of them have a fix, safe or not."""

    code: str
    name: str
    count: int
    fixable: int

    @property
    def mark(self) -> str:
        """`[*]` if all have a fix, `[-]` if some have."""
        return "[*]" if self.fixable == self.count else "[-]" if self.fixable else "[ ]"


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write a table, the most frequent first, and a line with the total."""
    reports = [report for report in reports if report.findings]
    counts = count(finding for report in reports for finding in report.findings)
    wide = max((len(f"{one.count:,}") for one in counts), default=0)
    stream.writelines(
        f"{one.count:>{wide},}  {style.paint(one.code, '1;31')}  {one.mark} {one.name}\n" for one in counts
    )
    total, fixable = sum(one.count for one in counts), sum(one.fixable for one in counts)
    told = f"{counted(total, 'finding')} in {counted(len(reports), 'file')}"
    stream.write(f"{told}, {fixable:,} with a fix ([*] all, [-] some)\n" if total else "0 findings\n")


def write_json(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write the table as a JSON list."""
    entries = [
        {
            "code": one.code,
            "name": one.name,
            "count": one.count,
            "fixable": one.fixable == one.count,
            "fixable_count": one.fixable,
        }
        for one in count(finding for report in reports for finding in report.findings)
    ]
    stream.write(json.dumps(entries, indent=2) + "\n")


def count(findings: Iterable[Finding]) -> list[Count]:
    """Count findings by code, the most frequent first."""
    counts: Counter[str] = Counter()
    fixable: Counter[str] = Counter()
    for finding in findings:
        counts[finding.code] += 1
        fixable[finding.code] += finding.fix is not None
    return [
        Count(code, rule.name if (rule := rule_of(code)) else "", counts[code], fixable[code])
        for code in sorted(counts, key=lambda code: (-counts[code], code))
    ]
