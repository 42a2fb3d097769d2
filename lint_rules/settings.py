"""Options of a run for one file, whoever asked: one frozen `Settings`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How a file is checked.

    `select` and `ignore` hold code prefixes (`LLM`, `LLM2`, `LLM201`); the longest matching prefix decides and
    `ignore` wins a tie, as in flake8.
    """

    select: tuple[str, ...] = ("LLM",)
    ignore: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()
    """Prefixes of what is not reported of this file, whatever selects it: its share of the per-file ignores."""
    target: tuple[str, ...] = ()
    """Requirements that say which SDKs the linted code runs with (`litellm==1.77.7`), whatever its own files say."""
    early_exit: str = "drain"
    """What the fix of an early exit that has to be paid for writes: one of `EARLY_EXITS`."""
    stream_sources: tuple[str, ...] = ()
    """Dotted names of callables, from packages that are not analysed, whose result is a LiteLLM stream."""
    flush_helpers: tuple[str, ...] = ()
    """Dotted names of callables, from packages that are not analysed, that deliver what LiteLLM has logged."""
    disable_noqa: bool = False
    """Report what a `# noqa` suppresses, too."""

    def enabled(self, code: str, *, default: bool = True) -> bool:
        """Tell whether findings with `code` are wanted; without `default`, only the full code asks for them."""
        if code.startswith(self.silenced) or (not default and code not in self.select):
            return False
        return _longest_prefix(self.select, code) > _longest_prefix(self.ignore, code)


LOG_PARTIAL = "log-partial"
EARLY_EXITS = ("drain", LOG_PARTIAL)
"""Read the rest of the answer, or log the part that was received and leave."""

EVERYTHING = Settings()
"""Every rule: what a run checks unless it is told otherwise."""


def _longest_prefix(prefixes: tuple[str, ...], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)
