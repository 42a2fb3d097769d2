"""Statement → environment. Every function returns the state after falling through, or None when control never does.

The other ways out are sent to the frame: `break` and `continue` to the innermost loop, `return` to the function,
and what may be raised to the innermost `try`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lint_rules.semantics import delivery, sdk, sources
from lint_rules.semantics.environment import Environment, Routes, path_of
from lint_rules.semantics.exporters import keeps_exporters
from lint_rules.semantics.narrow import Decision, assume, decided_by, split
from lint_rules.semantics.questions import teaches
from lint_rules.semantics.syntax import last_name, observation_type, walk
from lint_rules.semantics.values import (
    NONE,
    TEXT,
    UNKNOWN,
    Const,
    Content,
    Empty,
    External,
    Finish,
    Instance,
    Manager,
    Many,
    Namespace,
    Numbered,
    Pending,
    Stream,
    Text,
    Value,
    join,
)

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine

MAX_ROUNDS = 3
"""How often a loop body is gone through for its state to settle; beliefs are flat, so more teaches nothing."""

Loopish = ast.For | ast.AsyncFor | ast.While


@dataclass
class Loop:
    """A loop being interpreted and the ways that lead out of its body."""

    node: Loopish
    stream: Stream | None
    finalizers: int
    guards: int
    catching: int
    breaks: list[Environment] = field(default_factory=list)
    continues: list[Environment] = field(default_factory=list)


@dataclass
class Catcher:
    """A `try` being interpreted: the joined state in which its body may have raised."""

    raised: Environment | None = None
    survives: frozenset[str] = frozenset()
    """Exceptions after which a handler lets the program go on where it was."""
    handles: bool = False
    """There are handlers at all."""


Finalizer = Callable[[Environment], "Environment | None"]


@dataclass(frozen=True)
class Leaving:
    """What a context manager does on the way out, by itself, and whether it does so when its body raises."""

    run: Finalizer
    on_error: bool = True


def run_block(statements: Sequence[ast.stmt], env: Environment, machine: Machine) -> Environment | None:
    """Interpret statements one after the other; None when one of them never falls through."""
    current: Environment | None = env
    for statement in statements:
        if current is None:
            return None
        current = run(statement, current, machine)
    return current


def run(node: ast.stmt, env: Environment, machine: Machine) -> Environment | None:
    """Interpret one statement."""
    machine.step()
    frame = machine.frame
    frame.env = env
    if frame.info is None:
        frame.home.names = env.names
    runner = _RUNNERS.get(type(node))
    if runner is None:
        return env
    calls, before = machine.calls, env.copy() if frame.catchers else None
    routes = env.routes
    after = runner(node, env, machine)
    if machine.calls != calls and not isinstance(node, _COMPOUND) and not _has_delivered(routes, after):
        machine.may_raise(before, routes, after)
    return after


def _has_delivered(before: Routes, after: Environment | None) -> bool:
    """Tell whether a statement has waited for LiteLLM's logging, or flushed the Langfuse SDK: it is taken not to raise
    before that is done."""
    if after is None:
        return False
    logged = any(route.unlogged for route in before) and not any(route.unlogged for route in after.routes)
    flushed = any(route.unflushed for route in before) and not any(route.unflushed for route in after.routes)
    return logged or flushed


def _expression(node: ast.Expr, env: Environment, machine: Machine) -> Environment | None:
    machine.terminating = False
    trial = env.copy()
    if not _is_dropped(node.value, machine.evaluate(node.value, trial)):
        env.become(trial)
    if machine.terminating:
        machine.terminating = False
        if machine.unwinding:
            machine.leave(node, NONE, env)
        return None
    return env


def _is_dropped(node: ast.expr, value: Value) -> bool:
    """Tell whether an expression statement makes a coroutine that nobody awaits or schedules: it never runs."""
    if not isinstance(node, ast.Call) or not isinstance(value, Pending):
        return False
    name = (path_of(node.func) or "").rpartition(".")[2]
    return name not in ("create_task", "ensure_future", "gather", "shield", "start_soon")


def _assign(node: ast.Assign, env: Environment, machine: Machine) -> Environment:
    value = machine.evaluate(node.value, env)
    for target in node.targets:
        machine.assign(target, value, env, source=node.value)
    return env


def _annotated(node: ast.AnnAssign, env: Environment, machine: Machine) -> Environment:
    annotated = machine.annotated(node.annotation, env)
    if node.value is None:
        if annotated != UNKNOWN:
            machine.assign(node.target, annotated, env)
        return env
    value = machine.evaluate(node.value, env)
    machine.assign(node.target, annotated if value == UNKNOWN else value, env, source=node.value)
    return env


def _augmented(node: ast.AugAssign, env: Environment, machine: Machine) -> Environment:
    left = machine.evaluate(node.target, env)
    right = machine.evaluate(node.value, env)
    if isinstance(node.op, ast.Add):
        machine.concatenated(node, node.value, right, env)
    machine.assign(node.target, _sum(left, right, machine), env, source=node.value)
    return env


def _sum(left: Value, right: Value, machine: Machine) -> Value:
    if isinstance(left, Many):
        return Many(join(left.element, machine.element_of(right, is_async=False)))
    texty = (
        isinstance(right, Content | Empty) or right == TEXT or (isinstance(left, Const) and isinstance(left.value, str))
    )
    return TEXT if texty or isinstance(left, Text) else UNKNOWN


def _if(node: ast.If, env: Environment, machine: Machine) -> Environment | None:
    frame = machine.frame
    arrivals: list[Environment | None] = []
    _, held, failed = split(node.test, env, machine)
    for truth, branch, block in ((True, held, node.body), (False, failed, node.orelse)):
        if _never(node.test, truth):
            continue
        decision = decided_by(node.test, env, truth, machine) if frame.in_stream_loop() else Decision.OTHER
        frame.guards.append(decision)
        arrivals.append(run_block(block, branch, machine))
        frame.guards.pop()
    return _merge(arrivals)


def _never(test: ast.expr, truth: bool) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value) != truth


def _merge(arrivals: list[Environment | None]) -> Environment | None:
    present = [arrival for arrival in arrivals if arrival is not None]
    if not present:
        return None
    first, *rest = present
    for arrival in rest:
        first.join(arrival)
    return first


def _for(node: ast.For | ast.AsyncFor, env: Environment, machine: Machine) -> Environment | None:
    is_async = isinstance(node, ast.AsyncFor)
    iterable = machine.iterated(machine.evaluate(node.iter, env), node.iter, env)
    iterable = sources.iterated(iterable, node.iter, env, machine, is_async=is_async)
    stream = stream_in(iterable, is_async=is_async)
    machine.looped(node, stream)
    element = machine.element_of(iterable, is_async=is_async)

    def enter(head: Environment) -> Environment:
        machine.assign(node.target, element, head)
        return head

    head, loop, again = _rounds(node, stream, env, enter, machine)
    done: Environment | None = again if again is not None and _is_filled(node.iter) else head.copy()
    assert done is not None
    if stream is not None:
        machine.exhausted(stream, done)
    if isinstance(iterable, External | Instance) and keeps_exporters(iterable.dotted):
        delivery.swept(done)
    if node.orelse:
        done = run_block(node.orelse, done, machine)
    return _merge([done, *loop.breaks])


def _is_filled(iterable: ast.expr) -> bool:
    """Tell whether a loop over the literal or `range(n)` is entered at least once."""
    if isinstance(iterable, ast.Tuple | ast.List):
        return bool(iterable.elts) and not any(isinstance(element, ast.Starred) for element in iterable.elts)
    if isinstance(iterable, ast.Call) and path_of(iterable.func) == "range" and len(iterable.args) == 1:
        count = iterable.args[0]
        return isinstance(count, ast.Constant) and isinstance(count.value, int) and count.value > 0
    return False


def stream_in(iterable: Value, *, is_async: bool) -> Stream | None:
    """Return the LiteLLM stream that a loop over `iterable` consumes, if it does."""
    if isinstance(iterable, Numbered):
        return stream_in(iterable.inner, is_async=is_async)
    if isinstance(iterable, Stream) and (is_async or (iterable.certain and not iterable.is_async)):
        return iterable
    return None


def _while(node: ast.While, env: Environment, machine: Machine) -> Environment | None:
    head, loop, _ = _rounds(node, None, env, lambda head: assume(node.test, head, True, machine), machine)
    done: Environment | None = None
    if not _never(node.test, False):
        done = assume(node.test, head, False, machine)
        if node.orelse:
            done = run_block(node.orelse, done, machine)
    return _merge([done, *loop.breaks])


def _rounds(
    node: Loopish,
    stream: Stream | None,
    env: Environment,
    enter: Callable[[Environment], Environment],
    machine: Machine,
) -> tuple[Environment, Loop, Environment | None]:
    """Go through the body until the state at its head settles.

    Returns that state, the last round's ways out, and the state after at least one round.
    """
    frame, head = machine.frame, env
    for _ in range(MAX_ROUNDS):
        loop = Loop(node, stream, len(frame.finalizers), len(frame.guards), len(frame.catchers))
        frame.loops.append(loop)
        end = run_block(node.body, enter(head.copy()), machine)
        frame.loops.pop()
        again = _merge([end, *loop.continues])
        settled = head.copy().join(again)
        taught = teaches(settled, head, machine.home.declared)
        head = settled
        if not taught:
            break
    return head, loop, again


def _break(node: ast.Break, env: Environment, machine: Machine) -> None:
    if not machine.frame.loops:  # `ast` takes it, the compiler will not
        return
    loop = machine.frame.loops[-1]
    left = _finalize(env, loop.finalizers, machine)
    if left is not None:
        if loop.stream is not None:
            machine.abandon(node, loop, env, left)
        loop.breaks.append(left)


def _continue(node: ast.Continue, env: Environment, machine: Machine) -> None:
    if not machine.frame.loops:  # `ast` takes it, the compiler will not
        return
    loop = machine.frame.loops[-1]
    left = _finalize(env, loop.finalizers, machine)
    if left is not None:
        loop.continues.append(left)


def _return(node: ast.Return, env: Environment, machine: Machine) -> None:
    value = machine.evaluate(node.value, env) if node.value is not None else NONE
    machine.leave(node, value, env)


def finalize_all(env: Environment, machine: Machine) -> Environment | None:
    """Run every `finally` and every context manager's exit that a `return` passes."""
    return _finalize(env, 0, machine)


def _finalize(env: Environment, down_to: int, machine: Machine) -> Environment | None:
    frame = machine.frame
    saved = list(frame.finalizers)
    current: Environment | None = env.copy()
    while current is not None and len(frame.finalizers) > down_to:
        current = frame.finalizers.pop()(current)
    frame.finalizers[:] = saved
    return current


def _try(node: ast.Try, env: Environment, machine: Machine) -> Environment | None:
    frame = machine.frame
    if node.finalbody:
        frame.finalizers.append(lambda state: run_block(node.finalbody, state, machine))
    outer = Catcher()
    frame.catchers.append(outer)
    arrivals = [_guarded(node, env, machine)]
    frame.catchers.pop()
    if node.finalbody:
        frame.finalizers.pop()
    done = _merge(arrivals)
    if outer.raised is not None:
        raised = run_block(node.finalbody, outer.raised.copy(), machine) if node.finalbody else outer.raised
        machine.raised(raised)
    return run_block(node.finalbody, done, machine) if node.finalbody and done is not None else done


def _guarded(node: ast.Try, env: Environment, machine: Machine) -> Environment | None:
    """Interpret `try` … `except` … `else` without the `finally`."""
    frame, catcher = machine.frame, Catcher(None, _survived(node), bool(node.handlers))
    frame.catchers.append(catcher)
    end = run_block(node.body, env.copy(), machine)
    frame.catchers.pop()
    if end is not None and node.orelse:
        end = run_block(node.orelse, end, machine)
    arrivals = [end]
    if catcher.raised is not None:
        arrivals += [_handler(handler, catcher.raised, machine) for handler in node.handlers]
    else:  # nothing raises: interpreted for what stands in them, without effect
        frame.catchers.append(Catcher())
        for handler in node.handlers:
            _handler(handler, env, machine)
        frame.catchers.pop()
    if catcher.raised is not None and not any(_catches_all(handler) for handler in node.handlers):
        machine.raised(catcher.raised)
    return _merge(arrivals)


def _handler(node: ast.ExceptHandler, raised: Environment, machine: Machine) -> Environment | None:
    state = raised.copy()
    if node.name:
        state.assign(node.name, UNKNOWN)
    machine.frame.guards.append(Decision.OTHER)
    end = run_block(node.body, state, machine)
    machine.frame.guards.pop()
    return end


def _handler_names(handler: ast.ExceptHandler) -> set[str | None]:
    if handler.type is None:
        return {None}
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {path_of(node) for node in nodes}


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return bool(_handler_names(handler) & {None, "Exception", "BaseException"})


def _survived(node: ast.Try) -> frozenset[str]:
    """Return which of the errors that a None causes are caught by a handler that goes on afterwards."""
    survived: set[str] = set()
    for handler in node.handlers:
        if isinstance(handler.body[-1], ast.Pass | ast.Continue | ast.Assign | ast.AugAssign | ast.Expr):
            names = _handler_names(handler)
            survived |= _NONE_ERRORS if names & {None, "Exception", "BaseException"} else _NONE_ERRORS & names
    return frozenset(survived)


_NONE_ERRORS = {"TypeError", "AttributeError"}


def _with(node: ast.With | ast.AsyncWith, env: Environment, machine: Machine) -> Environment | None:
    frame, depth = machine.frame, len(machine.frame.finalizers)
    leaving: list[Leaving] = []
    spans: list[ast.expr] = []
    for item in node.items:
        value = machine.evaluate(item.context_expr, env)
        manager = machine.manager(value)
        if isinstance(manager.entered, Instance) and sdk.opens_span(manager.entered.dotted):
            spans.append(item.context_expr)
        if item.optional_vars is not None:
            machine.assign(item.optional_vars, manager.entered, env)
        ways_out = list(_ways_out(item.context_expr, value, manager, env, machine))
        leaving += ways_out
        frame.finalizers += [way_out.run for way_out in ways_out]
    catcher = Catcher()
    frame.catchers.append(catcher)
    outside, frame.calls = frame.calls, set()
    end = run_block(node.body, env, machine)
    for span in spans:
        machine.spanned(frame.calls, last_name(span.func) if isinstance(span, ast.Call) else "", observation_type(span))
    frame.calls |= outside
    frame.catchers.pop()
    if catcher.raised is not None:
        for way_out in reversed(leaving):
            if way_out.on_error:
                way_out.run(catcher.raised)
        machine.raised(catcher.raised)
    if end is not None:
        end = _finalize(end, depth, machine)
    del frame.finalizers[depth:]
    return end


def _ways_out(node: ast.expr, value: Value, manager: Manager, env: Environment, machine: Machine) -> Iterator[Leaving]:
    """Yield what `with node` does on its way out."""
    leave = manager.leave
    if leave is not None:
        yield Leaving(lambda state: machine.applied(leave, state), manager.leave_on_error)
    if sources.is_made_by_helper(node, value, env, machine):
        yield Leaving(lambda state: sources.left(node, state, machine))


def _match(node: ast.Match, env: Environment, machine: Machine) -> Environment | None:
    frame, path = machine.frame, path_of(node.subject)
    subject = machine.evaluate(node.subject, env)
    current = env
    arrivals: list[Environment | None] = []
    for case in node.cases:
        branch, matched, left = current.copy(), *_pattern(case.pattern, subject)
        if path is not None and matched != subject:
            branch.narrow(path, matched)
        _bind_pattern(case.pattern, matched, branch)
        decision = _pattern_decision(matched)
        if case.guard is not None:
            branch = assume(case.guard, branch, True, machine)
        elif path is not None:
            subject = left
            current = current.copy()
            current.narrow(path, left)
        frame.guards.append(decision)
        arrivals.append(run_block(case.body, branch, machine))
        frame.guards.pop()
        if case.guard is None and _irrefutable(case.pattern):
            return _merge(arrivals)
    return _merge([*arrivals, current])


def _irrefutable(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _pattern_decision(value: Value) -> Decision:
    if isinstance(value, Empty):
        return Decision.EMPTY
    return Decision.FINISH if value is Finish.SET else Decision.OTHER


def _pattern(pattern: ast.pattern, subject: Value) -> tuple[Value, Value]:
    """Return the subject where the pattern matched, and where it did not."""
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        return _pattern(pattern.pattern, subject)
    if isinstance(pattern, ast.MatchOr):
        return _any_pattern(pattern, subject)
    if isinstance(subject, Content | Empty):
        return _content_pattern(pattern, subject)
    if isinstance(subject, Finish) and isinstance(pattern, ast.MatchSingleton):
        return Finish.UNSET, Finish.SET
    if isinstance(subject, Finish) and isinstance(pattern, ast.MatchValue):
        return Finish.SET, subject
    return subject, subject


def _any_pattern(pattern: ast.MatchOr, subject: Value) -> tuple[Value, Value]:
    matched: list[Value] = []
    for alternative in pattern.patterns:
        held, subject = _pattern(alternative, subject)
        matched.append(held)
    joined = matched[0]
    for value in matched[1:]:
        joined = joined if isinstance(joined, Empty) and isinstance(value, Empty) else join(joined, value)
    return joined, subject


def _content_pattern(pattern: ast.pattern, subject: Content | Empty) -> tuple[Value, Value]:
    if isinstance(pattern, ast.MatchSingleton) and pattern.value is None:
        return Empty(subject.read), TEXT
    if (
        isinstance(pattern, ast.MatchValue)
        and isinstance(pattern.value, ast.Constant)
        and isinstance(pattern.value.value, str)
    ):
        return (TEXT if pattern.value.value else Empty(subject.read)), subject
    if isinstance(pattern, ast.MatchClass) and path_of(pattern.cls) == "str":
        return TEXT, Empty(subject.read)
    return subject, subject


def _bind_pattern(pattern: ast.pattern, value: Value, env: Environment) -> None:
    if isinstance(pattern, ast.MatchAs) and pattern.name is not None:
        env.assign(pattern.name, value)
    if isinstance(pattern, ast.MatchClass) and len(pattern.patterns) == 1:
        _bind_pattern(pattern.patterns[0], value, env)
        return
    for node in walk(pattern):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if isinstance(name, str) and node is not pattern:
            env.assign(name, UNKNOWN)


def _raise(node: ast.Raise, env: Environment, machine: Machine) -> None:
    for part in (node.exc, node.cause):
        if part is not None:
            machine.evaluate(part, env)
    for loop in machine.frame.loops:
        if loop.stream is not None:
            machine.left_by_raise(node, loop, env)
    machine.may_raise(env, env.routes, None)


def _assert(node: ast.Assert, env: Environment, machine: Machine) -> Environment:
    return assume(node.test, env, True, machine)


def _delete(node: ast.Delete, env: Environment, machine: Machine) -> Environment:
    for target in node.targets:
        path = path_of(target)
        if path is not None:
            env.forget(path)
    return env


def _import(node: ast.Import, env: Environment, machine: Machine) -> Environment:
    for alias in node.names:
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        env.assign(alias.asname or name, machine.frame.home.find(0, name, None))
    return env


def _import_from(node: ast.ImportFrom, env: Environment, machine: Machine) -> Environment:
    find = machine.frame.home.find
    for alias in node.names:
        if alias.name != "*":
            env.assign(alias.asname or alias.name, find(node.level, node.module or "", alias.name))
        elif isinstance(module := find(node.level, node.module or "", None), Namespace):
            machine.import_all(module, env)
    return env


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, env: Environment, machine: Machine) -> Environment:
    env.assign(node.name, machine.define(node, env))
    return env


def _class(node: ast.ClassDef, env: Environment, machine: Machine) -> Environment:
    env.assign(node.name, machine.define_class(node, env))
    return env


_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.Match)

_RUNNERS: dict[type[ast.stmt], Callable[..., Environment | None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Return: _return,
    ast.Try: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
if hasattr(ast, "TryStar"):
    _RUNNERS[ast.TryStar] = _try
