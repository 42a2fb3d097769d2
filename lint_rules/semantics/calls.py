"""Call → value: what the SDKs, the standard library and the linted code's own functions give back and do."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from lint_rules.finding import Step
from lint_rules.semantics import delivery, runs, sdk, sources, tracing
from lint_rules.semantics.environment import Environment, path_of
from lint_rules.semantics.exporters import flushes
from lint_rules.semantics.leaks import is_carried
from lint_rules.semantics.narrow import type_test
from lint_rules.semantics.questions import is_telling
from lint_rules.semantics.syntax import last_name
from lint_rules.semantics.values import (
    NONE,
    NOTHING,
    TASKS,
    TEXT,
    UNKNOWN,
    Class,
    Const,
    Content,
    Event,
    External,
    Function,
    Instance,
    Kind,
    Manager,
    Many,
    Method,
    Numbered,
    Origin,
    Part,
    Partial,
    Pending,
    Remote,
    Stream,
    Tasks,
    Text,
    Value,
    join,
)

if TYPE_CHECKING:
    from lint_rules.semantics.infer import Machine


def call(node: ast.Call, env: Environment, machine: Machine) -> Value:
    """Return the value of a call and record what it does to streams, content and delivery."""
    callee = machine.evaluate(node.func, env)
    machine.calls += _may_raise(callee)
    if isinstance(callee, External):
        if (runner := _runner_called(callee.dotted)) is not None:
            return runs.entry_point(node, runner, env, machine)
        if (flag := type_test(node, callee, machine, env)) is not None:
            return flag
    arguments = Arguments(node, env, machine)
    runs.routed(node, arguments.all(), machine)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "write":
        _rendering(arguments)
    if isinstance(callee, Remote):
        if not arguments.tell():
            machine.record.passed_by.add(callee.name)
            return machine.made_by(callee)
        callee = machine.reached(callee)
    if isinstance(callee, External):
        machine.referred(node, callee.dotted)
        return _external(callee.dotted, arguments)
    if isinstance(callee, Method):
        return _method(callee, arguments)
    if isinstance(callee, Function):
        return sources.added(callee, machine.call(callee, arguments, env), arguments)
    if isinstance(callee, Class):
        return machine.construct(callee, arguments, env)
    if isinstance(callee, Partial):
        return _partial_call(callee, arguments)
    return _unknown(node.func, arguments)


def _runner_called(dotted: str) -> str | None:
    """Return how a callable that runs coroutines to their end is called in messages; None: it is none."""
    if dotted in sdk.LOOP_RUN_METHODS:
        return dotted.rpartition(".")[2]
    return sdk.RUNNERS.get(dotted)


def _may_raise(callee: Value) -> bool:
    """asyncio's own functions, LiteLLM's worker and what logs a stream by hand, `print`, loggers, and what makes a
    Langfuse client are taken to do what they are called for."""
    if isinstance(callee, Method) and isinstance(callee.receiver, Method):
        return False
    if not isinstance(callee, External):
        return True
    return not callee.dotted.startswith(_SURE) and callee.dotted not in _SURE_MAKERS


_SURE = ("asyncio.", sdk.WORKER, "print", "logging.", "os._exit")
_SURE_MAKERS = sdk.LANGFUSE_CLIENTS | sdk.CHUNK_BUILDERS


class Arguments:
    """The evaluated arguments of one call, in order."""

    def __init__(self, node: ast.Call, env: Environment, machine: Machine) -> None:
        self.node, self.env, self.machine = node, env, machine
        self.positional = [machine.evaluate(argument, env) for argument in node.args]
        self.keywords = {keyword.arg: machine.evaluate(keyword.value, env) for keyword in node.keywords}

    def first(self) -> Value:
        """Return the first positional argument, or nothing known."""
        return self.positional[0] if self.positional else UNKNOWN

    def all(self) -> list[Value]:
        """Return every argument, positional and keyword."""
        return [*self.positional, *self.keywords.values()]

    def tell(self) -> bool:
        """Tell whether one of them makes it worth while to look at what is called."""
        declared = self.machine.home.declared
        return any(is_telling(value, declared) or is_carried(value) for value in self.all())

    @property
    def spread(self) -> bool:
        """Tell whether `*args` or `**kwargs` may bring more than is visible."""
        return None in self.keywords or any(isinstance(argument, ast.Starred) for argument in self.node.args)

    def streams(self) -> bool | None:
        """Tell whether `stream=` is on: True, False, or None when it cannot be seen.

        With `complete_response=True` LiteLLM reads the stream itself (litellm/main.py, completion).
        """
        if self.keywords.get("complete_response") == Const(True):
            return False
        if "stream" not in self.keywords:
            return None if self.spread else False
        value = self.machine.reached(self.keywords["stream"])
        return bool(value.value) if isinstance(value, Const) else None


def _external(dotted: str, arguments: Arguments) -> Value:
    entry = sdk.CALLS.get(dotted)
    if entry is not None:
        return litellm_call(dotted, entry, arguments)
    if (declared := sources.call(dotted, arguments)) is not None:
        return declared
    if dotted in sdk.STREAM_TYPES:
        node = arguments.node
        origin = Origin(dotted, node.lineno, node.col_offset, arguments.machine.frame.home.name)
        return Stream(frozenset({origin}), is_async=False, via=_made(origin))
    handler = _HANDLERS.get(dotted)
    if handler is not None:
        return handler(arguments)
    if dotted in sdk.TRANSPARENT:
        return _transparent(dotted, arguments)
    if dotted in sdk.NUMBERING:
        return Numbered(arguments.first())
    if dotted in sdk.CLOSING:
        return Manager(arguments.first())
    if _langfuse(dotted, arguments):
        return Instance(dotted)
    return _foreign(dotted, arguments)


def litellm_call(dotted: str, entry: sdk.Call, arguments: Arguments, *, streams: bool | None = None) -> Value:
    """Return what a LiteLLM call gives: a stream where it can be one, and the event that it has been made."""
    machine, env, node = arguments.machine, arguments.env, arguments.node
    tracing.registered(node, machine)
    origin = Origin(dotted, node.lineno, node.col_offset, machine.frame.home.name)
    machine.created(origin, env)
    if entry.is_async:  # sync calls are logged in threads that Python joins at exit
        delivery.called(env)
    visible = streams if streams is not None else arguments.streams()
    if entry.is_async or not entry.streams or visible is False:
        machine.called_in_context(node)  # a sync stream is logged by a thread that does not know the caller's context
    result: Value = UNKNOWN
    if entry.streams and visible is not False:
        result = Stream(frozenset({origin}), entry.is_async, certain=visible is True, via=_made(origin))
        if visible is True:
            machine.made(origin, node, entry.is_async)
    elif entry.streams and entry.is_async:
        result = Stream(frozenset({origin}), is_async=True, certain=False, via=_made(origin))
    return Pending(result) if entry.is_async else result


def _made(origin: Origin) -> tuple[Step, ...]:
    return (Step(origin.path, origin.line, f"`{origin.callable}` makes the stream"),)


def _transparent(dotted: str, arguments: Arguments) -> Value:
    if dotted.endswith(".cast"):
        return arguments.positional[-1] if arguments.positional else UNKNOWN
    value = arguments.first()
    if isinstance(value, Many) and dotted in ("iter", "aiter"):
        return Many(value.element)
    if isinstance(value, External) and sources.is_helper(value, arguments.machine):  # it runs in a thread
        sources.deliver(arguments.node, arguments.env, arguments.machine)
    return _scheduled(dotted, value, arguments)


def _scheduled(dotted: str, value: Value, arguments: Arguments) -> Value:
    """asyncio awaits what it is given."""
    is_asyncio = dotted.startswith("asyncio.")
    return sources.scheduled([value], arguments.env, arguments.machine)[0] if is_asyncio else value


def _langfuse(dotted: str, arguments: Arguments) -> bool:
    """Handle what the Langfuse SDK does: flushes, clients, observations. Return whether it was Langfuse's."""
    root, _, method = dotted.rpartition(".")
    machine, env = arguments.machine, arguments.env
    if kinds := flushes(dotted):
        runs.flushed(arguments.node, kinds, env, machine)
        return True
    if root in sdk.LANGFUSE_CLIENTS or root in sdk.LANGFUSE_CONTEXTS or root in sdk.LANGFUSE_HANDLERS:
        if method not in sdk.SILENT_CLIENT_METHODS:
            runs.observed(env, machine)
        return True
    if dotted.startswith(sdk.LANGFUSE_OPENAI + "."):
        if ".create" in dotted or ".parse" in dotted or ".stream" in dotted:
            runs.observed(env, machine)
        return True
    return dotted in sdk.LANGFUSE_CLIENTS


_TRACER = re.compile(r"tracer|exporter|span_processor", re.IGNORECASE)


def _foreign(dotted: str, arguments: Arguments) -> Value:
    """A call into a module we do not see: it may take over streams, run callbacks, deliver traces."""
    machine, env = arguments.machine, arguments.env
    _hand_over(arguments)
    for value in arguments.all():
        _scheduled(dotted, value, arguments)
    runs.handed_over(dotted, arguments.all(), machine)
    root = dotted.partition(".")[0]
    if root == "litellm":
        tracing.registered(arguments.node, machine)
    own = root in sys.stdlib_module_names or root == "litellm"
    owner, _, last = dotted.rpartition(".")
    generic = last in ("flush", "shutdown", "close", "aclose", "stop")
    if not own and (sdk.may_deliver(owner if generic else last) or (generic and _TRACER.search(owner))):
        delivery.delivered(env)
    if dotted.startswith(sdk.WORKER + "."):
        delivery.delivered(env)
    return Instance(dotted)


def _unknown(function: ast.expr, arguments: Arguments) -> Value:
    """A call of something unknown: silent about whatever it may have taken over or delivered."""
    _hand_over(arguments)
    arguments.machine.frame.hands_over |= any(map(is_carried, arguments.all()))
    name = function.attr if isinstance(function, ast.Attribute) else path_of(function) or ""
    if sdk.may_deliver(name, last_name(function.value) if isinstance(function, ast.Attribute) else ""):
        delivery.delivered(arguments.env)
    return UNKNOWN


def _hand_over(arguments: Arguments) -> None:
    for value in arguments.all():
        arguments.machine.escaped(value, arguments.env)
        if sources.is_helper(value, arguments.machine):
            delivery.deferred(arguments.env)
        elif isinstance(value, Function):
            runs.deferred(value, arguments.env, arguments.machine)


def _method(method: Method, arguments: Arguments) -> Value:
    handler = _METHODS.get(type(method.receiver))
    if handler is not None:
        value = handler(method, arguments)
        if value is not None:
            return value
    _hand_over(arguments)
    return UNKNOWN


def _method_of_many(method: Method, arguments: Arguments) -> Value | None:
    receiver = method.receiver
    assert isinstance(receiver, Many)
    if method.name in ("append", "add", "appendleft", "insert", "put_nowait"):
        return _grow(receiver, arguments, _last_read(arguments))
    if method.name in ("extend", "update") and arguments.positional:
        return _grow(receiver, arguments, arguments.machine.element_of(arguments.first(), is_async=False))
    if method.name == "copy":
        return receiver
    return receiver.element if method.name in ("pop", "popleft") else None


def _last_read(arguments: Arguments) -> Value:
    if not arguments.positional:
        return UNKNOWN
    return arguments.machine.read_at(arguments.node.args[-1], arguments.positional[-1])


def _grow(receiver: Many, arguments: Arguments, element: Value) -> Value:
    if isinstance(arguments.node.func, ast.Attribute):
        grown = Many(join(receiver.element, element))
        arguments.machine.store(arguments.node.func.value, grown, arguments.env, keep=True)
    return NONE


def _method_of_text(method: Method, arguments: Arguments) -> Value | None:
    if method.name == "join" and arguments.positional:
        arguments.machine.joined(arguments.node, arguments.first(), arguments.env)
    if method.name == "format":
        _rendering(arguments)
    return TEXT if method.name in _TEXT_METHODS else None


_TEXT_METHODS = frozenset(
    {
        "join",
        "strip",
        "lstrip",
        "rstrip",
        "format",
        "replace",
        "lower",
        "upper",
        "title",
        "removeprefix",
        "removesuffix",
    }
)


def _method_of_part(method: Method, arguments: Arguments) -> Value | None:
    from lint_rules.semantics.expressions import item_of  # noqa: PLC0415 - expressions call calls

    receiver = method.receiver
    assert isinstance(receiver, Part)
    if method.name == "get" and arguments.positional:
        return item_of(receiver, arguments.first(), arguments.node, arguments.machine)
    if receiver.kind is Kind.CHUNK and method.name in ("model_dump", "dict", "json", "to_dict", "copy", "model_copy"):
        return receiver
    return None


def _method_of_event(method: Method, arguments: Arguments) -> Value | None:
    receiver, key = method.receiver, arguments.first()
    assert isinstance(receiver, Event)
    return receiver.field(f"[{key.value!r}]") if method.name == "get" and isinstance(key, Const) else None


def _method_of_stream(method: Method, arguments: Arguments) -> Value | None:
    receiver = method.receiver
    if method.name in ("__aiter__", "__iter__"):
        return receiver
    if method.name == "__anext__":
        arguments.machine.stepped(receiver, arguments.env)
        return Pending(arguments.machine.element_of(receiver, is_async=True))
    if method.name == "__next__":
        arguments.machine.stepped(receiver, arguments.env)
        return arguments.machine.element_of(receiver, is_async=False)
    return Pending(UNKNOWN) if method.name == "aclose" else None


def _method_of_logging(method: Method, arguments: Arguments) -> Value | None:
    """`await stream.logging_obj.async_success_handler(part)`: LiteLLM logs that part, once, and not the rest."""
    logging = method.receiver
    assert isinstance(logging, Method)
    stream, waits = logging.receiver, method.name in sdk.PART_HANDLERS
    if not isinstance(stream, Stream) or not (waits or (method.name in sdk.SYNC_PART_HANDLERS and not stream.is_async)):
        return None
    arguments.machine.logged_by_hand(stream, arguments.env)
    return Pending(NONE) if waits else NONE


def _method_of_remote(method: Method, arguments: Arguments) -> Value | None:
    from lint_rules.semantics.expressions import attribute_of  # noqa: PLC0415 - expressions call calls

    machine = arguments.machine
    if not arguments.tell():
        machine.record.passed_by.add(method.name)
        return None
    callee = attribute_of(machine.reached(method.receiver), method.name, arguments.node, machine)
    if isinstance(callee, Function):
        return machine.call(callee, arguments, arguments.env)
    return _method(callee, arguments) if isinstance(callee, Method) else None


def _method_of_tasks(method: Method, arguments: Arguments) -> Value | None:
    return NONE if method.name in ("discard", "remove") else TASKS


_METHODS: dict[type, Callable[[Method, Arguments], Value | None]] = {
    Many: _method_of_many,
    Text: _method_of_text,
    Const: _method_of_text,
    Content: _method_of_text,
    Part: _method_of_part,
    Event: _method_of_event,
    Stream: _method_of_stream,
    Method: _method_of_logging,
    Remote: _method_of_remote,
    Tasks: _method_of_tasks,
}


def _partial(arguments: Arguments) -> Value:
    function, stream = arguments.first(), arguments.keywords.get("stream")
    if isinstance(function, External) and function.dotted not in sdk.CALLS and stream == Const(False):
        return UNKNOWN
    return Partial(function, stream not in (None, Const(False))) if function != UNKNOWN else UNKNOWN


def _partial_call(partial: Partial, arguments: Arguments) -> Value:
    function = partial.function
    if isinstance(function, External) and function.dotted in sdk.CALLS:
        return litellm_call(
            function.dotted, sdk.CALLS[function.dotted], arguments, streams=True if partial.streams else None
        )
    if isinstance(function, External) and (declared := sources.call(function.dotted, arguments)) is not None:
        return declared
    if isinstance(function, Function):
        value = arguments.machine.call(function, arguments, arguments.env, partial=True)
        return sources.added(function, value, arguments)
    return _unknown(arguments.node.func, arguments)


def _sleep(arguments: Arguments) -> Value:
    instant = arguments.first() in (Const(0), Const(0.0))
    delivery.turned(arguments.env, None if instant else arguments.node, certain=True)
    return Pending(NONE)


def _gather(arguments: Arguments) -> Value:
    machine = arguments.machine
    results: list[Value] = []
    for argument, value in zip(arguments.node.args, arguments.positional, strict=True):
        single = machine.element_of(value, is_async=False) if isinstance(argument, ast.Starred) else value
        if isinstance(single, Tasks):
            delivery.logged(arguments.env, arguments.node)
        results.append(sources.awaited(single, arguments.env, machine))
    known = not any(isinstance(argument, ast.Starred) for argument in arguments.node.args)
    element = results[0] if results else UNKNOWN
    for result in results[1:]:
        element = join(element, result)
    return Pending(Many(element, tuple(results) if known else None))


def _wait(arguments: Arguments) -> Value:
    value = arguments.first()
    if isinstance(value, Tasks) or (isinstance(value, Many) and isinstance(value.element, Tasks)):
        delivery.logged(arguments.env, arguments.node)
    return Pending(UNKNOWN)


def _flush_worker(arguments: Arguments) -> Value:
    delivery.worker_flushed(arguments.env, arguments.node)
    return Pending(NONE)


def _anext(arguments: Arguments) -> Value:
    arguments.machine.stepped(arguments.first(), arguments.env)
    return Pending(arguments.machine.element_of(arguments.first(), is_async=True))


def _next(arguments: Arguments) -> Value:
    arguments.machine.stepped(arguments.first(), arguments.env)
    return arguments.machine.element_of(arguments.first(), is_async=False)


def _getattr(arguments: Arguments) -> Value:
    from lint_rules.semantics.expressions import attribute_of  # noqa: PLC0415 - expressions call calls

    path = path_of(arguments.node)
    if path is not None and (known := arguments.env.names.get(path)) is not None:
        return known
    if (
        len(arguments.positional) < 2
        or not isinstance(name := arguments.positional[1], Const)
        or not isinstance(name.value, str)
    ):
        return UNKNOWN
    return attribute_of(arguments.first(), name.value, arguments.node, arguments.machine)


def _filter(arguments: Arguments) -> Value:
    if len(arguments.positional) != 2:
        return UNKNOWN
    element = arguments.machine.element_of(arguments.positional[1], is_async=False)
    truthy = arguments.positional[0] in (NONE, External("bool"), External("len"))
    return Many(TEXT if truthy and isinstance(element, Content) else element)


def _map(arguments: Arguments) -> Value:
    if len(arguments.positional) != 2:
        return UNKNOWN
    function, iterable = arguments.positional
    if function == External("str"):
        return Many(TEXT)
    if isinstance(function, Function):
        element = arguments.machine.element_of(iterable, is_async=False)
        return Many(arguments.machine.apply(function, [element], arguments.env))
    return UNKNOWN


def _collection(arguments: Arguments) -> Value:
    if not arguments.positional:
        return Many(NOTHING)
    value = arguments.first()
    if isinstance(value, Tasks):
        return value
    arguments.machine.exhausted(value, arguments.env)
    return Many(arguments.machine.element_of(value, is_async=False))


def _rendering(arguments: Arguments) -> Value:
    for argument, value in zip(arguments.node.args, arguments.positional, strict=True):
        arguments.machine.rendered(arguments.node, argument, value, arguments.env)
    return TEXT


def _exit(arguments: Arguments) -> Value:
    arguments.machine.terminated(arguments.env, unwinds=True)
    return UNKNOWN


def _kill(arguments: Arguments) -> Value:
    arguments.machine.terminated(arguments.env, unwinds=False)
    return UNKNOWN


def _pool_method(value: Value) -> str:
    return f"{value.dotted}.submit" if isinstance(value, Instance) else ""


def _context(arguments: Arguments) -> Value:
    """`multiprocessing.get_context("spawn")`: processes that are started anew."""
    return Instance("multiprocessing.spawn" if arguments.first() == Const("spawn") else "multiprocessing.context")


def _start_method(arguments: Arguments) -> Value:
    arguments.machine.record.spawns |= arguments.first() == Const("spawn")
    return NONE


def _process_pool(arguments: Arguments) -> Value:
    spawns = arguments.keywords.get("mp_context") == Instance("multiprocessing.spawn")
    return Instance("multiprocessing.spawn" if spawns else "concurrent.futures.ProcessPoolExecutor")


def _in_thread(arguments: Arguments) -> Value:
    """`asyncio.to_thread(flush)`, `loop.run_in_executor(None, flush)`: what runs there blocks nobody."""
    runs.handed_over(_pool_method(arguments.first()), arguments.positional[1:], arguments.machine)
    _elsewhere(arguments.positional, arguments)
    return Pending(UNKNOWN)


def _thread(arguments: Arguments) -> Value:
    """`threading.Thread(target=flush)`, which is taken to be started, and waited for where that matters."""
    _elsewhere([arguments.keywords.get("target", UNKNOWN)], arguments)
    return Instance("threading.Thread")


def _elsewhere(values: list[Value], arguments: Arguments) -> None:
    _hand_over(arguments)
    machine, env = arguments.machine, arguments.env
    function = next((value for value in values if isinstance(value, External | Function)), UNKNOWN)
    blocks = machine.frame.blocks
    if isinstance(function, External) and (kinds := flushes(function.dotted)):
        delivery.flushed(env, arguments.node, kinds)
    elif sources.is_helper(function, machine):
        sources.deliver(arguments.node, env, machine)
    elif isinstance(function, Function):
        before = env.routes
        machine.apply(function, [], env)
        delivery.relocated(env, before, arguments.node)
    machine.frame.blocks = blocks


def _all_tasks(arguments: Arguments) -> Value:
    return TASKS


def _loop(arguments: Arguments) -> Value:
    return Instance("asyncio.loop")


def _runner(arguments: Arguments) -> Value:
    return Instance("asyncio.Runner")


_HANDLERS: dict[str, Callable[[Arguments], Value]] = {
    "functools.partial": _partial,
    "asyncio.sleep": _sleep,
    "anyio.sleep": _sleep,
    "trio.sleep": _sleep,
    "asyncio.gather": _gather,
    "asyncio.wait": _wait,
    "asyncio.all_tasks": _all_tasks,
    sdk.WORKER + ".flush": _flush_worker,
    "anext": _anext,
    "next": _next,
    "getattr": _getattr,
    "filter": _filter,
    "map": _map,
    "list": _collection,
    "tuple": _collection,
    "set": _collection,
    "frozenset": _collection,
    "sorted": _collection,
    "reversed": _collection,
    "collections.deque": _collection,
    "print": _rendering,
    "str": _rendering,
    "sys.exit": _exit,
    "os._exit": _kill,
    "os.abort": _kill,
    "asyncio.to_thread": _in_thread,
    "threading.Thread": _thread,
    "asyncio.loop.run_in_executor": _in_thread,
    "multiprocessing.get_context": _context,
    "multiprocessing.set_start_method": _start_method,
    "concurrent.futures.ProcessPoolExecutor": _process_pool,
    "concurrent.futures.process.ProcessPoolExecutor": _process_pool,
    "exit": _exit,
    "quit": _exit,
    "asyncio.Runner": _runner,
    **dict.fromkeys(sdk.LOOP_FACTORIES, _loop),
}
