"""Results of earlier runs, kept in a file and believed as long as nothing that they depend on has changed.

One file for all that one command line checks from one folder. What it holds of a chunk is believed if all that was
looked at still is as it was (`lint_rules.witness`): the files, the modules that they lead to, where modules were looked
for, settings, and what target versions were read from. Whatever is wrong with such a file, all is checked as if there
were none; where the folder cannot be written, nothing is kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lint_rules import __version__, disk, files, watch
from lint_rules.chunks import Chunk, chunks
from lint_rules.files import Found
from lint_rules.finding import FileReport, Status
from lint_rules.orders import Outcome
from lint_rules.plain import from_json, to_json
from lint_rules.surroundings import Surroundings
from lint_rules.witness import Known, agrees

MAX_KEPT = 20
"""Files in the folder; beyond that, the oldest go."""
MAX_FILES = 50_000
"""Files of a run whose results are kept: reading about more of them would take memory."""
MAX_BYTES = 100_000_000
"""More than is kept of the largest run."""
_TAG, _TAGGED = "CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"
_ENVIRONMENT = ("VIRTUAL_ENV", "CONDA_PREFIX", "HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "TMPDIR", "TEMP", "TMP")
"""Variables that decide where settings and target versions are looked for."""
_OURS = re.compile(r"[0-9a-f]{8}\.json(\.\d+\.tmp)?")
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, files.Unreadable)


@dataclasses.dataclass
class _Kept:
    """What is kept of a chunk: what it depends on, by number, and files with a report; all others are clean."""

    sights: list[int]
    reports: list[Any]
    notes: Sequence[str]
    problems: Sequence[str]


Key = tuple[str, ...]
"""The files of a chunk."""


class Cache:
    """The results of one run, and of the one before.

    `paths` are what the run was given. If `sealed`, what is in the folder is believed only if it was written there: not
    if it came along with the files.
    """

    def __init__(self, folder: str, around: Surroundings, paths: Sequence[str], *, sealed: bool = False) -> None:
        self._folder, self._sealed, self._paths = Path(folder), sealed, paths
        self._question = self._name = ""
        self._sights: list[Known] = []
        self._agrees: list[bool | None] = []
        self._chunks: dict[Key, _Kept] = {}
        self._cut: list[Key] = []
        self._discovery: list[int] | None = None
        self._table = Table()
        self._new: dict[Key, _Kept] = {}
        self._still: dict[Key, _Kept] = {}
        self._is_new = False
        with contextlib.suppress(*_BROKEN):
            self._question = json.dumps([*_asker(), os.getcwd(), list(paths), repr(around.configuration.given)])  # noqa: PTH109
            self._name = f"{zlib.crc32(self._question.encode()):08x}.json"
            self._load()

    def _load(self) -> None:
        """Read what is kept. Raises anything about a file that is broken."""
        sum_, _, data = files.read(str(self._folder / self._name), MAX_BYTES).partition(b"\n")
        if zlib.crc32(data) != int(sum_, 16):
            return
        value = json.loads(data)
        if value["question"] != self._question or (self._sealed and value["seal"] != (self._seal() or "none")):
            return
        sights = list(_unfolded(value["folders"], value["sights"]))
        cut = [tuple(_spread(groups)) for groups in value["cut"]]
        chunks = {cut[at]: _Kept(*kept) for at, *kept in value["chunks"]}
        self._sights, self._agrees = sights, [None] * len(sights)
        self._cut, self._chunks, self._discovery = cut, chunks, value["discovery"]

    # What there is to check

    def chunks(self) -> list[Chunk]:
        """Return what a run checks: looked for, unless it is known and no folder has changed since."""
        try:
            if self._discovery is not None and all(map(self._is_true, self._discovery)):
                return [tuple(map(Found, paths)) for paths in self._cut]
        except _BROKEN:
            pass
        with watch.watching() as seen:
            for path in self._paths:
                watch.exists(path)
                watch.real(path)
            found = list(chunks(list(files.discover(self._paths))))
        self._looked(seen, found)
        return found

    def _looked(self, seen: watch.Seen, found: list[Chunk]) -> None:
        self._discovery, self._cut, self._is_new = None, list(map(_key, found)), True
        if seen.listed or not seen.steady or any(one.problem is not None for chunk in found for one in chunk):
            return  # git is asked each time
        self._discovery = _renumbered(self._sights, self._agrees, list(map(list, seen.sights())))

    # What came of it

    def known(self, chunk: Chunk) -> Outcome | None:
        """Return what came of a chunk, if that is known and still true."""
        key = _key(chunk)
        kept = self._chunks.get(key)
        try:
            if kept is None or not all(map(self._is_true, kept.sights)):
                return None
            outcome = _outcome(chunk, kept)
        except _BROKEN:
            return None
        self._still[key] = kept
        return outcome

    def _is_true(self, at: int) -> bool:
        true = self._agrees[at]
        if true is None:
            sight = self._sights[at]
            before = sight[3]
            true = self._agrees[at] = agrees(sight)
            self._is_new = self._is_new or sight[3] != before
        return true

    def keep(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep what came of a chunk, if it is known what that depends on."""
        seen = outcome.seen
        if seen is None or not seen.steady or any(one.problem is not None for one in chunk):
            return
        if any(_may_pass(report, seen) for report in outcome.reports):
            return
        places = self._table.add(list(map(list, seen.sights())))
        if places is not None:
            told = [
                (at, to_json(dataclasses.replace(report, text="")))
                for at, report in enumerate(outcome.reports)
                if report.status is not Status.CLEAN
            ]
            self._new[_key(chunk)] = _Kept(places, told, outcome.notes, outcome.problems)
            self._is_new = True

    def save(self) -> None:
        """Write what is known now, if that is anything new."""
        if not self._is_new or not self._name or sum(map(len, self._cut)) > MAX_FILES:
            return
        with contextlib.suppress(OSError):
            self._make()
            data = json.dumps(self._plain(), separators=(",", ":")).encode()
            _replace(self._folder / self._name, b"%08x\n" % zlib.crc32(data) + data)
            return
        with contextlib.suppress(OSError):  # of a full disk: what has just been made and is empty
            self._folder.rmdir()

    def _plain(self) -> dict[str, Any]:
        discovery = self._added(self._discovery) if self._discovery is not None else None
        chunks = []
        for at, key in enumerate(self._cut):
            kept = self._new.get(key) or self._still.get(key)
            places = None if kept is None else kept.sights if key in self._new else self._added(kept.sights)
            if kept is not None and places is not None:
                chunks.append((at, places, kept.reports, kept.notes, kept.problems))
        return {
            "question": self._question,
            "seal": self._seal(),
            "cut": list(map(_gathered, self._cut)),
            "discovery": discovery,
            "chunks": chunks,
            **self._table.plain(),
        }

    def _added(self, sights: list[int]) -> list[int] | None:
        return self._table.add([self._sights[at] for at in sights])

    # The folder

    def _make(self) -> None:
        """Make the folder, one that no version control and no backup takes for the user's."""
        made = not os.path.lexists(self._folder)
        if made:
            self._folder.mkdir(parents=True)
        elif self._sealed and self._folder.is_symlink():
            raise NotADirectoryError(self._folder)
        if made or (self._sealed and not self._seal()):
            for name, text in ((".gitignore", "*\n"), (_TAG, _TAGGED)):
                _replace(self._folder / name, text.encode())
        _forget_oldest(self._folder)

    def _seal(self) -> list[int]:
        """Return what nobody can bring along: when the folder's tag was written, and as what."""
        try:
            status = os.lstat(self._folder / _TAG)
        except OSError:
            return []
        return [status.st_ino, status.st_ctime_ns]


class Table:
    """Sights of all chunks, each once."""

    def __init__(self) -> None:
        self._sights: list[Known] = []
        self._at: dict[tuple[int, str], int] = {}

    def add(self, sights: Sequence[Known]) -> list[int] | None:
        """Take sights up and return their numbers; None if one contradicts another: something has changed meanwhile."""
        places = [self._at.get((one[0], one[1])) for one in sights]
        pairs = ((self._sights[at], one) for at, one in zip(places, sights, strict=True) if at is not None)
        if not all(_joined(known, one) for known, one in pairs):
            return None
        return [self._new(one) if at is None else at for at, one in zip(places, sights, strict=True)]

    def _new(self, sight: Known) -> int:
        at = self._at[sight[0], sight[1]] = len(self._sights)
        self._sights.append(sight)
        return at

    def plain(self) -> dict[str, Any]:
        """Return all as plain data: `[asked, folder, name, what, signature…]`."""
        folders: dict[str, int] = {}
        sights = []
        for asked, path, what, signature in self._sights:
            at = path.rfind(os.sep) + 1 if asked == watch.READ else len(path)
            folder, name = path[:at], path[at:]
            sights.append([asked, folders.setdefault(folder, len(folders)), name, what, *(signature or ())])
        return {"folders": list(folders), "sights": sights}


def _joined(known: Known, other: Known) -> bool:
    """Make one of two sights of the same; tell whether they agree."""
    if known is other:
        return True
    if known[0] != watch.PLACE:
        return bool(known[2] == other[2])
    if any(known[2].get(name, kind) != kind for name, kind in other[2].items()):
        return False
    known[2] = {**known[2], **other[2]}
    known[3] = known[3] if known[3] == other[3] else None
    return True


def _unfolded(folders: list[str], sights: list[list[Any]]) -> Iterator[Known]:
    """Yield sights as they were before they were written."""
    for asked, folder, name, what, *signature in sights:
        yield [asked, f"{folders[folder]}{name}", what, signature or None]


def _renumbered(sights: list[Known], agrees: list[bool | None], new: list[Known]) -> list[int]:
    """Put sights, true as they are, behind those that are kept and return their numbers."""
    first = len(sights)
    sights += new
    agrees += [True] * len(new)
    return list(range(first, len(sights)))


def _gathered(key: Key) -> list[list[str]]:
    """Return paths by folder, each folder once in a row."""
    groups: list[list[str]] = []
    for path in key:
        at = path.rfind(os.sep) + 1
        if not groups or groups[-1][0] != path[:at]:
            groups.append([path[:at]])
        groups[-1].append(path[at:])
    return groups


def _spread(groups: list[list[str]]) -> Iterator[str]:
    for folder, *names in groups:
        for name in names:
            yield folder + name


def _may_pass(report: FileReport, seen: watch.Seen) -> bool:
    """Tell whether a file may fare better next time though nothing has changed: it was too much for this machine."""
    if report.status is not Status.FAILED or (report.problem is not None and report.problem.line is not None):
        return False
    state = seen.read.get(os.path.abspath(report.path))  # noqa: PTH100
    return state is None or not state.digest.startswith(disk.UNREADABLE)


def _outcome(chunk: Chunk, kept: _Kept) -> Outcome:
    told = {at: _with_text(from_json(report)) for at, report in kept.reports}
    reports = (told.get(at) or FileReport(found.path, Status.CLEAN) for at, found in enumerate(chunk))
    return Outcome(tuple(reports), tuple(kept.notes), tuple(kept.problems))


def _with_text(report: FileReport) -> FileReport:
    """Put back the text that findings are shown in: the file is as it was."""
    if report.status is not Status.FINDINGS:
        return report
    return dataclasses.replace(report, text=files.decode(files.read(report.path)))


# ---- what is asked


def _key(chunk: Chunk) -> Key:
    return tuple(one.path for one in chunk)


def _asker() -> list[str]:
    """Return what stands for the linter, whatever way it is installed, for the Python that parses for it, and for what
    they look at that is no file."""
    own = os.path.dirname(__file__)  # noqa: PTH120
    environment = (f"{name}={os.environ.get(name)}" for name in _ENVIRONMENT)
    return [__version__, sys.version, *sys.path, *environment, *_written(own)]


def _written(folder: str) -> Iterator[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _written(entry.path)
        elif entry.name.endswith(".py"):
            status = entry.stat()
            yield f"{entry.path}:{status.st_size}:{status.st_mtime_ns}"


# ---- files of ours


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; that it is still there after a power cut matters to nobody."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _forget_oldest(folder: Path) -> None:
    kept = sorted((one for one in folder.iterdir() if _OURS.fullmatch(one.name)), key=_age)
    for one in kept[:-MAX_KEPT]:
        one.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0
