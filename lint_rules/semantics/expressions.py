"""Expression → value. One function per kind of expression, chosen by type; whatever has none is walked for its
effects."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING

from lint_rules.semantics import calls, delivery, sdk, sources
from lint_rules.semantics.environment import Environment, path_of
from lint_rules.semantics.leaks import is_carried
from lint_rules.semantics.narrow import assume, bool_value, comparison, split
from lint_rules.semantics.syntax import children
from lint_rules.semantics.values import (
    NONE,
    NOTHING,
    TASKS,
    TEXT,
    UNKNOWN,
    Class,
    Const,
    Content,
    Empty,
    Event,
    External,
    Finish,
    Function,
    Instance,
    Kind,
    Many,
    Method,
    Namespace,
    Object,
    Part,
    Pending,
    Read,
    Remote,
    Stream,
    Tasks,
    Text,
    Value,
    join,
    join_all,
)

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine

Evaluator = Callable[..., Value]

_BUILTINS = frozenset(dir(builtins))
_MISSING = object()


def evaluate(node: ast.expr, env: Environment, machine: Machine) -> Value:
    """Return the abstract value of `node` in `env`, recording what its evaluation does (calls, uses of content)."""
    machine.step()
    evaluator = _EVALUATORS.get(type(node))
    if evaluator is None:
        _walk(node, env, machine)
        return UNKNOWN
    value: Value = evaluator(node, env, machine)
    return value


def _walk(node: ast.AST, env: Environment, machine: Machine) -> None:
    for child in children(node):
        if isinstance(child, ast.expr):
            evaluate(child, env, machine)
        elif isinstance(child, ast.keyword | ast.FormattedValue):
            _walk(child, env, machine)


def _name(node: ast.Name, env: Environment, machine: Machine) -> Value:
    value = machine.lookup(node.id, env)
    if value is not None:
        return value
    return External(node.id) if node.id in _BUILTINS else UNKNOWN


def _constant(node: ast.Constant, env: Environment, machine: Machine) -> Value:
    return Const(node.value)


def _attribute(node: ast.Attribute, env: Environment, machine: Machine) -> Value:
    base = evaluate(node.value, env, machine)
    machine.dereferenced(node, node.value, base)
    path = machine.path_of(node)
    if path is not None and (known := env.names.get(path)) is not None:
        return known
    if isinstance(base, External | Instance):
        machine.referred(node, f"{base.dotted}.{node.attr}")
    return attribute_of(base, node.attr, node, machine)


def attribute_of(base: Value, name: str, node: ast.expr, machine: Machine) -> Value:
    """Return the value of `base.name`."""
    if isinstance(base, External | Instance):
        return External(f"{base.dotted}.{name}")
    if isinstance(base, Namespace):
        return machine.had(base.member(name))
    if isinstance(base, Remote):
        return Method(base, name)
    if isinstance(base, Event):
        return base.field(f".{name}") if name != "get" else Method(base, name)
    if isinstance(base, Object):
        return machine.attribute(base, name)
    if isinstance(base, Class):
        return machine.class_attribute(base, name)
    if isinstance(base, Part):
        return part_of(base, name, node)
    if isinstance(base, Const | Text | Content | Many | Stream | Pending | Function | Tasks):
        return Method(base, name)
    if isinstance(base, Method) and base.name == sdk.LOGGING_OBJECT and isinstance(base.receiver, Stream):
        return Method(base, name)
    if _is_out_of_sight(base) and name == "choices" and machine.frame.home.uses_litellm:
        return Part(Kind.CHOICES)  # what it came from is out of sight, what it is shows in what it has
    return UNKNOWN


def _is_out_of_sight(value: Value) -> bool:
    return value == UNKNOWN or (isinstance(value, Method) and isinstance(value.receiver, Remote))


def part_of(part: Part, name: str, node: ast.expr) -> Value:
    """Return what `chunk.name`, `chunk["name"]` or `chunk.get("name")` gives."""
    if part.kind is Kind.CHUNK and name == "choices":
        return Part(Kind.CHOICES)
    if part.kind is Kind.CHOICE and name == "delta":
        return Part(Kind.DELTA)
    if part.kind is Kind.CHOICE and name == "finish_reason":
        return Finish.MAYBE
    if part.kind is Kind.DELTA and name == "content":
        return Content(Read(node))
    return Method(part, name)


def _subscript(node: ast.Subscript, env: Environment, machine: Machine) -> Value:
    base = evaluate(node.value, env, machine)
    machine.dereferenced(node, node.value, base)
    index = evaluate(node.slice, env, machine)
    path = machine.path_of(node)
    if path is not None and (known := env.names.get(path)) is not None:
        return known
    return item_of(base, index, node, machine)


def item_of(base: Value, index: Value, node: ast.expr, machine: Machine) -> Value:
    """Return the value of `base[index]`."""
    key = index.value if isinstance(index, Const) else _MISSING
    if _is_out_of_sight(base) and key == "choices" and machine.frame.home.uses_litellm:
        return Part(Kind.CHOICES)
    if isinstance(base, Part):
        if base.kind is Kind.CHOICES:
            return Part(Kind.CHOICE)
        return part_of(base, key, node) if isinstance(key, str) else UNKNOWN
    if isinstance(base, Event):
        return base.field(f"[{key!r}]")
    if isinstance(base, Many):
        if base.items is not None and isinstance(key, int) and -len(base.items) <= key < len(base.items):
            return base.items[key]
        return base if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else base.element
    return UNKNOWN


def _call(node: ast.Call, env: Environment, machine: Machine) -> Value:
    return calls.call(node, env, machine)


def _await(node: ast.Await, env: Environment, machine: Machine) -> Value:
    value = evaluate(node.value, env, machine)
    if isinstance(value, Tasks):
        delivery.logged(env, node)
        return UNKNOWN
    if isinstance(value, Pending):
        return sources.awaited(value, env, machine)
    delivery.turned(env)
    return (
        value if isinstance(value, Instance | Remote) else UNKNOWN
    )  # what a known client gives is known not to be LiteLLM's


def _named(node: ast.NamedExpr, env: Environment, machine: Machine) -> Value:
    value = evaluate(node.value, env, machine)
    env.assign(node.target.id, value)
    return value


def _if_expression(node: ast.IfExp, env: Environment, machine: Machine) -> Value:
    _, holds, fails = split(node.test, env, machine)
    value = join(evaluate(node.body, holds, machine), evaluate(node.orelse, fails, machine))
    env.become(holds.join(fails))
    return value


def _bool_op(node: ast.BoolOp, env: Environment, machine: Machine) -> Value:
    """`a or b`: b's value, or a's where it was true. The state after it is joined from every way through."""
    deciding = isinstance(node.op, ast.Or)
    values: list[Value] = []
    exits: list[Environment] = []
    current = env
    *init, last = node.values
    for part in init:
        value, held, failed = split(part, current, machine)
        values.append(value)
        exits.append(held if deciding else failed)
        current = failed if deciding else held
    values.append(evaluate(last, current, machine))
    for arrival in exits:
        current.join(arrival)
    env.become(current)
    return bool_value(values, deciding=deciding)


def _binary(node: ast.BinOp, env: Environment, machine: Machine) -> Value:
    left = evaluate(node.left, env, machine)
    right = evaluate(node.right, env, machine)
    if isinstance(node.op, ast.Add):
        machine.concatenated(node, node.left, left, env)
        machine.concatenated(node, node.right, right, env)
        if isinstance(left, Many) and isinstance(right, Many):
            return join(left, right)
        return TEXT if _texty(left) or _texty(right) else UNKNOWN
    if isinstance(left, Tasks):
        return TASKS
    if isinstance(node.op, ast.Mod) and is_carried(right):
        left = machine.reached(left)
    if isinstance(node.op, ast.Mod) and _texty(left):
        return _formatted(node, right, env, machine)
    return UNKNOWN


def _formatted(node: ast.BinOp, right: Value, env: Environment, machine: Machine) -> Value:
    """`"%s" % value`, `"%s %s" % (one, other)`."""
    operands = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    values = right.items if isinstance(right, Many) and right.items is not None else (right,)
    for operand, value in zip(operands, values, strict=False):
        machine.rendered(node, operand, value, env)
    return TEXT


def _texty(value: Value) -> bool:
    return isinstance(value, Text | Content | Empty) or (isinstance(value, Const) and isinstance(value.value, str))


def _unary(node: ast.UnaryOp, env: Environment, machine: Machine) -> Value:
    value = evaluate(node.operand, env, machine)
    if isinstance(node.op, ast.Not):
        return machine.negated(value, path_of(node.operand))
    if isinstance(node.op, ast.USub) and isinstance(value, Const) and isinstance(value.value, int):
        return Const(-value.value)
    return UNKNOWN


def _compare(node: ast.Compare, env: Environment, machine: Machine) -> Value:
    values = [evaluate(operand, env, machine) for operand in (node.left, *node.comparators)]
    return comparison(node, values, machine, env) or UNKNOWN


def _display(node: ast.List | ast.Tuple | ast.Set, env: Environment, machine: Machine) -> Value:
    items = [_element(element, env, machine) for element in node.elts]
    known = not any(isinstance(element, ast.Starred) for element in node.elts)
    element = join_all(items) if items else NOTHING
    if isinstance(node, ast.Tuple) and known:
        return Many(element, tuple(items))
    return Many(element)


def _element(node: ast.expr, env: Environment, machine: Machine) -> Value:
    if isinstance(node, ast.Starred):
        return machine.element_of(evaluate(node.value, env, machine), is_async=False)
    return machine.read_at(node, evaluate(node, env, machine))


def _dict(node: ast.Dict, env: Environment, machine: Machine) -> Value:
    for key in node.keys:
        if key is not None:
            evaluate(key, env, machine)
    for value in node.values:
        evaluate(value, env, machine)
    return Instance("dict")


def _comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, env: Environment, machine: Machine) -> Value:
    calls = machine.calls
    inner, iterated = _generators(node.generators, env, machine)
    element = machine.read_at(node.elt, evaluate(node.elt, inner, machine))
    _leave_comprehension(iterated, calls, env, inner, machine)
    return Many(element)


def _dict_comprehension(node: ast.DictComp, env: Environment, machine: Machine) -> Value:
    calls = machine.calls
    inner, iterated = _generators(node.generators, env, machine)
    key = evaluate(node.key, inner, machine)
    evaluate(node.value, inner, machine)
    _leave_comprehension(iterated, calls, env, inner, machine)
    return key if isinstance(key, Tasks) else UNKNOWN


def _generators(
    generators: list[ast.comprehension], env: Environment, machine: Machine
) -> tuple[Environment, list[Value]]:
    """Return the state inside a comprehension, and what it iterates over."""
    inner, iterated = env.copy(), []
    for generator in generators:
        is_async = bool(generator.is_async)
        iterable = evaluate(generator.iter, inner, machine)
        iterable = sources.iterated(iterable, generator.iter, inner, machine, is_async=is_async)
        iterated.append(iterable)
        machine.assign(generator.target, machine.element_of(iterable, is_async=is_async), inner)
        for condition in generator.ifs:
            inner = assume(condition, inner, True, machine)
    return inner, iterated


def _leave_comprehension(
    iterated: list[Value], calls: int, env: Environment, inner: Environment, machine: Machine
) -> None:
    """A comprehension reads its streams to the end. Its names are its own; what it did to the world is not.

    One that picks from the loop's tasks is taken not to raise: the count of `calls` that may is as before it.
    """
    if any(isinstance(value, Tasks) for value in iterated):
        machine.calls = calls
    env.routes, env.abandoned, env.exhausted, env.logged = inner.routes, inner.abandoned, inner.exhausted, inner.logged
    for value in iterated:
        machine.exhausted(value, env)


def _joined_string(node: ast.JoinedStr, env: Environment, machine: Machine) -> Value:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            machine.rendered(part, part.value, evaluate(part.value, env, machine), env)
            if part.format_spec is not None:
                evaluate(part.format_spec, env, machine)
    return TEXT


def _lambda(node: ast.Lambda, env: Environment, machine: Machine) -> Value:
    return machine.define_lambda(node, env)


def _yield(node: ast.Yield, env: Environment, machine: Machine) -> Value:
    value = evaluate(node.value, env, machine) if node.value is not None else NONE
    machine.escaped(value, env)
    machine.yielded(node.value, value, env)
    return UNKNOWN


def _yield_from(node: ast.YieldFrom, env: Environment, machine: Machine) -> Value:
    value = evaluate(node.value, env, machine)
    machine.exhausted(value, env)
    machine.yielded(None, machine.element_of(value, is_async=False), env)
    return UNKNOWN


def _starred(node: ast.Starred, env: Environment, machine: Machine) -> Value:
    return evaluate(node.value, env, machine)


_EVALUATORS: dict[type[ast.expr], Evaluator] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Await: _await,
    ast.NamedExpr: _named,
    ast.IfExp: _if_expression,
    ast.BoolOp: _bool_op,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.List: _display,
    ast.Tuple: _display,
    ast.Set: _display,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.JoinedStr: _joined_string,
    ast.Lambda: _lambda,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: _starred,
}
