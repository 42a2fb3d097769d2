"""What was seen while a module was interpreted, before it is judged: the raw material of `facts`.

A function is interpreted once by itself and once for each way it is called, so an observation counts when the
function by itself shows it, or when every call does ("every caller passes a stream").
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from lint_rules.semantics.environment import Routes
from lint_rules.semantics.narrow import Decision
from lint_rules.semantics.syntax import loops_of
from lint_rules.semantics.values import Content, FunctionInfo, Home, Origin, Stream

Place = tuple[type, int, int]
"""The kind of a node and where it starts: what two parses of one module have in common."""


def place_of(node: ast.stmt) -> Place:
    """Return the place of a statement."""
    return type(node), node.lineno, node.col_offset


Context = object
"""How a function was entered; None stands for "by itself"."""


@dataclass
class Sightings:
    """Whether something was so, in each context in which its place was reached."""

    by_context: dict[Context, bool] = field(default_factory=dict)

    def add(self, context: Context, seen: bool) -> None:
        """Note one visit; within a context, once is enough."""
        self.by_context[context] = self.by_context.get(context, False) or seen

    def apart(self) -> Sightings:
        """Return the same visits, to be added to."""
        return Sightings(dict(self.by_context))

    def adopt(self, other: Sightings) -> None:
        """Take over visits that other callers made."""
        for context, seen in other.by_context.items():
            if context is not None:
                self.add((id(other), context), seen)

    def confirmed(self) -> bool:
        """Tell whether it holds by itself or for every caller."""
        if self.by_context.get(None):
            return True
        calls = [seen for context, seen in self.by_context.items() if context is not None]
        return bool(calls) and all(calls)


@dataclass
class Exit:
    """A statement that leaves a loop over a stream."""

    node: ast.stmt
    loop: ast.For | ast.AsyncFor
    stream: Stream
    function: FunctionInfo | None
    decisions: set[Decision] = field(default_factory=set)
    lost: bool = False
    """On some way from here the stream is dropped before its end."""


@dataclass
class Use:
    """A place that cannot do with None."""

    node: ast.expr | ast.stmt
    operand: ast.expr
    how: str
    function: FunctionInfo | None
    sightings: Sightings = field(default_factory=Sightings)
    contents: list[Content] = field(default_factory=list)


@dataclass
class Entry:
    """A call that runs a coroutine to its end: `asyncio.run(main())`."""

    node: ast.Call
    runner: str
    coroutine: FunctionInfo | None
    frame: FunctionInfo | None
    routes: Routes = frozenset()
    raised: Routes = frozenset()
    inside: Routes = frozenset()
    """Ways on which `os._exit` ends the process inside the coroutine: no `finally` runs."""
    killed: Routes = frozenset()
    """Ways on which it does so afterwards."""
    rescues: bool = False
    """It does nothing but flush LiteLLM's worker, after another entry point."""
    after: dict[FunctionInfo | None, Routes] = field(default_factory=dict)
    """What the ways had done by the end of the functions around the call (None: of the module)."""

    @property
    def flushes_after(self) -> frozenset[ast.expr]:
        """Flushes after the coroutine's end of what LiteLLM had not logged."""
        ways = (*self.killed, *(route for routes in self.after.values() for route in routes))
        return frozenset().union(*(route.flushes for route in ways))

    def waits(self) -> frozenset[ast.expr]:
        """Return where LiteLLM's logging is waited for on some way."""
        return frozenset().union(*(route.waits for route in self.routes))


@dataclass
class BlockingFlush:
    """A synchronous flush in a coroutine that serves requests."""

    node: ast.Call
    function: FunctionInfo


@dataclass
class Made:
    """A stream that the SDK has made."""

    node: ast.Call
    function: FunctionInfo | None
    is_async: bool
    undecided: bool = False
    """It is one if it is awaited."""


@dataclass(frozen=True)
class Registered:
    """Langfuse callbacks that are registered with LiteLLM by name."""

    first: ast.expr
    last: ast.expr
    """Where the registration begins and ends: the target and the value of an assignment, or twice an expression."""
    kind: str
    """The list they go to, by its last name (`success_callback`), or the keyword of a call (`success_callback=`)."""
    names: frozenset[str]
    function: FunctionInfo | None


@dataclass(frozen=True, order=True)
class CallSite:
    """Where LiteLLM is called."""

    path: str
    line: int


@dataclass(frozen=True, order=True)
class SpannedCall:
    """A LiteLLM call that runs while a span of the Langfuse SDK is the active one."""

    site: CallSite
    span: str
    """What opens the span: the function that `@observe` decorates, or the client's method."""
    as_type: str
    """What Langfuse takes the span for: "span", "generation", "tool", ..."""


@dataclass
class Record:
    """Everything seen in one module."""

    exits: dict[tuple[ast.stmt, ast.stmt], Exit] = field(default_factory=dict)
    made: dict[Origin, Made] = field(default_factory=dict)
    awaited: set[Origin] = field(default_factory=set)
    """Streams of declared sources that were awaited."""
    stepped: set[Origin] = field(default_factory=set)
    """Streams from which single elements are taken by hand."""
    blocking: dict[ast.Call, BlockingFlush] = field(default_factory=dict)
    loops: dict[ast.stmt, Sightings] = field(default_factory=dict)
    streams: dict[Origin, set[ast.stmt]] = field(default_factory=dict)
    """The loops over each stream."""
    consumed: set[Origin] = field(default_factory=set)
    """Streams that something iterates, or that have gone where something may."""
    resumed: set[Origin] = field(default_factory=set)
    """Streams that are read, or may be, where a loop over them has been left early on some way."""
    held: set[Origin] = field(default_factory=set)
    """Streams kept in attributes: another method may come back to them."""
    uses: dict[tuple[ast.AST, ast.expr], Use] = field(default_factory=dict)
    entries: dict[ast.Call, Entry] = field(default_factory=dict)
    rescued: set[FunctionInfo | None] = field(default_factory=set)
    """Functions (None: the module) that flush LiteLLM's worker in a loop of its own, after the entry point."""
    forked: set[FunctionInfo] = field(default_factory=set)
    """Functions that are run in a process of their own, which ends with `os._exit`."""
    converted: set[FunctionInfo] = field(default_factory=set)
    """Coroutine functions that a decorator makes plain ones of, which run them to their end."""
    spawns: bool = False
    """Processes are started anew instead of being forked: those end normally."""
    handlers: set[FunctionInfo] = field(default_factory=set)
    """Functions that are registered to serve requests."""
    callbacks: dict[str, frozenset[str]] = field(default_factory=dict)
    """Per list of LiteLLM callbacks ("": one that is passed to a call) the Langfuse callbacks in it, by name."""
    registered: dict[ast.expr, Registered] = field(default_factory=dict)
    """Where callbacks are registered by name, by the first node."""
    spanned: set[SpannedCall] = field(default_factory=set)
    """LiteLLM calls of this module's functions, and of those they call, inside a span of the Langfuse SDK."""
    passed_by: set[str] = field(default_factory=set)
    """Functions of other modules, by name, that are called here and given no stream."""
    references: dict[ast.Attribute | ast.Call, str] = field(default_factory=dict)
    """Attributes of things of Langfuse's, and calls of them, by dotted name."""
    uses_langfuse_sdk: bool = False
    tracing_off: bool = False

    def apart(self) -> Record:
        """Return a record that can adopt what others have seen, while this one stays as it is."""
        exits = {where: replace(one, decisions=set(one.decisions)) for where, one in self.exits.items()}
        return replace(self, exits=exits, loops={node: one.apart() for node, one in self.loops.items()})

    def adopt_passes(self, other: Record, functions: Iterable[ast.FunctionDef | ast.AsyncFunctionDef]) -> None:
        """Take over that another module calls some of this module's functions without a stream."""
        for node in functions:
            for loop in loops_of(node) if node.name in other.passed_by else ():
                self.loops.setdefault(loop, Sightings()).add((id(other), "a caller without a stream"), False)

    def adopt(self, other: Record, home: Home, nodes: Mapping[Place, ast.stmt]) -> None:
        """Take over what another module's calls have shown of this module's loops, which `nodes` finds by place."""
        for exit_ in other.exits.values():
            own, loop = nodes.get(place_of(exit_.node)), nodes.get(place_of(exit_.loop))
            function = exit_.function
            if function is None or function.home.name != home.name or own is None:
                continue
            if isinstance(loop, ast.For | ast.AsyncFor):
                moved = replace(exit_, node=own, loop=loop, function=replace(function, home=home))
                known = self.exits.setdefault((own, loop), moved)
                known.decisions |= exit_.decisions
                known.lost |= exit_.lost
        for node, sightings in other.loops.items():
            own = nodes.get(place_of(node))
            if own is not None:
                self.loops.setdefault(own, Sightings()).adopt(sightings)
