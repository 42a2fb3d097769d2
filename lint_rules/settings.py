"""Options of a run, whoever asked: one frozen `Settings`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What a run checks.

    `select` and `ignore` hold code prefixes (`LLM`, `LLM2`, `LLM201`); the longest matching prefix decides and
    `ignore` wins a tie, as in flake8.
    """

    select: tuple[str, ...] = ("LLM",)
    ignore: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    """Requirements that say which SDKs the linted code runs with (`litellm==1.77.7`), whatever its own files say."""

    def enabled(self, code: str, *, default: bool = True) -> bool:
        """Tell whether findings with `code` are wanted; without `default`, only the full code asks for them."""
        if not default and code not in self.select:
            return False
        return _longest_prefix(self.select, code) > _longest_prefix(self.ignore, code)


EVERYTHING = Settings()
"""Every rule: what a run checks unless it is told otherwise."""


def _longest_prefix(prefixes: tuple[str, ...], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)
