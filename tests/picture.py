"""`make picture`: record what `make demo` prints as docs/demo.txt, and draw the part of it that fits a page.

Every line of the picture is a line of the recording; what is left out is marked `…`. The picture carries its own
background, so that it reads the same on a light and on a dark page, and stretches each line to its columns, whatever
font it is drawn with.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
TEXT, PICTURE = ROOT / "docs" / "demo.txt", ROOT / "docs" / "demo.svg"

ELISION = "…"
WIDTH = 104
"""Columns; a longer line goes on, indented, in the next row."""
_ADVANCE, _LEADING = 8.0, 19
_MARGIN, _TOP = 22, 52

_SVG = "http://www.w3.org/2000/svg"
_STYLE = """\
text { font: 13.3px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d5dae3 }
.title { fill: #8b93a3; text-anchor: middle }
.command { fill: #ffffff; font-weight: 600 }
.heading { fill: #7cb7ff; font-weight: 600 }
.added, .delivered { fill: #7ee2a0 }
.removed, .lost { fill: #ff9a9a }
.code { fill: #ffd479 }
.dim { fill: #8b93a3 }"""

_KINDS = (
    (re.compile(r"\$ "), "command"),
    (re.compile(r"=== "), "heading"),
    (re.compile(r"(---|\+\+\+|@@|…)"), "dim"),
    (re.compile(r"\+"), "added"),
    (re.compile(r"-(?!-)"), "removed"),
)
"""What kind of line it is, by its start: the first that matches."""
_WORDS = re.compile(r"\b(?P<code>LLM\d{3})\b|\b(?P<lost>lost(, crashed)?)\b|\b(?P<delivered>[Dd]elivered)\b")


def record() -> str:
    """Run the demonstration and return what a terminal would show."""
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "demo.py")],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return f"$ make demo\n{done.stdout}"


def excerpt(recording: str) -> list[str]:
    """Return the lines for the picture: of the patch, what becomes of the first program's `main`."""
    lines = recording.splitlines()
    patch = next(at for at, line in enumerate(lines) if line.startswith("--- "))
    end = next(at for at, line in enumerate(lines) if line.startswith("Would fix"))
    second = next(at for at in range(patch + 1, end) if lines[at].startswith("--- "))
    body = next(at for at in range(patch, second) if lines[at].startswith(" async def main"))
    last = max(at for at in range(patch, second) if lines[at].startswith("+"))
    return [*lines[: patch + 3], ELISION, *lines[body : last + 1], ELISION, *lines[end:]]


def drawn(lines: Iterable[str]) -> str:
    """Return the picture of a terminal that shows `lines`."""
    rows = [row for line in lines for row in folded(line)]
    width, height = 2 * _MARGIN + int(WIDTH * _ADVANCE), _TOP + len(rows) * _LEADING + _MARGIN // 2
    return "\n".join(
        [
            f'<svg xmlns="{_SVG}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
            "<title>What make demo prints</title>",
            f"<style>\n{_STYLE}\n</style>",
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" fill="#161b24" stroke="#3b4454"/>',
            *(
                f'<circle cx="{_MARGIN + 20 * at}" cy="22" r="6" fill="{fill}"/>'
                for at, fill in enumerate(("#ff5f57", "#febc2e", "#28c840"))
            ),
            f'<text class="title" x="{width // 2}" y="27">flake8-litellm</text>',
            *(_drawn_row(text, kind, _TOP + 14 + at * _LEADING) for at, (text, kind) in enumerate(rows)),
            "</svg>",
            "",
        ]
    )


def folded(line: str) -> Iterator[tuple[str, str]]:
    """Yield the rows that a line takes, with what kind of line it is."""
    kind = next((kind for pattern, kind in _KINDS if pattern.match(line)), "plain")
    for row in textwrap.wrap(line, WIDTH, subsequent_indent="    ", drop_whitespace=bool(line.strip())) or [""]:
        yield row, kind


def _drawn_row(row: str, kind: str, y: int) -> str:
    """Draw one row; spaces at its ends are left out, and those inside it are kept by an own attribute."""
    text = row.strip(" ")
    if not text:
        return ""
    x = _MARGIN + (len(row) - len(row.lstrip(" "))) * _ADVANCE
    shape = f'x="{x:g}" y="{y}" textLength="{len(text) * _ADVANCE:g}" lengthAdjust="spacingAndGlyphs"'
    inside = escape(text, quote=False) if kind != "plain" else _WORDS.sub(_drawn_word, escape(text, quote=False))
    return f'<text {shape} xml:space="preserve" class="{kind}">{inside}</text>'


def _drawn_word(found: re.Match[str]) -> str:
    return f'<tspan class="{found.lastgroup}">{found[0]}</tspan>'


def shown(picture: str) -> list[str]:
    """Return the text of a picture, row by row."""
    rows = ElementTree.fromstring(picture).iterfind(f"{{{_SVG}}}text[@textLength]")
    return ["".join(row.itertext()) for row in rows]


def main() -> int:
    """Record and draw."""
    recording = record()
    TEXT.write_text(recording, encoding="utf-8", newline="\n")
    PICTURE.write_text(drawn(excerpt(recording)), encoding="utf-8", newline="\n")
    print(f"wrote {TEXT.relative_to(ROOT).as_posix()} and {PICTURE.relative_to(ROOT).as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
