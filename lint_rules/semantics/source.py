"""The text of a module, for positions and quotations."""

from __future__ import annotations

import ast
import re

from lint_rules.finding import Span

_NEWLINE = re.compile("\r\n|\r|\n")


class Source:
    """The text of a module, and the one place where `ast`'s byte columns become code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines: list[str] | None = None if text.isascii() else _NEWLINE.split(text)

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> Span:
        """Return the position of a node."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            node.end_lineno,
            self._column(node.end_lineno, node.end_col_offset),
        )

    def _column(self, line: int, offset: int) -> int:
        if self._lines is None:
            return offset
        return len(self._lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


def shorten(node: ast.expr) -> str:
    """Return an expression as the program writes it, cut to what a message can hold."""
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:37] + "..."
