"""What lies around the files of a run: light to import, for a run that only shows what is known takes no inference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_rules.configuration import Configuration
from lint_rules.settings import Settings
from lint_rules.targets import Finder

if TYPE_CHECKING:
    from lint_rules.semantics.project import Project


FEW = 8
"""Modules of a project that are interpreted without further ado: to look at all of it would cost more."""


class Surroundings:
    """What lies around the files of one run, found when asked for and once: other modules, and target versions."""

    def __init__(self, configuration: Configuration | None = None, targets: Finder | None = None) -> None:
        self.configuration = configuration or Configuration()
        given = self.configuration.given
        self.targets = targets or Finder(given.target, isolated=given.isolated)
        self.few = FEW
        """Files of a project that are checked without a look at the whole of it."""
        self._projects: dict[tuple[tuple[str, ...], ...], Project] = {}

    @classmethod
    def of(cls, settings: Settings) -> Surroundings:
        """Return those of a run in which every file has the same settings."""
        return cls(Configuration.of(settings))

    def project(self, settings: Settings) -> Project:
        """Return the modules around the files that have these settings: what they are known to do depends on what the
        settings declare."""
        key = settings.stream_sources, settings.flush_helpers
        if key not in self._projects:
            from lint_rules.semantics.declared import Declared  # noqa: PLC0415 - a run whose results are known needs
            from lint_rules.semantics.project import Project  # noqa: PLC0415 - neither

            self._projects[key] = Project(Declared.of(settings), self.few)
        return self._projects[key]

    def anew(self) -> Surroundings:
        """Return those of the same run, with nothing known yet of other modules: one of them has changed."""
        return self._with_few(Surroundings(self.configuration, self.targets))

    def expect(self, files: int) -> None:
        """Be told how many files there are to check: for many of them it pays to look at whole projects at once."""
        if files > self.few:
            self.few = 0

    def _with_few(self, other: Surroundings) -> Surroundings:
        other.few = self.few
        return other

    def forget(self) -> None:
        """Forget what is known of other modules: it takes memory, and can be found out again."""
        self._projects.clear()

    def afresh(self) -> Surroundings:
        """Return those of the same run, with nothing known yet at all: plain data, for whoever checks a part of it."""
        configuration = Configuration(self.configuration.given, self.configuration.fixed)
        return self._with_few(Surroundings(configuration, self.targets.afresh()))
