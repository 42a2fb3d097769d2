"""Which findings of now are old ones.

That is one of which the base has a finding of the same code on the same line, which is where git says that line was;
and one that has moved from a place where the base has it and the work tree does not (`gate.moved`). All others are
new: on lines that were changed, or on others because of what was changed elsewhere.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from lint_rules.configuration import Configuration
from lint_rules.engine import Surroundings
from lint_rules.finding import FileReport, Finding, Status
from lint_rules.gate.layout import laid_out
from lint_rules.gate.lines import old_line
from lint_rules.gate.moved import Site, moved, sites
from lint_rules.gate.parts import Whole
from lint_rules.settings import Settings

Check = Callable[[Iterable[str], Surroundings], Iterable[FileReport]]
Mark = tuple[int, int]
"""A finding of a run: the position of its report, and its own position there."""


@dataclass(frozen=True)
class _Old:
    """The findings of one file of the base."""

    text: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The reports of now beside what the work tree was at the base."""

    reports: Sequence[FileReport]
    whole: Whole

    def known(self, around: Surroundings, check: Check) -> Iterator[Mark]:
        """Yield the findings that are old ones."""
        base = self._base(around, check)
        stayed = dict(self._stayed(base))
        yield from stayed
        new = [mark for mark in self._marks() if mark not in stayed]
        there = set(stayed.values())
        left = [
            (path, [finding for at, finding in enumerate(old.findings) if (path, at) not in there])
            for path, old in base.items()
        ]
        gone = [site for path, findings in left for site in self._gone(path, base[path].text, findings)]
        yield from (new[at] for at in moved(self._sites(new), gone))

    def unknown(self) -> Iterator[tuple[str, str]]:
        """Yield the submodules that hold findings and whose commit of the base is not there, with that commit."""
        places = [_inside(report.path, self.whole.top) or "" for report in self.reports if report.findings]
        for folder, commit in self.whole.unknown:
            if any(place.startswith(f"{folder}/") for place in places):
                yield folder, commit

    @cached_property
    def _origins(self) -> list[str | None]:
        """What the file of each report was called in the base."""
        places = (_inside(report.path, self.whole.top) for report in self.reports)
        return [None if place is None else self.whole.old(place) for place in places]

    @cached_property
    def _judged(self) -> frozenset[str | None]:
        """The files of the base about which it is known what has become of their findings."""
        unknown = (Status.FAILED, Status.SKIPPED)
        pairs = zip(self._origins, self.reports, strict=True)
        return frozenset(origin for origin, report in pairs if report.status not in unknown)

    def _marks(self) -> Iterator[Mark]:
        for at, report in enumerate(self.reports):
            yield from ((at, place) for place in range(len(report.findings)))

    def _base(self, around: Surroundings, check: Check) -> Mapping[str, _Old]:
        """Check the base: the files that have findings now, and those that have changed."""
        now = (origin for origin, report in zip(self._origins, self.reports, strict=True) if report.findings)
        changed = (path for path in self.whole.differs() if path.endswith(".py"))
        paths = dict.fromkeys([*(origin for origin in now if origin is not None), *changed])
        if not paths:
            return {}
        with laid_out(self.whole, paths) as folder:
            there = [str(folder / path) for path in paths if (folder / path).is_file()]
            reports = check(there, _surroundings(around, folder, self.whole.top))
            return {_relative(report.path, folder): _Old(report.text, report.findings) for report in reports}

    def _stayed(self, base: Mapping[str, _Old]) -> Iterator[tuple[Mark, tuple[str, int]]]:
        """Yield the findings that are where they were, each with its place in the base."""
        for at, (report, origin) in enumerate(zip(self.reports, self._origins, strict=True)):
            old = base.get(origin) if origin is not None else None
            if origin is None or old is None or not report.findings:
                continue
            places: dict[tuple[str, int | None], list[int]] = {}
            for place, finding in enumerate(old.findings):
                places.setdefault((finding.code, finding.span.line), []).append(place)
            hunks = self.whole.hunks(origin)
            for place, finding in enumerate(report.findings):
                same = places.get((finding.code, old_line(finding.span.line, hunks)))
                if same:
                    yield (at, place), (origin, same.pop(0))

    def _gone(self, path: str, text: str, findings: Sequence[Finding]) -> list[Site]:
        """Return the sites of findings of the base that are not where they were, as far as that is known."""
        if path not in self._judged and self.whole.new(path) is not None:
            back = [hunk.reversed() for hunk in self.whole.hunks(path)]
            findings = [finding for finding in findings if old_line(finding.span.line, back) is None]
        return sites(path, text, findings) if findings else []

    def _sites(self, marks: Sequence[Mark]) -> list[Site]:
        found: list[Site] = []
        for at, group in itertools.groupby(marks, key=lambda mark: mark[0]):
            report = self.reports[at]
            findings = [report.findings[place] for _, place in group]
            found += sites(self._origins[at] or report.path, report.text, findings)
        return found


@dataclass
class _AsNow(Configuration):
    """The settings of now for files of the base: a rule that is switched on finds nothing new in old code."""

    now: Configuration = field(default_factory=Configuration)
    folder: Path = Path()
    top: str = ""

    def settings(self, path: str) -> Settings:
        """Return the settings that hold in the work tree; what is not reported of a file may still move out of it."""
        own = self.now.settings(str(Path(self.top, _relative(path, self.folder))))
        return replace(own, silenced=())


def _surroundings(around: Surroundings, folder: Path, top: str) -> Surroundings:
    """Return those of the base: settings are those of now, versions of the SDKs those that its own files say."""
    configuration = around.configuration
    return Surroundings(_AsNow(configuration.given, configuration.fixed, now=configuration, folder=folder, top=top))


def _inside(path: str, top: str) -> str | None:
    """Return where a file really lies below `top`; None if it does not."""
    real = Path(os.path.realpath(path))
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else None


def _relative(path: str, folder: Path) -> str:
    return Path(path).relative_to(folder).as_posix()
