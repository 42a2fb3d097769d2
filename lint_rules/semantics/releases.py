"""Releases of the SDKs: facts that hold for a stretch of them, and which of them a linted project may run with.

A release is a tuple of integers, `(1, 76, 0)`; pre-releases and local versions are their release. Which releases a
project runs with is found by `lint_rules.targets`; this module only answers questions about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

Release = tuple[int, ...]


def release(text: str) -> Release:
    """Return the release that plain text such as "1.76.0" names. Raises ValueError for anything else."""
    return tuple(int(part) for part in text.split("."))


def shown(one: Release) -> str:
    """Return a release as people write it."""
    return ".".join(map(str, one))


class Extent(Enum):
    """For how many of the releases in question something holds."""

    NEVER = "never"
    PARTLY = "partly"
    ALWAYS = "always"

    @staticmethod
    def of(answers: Iterable[bool]) -> Extent:
        """Sum up the answers for single releases; for no release at all, nothing holds."""
        seen = set(answers)
        if True not in seen:
            return Extent.NEVER
        return Extent.PARTLY if False in seen else Extent.ALWAYS


@dataclass(frozen=True)
class Fact:
    """Something that holds for a stretch of releases of one package."""

    package: str
    """"litellm" or "langfuse"."""
    subject: str
    """A dotted name that exists in the stretch, or the behaviour in a few words."""
    source: str
    """Where upstream shows it: file and function in that package; "measured" for what only a run tells."""
    first: str | None = None
    """The first release with it; None: as old as anything known here."""
    gone: str | None = None
    """The first release without it again; None: still so in the newest one known here."""

    def covers(self, one: Release) -> bool:
        """Tell whether it holds for a release."""
        since = self.first is None or one >= release(self.first)
        return since and (self.gone is None or one < release(self.gone))


@dataclass(frozen=True)
class Target:
    """The releases of one package that a project may run with, as far as they are known here."""

    package: str
    releases: tuple[Release, ...]
    """Oldest first, at least one. Of a range those that facts or its own ends tell apart."""
    wanted: str
    """What the project asks for, as it writes it: "1.77.7", ">=1.70,<2"; of the newest known, that release."""
    origin: str
    """Where that stands: "uv.lock", "requirements.txt:3", "--target", "installed in .venv", "newest known"."""
    stated: bool = True
    """The project, its environment or the user says so; False: nobody does, and the newest known is assumed."""
    known: bool = True
    """The facts of this linter reach that far; False: older or newer than everything they were measured on."""
    note: str = ""
    """What the reader should know about how the releases were found; empty when there is nothing to say."""

    def has(self, fact: Fact) -> Extent:
        """Tell for how many of the releases a fact holds."""
        assert fact.package == self.package, f"{fact.subject} is about {fact.package}"
        return Extent.of(fact.covers(one) for one in self.releases)

    @property
    def newest(self) -> Release:
        """The newest of the releases: what a fresh installation would bring."""
        return self.releases[-1]

    def __str__(self) -> str:
        """`litellm 1.77.7 (uv.lock)`, as messages show it."""
        return f"{self.package} {self.wanted} ({self.origin})"


class Targets:
    """The targets of one project; looked for when somebody asks, and once."""

    def __init__(self, find: Callable[[str], Target]) -> None:
        self._find = find

    @cached_property
    def litellm(self) -> Target:
        """The LiteLLM that the project runs with."""
        return self._find("litellm")

    @cached_property
    def langfuse(self) -> Target:
        """The Langfuse SDK that the project runs with."""
        return self._find("langfuse")
