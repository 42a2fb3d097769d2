"""What a test teaches: beliefs on the branch where it held and on the branch where it did not, and what decided the
branch."""

from __future__ import annotations

import ast
from enum import Enum
from typing import TYPE_CHECKING

from lint_rules.semantics import delivery
from lint_rules.semantics.environment import Environment, path_of
from lint_rules.semantics.values import (
    TEXT,
    Const,
    Content,
    Empty,
    Event,
    External,
    Finish,
    Flag,
    Many,
    Part,
    Tasks,
    Text,
    Value,
)

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine


_SOME_TEXT = "some text"


class Decision(Enum):
    """What a branch was decided by, as far as leaving a stream goes."""

    STRUCTURE = "structure"
    """The chunk has choices, a delta: nothing a program leaves for."""
    EMPTY = "empty"
    """This chunk's content is empty or None."""
    FINISH = "finish"
    """`finish_reason` is set (possibly among other conditions)."""
    OTHER = "other"


def assume(test: ast.expr, env: Environment, truth: bool, machine: Machine) -> Environment:
    """Return the state in which `test` was evaluated and came out as `truth`. `env` is left alone."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return assume(test.operand, env, not truth, machine)
    if isinstance(test, ast.BoolOp):
        return _assume_bool_op(test, env, truth, machine)
    narrowed = env.copy()
    value = machine.evaluate(test, narrowed)
    if isinstance(value, Flag):
        narrowed.narrow(value.path, value.when_true if truth else value.when_false)
        return narrowed
    if isinstance(value, Tasks) and not truth:
        delivery.logged(narrowed, test)  # no task is left in the loop
    path = path_of(test)
    if path is not None and (flag := _event_truth(path, env)) is not None:
        narrowed.narrow(flag.path, flag.when_true if truth else flag.when_false)
        return narrowed
    if path is not None:
        known = narrow_truth(value, truth)
        if known is not value:
            narrowed.narrow(path, known)
    return narrowed


def _assume_bool_op(test: ast.BoolOp, env: Environment, truth: bool, machine: Machine) -> Environment:
    """`and` that held (or `or` that did not) held in every part; otherwise one part after the other may have
    decided."""
    every = isinstance(test.op, ast.And) == truth
    current = env
    arrivals: list[Environment] = []
    for part in test.values:
        if not every:
            arrivals.append(assume(part, current, truth, machine))
        current = assume(part, current, truth if every else not truth, machine)
    if every:
        return current
    first, *rest = arrivals
    for arrival in rest:
        first.join(arrival)
    return first


def narrow_truth(value: Value, truth: bool) -> Value:
    """Return what is known of a value after its truth has been tested."""
    if isinstance(value, Content):
        return TEXT if truth else Empty(value.read)
    if isinstance(value, Finish):
        return Finish.SET if truth else Finish.UNSET
    if isinstance(value, Text) and value.of_content:
        return TEXT if truth else Text(of_content=True, blank=True)
    return value


def comparison(node: ast.Compare, machine: Machine, env: Environment) -> Flag | None:
    """Read `content is None`, `finish_reason == "stop"`, `text != ""`, `x in (None, "")`, `len(text) > 0` as a flag."""
    if len(node.ops) != 1:
        return None
    left, operator, right = node.left, node.ops[0], node.comparators[0]
    if isinstance(left, ast.Constant) and isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        left, right = right, left
    length_of = _length_argument(left)
    if length_of is not None:
        return _length_flag(length_of, operator, right, machine, env)
    negated = isinstance(operator, ast.NotEq | ast.IsNot | ast.NotIn)
    typed = _typed(left)
    if typed is not None and isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        return _type_flag(typed, right, machine, env, negated=negated)
    path = path_of(left)
    if path is None:
        return None
    value = machine.evaluate(left, env)
    if not isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot | ast.In | ast.NotIn):
        return None
    constants = _constants(right, machine, env)
    if constants is not None and (event := _event_of(path, env)) is not None:
        return _event_flag(*event, constants, negated=negated)
    holds, fails = _when_equal(value, constants)
    if holds is None or fails is None:
        return None
    return Flag(path, fails, holds) if negated else Flag(path, holds, fails)


def _typed(node: ast.expr) -> ast.expr | None:
    """Return what `type(x)` or `x.__class__` asks the type of."""
    if isinstance(node, ast.Attribute) and node.attr == "__class__":
        return node.value
    is_type = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"
    return node.args[0] if is_type and isinstance(node, ast.Call) and len(node.args) == 1 else None


def _type_flag(typed: ast.expr, right: ast.expr, machine: Machine, env: Environment, *, negated: bool) -> Flag | None:
    """`type(content) == str`."""
    path, value = path_of(typed), machine.evaluate(typed, env)
    if path is None or not isinstance(value, Content | Empty) or machine.evaluate(right, env) != External("str"):
        return None
    holds, fails = Text(of_content=True), Empty(value.read)
    return Flag(path, fails, holds) if negated else Flag(path, holds, fails)


def _event_of(path: str, env: Environment) -> tuple[str, str, Event] | None:
    """Split `event.type` or `event['type']` into the path of a generator's event, the field, and the event."""
    path = env.aliases.get(path, path)
    at = max(path.rfind("."), path.rfind("["))
    if at <= 0:
        return None
    base, field = path[:at], path[at:]
    event = env.names.get(base)
    return (base, field, event) if isinstance(event, Event) else None


def _event_flag(base: str, field: str, event: Event, constants: frozenset[object], *, negated: bool) -> Flag:
    """Tell which `yield`s an event may come from after its field was compared with constants."""
    equal = frozenset(one for one in event.yields if one.may_have(field, constants))
    known = frozenset(one for one in equal if isinstance(dict(one.fields).get(field), Const))
    holds, fails = Event(event.origins, equal), Event(event.origins, event.yields - known)
    return Flag(base, fails, holds) if negated else Flag(base, holds, fails)


def _event_truth(path: str, env: Environment) -> Flag | None:
    """`if event.done:` — which `yield`s may it come from?"""
    found = _event_of(path, env)
    if found is None:
        return None
    base, field, event = found
    truths = {one: dict(one.fields).get(field) for one in event.yields}
    falsy = frozenset(one for one, value in truths.items() if isinstance(value, Const) and not value.value)
    truthy = frozenset(one for one, value in truths.items() if isinstance(value, Const) and value.value)
    return Flag(base, Event(event.origins, event.yields - falsy), Event(event.origins, event.yields - truthy))


def _when_equal(value: Value, constants: frozenset[object] | None) -> tuple[Value | None, Value | None]:
    """Return what `value` is when it equals one of `constants`, and when it equals none of them."""
    if constants is None:
        return None, None
    if isinstance(value, Finish):
        return (Finish.UNSET, Finish.SET) if constants <= {None, ""} else (Finish.SET, Finish.MAYBE)
    if isinstance(value, Content | Empty) and constants <= {None, ""}:
        return Empty(value.read), _what_remains(value, constants)
    if isinstance(value, Content) and None not in constants:
        return TEXT, value
    if isinstance(value, Text) and value.of_content and constants <= {None, ""}:
        return narrow_truth(value, False), TEXT
    return None, None


def _what_remains(value: Content | Empty, constants: frozenset[object]) -> Value:
    """Return a content that is neither None nor "", not None, or not ""."""
    if None not in constants:
        return Content(value.read)
    return TEXT if "" in constants else Text(of_content=True)


def _constants(node: ast.expr, machine: Machine, env: Environment) -> frozenset[object] | None:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        parts = [_constants(element, machine, env) for element in node.elts]
        return frozenset().union(*(part for part in parts if part)) if parts and all(parts) else None
    if isinstance(node, ast.Constant):
        return frozenset({node.value})
    return _constants_of(machine.evaluate(node, env))


def _constants_of(value: Value) -> frozenset[object] | None:
    """Return the literals a value can be, or hold; any text stands for texts that are not known one by one."""
    if isinstance(value, Const):
        return frozenset({value.value})
    if isinstance(value, Many):
        return frozenset({_SOME_TEXT}) if isinstance(value.element, Text) else _constants_of(value.element)
    return None


def _length_argument(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
        return node.args[0]
    return None


def _length_flag(
    node: ast.expr, operator: ast.cmpop, right: ast.expr, machine: Machine, env: Environment
) -> Flag | None:
    path = path_of(node)
    value = machine.evaluate(node, env)
    if path is None or not isinstance(value, Content | Empty) or not isinstance(right, ast.Constant):
        return None
    if isinstance(operator, ast.Gt | ast.GtE | ast.NotEq):
        return Flag(path, TEXT, Empty(value.read))
    return Flag(path, Empty(value.read), TEXT) if isinstance(operator, ast.Eq | ast.Lt | ast.LtE) else None


def type_test(node: ast.Call, machine: Machine, env: Environment) -> Flag | None:
    """Read `isinstance(content, str)` and `bool(content)` as flags."""
    path = path_of(node.args[0]) if node.args else None
    if path is None:
        return None
    value = machine.evaluate(node.args[0], env)
    function = machine.evaluate(node.func, env)
    if function == External("bool"):
        return _bool_flag(path, value)
    if function != External("isinstance") or len(node.args) != 2 or not isinstance(value, Content | Empty):
        return None
    types = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
    names = {path_of(item) for item in types}
    if names == {"str"}:
        return Flag(path, Text(of_content=True), Empty(value.read))
    return None


def _bool_flag(path: str, value: Value) -> Flag | None:
    if isinstance(value, Flag):
        return value
    if isinstance(value, Content | Finish):
        return Flag(path, narrow_truth(value, True), narrow_truth(value, False))
    return None


def decided_by(test: ast.expr, env: Environment, truth: bool, machine: Machine) -> Decision:
    """Tell what a branch on `test` was decided by, judged in the state before the test."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return decided_by(test.operand, env, not truth, machine)
    if isinstance(test, ast.BoolOp):
        return _decided_by_parts(test, env, truth, machine)
    value = machine.evaluate(test, env.copy())
    if isinstance(value, Flag):
        return _decision_of(value.when_true if truth else value.when_false)
    if isinstance(value, Part):
        return Decision.STRUCTURE if truth else Decision.OTHER
    return _decision_of(narrow_truth(value, truth))


def _decided_by_parts(test: ast.BoolOp, env: Environment, truth: bool, machine: Machine) -> Decision:
    """A later part of `and` is reached only where the earlier ones held; of `or`, where they did not."""
    decisions: list[Decision] = []
    going_on = isinstance(test.op, ast.And)
    for part in test.values:
        decisions.append(decided_by(part, env, truth, machine))
        env = assume(part, env, going_on, machine)
    return _combine(decisions, going_on == truth)


def _decision_of(value: Value) -> Decision:
    if value is Finish.SET:
        return Decision.FINISH
    return Decision.EMPTY if is_empty(value) else Decision.OTHER


def is_empty(value: Value) -> bool:
    """Tell whether a value is a content known to be None or ""."""
    return isinstance(value, Empty) or (isinstance(value, Text) and value.blank)


def _combine(decisions: list[Decision], every: bool) -> Decision:
    """All parts held: one `finish_reason` among them is enough. Any part may have decided: the least innocent one
    counts."""
    if every:
        return strongest(decisions)
    if all(decision in (Decision.FINISH, Decision.EMPTY) for decision in decisions):
        return Decision.EMPTY if set(decisions) == {Decision.EMPTY} else Decision.FINISH
    return Decision.OTHER


def strongest(decisions: list[Decision]) -> Decision:
    """Sum up the decisions that all had to hold on the way to one place."""
    if Decision.FINISH in decisions:
        return Decision.FINISH
    if Decision.OTHER in decisions or Decision.EMPTY not in decisions:
        return Decision.OTHER
    return Decision.EMPTY
