"""Which settings hold for which file: the command line's, else those of the nearest `[tool.lint_rules]`.

The nearest pyproject.toml that has such a table counts as a whole, for its folder and all below, up to the next one:
tables are not merged. Nothing above a folder under version control is read. What is wrong with a table is an error of
every file it holds for, and says where it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import Any

from lint_rules import disk, files, watch
from lint_rules.finding import Problem
from lint_rules.places import below
from lint_rules.settings import EARLY_EXITS, EVERYTHING, Settings

Codes = tuple[str, ...]

TABLE = "[tool.lint_rules]"
MAX_PATTERNS, MAX_PATTERN = 1_000, 1_000
"""Patterns of a table, and characters of one: every file is held against all of them."""
_MAX_MESSAGE = 400
_BOUNDARIES = (".git", ".hg")
_HEADER = re.compile(r"""^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*["']?lint_rules\b""", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#.*", re.MULTILINE)
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


class Misconfigured(Exception):  # noqa: N818 - says what the file is
    """Settings that cannot be made sense of; `problem` says which and where, in one line."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class Given:
    """What a command line says; what it leaves open (None, nothing) is for the nearest table to say."""

    select: Codes | None = None
    extend_select: Codes = ()
    ignore: Codes | None = None
    extend_ignore: Codes = ()
    per_file_ignores: tuple[tuple[str, Codes], ...] = ()
    """Patterns, from the working directory, with the codes that are not reported of the files they match."""
    target: tuple[str, ...] = ()
    early_exit: str | None = None
    stream_sources: tuple[str, ...] = ()
    flush_helpers: tuple[str, ...] = ()
    disable_noqa: bool = False
    isolated: bool = False
    """Read no configuration files."""


@dataclass(frozen=True)
class _Table:
    """One `[tool.lint_rules]`, checked."""

    folder: Path
    settings: Settings = EVERYTHING
    per_file_ignores: tuple[tuple[str, Codes], ...] = ()


_NO_TABLE = _Table(Path())


@dataclass
class Configuration:
    """Finds the settings of files; each folder is looked at once."""

    given: Given = Given()
    fixed: Settings | None = None
    """The settings of every file, whatever the files of its project say."""
    _tables: dict[str, _Table | Problem | None] = field(default_factory=dict)
    _known: dict[tuple[Settings, Codes], Settings] = field(default_factory=dict)
    """What the command line makes of a project's settings."""

    @classmethod
    def of(cls, settings: Settings) -> Configuration:
        """Return the configuration in which every file has the same settings, and no file of the project is read."""
        return cls(Given(target=settings.target), settings)

    def settings(self, path: str) -> Settings:
        """Return the settings of the file at `path`. Raises `Misconfigured`."""
        if self.fixed is not None:
            return self.fixed
        absolute = os.path.abspath(path)  # noqa: PTH100 - asked of every file of a run
        found = None if self.given.isolated else self._nearest(os.path.dirname(absolute))  # noqa: PTH120
        if isinstance(found, Problem):
            raise Misconfigured(found)
        table = found or _NO_TABLE
        given = self.given.per_file_ignores
        here = [(Path.cwd(), given)] if given else []  # where one stands may have gone
        ignores = [(table.folder, table.per_file_ignores), *here]
        silenced = [code for folder, listed in ignores if listed for code in _silenced(absolute, folder, listed)]
        key = table.settings, tuple(silenced)
        if key not in self._known:
            self._known[key] = self._given_over(*key)
        return self._known[key]

    def _given_over(self, settings: Settings, silenced: Codes) -> Settings:
        given = self.given
        select = settings.select if given.select is None else given.select
        ignore = settings.ignore if given.ignore is None else given.ignore
        return replace(
            settings,
            select=(*select, *given.extend_select),
            ignore=(*ignore, *given.extend_ignore),
            silenced=silenced,
            target=given.target or settings.target,
            early_exit=given.early_exit or settings.early_exit,
            stream_sources=(*settings.stream_sources, *given.stream_sources),
            flush_helpers=(*settings.flush_helpers, *given.flush_helpers),
            disable_noqa=given.disable_noqa,
        )

    def _nearest(self, folder: str) -> _Table | Problem | None:
        if folder not in self._tables:
            own = _read(folder)
            above = os.path.dirname(folder)  # noqa: PTH120
            goes_on = own is None and above != folder and not _is_boundary(folder)
            self._tables[folder] = self._nearest(above) if goes_on else own
        return self._tables[folder]


def _is_boundary(folder: str) -> bool:
    import tempfile  # noqa: PLC0415 - a run whose results are known looks for no settings

    return folder == tempfile.gettempdir() or any(watch.lexists(f"{folder}/{name}") for name in _BOUNDARIES)


def _silenced(path: str, folder: Path, ignores: tuple[tuple[str, Codes], ...]) -> Iterator[str]:
    """Yield the codes whose pattern matches a path, from the folder that the pattern is written in, or its name."""
    relative = _relative(path, str(folder)).replace(os.sep, "/")
    for pattern, codes in ignores:
        if _matches(relative, pattern.removeprefix("./").rstrip("/")):
            yield from codes


def _matches(path: str, pattern: str) -> bool:
    """Tell whether a pattern is about a path: itself, its file name, or a folder above it. `*` crosses folders, so
    `**/` may also stand for no folder at all."""
    plain = pattern.removeprefix("**/")
    texts = (path, path.rpartition("/")[2])
    return any(_compiled(one).match(text) for text in texts for one in (pattern, plain)) or any(
        _compiled(f"{one}/*").match(path) for one in (pattern, plain)
    )


@lru_cache(maxsize=8 * MAX_PATTERNS)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of names as `fnmatch` reads it, which itself remembers a few only."""
    return re.compile(translate(pattern))


def _read(folder: str) -> _Table | Problem | None:
    """Return the table of the pyproject.toml in a folder, what is wrong with it, or None if there is no such table."""
    path = f"{folder}/pyproject.toml"
    try:
        if not watch.is_file(path):
            return None
        data = disk.look(path)
        return _table(path, data) if b"lint_rules" in data else None
    except files.Unreadable as error:
        return replace(error.problem, path=below(path) or path)
    except Misconfigured as error:
        return error.problem


def _table(path: str, data: bytes) -> _Table | None:
    from lint_rules.targets.tree import parse_toml, table  # noqa: PLC0415 - most folders have no table

    text = _text(path, data)
    try:
        tables = parse_toml(text)
    except ValueError as error:
        raise _malformed(path, text, str(error)) from error
    except RecursionError as error:
        raise _wrong(path, "nested too deeply", None) from error
    own = table(tables, "tool").get("lint_rules")
    if own is None:
        return None
    if not isinstance(own, dict):
        raise _wrong(path, f"{TABLE} is no table", _line_of(text, "lint_rules"))
    return _Checked(path, text, own).table()


def _text(path: str, data: bytes) -> str:
    """Return the text of a TOML file, whose encoding is always the same."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        wrong, line = error.object[error.start], error.object.count(b"\n", 0, error.start) + 1
        raise _wrong(path, f"byte 0x{wrong:02x} is not utf-8", line) from error


def _malformed(path: str, text: str, why: str) -> Misconfigured:
    place = re.search(r" \(at (line (\d+), column (\d+)|end of document)\)$", why)
    if place is None:
        return _wrong(path, f"not valid TOML: {why}", None)
    line, column = (int(place[2]), int(place[3]) - 1) if place[2] else (text.rstrip().count("\n") + 1, None)
    return Misconfigured(Problem(f"not valid TOML: {why[: place.start()]}", line, column, path=below(path) or path))


class _Checked:
    """Reads the keys of one table, each as what it has to be."""

    def __init__(self, path: str, text: str, values: Mapping[str, Any]) -> None:
        self._path, self._text, self._values = path, text, values

    def table(self) -> _Table:
        """Return what the table says, or raise `Misconfigured` for the first thing that makes no sense."""
        for key in self._values:
            if key not in KEYS:
                raise self.wrong(key, f"unknown key {key!r} in {TABLE}{_meant(key, KEYS)}")
        settings = Settings(
            select=(*self.codes("select", ("LLM",)), *self.codes("extend-select")),
            ignore=(*self.codes("ignore"), *self.codes("extend-ignore")),
            # `target` is read with the other places that state versions (`targets.manifests.configured`).
            early_exit=self.early_exit(),
            stream_sources=self.dotted("stream-sources"),
            flush_helpers=self.dotted("flush-helpers"),
        )
        return _Table(Path(self._path).parent, settings, tuple(self.per_file_ignores()))

    def wrong(self, key: str, message: str) -> Misconfigured:
        """Return the error that says what is wrong with a key, and where it stands."""
        return _wrong(self._path, message, _line_of(self._text, key))

    def strings(self, key: str, value: object) -> tuple[str, ...]:
        """Return a value that has to be a list of strings."""
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, f"{key!r} in {TABLE} is no list of strings")
        return tuple(value)

    def codes(self, key: str, default: Codes = ()) -> Codes:
        """Return a list of codes or prefixes of codes."""
        return self._known(key, self.strings(key, self._values[key])) if key in self._values else default

    def _known(self, key: str, codes: Codes) -> Codes:
        problem = unknown_code(codes)
        if problem:
            raise self.wrong(key, f"{key!r} in {TABLE}: {problem}")
        return codes

    def dotted(self, key: str) -> tuple[str, ...]:
        """Return a list of dotted names."""
        names = self.strings(key, self._values.get(key, []))
        for name in names:
            if not _DOTTED.fullmatch(name):
                raise self.wrong(key, f"{key!r} in {TABLE}: {name!r} is no dotted name such as 'ourlib.chat.ask'")
        return names

    def early_exit(self) -> str:
        """Return the style of the fix of an early exit."""
        value = self._values.get("early-exit", EARLY_EXITS[0])
        if value not in EARLY_EXITS:
            choices = " nor ".join(map(repr, EARLY_EXITS))
            raise self.wrong("early-exit", f"'early-exit' in {TABLE} is neither {choices}")
        return str(value)

    def per_file_ignores(self) -> Iterator[tuple[str, Codes]]:
        """Yield patterns with codes."""
        key = "per-file-ignores"
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"{key!r} in {TABLE} is no table of patterns with lists of codes")
        if len(value) > MAX_PATTERNS:
            raise self.wrong(key, f"{key!r} in {TABLE} has more than {MAX_PATTERNS:,} patterns")
        if any(len(pattern) > MAX_PATTERN for pattern in value):
            raise self.wrong(key, f"{key!r} in {TABLE} has a pattern of more than {MAX_PATTERN:,} characters")
        for pattern, codes in value.items():
            yield pattern, self._known(key, self.strings(key, codes))


KEYS: tuple[str, ...] = (
    "select",
    "extend-select",
    "ignore",
    "extend-ignore",
    "per-file-ignores",
    "target",
    "early-exit",
    "stream-sources",
    "flush-helpers",
)
"""What may stand in the table."""


def unknown_code(codes: Codes) -> str:
    """Say what is wrong with codes or prefixes that no rule's code starts with; nothing if all are known."""
    from lint_rules.rules import all_rules  # noqa: PLC0415 - who states no codes needs no rules

    known = [rule.code for rule in all_rules()]
    for code in codes:
        if not code or not any(name.startswith(code) for name in known):
            return f"no rule has a code that starts with {code!r} (known: {', '.join(known)})"
    return ""


def is_dotted(name: str) -> bool:
    """Tell whether a name could be that of a callable in a module."""
    return _DOTTED.fullmatch(name) is not None


def _meant(key: str, known: tuple[str, ...]) -> str:
    import difflib  # noqa: PLC0415 - most keys are known

    close = difflib.get_close_matches(key.replace("_", "-"), known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else f" (known: {', '.join(known)})"


def _line_of(text: str, key: str) -> int | None:
    """Return the line on which a key of the table stands, where that can be seen."""
    code = _COMMENT.sub("", text)
    table = _HEADER.search(code) or re.search("lint_rules", code)
    spelled = re.compile(rf"""(?<![\w-]){re.escape(key)}["']?[ \t]*[=.\]]""")
    found = spelled.search(code, table.start() if table is not None else 0)
    return code.count("\n", 0, found.start()) + 1 if found else None


def _wrong(path: str, message: str, line: int | None) -> Misconfigured:
    shown = message if len(message) <= _MAX_MESSAGE else f"{message[: _MAX_MESSAGE - 1]}…"
    return Misconfigured(Problem(shown, line, path=below(path) or path))


def _relative(path: str, folder: str) -> str:
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # on another drive
        return path
