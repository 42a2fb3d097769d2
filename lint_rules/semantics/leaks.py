"""By which names streams, what is in them, and LiteLLM itself get from one module into others.

Values travel by name: what a function returns, an attribute keeps, a module binds or hands to another module's function
can only be met by code that writes that name. So a module that writes none of these names, and makes no streams of its
own, has nothing to do with streams; it need not even be parsed to know.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lint_rules.semantics import sdk
from lint_rules.semantics.declared import Declared
from lint_rules.semantics.modules import import_lines
from lint_rules.semantics.values import (
    Class,
    ClassInfo,
    Content,
    Empty,
    Event,
    External,
    Function,
    FunctionInfo,
    Instance,
    Manager,
    Many,
    Method,
    Numbered,
    Object,
    Part,
    Partial,
    Pending,
    Stream,
    Value,
)

_TYPES = sdk.STREAM_TYPES | sdk.CHUNK_TYPES | sdk.DELTA_TYPES
_DIRECT = frozenset(name for name, call in sdk.CALLS.items() if call.streams) | _TYPES
"""What makes a stream, or is one, or a part of one, whatever it is called."""
LEADING = _DIRECT | sdk.owners_of(_DIRECT)
"""The same, and everything that it is reached through: `litellm`, `litellm.Router`."""
_WORDS = "|".join(sorted({*(name.rpartition(".")[2] for name in _DIRECT), "choices"})).encode()
_MAKES = re.compile(rb"\b(?:%s)\b" % _WORDS)
"""What a module writes that makes streams out of LiteLLM, or takes chunks apart that came from nowhere."""
_USES = tuple(
    map(
        re.compile,
        (
            rb"litellm[ \t]*\.[ \t]*[a-zA-Z_]",
            rb"import\b[^\n]{0,400}\blitellm\b",
            rb"from\b[^\n]{0,400}\blitellm\b",
            rb"\n[ \t]*litellm\b",
        ),
    )
)
"""What a module writes that has LiteLLM from an import: its own, or that of another module of the project."""

_MAX_DEPTH = 12
_COPIES = frozenset({"get", "model_dump", "dict", "json", "to_dict", "copy", "model_copy"})
"""Methods of a chunk that give it, or something in it."""
_CARRIED = Stream | Part | Content | Empty | Event


def makes_streams(data: bytes, near: Collection[str], declared: Declared) -> bool:
    """Tell whether a module may make streams: out of LiteLLM, which it imports or has by one of the names `near`, or by
    what is declared to return one."""
    if declared.sources and writes(data, {name.rpartition(".")[2] for name in declared.sources}):
        return True
    if not (b"litellm" in data and any_of(_USES, b"\n" + data)) and not obtained(data, near):
        return False
    return _MAKES.search(data) is not None


def any_of(patterns: Iterable[re.Pattern[bytes]], data: bytes) -> bool:
    """Tell whether one of the patterns is found. One search for each, that begins with letters, takes a sixth of the
    time of one search for any."""
    return any(pattern.search(data) for pattern in patterns)


def writes(data: bytes, names: Collection[str]) -> bool:
    """Tell whether one of the names stands in a module."""
    near = [name for name in _encoded(frozenset(names)) if name in data]
    return bool(near) and re.search(rb"\b(?:%s)\b" % b"|".join(map(re.escape, near)), data) is not None


def obtained(data: bytes, names: Collection[str]) -> frozenset[str]:
    """Return those of the names by which a module can have something of another one: attributes, strings, and what it
    imports. What it only defines or calls so itself, or writes in a comment, is its own."""
    encoded = [name for name in _encoded(frozenset(names)) if name in data]
    if not encoded:
        return frozenset()
    near = {name.decode() for name in encoded}
    found = {name.decode() for name in encoded if _written(name).search(data)}
    imported = {name for _, _, names in import_lines(data) for name in (names or "*")} if found != near else set()
    return frozenset(found | (near if "*" in imported else near & imported))


@lru_cache(maxsize=4096)
def _written(name: bytes) -> re.Pattern[bytes]:
    """Return what finds a name as that of an attribute, or at the beginning of a string."""
    return re.compile(rb"(?:\.\s*|[\"'])%s\b" % re.escape(name))


@lru_cache(maxsize=64)
def _encoded(names: frozenset[str]) -> tuple[bytes, ...]:
    """Return names as they stand in a text: the same ones are looked for in thousands of modules."""
    return tuple(name.encode() for name in sorted(names))


_LOOPS, _LEAVES = re.compile(rb"\bfor\b"), re.compile(rb"\b(?:break|return)\b")


def may_be_given(data: bytes, names: Collection[str]) -> bool:
    """Tell whether a module may define a function of such a name that leaves a loop early."""
    near = [re.escape(name) for name in _encoded(frozenset(names)) if name in data]
    loop = _LOOPS.search(data) if near else None
    if loop is None or _LEAVES.search(data, loop.end()) is None:
        return False
    return re.search(rb"\b(?:def|class)\s+(?:%s)\b" % b"|".join(near), data) is not None


@dataclass
class Leaks:
    """The names by which values of interest leave a module."""

    streams: set[str] = field(default_factory=set)
    """By these a stream, a chunk, or something of one is to be had."""
    sdk: set[str] = field(default_factory=set)
    """By these LiteLLM is, or something of it that makes streams."""
    langfuse: set[str] = field(default_factory=set)
    """By these something of Langfuse's is to be had."""
    calls: set[str] = field(default_factory=set)
    """By these LiteLLM is called."""
    given: set[str] = field(default_factory=set)
    """Functions of these names, of other modules, are given one."""
    others: set[tuple[str, str]] = field(default_factory=set)
    """Names by which a function or an object is to be had, with the name of that function or of its class."""

    def note(self, name: str, value: Value, owner: ClassInfo | None = None) -> None:
        """Note that a value is to be had by a name; what a class or its instances hold, by the name of that class."""
        name = owner.name if owner is not None else name
        for part in parts(value):
            if isinstance(part, _CARRIED):
                self.streams.add(name)
            elif isinstance(part, Function):
                self._note_other(name, known_by(part.info))
            elif isinstance(part, External | Instance) and part.dotted.partition(".")[0] == sdk.LANGFUSE:
                self.langfuse.add(name)
            elif _is_litellm(part):
                self._note_litellm(name, part)
            if isinstance(part, Class | Object):
                self._note_class(name, part.info)

    def _note_other(self, name: str, called: str) -> None:
        if name != called:
            self.others.add((name, called))

    def _note_class(self, name: str, info: ClassInfo) -> None:
        self._note_other(name, info.name)
        for base in info.bases:
            if isinstance(base, Class):
                self._note_other(info.name, base.info.name)

    def _note_litellm(self, name: str, value: Value) -> None:
        if name == "litellm":
            return  # who writes that is known to be near it
        hidden = isinstance(value, External) and value.dotted in _DIRECT and value.dotted.rpartition(".")[2] != name
        (self.streams if hidden else self.sdk).add(name)

    def add(self, other: Leaks) -> None:
        """Add what leaves another module."""
        self.streams |= other.streams
        self.sdk |= other.sdk
        self.langfuse |= other.langfuse
        self.calls |= other.calls
        self.given |= other.given
        self.others |= other.others
        for names in (self.streams, self.sdk, self.langfuse, self.calls):
            while more := {name for name, called in self.others if called in names} - names:
                names.update(more)

    @property
    def words(self) -> frozenset[str]:
        """The names that what is of interest goes by."""
        return frozenset(self.streams | self.sdk)


def known_by(info: FunctionInfo) -> str:
    """Return the name without which a function is not to be had: its own, or that of its class; one inside of another
    function is to be had by that one only."""
    if info.owner is not None:
        return info.owner.name
    return info.name if info.parent is None else f"{known_by(info.parent)}.{info.name}"


def is_carried(value: Value) -> bool:
    """Tell whether a value is or holds a stream, or something of one."""
    return any(isinstance(part, _CARRIED) for part in parts(value))


def parts(value: Value) -> Iterator[Value]:
    """Yield a value and what it holds, each once: what holds two of the same, again and again, grows beyond all
    bounds."""
    seen, waiting = {id(value)}, [value]
    while waiting:
        part = waiting.pop()
        yield part
        inner = [one for one in _inside(part) if id(one) not in seen]
        seen.update(map(id, inner))
        waiting += inner


def _inside(value: Value) -> Iterable[Value]:
    if isinstance(value, Many):
        return value.element, *(value.items or ())
    if isinstance(value, Pending):
        return (value.result,)
    if isinstance(value, Numbered):
        return (value.inner,)
    if isinstance(value, Manager):
        return (value.entered,)
    if isinstance(value, Partial):
        return (value.function,)
    if isinstance(value, Method) and (isinstance(value.receiver, Stream) or value.name in _COPIES):
        return (value.receiver,)
    return ()


def _is_litellm(value: Value) -> bool:
    if isinstance(value, External | Instance):
        return value.dotted in LEADING
    return isinstance(value, Class | Object) and _extends_litellm(value.info)


def _extends_litellm(info: ClassInfo, depth: int = 0) -> bool:
    if depth > _MAX_DEPTH:
        return True
    own = (base.info for base in info.bases if isinstance(base, Class))
    outside = (base for base in info.bases if isinstance(base, External))
    return any(map(_is_litellm, outside)) or any(_extends_litellm(base, depth + 1) for base in own)
