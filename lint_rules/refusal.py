"""What was asked for cannot be done at all: one line for a human, and exit code 2."""

from __future__ import annotations

from lint_rules.visible import printable


class Refused(Exception):  # noqa: N818 - says what the run is
    """Ends a run before anything is printed or written; `str` of it is the whole line."""

    def __init__(self, why: str, path: str = "", line: int | None = None) -> None:
        place = path + ("" if line is None else f":{line}")
        super().__init__(printable(f"{place}: error: {why}" if place else f"error: {why}"))
