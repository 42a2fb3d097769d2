"""How a program sets up tracing: the Langfuse callbacks that it registers with LiteLLM, and what switches them off."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_rules.semantics import sdk
from lint_rules.semantics.environment import Environment
from lint_rules.semantics.questions import callbacks_in
from lint_rules.semantics.record import Registered
from lint_rules.semantics.syntax import walk
from lint_rules.semantics.values import NOTHING, Const, External, Many, Value

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine


def registered(node: ast.Call, machine: Machine) -> None:
    """A call into LiteLLM may register a Langfuse callback: `callbacks=[...]`, `litellm.callbacks.append(...)`."""
    given = [(word.value, f"{word.arg}=") for word in node.keywords if word.arg in sdk.CALLBACK_KEYWORDS]
    if isinstance(node.func, ast.Attribute):
        receiver = machine.evaluate(node.func.value, machine.frame.env.copy())
        if isinstance(receiver, External) and receiver.dotted in sdk.CALLBACK_LISTS:
            given += [(argument, receiver.dotted.rpartition(".")[2]) for argument in node.args]
    names = frozenset().union(*(_langfuse_names(argument, machine) for argument, _ in given))
    if names:
        machine.record.callbacks[""] = machine.record.callbacks.get("", frozenset()) | names
    for argument, kind in given:
        _note_registration(argument, argument, kind, machine)


def notice_assignment(
    target: ast.expr, source: ast.expr | None, value: Value, env: Environment, machine: Machine
) -> bool:
    """`litellm.success_callback = [...]`; `os.environ["LANGFUSE_TRACING_ENABLED"] = "false"`.

    Returns whether it is one of LiteLLM's lists: LiteLLM puts things of its own into them.
    """
    if isinstance(target, ast.Attribute):
        base = machine.evaluate(target.value, env)
        name = f"{base.dotted}.{target.attr}" if isinstance(base, External) else ""
        if name in sdk.CALLBACK_LISTS:
            _assign_callbacks(name, source, value, machine)
            _note_registration(target, source or target, target.attr, machine)
            return True
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        _notice_switch(target.slice.value, value, machine)
    return False


def _assign_callbacks(name: str, source: ast.expr | None, value: Value, machine: Machine) -> None:
    """A list of callbacks is assigned; emptied at the top of the module, it is empty again."""
    known, frame = machine.record.callbacks, machine.frame
    names = _langfuse_names(source, machine) | callbacks_in(value)
    if names:
        known[name] = known.get(name, frozenset()) | names
    elif frame.info is None and not frame.guards and value == Many(NOTHING):
        known.pop(name, None)
        emptied = name.rpartition(".")[2]
        registered = machine.record.registered
        machine.record.registered = {node: one for node, one in registered.items() if one.kind != emptied}


def _note_registration(first: ast.expr, source: ast.expr, kind: str, machine: Machine) -> None:
    names = _langfuse_names(source, machine, by_name=True)
    if names and machine.frame.home is machine.home:
        machine.record.registered[first] = Registered(first, source, kind, names, machine.frame.info)


def _langfuse_names(node: ast.expr | None, machine: Machine, *, by_name: bool = False) -> frozenset[str]:
    """Return the Langfuse callbacks that an expression mentions, itself or through a module-level name."""
    names: frozenset[str] = frozenset()
    for part in walk(node) if node is not None else ():
        if isinstance(part, ast.Constant | ast.Name | ast.Attribute | ast.Call):
            names |= callbacks_in(machine.evaluate(part, machine.frame.env.copy()), by_name=by_name)
    return names


def _notice_switch(name: object, value: Value, machine: Machine) -> None:
    off = isinstance(value, Const) and str(value.value).lower() in ("false", "0", "off", "no")
    if off and name in ("LANGFUSE_TRACING_ENABLED", "LANGFUSE_ENABLED"):
        machine.record.tracing_off = True
