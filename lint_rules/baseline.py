"""A file of known findings, which are not reported again.

A finding is known by its file, its code and the text of its line, white space aside, and by how often that occurs in
the file: lines may shift, and one more of the same is a new one. What was not looked at in a run (other paths, other
codes) is left as it is, and nothing is said about it.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lint_rules import files
from lint_rules.finding import FileReport, Finding, Status
from lint_rules.gate.lines import source_line
from lint_rules.refusal import Refused

if TYPE_CHECKING:
    from lint_rules.gate.comparison import Mark

VERSION = 1
"""Of the format: a release that counts otherwise writes another number."""
MAX_COUNT = 1_000_000_000
"""Of a finding in a file: more than any file has lines."""
_CONFLICT = re.compile(r"^(<<<<<<<|=======|>>>>>>>)(?: |$)", re.MULTILINE)

Entry = tuple[str, str, str]
"""A path from the baseline's folder, a code, and the text of a line."""
LooksAt = Callable[[str, str], bool]
"""Tells whether a run looks for a code in the file at a path."""


@dataclass(frozen=True)
class Baseline:
    """Known findings, and the file that they stand in."""

    path: str
    entries: Mapping[Entry, int]

    def known(self, reports: Sequence[FileReport], first: Collection[Mark] = ()) -> frozenset[Mark]:
        """Return the findings that are listed; of several on equal lines those in `first`, then the upper ones."""
        left = Counter(self.entries)
        found = set()
        marks = [(at, place) for at, report in enumerate(reports) for place in range(len(report.findings))]
        for at, place in sorted(marks, key=lambda mark: mark not in first):
            entry = self.entry(reports[at], reports[at].findings[place])
            if left[entry] > 0:
                left[entry] -= 1
                found.add((at, place))
        return frozenset(found)

    def entry(self, report: FileReport, finding: Finding) -> Entry:
        """Return what a finding is known by."""
        return place(report.path, self.path), finding.code, source_line(report.text, finding.span.line)

    def gone(self, found: Counter[Entry], looked: LooksAt) -> int:
        """Return how many of the listed findings are not there any more, as far as was looked."""
        missing = Counter(self.entries) - found
        return sum(count for (path, code, _), count in missing.items() if looked(self.absolute(path), code))

    def absolute(self, path: str) -> str:
        """Return where a listed path lies."""
        return os.path.normpath(_folder(self.path) / path)

    def counted(self, reports: Iterable[FileReport]) -> Counter[Entry]:
        """Count the findings of a run."""
        return Counter(self.entry(report, finding) for report in reports for finding in report.findings)


def place(path: str, baseline: str) -> str:
    """Return a file's path as the baseline lists it: from its folder, with slashes, the last part not followed."""
    real = _folder(path) / Path(path).name
    try:
        relative = os.path.relpath(real, _folder(baseline))
    except ValueError:  # on another drive
        relative = str(real)
    return relative.replace(os.sep, "/")


def _folder(path: str) -> Path:
    return Path(path).absolute().parent.resolve()


def looking(paths: Sequence[str], reports: Iterable[FileReport], wants: LooksAt) -> LooksAt:
    """Return what tells whether a run over `paths` looked for a code in a file, or in what has become of it.

    A file that could not be checked was not looked at; one that is not there any more was.
    """
    folders = [os.path.realpath(path) for path in paths if Path(path).is_dir()]
    status = {os.path.realpath(report.path): report.status for report in reports}

    def looked(path: str, code: str) -> bool:
        real = os.path.realpath(path)
        if real in status:
            return status[real] not in (Status.FAILED, Status.SKIPPED) and wants(path, code)
        below = any(Path(real).is_relative_to(folder) for folder in folders)
        return (below or not os.path.lexists(path)) and wants(path, code)

    return looked


# ---- the file


def load(path: str) -> Baseline:
    """Read a baseline. Raises `Refused` for one that is not there, or makes no sense."""
    try:
        text = files.read(path).decode("utf-8-sig")
    except files.Unreadable as error:
        raise Refused(error.problem.message, path) from error
    except UnicodeDecodeError as error:
        raise Refused("not a baseline: not UTF-8", path, error.object.count(b"\n", 0, error.start) + 1) from error
    conflict = _CONFLICT.search(text)
    if conflict:
        raise Refused(
            "holds a merge conflict: resolve it, or delete the file and write it anew", path, _at(text, conflict)
        )
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused(f"not a baseline: not JSON: {error.msg}", path, error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise Refused("not a baseline: not JSON", path) from error
    return Baseline(path, dict(_entries(value, text, path)))


def _at(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1


def _entries(value: Any, text: str, path: str) -> Iterator[tuple[Entry, int]]:
    """Yield what a file lists, checked."""
    if not isinstance(value, dict) or "version" not in value:
        raise Refused('not a baseline: expected {"version": …, "files": …}', path, 1)
    version = value["version"]
    if version != VERSION or isinstance(version, bool):
        found = re.search(r'"version"', text)
        told = f"a baseline of version {str(version)[:20]}, and this release reads {VERSION}"
        raise Refused(f"{told}: delete it and write it anew", path, _at(text, found) if found else None)
    for name, codes in _table(value.get("files"), "files", text, path):
        if "\0" in name:
            raise _wrong(name, "is no path", text, path)
        for code, lines in _table(codes, name, text, path):
            for line, count in _table(lines, code, text, path):
                if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MAX_COUNT:
                    raise _wrong(line, "has no number of findings", text, path)
                yield (name, code, line), count


def _table(value: Any, key: str, text: str, path: str) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise _wrong(key, "is no table", text, path)
    return value.items()


def _wrong(key: str, what: str, text: str, path: str) -> Refused:
    found = re.search(re.escape(json.dumps(key, ensure_ascii=False)), text)
    return Refused(f"not a baseline: {key[:60]!r} {what}", path, _at(text, found) if found else None)


def save(path: str, entries: Mapping[Entry, int]) -> None:
    """Write a baseline, whole or not at all: sorted, one finding a line. Raises `OSError` and `ChangedOnDisk`."""
    tree: dict[str, dict[str, dict[str, int]]] = {}
    for (name, code, line), count in sorted(entries.items()):
        tree.setdefault(name, {}).setdefault(code, {})[line] = count
    text = json.dumps({"version": VERSION, "files": tree}, indent=2, ensure_ascii=False) + "\n"
    data = text.encode("utf-8", "backslashreplace")  # a lone surrogate, of a path that is not UTF-8, as JSON writes it
    if os.path.lexists(path):
        files.replace(path, old=files.read(path), new=data)
    else:
        files.create(path, data)


def write(path: str, before: Baseline | None, reports: Sequence[FileReport], looked: LooksAt) -> str:
    """Write the findings of a run to a baseline, keep what was not looked at, and say what was done."""
    now = Baseline(path, {})
    old = Counter(before.entries if before is not None else {})
    kept = {entry: count for entry, count in old.items() if not looked(now.absolute(entry[0]), entry[1])}
    entries = now.counted(reports)
    entries.update(kept)
    try:
        save(path, entries)
    except OSError as error:
        raise Refused(f"not written: {files.reason(error)}", path) from error
    except (files.ChangedOnDisk, files.Unreadable) as error:
        raise Refused("not written: changed on disk since it was read", path) from error
    told = (
        f"Wrote {_count(entries.total(), 'finding')} in {_count(len({path for path, *_ in entries}), 'file')} to {path}"
    )
    return f"{told}{_difference(old, entries) if before is not None else ''}."


def _difference(old: Counter[Entry], new: Counter[Entry]) -> str:
    more, fewer = (new - old).total(), (old - new).total()
    told = ", ".join(f"{number} {word}" for number, word in ((more, "more"), (fewer, "fewer")) if number)
    return f" ({told} than before)" if told else " (as before)"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
