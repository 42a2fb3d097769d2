"""Patches: what would change in a file, byte for byte for `patch`, and as a terminal may show it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from lint_rules.report import Style

_PAINTS = (("+++", "1"), ("---", "1"), ("@@", "36"), ("+", "32"), ("-", "31"))


def patch(path: str, old: bytes, new: bytes) -> str:
    """Return the patch from `old` to `new`; bytes that are not UTF-8 travel as surrogates."""
    return "".join(_marked_ends(difflib.unified_diff(_lines(old), _lines(new), fromfile=path, tofile=path)))


def as_shown(text: str, style: Style) -> str:
    """Return a patch as a terminal of this style may show it: nothing in it drives the terminal."""
    lines = (_harmless(line) for line in text.split("\n"))
    return "\n".join(_painted(line, style) for line in lines)


def _lines(data: bytes) -> list[str]:
    """Split as `patch` does: at line feeds alone."""
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8", "surrogateescape"))


def _marked_ends(lines: Iterable[str]) -> Iterator[str]:
    for text in lines:
        yield text if text.endswith("\n") else f"{text}\n\\ No newline at end of file\n"


def _harmless(line: str) -> str:
    line = line.removesuffix("\r")
    return "".join(one if one.isprintable() or one == "\t" else one.encode("unicode_escape").decode() for one in line)


def _painted(line: str, style: Style) -> str:
    codes = next((codes for start, codes in _PAINTS if line.startswith(start)), None)
    return line if codes is None else style.paint(line, codes)
