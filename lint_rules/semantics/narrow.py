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
    join_all,
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
    _, held, failed = split(test, env, machine)
    return held if truth else failed


def split(test: ast.expr, env: Environment, machine: Machine) -> tuple[Value, Environment, Environment]:
    """Evaluate a test once, and return what it gives, the state in which it held and that in which it did not. `env`
    is left alone."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        value, held, failed = split(test.operand, env, machine)
        return machine.negated(value, path_of(test.operand)), failed, held
    if isinstance(test, ast.BoolOp):
        return _split_bool_op(test, env, machine)
    failed = env.copy()
    value = machine.evaluate(test, failed)
    held = failed.copy()
    path = path_of(test)
    _settle(held, path, value, True)
    _settle(failed, path, value, False)
    if isinstance(value, Tasks):
        delivery.logged(failed, test)  # no task is left in the loop
    return value, held, failed


def _settle(env: Environment, path: str | None, value: Value, truth: bool) -> None:
    """Believe what the truth of a tested value tells."""
    flag = value if isinstance(value, Flag) else _event_truth(path, env) if path is not None else None
    if flag is not None:
        env.narrow(flag.path, flag.when_true if truth else flag.when_false)
    elif path is not None and (known := narrow_truth(value, truth)) is not value:
        env.narrow(path, known)


def _split_bool_op(test: ast.BoolOp, env: Environment, machine: Machine) -> tuple[Value, Environment, Environment]:
    """`and` that held (or `or` that did not) held in every part; otherwise one part after the other may have
    decided."""
    deciding = isinstance(test.op, ast.Or)
    current, values, decided = env, [], []
    for part in test.values:
        value, held, failed = split(part, current, machine)
        values.append(value)
        decided.append(held if deciding else failed)
        current = failed if deciding else held
    first, *rest = decided
    for one in rest:
        first.join(one)
    value = bool_value(values, deciding=deciding)
    return (value, first, current) if deciding else (value, current, first)


def bool_value(values: list[Value], *, deciding: bool) -> Value:
    """Return what `or` (`deciding`) or `and` gives: `delta or {}` stays a delta, `text and text.strip()` stays what may
    be None: joins know no better."""
    *init, last = values
    kept = [_kept(value, deciding) for value in init]
    first = kept[0]
    if isinstance(first, Part):
        return first if deciding else last
    value = join_all([*kept, last])
    return _NORMALISED if first == _NORMALISED and isinstance(value, Text) else value


def _kept(value: Value, deciding: bool) -> Value:
    """Return what an operand of `or` (`deciding`) or `and` is when it is the result."""
    if isinstance(value, Content | Empty):
        return _NORMALISED if deciding else Empty(value.read)
    return value


_NORMALISED = Text(of_content=True)


def narrow_truth(value: Value, truth: bool) -> Value:
    """Return what is known of a value after its truth has been tested."""
    if isinstance(value, Content):
        return TEXT if truth else Empty(value.read)
    if isinstance(value, Finish):
        return Finish.SET if truth else Finish.UNSET
    if isinstance(value, Text) and value.of_content:
        return TEXT if truth else Text(of_content=True, blank=True)
    return value


def comparison(node: ast.Compare, values: list[Value], machine: Machine, env: Environment) -> Flag | None:
    """Read `content is None`, `finish_reason == "stop"`, `text != ""`, `x in (None, "")`, `len(text) > 0` as a flag.

    `values` are those of the operands.
    """
    if len(node.ops) != 1:
        return None
    left, operator, right, value = node.left, node.ops[0], node.comparators[0], values[0]
    equates = isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot)
    if isinstance(left, ast.Constant) and equates:
        left, right, value = right, left, values[1]
    length_of = _length_argument(left)
    if length_of is not None:
        return _length_flag(length_of, operator, right, machine, env)
    negated = isinstance(operator, ast.NotEq | ast.IsNot | ast.NotIn)
    typed = _typed(left)
    if typed is not None and equates:
        return _type_flag(typed, right, machine, env, negated=negated)
    path = path_of(left)
    if path is None or not (equates or isinstance(operator, ast.In | ast.NotIn)):
        return None
    event = _event_of(path, env)
    if event is None and not isinstance(value, Finish | Content | Empty | Text):
        return None
    constants = _constants(right, machine, env)
    if constants is not None and event is not None:
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


def type_test(node: ast.Call, function: External, machine: Machine, env: Environment) -> Flag | None:
    """Read `isinstance(content, str)` and `bool(content)` as flags."""
    if function.dotted not in ("bool", "isinstance"):
        return None
    path = path_of(node.args[0]) if node.args else None
    if path is None:
        return None
    value = machine.evaluate(node.args[0], env)
    if function.dotted == "bool":
        return _bool_flag(path, value)
    if len(node.args) != 2 or not isinstance(value, Content | Empty):
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
