"""For programs that read along: the objects of the JSON list, one a line, each file's as soon as it is checked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from lint_rules.finding import FileReport
from lint_rules.report import PLAIN, Style
from lint_rules.report.json import entry

WANTS_REPLACEMENTS = True


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one line per finding."""
    for report in reports:
        stream.writelines(json.dumps(entry(report.path, finding)) + "\n" for finding in report.findings)
        stream.flush()
