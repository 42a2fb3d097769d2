"""Results of earlier runs, kept in a folder and believed as long as nothing that they depend on has changed.

One file per chunk. Its name stands for what was asked: which files, from which folder, with which settings, by which
linter and Python. What it holds is believed if all that was looked at still is as it was (`lint_rules.witness`): the
files, the modules that they lead to, where modules were looked for, and target versions. Whatever is wrong with such a
file, the chunk is checked as if there were none; where the folder cannot be written, nothing is kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lint_rules import __version__, disk, files
from lint_rules.chunks import Chunk
from lint_rules.configuration import Configuration, Misconfigured
from lint_rules.disk import State
from lint_rules.engine import Surroundings
from lint_rules.finding import FileReport, Status
from lint_rules.plain import from_json, to_json
from lint_rules.targets import Answer
from lint_rules.witness import Folder, Now, Witness
from lint_rules.work import Outcome

MAX_KEPT = 5_000
"""Files in the folder; beyond that, the oldest go."""


@dataclass(frozen=True)
class _Record:
    """What is kept of a chunk: files without a report are clean."""

    witness: Witness
    reports: Mapping[int, FileReport]
    notes: tuple[str, ...]
    problems: tuple[str, ...]


class Cache:
    """The results of one folder, for one run."""

    def __init__(self, folder: str, around: Surroundings) -> None:
        self._folder = Path(folder)
        self._around = around
        self._configuration = around.afresh().configuration
        self._now = Now(around.targets.afresh())
        self._question = _digest(_asker(), os.getcwd(), repr(around.configuration.given))  # noqa: PTH109
        self._is_made = False

    def known(self, chunk: Chunk) -> Outcome | None:
        """Return what came of a chunk, if that is known and still true."""
        path = self._path(chunk)
        try:
            record = _loaded(path.read_bytes())
            if not self._now.agrees(record.witness):
                return None
            outcome = _outcome(chunk, record)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, files.Unreadable):
            return None
        renewed = self._now.renewed(record.witness)
        if renewed.files != record.witness.files:
            self._write(path, dataclasses.replace(record, witness=renewed))
        return outcome

    def keep(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep what came of a chunk, if it is known what that depends on."""
        if outcome.witness is None or any(one.problem is not None for one in chunk):
            return
        told = {
            at: dataclasses.replace(report, text="")
            for at, report in enumerate(outcome.reports)
            if report.status is not Status.CLEAN
        }
        self._write(self._path(chunk), _Record(outcome.witness, told, outcome.notes, outcome.problems))

    def _path(self, chunk: Chunk) -> Path:
        settings = (_settings(self._configuration, one.path) for one in chunk)
        name = _digest(
            self._question, *(part for one, own in zip(chunk, settings, strict=True) for part in (one.path, own))
        )
        return self._folder / f"{name}.json"

    def _write(self, path: Path, record: _Record) -> None:
        with contextlib.suppress(OSError):
            self._make()
            _replace(path, json.dumps(_plain(record), separators=(",", ":")).encode())

    def _make(self) -> None:
        """Make the folder, one that no version control and no backup takes for the user's."""
        if self._is_made:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")):
            if not (self._folder / name).exists():
                _replace(self._folder / name, text.encode())
        self._is_made = True
        _forget_oldest(self._folder)


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
    kept = sorted((one for one in folder.iterdir() if one.suffix in (".json", ".tmp")), key=_age)
    for one in kept[:-MAX_KEPT]:
        one.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


# ---- what is asked


def _digest(*parts: str) -> str:
    return disk.digest_of_names(parts)


@lru_cache(maxsize=1)
def _asker() -> str:
    """Return what stands for the linter, whatever way it is installed, and the Python that parses for it."""
    here = Path(__file__).parent
    own = sorted(here.rglob("*.py"))
    return _digest(
        __version__, platform.python_implementation(), platform.python_version(), *(_written(one) for one in own)
    )


def _written(path: Path) -> str:
    status = path.stat()
    return f"{path}:{status.st_size}:{status.st_mtime_ns}"


def _settings(configuration: Configuration, path: str) -> str:
    try:
        return repr(configuration.settings(path))
    except Misconfigured as error:
        return repr(error.problem)


# ---- what is kept


def _plain(record: _Record) -> dict[str, Any]:
    seen = record.witness
    return {
        "files": _states(seen.files),
        "folders": [(path, one.state.digest, one.state.signature, one.names) for path, one in seen.folders.items()],
        "listings": list(seen.listings.items()),
        "answers": [(*asked, *answer) for asked, answer in seen.answers.items()],
        "reports": [(at, to_json(report)) for at, report in record.reports.items()],
        "notes": record.notes,
        "problems": record.problems,
    }


def _states(states: Mapping[str, State]) -> list[tuple[str, str, str]]:
    return [(path, state.digest, state.signature) for path, state in states.items()]


def _loaded(data: bytes) -> _Record:
    """Read a record. Raises anything about one that is broken."""
    value = json.loads(data)
    witness = Witness(
        _read_states(value["files"]),
        {path: Folder(tuple(names), State(*state)) for path, *state, names in value["folders"]},
        dict(value["listings"]),
        {(path, package): _answer(target, notes) for path, package, target, notes in value["answers"]},
    )
    reports = {at: from_json(report) for at, report in value["reports"]}
    if not all(isinstance(one, FileReport) for one in reports.values()):
        raise ValueError("no reports")
    return _Record(witness, reports, tuple(value["notes"]), tuple(value["problems"]))


def _read_states(states: Iterable[tuple[str, str, str]]) -> dict[str, State]:
    return {path: State(digest, signature) for path, digest, signature in states}


def _answer(target: str, notes: list[str]) -> Answer:
    return target, tuple(notes)


def _outcome(chunk: Chunk, record: _Record) -> Outcome:
    reports = (
        _with_text(record.reports[at]) if at in record.reports else FileReport(found.path, Status.CLEAN)
        for at, found in enumerate(chunk)
    )
    return Outcome(tuple(reports), record.notes, record.problems)


def _with_text(report: FileReport) -> FileReport:
    """Put back the text that findings are shown in: the file is as it was."""
    if report.status is not Status.FINDINGS:
        return report
    return dataclasses.replace(report, text=files.decode(files.read(report.path)))
