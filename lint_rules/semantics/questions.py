"""Questions about values, functions and classes that need no interpreter to answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_rules.semantics import sdk
from lint_rules.semantics.declared import Declared
from lint_rules.semantics.environment import Environment
from lint_rules.semantics.syntax import own_nodes
from lint_rules.semantics.values import (
    TEXT,
    UNKNOWN,
    Class,
    Const,
    Content,
    Event,
    External,
    Finish,
    Flag,
    Function,
    Imported,
    Instance,
    Kind,
    Manager,
    Many,
    Namespace,
    Nothing,
    Numbered,
    Object,
    Origin,
    Part,
    Partial,
    Pending,
    Remote,
    Role,
    Stream,
    Tasks,
    Text,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from lint_rules.semantics.calls import Arguments
    from lint_rules.semantics.record import Context

TELLING = Stream | Part | Content | Finish | Event | Function | Pending | Numbered | Tasks
"""Values that make a function of another module worth a look when it is given one."""


def origins_of(value: Value) -> frozenset[Origin]:
    """Return the streams that a value is or holds."""
    if isinstance(value, Stream):
        return value.origins
    if isinstance(value, Pending):
        return origins_of(value.result)
    if isinstance(value, Numbered):
        return origins_of(value.inner)
    if isinstance(value, Manager):
        return origins_of(value.entered)
    if isinstance(value, Partial):
        return origins_of(value.function)
    if isinstance(value, Many):
        return frozenset().union(origins_of(value.element), *(origins_of(item) for item in value.items or ()))
    return frozenset()


def is_event_field(node: ast.expr, env: Environment) -> bool:
    """Tell whether an expression is `event.type` or `event["type"]` of a generator's event."""
    base = node.value if isinstance(node, ast.Attribute | ast.Subscript) else None
    return isinstance(base, ast.Name) and isinstance(env.names.get(base.id), Event)


def is_past_the_stream(stream: Stream, env: Environment) -> bool:
    """Tell whether the event in hand was yielded when the generator had read its own stream to the end."""
    events = [value for value in env.names.values() if isinstance(value, Event) and value.origins == stream.origins]
    return any(not any(one.inside for one in event.yields) for event in events)


def callbacks_in(value: Value, *, by_name: bool = False) -> frozenset[str]:
    """Return the names of the Langfuse callbacks that a value is or holds; `by_name`: given as strings only."""
    if isinstance(value, Const):
        return sdk.CALLBACK_NAMES & {value.value} if isinstance(value.value, str) else frozenset()
    if isinstance(value, Instance | External):
        return frozenset() if by_name else sdk.callbacks_of(value.dotted)
    if not isinstance(value, Many):
        return frozenset()
    items = (value.element, *(value.items or ()))
    return frozenset().union(*(callbacks_in(item, by_name=by_name) for item in items))


def forget_place(value: Value) -> Value:
    """A content kept in an attribute cannot be repaired where it was read: that is another function's business."""
    if isinstance(value, Content):
        return Content()
    return Many(forget_place(value.element)) if isinstance(value, Many) else value


def inside(origin: Origin, node: ast.stmt) -> bool:
    assert node.end_lineno is not None
    return node.lineno <= origin.line <= node.end_lineno


def receiver_of(function: Function) -> Value | None:
    if function.bound is not None:
        return function.bound
    info = function.info
    if info.owner is None or info.role is Role.STATIC:
        return None
    return Class(info.owner) if info.role is Role.CLASS else Object(info.owner)


def positional_names(function: Function) -> list[str]:
    arguments = function.info.node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    return names[1:] if function.bound is not None else names


def plain_positional(arguments: Arguments) -> list[Value]:
    values: list[Value] = []
    for node, value in zip(arguments.node.args, arguments.positional, strict=True):
        if isinstance(node, ast.Starred):
            break
        values.append(value)
    return values


def defaults_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> dict[str, ast.expr]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    pairs += [
        (argument, default)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default
    ]
    return {argument.arg: default for argument, default in pairs}


def is_near(value: Value, declared: Declared) -> bool:
    """Tell whether a name of the module leads to the SDKs, or into another module of the project."""
    if isinstance(value, External | Instance):
        return _is_noted(value.dotted, declared)
    return isinstance(value, Imported | Namespace)


def _is_noted(dotted: str, declared: Declared) -> bool:
    if dotted.startswith("litellm."):
        return sdk.is_noted(dotted) or declared.leads(dotted)
    return dotted.startswith(("litellm", sdk.LANGFUSE)) or declared.leads(dotted)


def is_dull(value: Value, declared: Declared) -> bool:
    """Tell whether a value has nothing to do with streams or LiteLLM, and is nothing that may be given any."""
    if isinstance(value, External | Instance):
        return not is_near(value, declared)
    if isinstance(value, Pending):
        return is_dull(value.result, declared)
    return isinstance(value, Unknown | Const | Text | Nothing | Remote)


def teaches(state: Environment, earlier: Environment, declared: Declared) -> bool:
    """Tell whether a state, joined from an earlier one and others, says more that could make a difference than that
    did."""
    if state != replace(earlier, names=state.names, aliases=state.aliases):
        return True
    if state.names is earlier.names:
        return False
    if state.aliases != earlier.aliases:
        return True
    known = earlier.names
    return any(
        value is not known.get(path) and not _is_idle(value, known.get(path, UNKNOWN), declared)
        for path, value in state.names.items()
    ) or any(path not in state.names and not is_dull(value, declared) for path, value in known.items())


def _is_idle(value: Value, earlier: Value, declared: Declared) -> bool:
    """Tell whether it makes no difference that a name stands for this value and not for what it did before."""
    if value == earlier:
        return True
    if isinstance(value, Many) and isinstance(earlier, Many | Unknown):
        inner = (value.element, *(value.items or ()))
        return all(_is_idle(one, UNKNOWN, declared) for one in inner) and (
            isinstance(earlier, Unknown) or _is_idle(earlier.element, UNKNOWN, declared)
        )
    return not any(_decides(one) or not is_dull(one, declared) for one in (value, earlier))


def _decides(value: Value) -> bool:
    """Tell whether a value is one that an argument or a test may turn on."""
    return isinstance(value, Const) and (value.value is None or isinstance(value.value, bool))


def is_telling(value: Value, declared: Declared) -> bool:
    if isinstance(value, External):
        return value.dotted in sdk.CALLS or value.dotted in declared.sources
    return isinstance(value, TELLING) or (isinstance(value, Instance) and declared.leads(value.dotted))


def call_at(node: ast.expr) -> ast.Call:
    """Return a call that stands for the `__aiter__` of what `node` gives."""
    return ast.copy_location(ast.Call(node, [], []), node)


def tells(value: Value, declared: Declared) -> bool:
    """Tell whether an argument can make a difference to what a function does: what a text says never does."""
    if isinstance(value, Const):
        return _decides(value)
    if isinstance(value, Instance | External):
        return _is_noted(value.dotted, declared)
    if isinstance(value, Many):
        return any(tells(one, declared) for one in (value.element, *(value.items or ())))
    return not isinstance(value, Unknown | Nothing | Text | Flag)


def context_of(function: Function, parameters: dict[str, Value]) -> Context:
    return (function.closure, function.bound, tuple(parameters.items()))


def bound_names(node: ast.ClassDef) -> Iterator[str]:
    for statement in own_nodes(node):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


def instance_of(value: Value, node: ast.expr, declared: Declared) -> Value:
    if isinstance(value, Class):
        return Object(value.info)
    if not isinstance(value, External):
        return UNKNOWN
    if value.dotted in sdk.STREAM_TYPES:
        return Stream(frozenset({Origin(value.dotted, node.lineno, node.col_offset)}), is_async=False)
    if value.dotted in sdk.CHUNK_TYPES:
        return Part(Kind.CHUNK)
    if value.dotted in sdk.DELTA_TYPES:
        return Part(Kind.DELTA)
    if value.dotted == "str":
        return TEXT
    return (
        Instance(value.dotted)
        if value.dotted.startswith("litellm.") or value.dotted in sdk.LANGFUSE_CLIENTS or declared.leads(value.dotted)
        else UNKNOWN
    )
