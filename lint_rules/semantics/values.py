"""Abstract values: what the linter knows of a runtime object, and how two such beliefs join.

The domain is small and flat. `UNKNOWN` is "could be anything" and is what every unmodelled expression yields; no
rule ever fires on it. Joins are *may* joins for what rules report (a value that is a stream on one path is a
stream) and forget everything else.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from lint_rules.finding import Step
from lint_rules.semantics.declared import NOTHING_DECLARED, Declared
from lint_rules.semantics.syntax import is_generator

if TYPE_CHECKING:
    from lint_rules.semantics.environment import Environment
    from lint_rules.semantics.reach import Outline, Program
    from lint_rules.semantics.record import Record


@dataclass(frozen=True)
class Unknown:
    """Anything at all."""


@dataclass(frozen=True)
class Nothing:
    """No value at all: the element of an empty container."""


@dataclass(frozen=True)
class Const:
    """A literal: None, a bool, a number, a string."""

    value: object


@dataclass(frozen=True)
class Text:
    """A `str`, certainly not None."""

    of_content: bool = False
    """A delta's content with None made "": empty exactly when the content is."""
    blank: bool = False
    """Such a text where it is known to be empty."""


@dataclass(frozen=True)
class External:
    """Something of a module outside the linted code, by its dotted name: `litellm.acompletion`, `asyncio`."""

    dotted: str


@dataclass(frozen=True)
class Interest:
    """What a module has to be interpreted for."""

    words: frozenset[str]
    """By these names of other modules something of interest is to be had in it."""
    traced: bool
    """What it flushes, and what it records with the Langfuse SDK, is of interest, too."""
    given: frozenset[str] = frozenset()
    """Functions of these names are given a stream by another module."""


@dataclass(eq=False)
class Home:
    """A module under interpretation: its name space, and how it finds what it imports. Compared by identity."""

    name: str = "<module>"
    """Its path, as messages show it."""
    names: dict[str, Value] = field(default_factory=dict)
    """What its top level binds, as far as it has been interpreted."""
    find: Finder = field(default_factory=lambda: find_outside)
    uses_litellm: bool = False
    """LiteLLM is imported here, or this is LiteLLM: what has `choices` with a `delta` is one of its chunks."""
    is_sdk: bool = False
    """This is LiteLLM or Langfuse itself."""
    leads: Callable[[str], bool] = field(default=lambda name: True)
    """Whether a function of this name may lead to the SDKs, to chunks or to a flush."""
    names_litellm: bool = True
    """LiteLLM stands in its text, or what is declared to be like it."""
    interest: Callable[[], Interest | None] = field(default=lambda: None)
    """What of other modules matters here; None where everything may."""
    callers: Callable[[frozenset[str]], Iterable[Record]] = field(default=lambda names: ())
    """What was seen in other modules of the project that call functions of these names."""
    exports: Callable[[str], bool] = field(default=lambda name: False)
    """Whether others may import a name from here: modules of the project do, or this is the face of a package."""
    program: Callable[[ast.Module], Program | None] = field(default=lambda tree: None)
    """The program that starts with this module, when that can be told."""
    companions: Callable[[], Iterable[Record]] = field(default=lambda: ())
    """What was seen in the modules that open spans of the Langfuse SDK and run in one program with this one."""
    mentions: Callable[[frozenset[str]], bool] = field(default=lambda words: False)
    """Whether one of these words stands anywhere in the modules that may run in one program with this one."""
    declared: Declared = NOTHING_DECLARED
    """What the settings say of callables outside."""
    own: Mapping[str, str] = field(default_factory=dict)
    """Declared names that are of this module after all, and what they are reached through, by what they are called in
    it (`Client`, `Client.ask`)."""
    outline: Callable[[ast.Module, Home], Outline] | None = None
    """Gives the outline of its tree, where such are kept."""


Finder = Callable[[int, str, str | None], "Value"]
"""From the level, module and name of an import to what it binds; the name is None for `import module`."""


def find_outside(level: int, module: str, name: str | None) -> Value:
    """Take every import for one from outside the linted code."""
    dotted = "." * level + module
    return External(dotted if name is None else f"{dotted}.{name}")


@dataclass(frozen=True)
class Namespace:
    """A module of the linted project; `member` gives what it binds, perhaps to be looked at."""

    path: str
    member: Callable[[str], Value] = field(compare=False)
    public: Callable[[], tuple[str, ...]] = field(compare=False)
    """The names that `from module import *` binds."""


@dataclass(frozen=True)
class Imported:
    """Something of another module of the project, looked at only when it is used: `force` does that."""

    path: str
    name: str
    force: Callable[[], Value] = field(compare=False)


def forced(value: Value) -> Value:
    """Return a value that may be of another module, looked at."""
    while isinstance(value, Imported):
        value = value.force()
    return value


@dataclass(frozen=True)
class Remote:
    """Something of another module of the project from which nothing of interest is to be had, or what it gives when it
    is called. It is looked at (`force`) only when it is given something of interest."""

    path: str
    name: str
    """What it is in that module: `Sink`, `Sink()`."""
    force: Callable[[], Value] = field(compare=False)


@dataclass(frozen=True)
class Instance:
    """An object of an external class: `Instance("litellm.Router")`."""

    dotted: str


@dataclass(frozen=True)
class Method:
    """A bound method of a modelled value: `parts.append`, `response.__anext__`, `"".join`."""

    receiver: Value
    name: str


class Role(Enum):
    """What a decorator makes of a function, where that changes how it is called."""

    PLAIN = "plain"
    STATIC = "staticmethod"
    CLASS = "classmethod"
    PROPERTY = "property"
    MANAGER = "contextmanager"
    OPAQUE = "opaque"


@dataclass(frozen=True, eq=False)
class FunctionInfo:
    """A `def` or `lambda` of the linted code."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    name: str
    parent: FunctionInfo | None = None
    owner: ClassInfo | None = None
    """The class whose body holds the `def`."""
    home: Home = field(default_factory=Home)
    """The module that holds the `def`."""
    role: Role = field(default_factory=lambda: Role.PLAIN)

    @cached_property
    def is_generator(self) -> bool:
        """Whether its own body yields."""
        return is_generator(self.node)

    @property
    def is_async(self) -> bool:
        """Tell whether calling it makes a coroutine or an async generator."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def __repr__(self) -> str:
        return f"FunctionInfo({self.name})"


@dataclass(frozen=True, eq=False)
class ClassInfo:
    """A `class` of the linted code. `attributes` is filled while its bodies are interpreted."""

    node: ast.ClassDef
    name: str
    bases: tuple[Value, ...] = ()
    home: Home = field(default_factory=Home)
    methods: dict[str, Function] = field(default_factory=dict)
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False)
class Closure:
    """The variables of the function around a nested one, as last seen. Compared by identity."""

    environment: Environment
    outer: Closure | None = None


@dataclass(frozen=True)
class Function:
    """A function of the linted code together with what it closes over."""

    info: FunctionInfo
    closure: Closure | None = None
    bound: Value | None = None
    """The `self` or `cls` of a bound method."""
    observed: str = ""
    """As what Langfuse's `@observe` records its calls ("span", "generation", ...); empty: not decorated with it."""
    delivers: bool = False
    """A declared helper is around it, which delivers on every way out."""


@dataclass(frozen=True)
class Class:
    """A class of the linted code."""

    info: ClassInfo


@dataclass(frozen=True)
class Object:
    """An instance of a class of the linted code."""

    info: ClassInfo


@dataclass(frozen=True)
class Partial:
    """`functools.partial(function, ...)`; `streams` when `stream=True` (or a maybe) is among the bound keywords."""

    function: Value
    streams: bool = False


@dataclass(frozen=True)
class Pending:
    """An awaitable that gives `result`: a coroutine, a task, a future."""

    result: Value
    undecided: bool = False
    """It may as well be the result itself: whether it is awaited or iterated will tell."""


@dataclass(frozen=True)
class Manager:
    """A context manager that binds `entered`; `leave` is what runs on the way out, when it is the linted code's own."""

    entered: Value
    leave: Function | None = None
    leave_on_error: bool = True
    delivers: ast.expr | None = None
    """The call of a declared helper that gave it: it delivers on the way out."""


@dataclass(frozen=True)
class Origin:
    """Where a stream was made: the SDK callable and the 1-based line of the call."""

    callable: str
    line: int
    column: int = 0
    path: str = ""
    """The module that holds the call."""


@dataclass(frozen=True)
class Stream:
    """The response of a LiteLLM call that streams.

    `certain` is False while nothing says so but that it might be iterated (`stream=` not visible): `async for` over
    it settles the matter, since only a stream can be iterated asynchronously.
    """

    origins: frozenset[Origin]
    is_async: bool
    certain: bool = True
    generator: str | None = None
    """The project's own generator that wraps the LiteLLM stream, by name; None for a stream straight from the SDK."""
    element: Value | None = None
    """What iterating over a generator gives."""
    via: tuple[Step, ...] = field(default=(), compare=False)
    """How it got from where it was made to where it is."""
    restarts: bool = False
    """Another loop over it would start anew: it cannot be drained."""


class Kind(Enum):
    """The parts of a chunk, outermost first."""

    CHUNK = "chunk"
    CHOICES = "choices"
    CHOICE = "choice"
    DELTA = "delta"


@dataclass(frozen=True)
class Part:
    """A structural part of a chunk on the way to its content."""

    kind: Kind


@dataclass(frozen=True)
class Read:
    """The expression that a content came from: where `or ""` can be written. Equal when the node is the same node."""

    node: ast.expr


@dataclass(frozen=True)
class Content:
    """A delta's content that may be None. `read` is the expression in the current function that produced it."""

    read: Read | None = None


@dataclass(frozen=True)
class Empty:
    """A delta's content on a path where it is known to be None or ""."""

    read: Read | None = None


class Finish(Enum):
    """A choice's `finish_reason`: not looked at, known to be set, known to be None."""

    MAYBE = "maybe"
    SET = "set"
    UNSET = "unset"


@dataclass(frozen=True)
class Flag:
    """A truth value that tells something about the value at `path` (see `environment.path_of`)."""

    path: str
    when_true: Value
    when_false: Value


@dataclass(frozen=True)
class Many:
    """A list, tuple, set, dict view or iterator whose elements are `element`; `items` when they are known one by
    one."""

    element: Value
    items: tuple[Value, ...] | None = None


@dataclass(frozen=True)
class Yielded:
    """One `yield` of a generator: whether a stream is suspended there, and what is known of the fields of its value."""

    inside: bool
    fields: tuple[tuple[str, Value], ...] = ()
    """By access: `["type"]`, `.done`, `[0]`; `""` holds the class of the value."""

    def may_have(self, field: str, constants: frozenset[object]) -> bool:
        """Tell whether the field of this value may equal one of the constants."""
        value = dict(self.fields).get(field)
        return not isinstance(value, Const) or value.value in constants


@dataclass(frozen=True)
class Event:
    """What one of several `yield`s of a generator over `origins` handed out."""

    origins: frozenset[Origin]
    yields: frozenset[Yielded]

    def field(self, name: str) -> Value:
        """Return what is known of a field, whichever `yield` it came from."""
        return join_all(dict(one.fields).get(name, UNKNOWN) for one in self.yields)


@dataclass(frozen=True)
class Numbered:
    """`enumerate(stream)`: iterating gives (index, element) and consumes `inner`."""

    inner: Value


@dataclass(frozen=True)
class Tasks:
    """Tasks of the running loop that the program did not name one by one: `asyncio.all_tasks()` and what is
    filtered from it."""


Value = (
    Unknown
    | Nothing
    | Const
    | Text
    | External
    | Instance
    | Namespace
    | Imported
    | Remote
    | Method
    | Function
    | Class
    | Object
    | Partial
    | Pending
    | Manager
    | Stream
    | Part
    | Content
    | Empty
    | Finish
    | Flag
    | Many
    | Event
    | Numbered
    | Tasks
)

UNKNOWN = Unknown()
NONE = Const(None)
NOTHING = Nothing()
TEXT = Text()
TASKS = Tasks()

_DOMINANT = (Content, Stream, Part, Finish)


def join(left: Value, right: Value) -> Value:
    """Return what is believed of a value that is `left` on one path and `right` on another."""
    if left == right:
        return left
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Nothing):
            return other
        if isinstance(one, Content | Empty):
            return _join_content(one, other)
    if isinstance(left, Stream) and isinstance(right, Stream):
        return _join_streams(left, right)
    if isinstance(left, Event) and isinstance(right, Event):
        return Event(left.origins | right.origins, left.yields | right.yields)
    if isinstance(left, Many) and isinstance(right, Many):
        return Many(join(left.element, right.element))
    if isinstance(left, Pending) and isinstance(right, Pending):
        return Pending(join(left.result, right.result), left.undecided or right.undecided)
    return _join_unlike(left, right)


def _join_streams(left: Stream, right: Stream) -> Stream:
    elements = [element for element in (left.element, right.element) if element is not None]
    return Stream(
        left.origins | right.origins,
        left.is_async,
        left.certain or right.certain,
        left.generator or right.generator,
        join_all(elements) if elements else None,
        left.via,
        left.restarts or right.restarts,
    )


def _join_content(content: Content | Empty, other: Value) -> Value:
    """Content may be None whatever it is on other paths; two reads have no single place to repair."""
    if isinstance(other, Content | Empty) and other.read != content.read:
        return Content()
    return Content(content.read)


def _join_unlike(left: Value, right: Value) -> Value:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Finish) and isinstance(other, Finish):
            return Finish.MAYBE
        if isinstance(one, _DOMINANT) or (other == NONE and not isinstance(one, Const | Text | Flag)):
            return one
    return TEXT if _is_text(left) and _is_text(right) else UNKNOWN


def _is_text(value: Value) -> bool:
    return isinstance(value, Text) or (isinstance(value, Const) and isinstance(value.value, str))


def join_all(values: Iterable[Value]) -> Value:
    """Join any number of values; of none, nothing is known."""
    joined: Value | None = None
    for value in values:
        joined = value if joined is None else join(joined, value)
    return UNKNOWN if joined is None else joined
