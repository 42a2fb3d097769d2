"""The interpreter of one module: frames, functions, classes; expressions and statements have modules of their own.

What the module imports is found by its `Home`, so that what stands above (the other modules of the project) can be
plugged in without this module knowing of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from lint_rules.finding import Step
from lint_rules.semantics import calls, delivery, expressions, runs, sdk, sources, statements, tracing
from lint_rules.semantics.declared import spelled
from lint_rules.semantics.demand import Demand
from lint_rules.semantics.environment import START, Environment, Routes, merge_routes, path_of
from lint_rules.semantics.leaks import LEADING, Leaks, is_carried, known_by
from lint_rules.semantics.lifespans import around_lifespans, lifespans
from lint_rules.semantics.narrow import Decision, is_empty, narrow_truth, strongest
from lint_rules.semantics.questions import (
    bound_names,
    call_at,
    context_of,
    defaults_of,
    forget_place,
    inside,
    instance_of,
    is_dull,
    is_event_field,
    is_near,
    is_past_the_stream,
    is_telling,
    origins_of,
    plain_positional,
    positional_names,
    receiver_of,
    tells,
)
from lint_rules.semantics.reach import LITELLM_ITSELF, outline
from lint_rules.semantics.record import (
    CallSite,
    Context,
    Entry,
    Exit,
    Made,
    Record,
    Sightings,
    SpannedCall,
    Use,
)
from lint_rules.semantics.syntax import (
    TooLargeError,
    field_names,
    imports,
    is_short,
    loops_of,
    observation_type,
    runs_coroutines,
    stored_attributes,
    yields_in_try,
)
from lint_rules.semantics.values import (
    NONE,
    TASKS,
    UNKNOWN,
    Class,
    ClassInfo,
    Closure,
    Const,
    Content,
    Empty,
    Event,
    External,
    Finish,
    Flag,
    Function,
    FunctionInfo,
    Home,
    Imported,
    Instance,
    Interest,
    Kind,
    Manager,
    Many,
    Method,
    Namespace,
    Numbered,
    Object,
    Origin,
    Part,
    Pending,
    Read,
    Remote,
    Role,
    Stream,
    Tasks,
    Text,
    Value,
    Yielded,
    forced,
    join,
    join_all,
)

MAX_STEPS = 400_000
"""Expressions and statements interpreted per module before it is given up: silence, not a guess."""
MAX_FOREIGN_STEPS = 20_000
"""The share of that for functions of other modules; when it is used up, they are taken for unknown."""
SERVING = "serving"
"""The context of a function that is entered when an application starts and goes on when it has served."""
MAX_DEPTH = 12
MAX_CONTEXTS = 12

_ALIASABLE = Part | Content | Empty | Finish | Text
"""Values that stay what they are while a name stands for them."""


@dataclass
class Frame:
    """A function (None: the module) being interpreted."""

    info: FunctionInfo | None
    home: Home
    context: Context = None
    closure: Closure | None = None
    received: frozenset[Origin] = frozenset()
    """Streams that came in as arguments: leaving them early is the caller's business until the caller is done."""
    env: Environment = field(default_factory=Environment)
    owner: ClassInfo | None = None
    loops: list[statements.Loop] = field(default_factory=list)
    finalizers: list[statements.Finalizer] = field(default_factory=list)
    catchers: list[statements.Catcher] = field(default_factory=list)
    guards: list[Decision] = field(default_factory=list)
    returned: list[tuple[Value, Environment]] = field(default_factory=list)
    yielded: list[tuple[Value, Yielded]] = field(default_factory=list)
    suspended: set[Origin] = field(default_factory=set)
    """Streams that are left where they are when the consumer of this generator stops."""
    suspended_via: tuple[Step, ...] = ()
    raised: Routes = frozenset()
    killed: Routes = frozenset()
    """Ways on which the process is ended here, without running anything else."""
    blocks: bool = False
    """Something here waits for a network without giving the event loop a turn."""
    closures: dict[ast.AST, Closure] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    hands_over: bool = False
    """A stream, or something of one, is given to what is not known here, and may be the caller's."""
    calls: set[CallSite] = field(default_factory=set)
    """LiteLLM calls that run, here or in what is called, in the context of this function."""

    def in_stream_loop(self) -> bool:
        """Tell whether an exit here could leave a stream."""
        return any(loop.stream is not None for loop in self.loops)


@dataclass(frozen=True)
class Summary:
    """What calling a function does, for one set of arguments."""

    value: Value
    yielded: Value
    yields: frozenset[Yielded]
    suspended: frozenset[Origin]
    via: tuple[Step, ...]
    """How the suspended stream got into the generator."""
    exhausted: frozenset[Origin]
    logged: frozenset[Origin]
    abandoned: frozenset[tuple[Origin, int]]
    routes: Routes
    raised: Routes
    calls: frozenset[CallSite]
    killed: Routes
    blocks: bool
    hands_over: bool


_EXTERNAL_ROLES = {
    "staticmethod": Role.STATIC,
    "classmethod": Role.CLASS,
    "property": Role.PROPERTY,
    "functools.cached_property": Role.PROPERTY,
    "contextlib.contextmanager": Role.MANAGER,
    "contextlib.asynccontextmanager": Role.MANAGER,
    "typing.overload": Role.OPAQUE,
    "functools.singledispatch": Role.OPAQUE,
    "pytest.fixture": Role.OPAQUE,
    "pytest_asyncio.fixture": Role.OPAQUE,
}


class Machine:
    """One module under interpretation. `run` goes through it; `record` is the outcome."""

    def __init__(self, tree: ast.Module, home: Home | None = None) -> None:
        self.tree, self.home = tree, home or Home()
        self.interest = self.home.interest()
        self.steps = self.calls = self.foreign_steps = self.steps_by_hand = 0
        self.abroad: int | None = None
        """How many steps there were when the first of the functions of other modules, which are going on, began."""
        uses_source = spelled(tree, self.home.declared).uses_source
        if self.home.names_litellm:
            self.home.uses_litellm = self.home.uses_litellm or imports(tree, "litellm") or uses_source
        ends = self.interest is None and runs_coroutines(tree)
        self.start: Routes = START if ends else frozenset()
        self.terminating = self.unwinding = False
        self.infos: dict[ast.AST, FunctionInfo] = {}
        self.classes: dict[ast.ClassDef, ClassInfo] = {}
        self.sought: set[tuple[ClassInfo, str]] = set()
        self.settled: dict[ClassInfo, dict[str, Value]] = {}
        self.read: dict[tuple[ClassInfo, str], Value | None] = {}
        """What attributes of instances were when they were read first."""
        self.leaks = Leaks()
        self.demand: Demand | None = None
        """None: only what importing the module runs is looked at."""
        self._paths: dict[ast.expr, str | None] = {}
        self._reset()

    def path_of(self, node: ast.expr) -> str | None:
        """Return the access path that an expression denotes (see `environment.path_of`), which is asked again and
        again."""
        try:
            return self._paths[node]
        except KeyError:
            path = self._paths[node] = path_of(node)
            return path

    def _reset(self) -> None:
        self.record = Record()
        self.exits: list[Exit] = []
        self.frames: list[Frame] = []
        self.summaries: dict[object, Summary] = {}
        self.contexts: dict[FunctionInfo, int] = {}
        self.functions: dict[ast.AST, Function] = {}
        self.steppers: set[ClassInfo] = set()
        self.called: FunctionInfo | None = None

    @property
    def frame(self) -> Frame:
        """The function being interpreted."""
        return self.frames[-1]

    def step(self) -> None:
        """Count one unit of work; raise `TooLargeError` when the module costs more than its bound."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooLargeError

    # The module, its functions, its classes

    def run(self) -> Record:
        """Interpret the module and every function in it; twice where methods have read state that was not settled."""
        demand = self.demand = self._demanded()
        self._pass(demand)
        if self._has_read_unsettled() or demand.has_passed_by:
            self.settled = {info: dict(info.attributes) for info in self.classes.values()}
            self._reset()
            self._pass(demand)
        return self.record

    def _has_read_unsettled(self) -> bool:
        """Tell whether an attribute was read before all was seen that it may be, where that makes a difference."""
        settled = ((info.attributes.get(name), early) for (info, name), early in self.read.items())
        return any(late is not None and late != early and self._matters(late) for late, early in settled)

    def _matters(self, value: Value) -> bool:
        """Tell whether it can make a difference that an attribute was seen late."""
        is_switch = isinstance(value, Const) and isinstance(value.value, bool)
        return is_switch or not is_dull(value, self.home.declared)

    def run_top_level(self) -> Record:
        """Interpret what importing the module would run."""
        frame = Frame(None, self.home)
        frame.env.routes = self.start
        self.frames.append(frame)
        end = statements.run_block(self.tree.body, frame.env, self)
        arrivals = [env for _, env in frame.returned] + ([end] if end is not None else [])
        self._finish(frame, arrivals)
        frame.env = end if end is not None else frame.env
        self.home.names = frame.env.names
        for name, value in self.home.names.items():
            if name.isidentifier():
                self.leaks.note(name, value)
        return self.record

    def _pass(self, demand: Demand) -> None:
        self.run_top_level()
        self._learn_names(demand)
        done: set[ast.AST] = set()
        growing = True
        while growing:
            for function in self._wanted(demand, done):
                if self.summarise(function, self.parameters_alone(function), self.start, None) is None:
                    demand.tell(function.info.name, function.info.owner)
            self._learn(demand)
            growing = demand.settle()

    def _demanded(self) -> Demand:
        """Return which functions are worth a look by themselves, as far as that is known before anything is seen."""
        interest = self.interest
        traced = interest is None or interest.traced
        words = interest.words if interest is not None else frozenset()
        outlined = self.home.outline or outline
        demand = Demand(outlined(self.tree, self.home), words, self.home.declared, traced=traced)
        if interest is None:
            demand.want(one.node.name for one in lifespans(self.tree))
            demand.want(around_lifespans(self.tree))
            demand.want_runners()
        return demand

    def _learn_names(self, demand: Demand) -> None:
        """Take into account what the top level binds."""
        for name, value in self.home.names.items():
            if not is_near(value, self.home.declared):
                demand.learn(name, [value])
            elif self.interest is None or self._is_of_interest(value, self.interest):
                demand.tell(LITELLM_ITSELF if name == "litellm" and value == External(name) else name)
        demand.settle()

    def _learn(self, demand: Demand) -> None:
        """Take into account what the classes keep, and what of that has been read before anything was seen to be kept
        there."""
        for info in self.classes.values():
            demand.extends(info)
            for name, value in info.attributes.items():
                demand.learn(name, [value], info)
        demand.want_stores({name for (_, name), early in self.read.items() if early is None})

    def _is_of_interest(self, value: Value, interest: Interest) -> bool:
        """Tell whether something that a module imports can have to do with what it is interpreted for."""
        if isinstance(value, Imported):
            return value.name in interest.words
        if isinstance(value, External | Instance):
            return interest.traced or value.dotted in LEADING
        return False  # of another module's things, the names are written

    def _wanted(self, demand: Demand, done: set[ast.AST]) -> Iterator[Function]:
        """Yield every function in demand that is defined so far, constructors first, and those that interpreting them
        defines."""
        while waiting := [
            function for node, function in self.functions.items() if node not in done and demand.wants(function.info)
        ]:
            for function in sorted(waiting, key=lambda function: function.info.name != "__init__"):
                done.add(function.info.node)
                yield function

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, env: Environment) -> Value:
        """Return the function that a `def` binds, after its decorators."""
        for default in (*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)):
            self.evaluate(default, env)
        decorators = [self.evaluate(decorator, env) for decorator in node.decorator_list]
        function = Function(self._info(node, node.name, decorators), self._closure(node, env))
        runs.decorated(function.info, decorators, self)
        if self.frame.home is self.home:
            self.functions[node] = function
        value: Value = function
        for expression, decorator in zip(reversed(node.decorator_list), reversed(decorators), strict=True):
            value = self._decorate(decorator, value, env, expression)
        if self.frame.home is self.home and isinstance(value, Function) and value.info is function.info:
            self.functions[node] = value
        self.leaks.note(known_by(function.info), value)
        return value

    def _info(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, decorators: list[Value]
    ) -> FunctionInfo:
        info = self.infos.get(node)
        if info is None:
            roles = [
                _EXTERNAL_ROLES[value.dotted]
                for value in decorators
                if isinstance(value, External) and value.dotted in _EXTERNAL_ROLES
            ]
            role = roles[0] if roles else Role.PLAIN
            frame = self.frame
            info = FunctionInfo(node, name, frame.info, frame.owner, frame.home, role)
            self.infos[node] = info
        return info

    def _closure(self, node: ast.AST, env: Environment) -> Closure | None:
        frame = self.frame
        if frame.info is None:
            return None
        closure = frame.closures.get(node)
        if closure is None:
            closure = frame.closures[node] = Closure(env, frame.closure)
        closure.environment = env
        return closure

    def _decorate(self, decorator: Value, value: Value, env: Environment, node: ast.expr) -> Value:
        """Apply a decorator we see; take one we do not see (retry, click, pytest) for one that keeps the result."""
        decorator = self.reached(decorator)
        if isinstance(decorator, External | Instance) and decorator.dotted in sdk.OBSERVE_DECORATORS:
            return replace(value, observed=observation_type(node)) if isinstance(value, Function) else value
        if isinstance(decorator, Function):
            result = self.apply(decorator, [value], env.copy())
            value = result if isinstance(result, Function) else value
        if isinstance(value, Function) and sources.is_made_by_helper(node, decorator, env, self):
            return replace(value, delivers=True)
        return value

    def define_lambda(self, node: ast.Lambda, env: Environment) -> Value:
        """Return the function of a `lambda`."""
        function = Function(self._info(node, "<lambda>", []), self._closure(node, env))
        if self.frame.home is self.home:
            self.functions.setdefault(node, function)
        return function

    def define_class(self, node: ast.ClassDef, env: Environment) -> Value:
        """Interpret a class body and return the class."""
        bases = tuple(self.evaluate(base, env) for base in node.bases)
        info = self.classes.setdefault(node, ClassInfo(node, node.name, bases, self.frame.home))
        outer, self.frame.owner = self.frame.owner, info
        body = env.copy()
        statements.run_block(node.body, body, self)
        self.frame.owner = outer
        for name in bound_names(node):
            value = body.names.get(name, UNKNOWN)
            if isinstance(value, Function):
                info.methods[name] = value
            else:
                info.attributes[name] = value
            self.leaks.note(name, value, info)
        return Class(info)

    # Names

    def evaluate(self, node: ast.expr, env: Environment) -> Value:
        """Return the value of an expression."""
        return expressions.evaluate(node, env, self)

    def lookup(self, name: str, env: Environment) -> Value | None:
        """Return the value of a variable: local, enclosing, of the module; None when nothing binds it."""
        if (value := env.names.get(name)) is not None:
            return self.had(value)
        closure = self.frame.closure
        while closure is not None:
            if (value := closure.environment.names.get(name)) is not None:
                self.record.consumed |= origins_of(value)
                return value
            closure = closure.outer
        value = self.frame.home.names.get(name)
        return self.had(value) if value is not None else None

    def had(self, value: Value) -> Value:
        """Return a value that may be another module's: not looked at as long as nothing of interest is to be had by
        it."""
        if not isinstance(value, Imported):
            return value
        if self.interest is None or value.name in self.interest.words:
            return value.force()
        return Remote(value.path, value.name, value.force)

    def reached(self, value: Value) -> Value:
        """Return what a value really is, where that can make a difference."""
        while isinstance(value, Remote):
            value = value.force()
        return value

    def made_by(self, remote: Remote) -> Remote:
        """Return what calling something remote gives, with nothing of interest."""
        return Remote(remote.path, f"{remote.name}()", lambda: self._made_by(self.reached(remote)))

    def _made_by(self, value: Value) -> Value:
        if isinstance(value, Class):
            return Object(value.info)
        made = self.apply(value, [], self.frame.env.copy()) if isinstance(value, Function) else UNKNOWN
        return made.result if isinstance(made, Pending) else made

    def import_all(self, module: Namespace, env: Environment) -> None:
        """`from module import *`."""
        for name in module.public():
            env.assign(name, Imported(module.path, name, partial(_member_of, module, name)))

    def attribute(self, receiver: Object, name: str) -> Value:
        """Return the value of `self.name` for an instance of one of the linted code's classes."""
        value = self._member(receiver.info, name)
        if isinstance(value, Function):
            return self._bind(value, receiver)
        if value is None or value == UNKNOWN:
            declared = receiver.info.home.own.get(f"{receiver.info.name}.{name}")
            if declared is not None:
                return External(declared)
            far = self._remote_base(receiver.info)
            return Method(Remote(far.path, far.name, partial(self._seen_as, receiver, far)), name) if far else UNKNOWN
        return value

    def _remote_base(self, info: ClassInfo, depth: int = 0) -> Remote | None:
        """Return the first of the classes that a class extends which has not been looked at."""
        for base in info.bases:
            if isinstance(base, Remote):
                return base
            if isinstance(base, Class) and depth < MAX_DEPTH and (far := self._remote_base(base.info, depth + 1)):
                return far
        return None

    def _seen_as(self, receiver: Object, base: Remote) -> Value:
        """Return an object as one of a class that it extends."""
        seen = self.reached(base)
        return Object(seen.info) if isinstance(seen, Class) else UNKNOWN

    def class_attribute(self, receiver: Class, name: str) -> Value:
        """Return the value of `Class.name`."""
        value = self._member(receiver.info, name)
        if isinstance(value, Function) and value.info.role is Role.CLASS:
            return replace(value, bound=receiver)
        return UNKNOWN if value is None else value

    def _member(self, info: ClassInfo, name: str, depth: int = 0) -> Value | None:
        if info.home is not self.home:
            self._settle(info, name)
        value = self.settled.get(info, info.attributes).get(name)
        if not self.settled:
            self.read.setdefault((info, name), value)
        if value is not None:
            return value
        if (method := info.methods.get(name)) is not None:
            return method
        for base in info.bases:
            if (
                isinstance(base, Class)
                and depth < MAX_DEPTH
                and (found := self._member(base.info, name, depth + 1)) is not None
            ):
                return found
            if isinstance(base, External) and self._is_known(f"{base.dotted}.{name}"):
                return External(f"{base.dotted}.{name}")
        return None

    def _is_known(self, dotted: str) -> bool:
        return dotted.startswith("litellm.") or self.home.declared.leads(dotted)

    def _settle(self, info: ClassInfo, name: str) -> None:
        """Find out what the methods of another module's class keep in an attribute of their instance."""
        if (info, name) in self.sought or name in info.methods:
            return
        self.sought.add((info, name))
        for method in list(info.methods.values()):
            if name in stored_attributes(method.info.node):
                self.summarise(method, self.parameters_alone(method), self.start, None)

    def _bind(self, method: Function, receiver: Object) -> Value:
        if method.info.owner is None or method.info.role is Role.STATIC:
            return method
        bound = replace(method, bound=Class(receiver.info) if method.info.role is Role.CLASS else receiver)
        if method.info.role is Role.PROPERTY:
            return self.apply(bound, [], self.frame.env)
        return bound

    def annotated(self, annotation: ast.expr | None, env: Environment) -> Value:
        """Return what an annotation says of a value: `CustomStreamWrapper`, `Router | None`, `"Delta"`."""
        if annotation is None:
            return UNKNOWN
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                return UNKNOWN
        if isinstance(annotation, ast.BinOp):
            return join_all(
                [
                    value
                    for side in (annotation.left, annotation.right)
                    if (value := self.annotated(side, env)) != UNKNOWN
                ]
            )
        if isinstance(annotation, ast.Subscript) and path_of(annotation.value) in (
            "Optional",
            "typing.Optional",
            "Annotated",
        ):
            inner = annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
            return self.annotated(inner, env)
        if not isinstance(annotation, ast.Name | ast.Attribute):
            return UNKNOWN
        value = self.evaluate(annotation, env)
        if isinstance(value, Remote):
            return self.made_by(value)
        return instance_of(value, annotation, self.home.declared)

    # Calls

    def call(self, function: Function, arguments: calls.Arguments, env: Environment, *, partial: bool = False) -> Value:
        """Return what calling a function of the linted code gives, and do to `env` what it does."""
        parameters = self._parameters(function, arguments, partial=partial)
        return self._enter(function, parameters, env, arguments.node)

    def apply(self, function: Function, values: list[Value], env: Environment) -> Value:
        """Call a function with positional values, from no particular place."""
        names = positional_names(function)
        parameters = self.parameters_alone(function)
        parameters.update(zip(names, values, strict=False))
        return self._enter(function, parameters, env, None)

    def _enter(
        self, function: Function, parameters: dict[str, Value], env: Environment, node: ast.Call | None
    ) -> Value:
        info = function.info
        if not self._is_worth_it(function, parameters):
            for loop in loops_of(info.node):
                self.record.loops.setdefault(loop, Sightings()).add("a caller without a stream", False)
            return Pending(UNKNOWN) if info.is_async and not info.is_generator else UNKNOWN
        if info.home is not self.home:
            self._note_handed(info, parameters)
        if function.observed:
            self.record.uses_langfuse_sdk = True
            delivery.observed(env)
        summary = self.summarise(function, parameters, env.routes, context_of(function, parameters))
        self.called = info
        if summary is None:
            return Pending(UNKNOWN) if info.is_async and not info.is_generator else UNKNOWN
        if info.role is Role.MANAGER:
            return Manager(summary.yielded, replace(function, info=info), yields_in_try(info.node))
        self._take_effect(summary, env, node)
        if info.is_generator:
            return self._generated(info, summary, node)
        value = self._passed_on(summary.value, info, node)
        return Pending(value) if info.is_async else value

    def _passed_on(self, value: Value, info: FunctionInfo, node: ast.Call | None) -> Value:
        """Note in the history of a stream that a function of the linted code returned it."""
        if not isinstance(value, Stream) or node is None:
            return value
        return replace(value, via=(*value.via, self._here(node, f"`{info.name}` returns it")))

    def _is_worth_it(self, function: Function, parameters: dict[str, Value]) -> bool:
        """Tell whether a function can matter: by what it is given, or by where its names lead; one of this module, by
        how it ends or what it returns, too, as far as that can be told from its looks."""
        info = function.info
        if any(is_telling(value, self.home.declared) and value != function.bound for value in parameters.values()):
            return True
        if info.home is not self.home:
            return info.home.leads(info.name)
        if self.demand is None or is_short(info.node) or (info.is_async and bool(self.start)):
            return True
        return self.demand.reaches(info.name)

    def _generated(self, info: FunctionInfo, summary: Summary, node: ast.Call | None) -> Value:
        """Return what a call of a generator gives: a stream of its own if it yields from inside a loop over one."""
        if not summary.suspended or node is None:
            return Many(summary.yielded)
        origin = Origin(info.name, node.lineno, node.col_offset, self.frame.home.name)
        origins = frozenset({origin})
        telling = any(one.fields for one in summary.yields)
        element = Event(origins, summary.yields) if telling else summary.yielded
        self.created(origin, self.frame.env)
        suspended = Step(info.home.name, info.node.lineno, f"`{info.name}` yields from inside its loop over the stream")
        via = (*summary.via, suspended, self._here(node, f"`{info.name}` is called"))
        return Stream(origins, info.is_async, generator=info.name, element=element, via=via)

    def _here(self, node: ast.expr | ast.stmt, text: str) -> Step:
        return Step(self.frame.home.name, node.lineno, text)

    def _take_effect(self, summary: Summary, env: Environment, node: ast.Call | None) -> None:
        before = env.routes
        env.exhausted |= summary.exhausted
        env.logged |= summary.logged
        settled = summary.exhausted | summary.logged
        self._read_on(summary.exhausted, env)
        env.abandoned = frozenset(left for left in env.abandoned if left[0] not in settled) | summary.abandoned
        env.routes = summary.routes or env.routes
        self.frame.calls |= summary.calls
        self.frame.hands_over |= summary.hands_over
        self._raise_routes(summary.raised)
        self.frame.killed = merge_routes(self.frame.killed, summary.killed)
        if node is not None:
            delivery.relocated(env, before, node)
        if node is not None and summary.blocks:
            self.frame.blocks = True
            runs.note_blocking(node, self)

    def _raise_routes(self, routes: Routes) -> None:
        frame = self.frame
        if not frame.catchers:
            frame.raised = merge_routes(frame.raised, routes)
            return
        raised = frame.env.copy()
        raised.routes = routes
        self.raised(raised if routes else None)

    def summarise(
        self, function: Function, parameters: dict[str, Value], routes: Routes, context: Context
    ) -> Summary | None:
        info = function.info
        key = (info, function.closure, function.bound, tuple(parameters.items()), routes, context is None)
        if key in self.summaries:
            return self.summaries[key]
        busy = len(self.frames) > MAX_DEPTH or any(frame.info is info for frame in self.frames)
        busy = busy or (info.home is not self.home and self._steps_abroad() > MAX_FOREIGN_STEPS)
        if busy or (context is not None and self.contexts.get(info, 0) >= MAX_CONTEXTS):
            return None
        self.contexts[info] = self.contexts.get(info, 0) + (context is not None)
        leaves_home = info.home is not self.home and self.abroad is None
        self.abroad = self.steps if leaves_home else self.abroad
        summary = self.summaries[key] = self._interpret(function, parameters, routes, context)
        if leaves_home:
            self.foreign_steps, self.abroad = self._steps_abroad(), None
        if info.home is self.home and self.demand is not None:
            self._note_demand(self.demand, info, summary, parameters, routes)
        return summary

    def _note_demand(
        self, demand: Demand, info: FunctionInfo, summary: Summary, parameters: dict[str, Value], routes: Routes
    ) -> None:
        """Note that a function gives or does something that its callers are worth a look for."""
        seen = (summary.suspended, summary.exhausted, summary.logged, summary.abandoned, summary.calls, summary.killed)
        moves = bool(routes) and summary.routes != routes
        given = any(map(is_carried, parameters.values()))
        if any(seen) or moves or given or summary.blocks or summary.hands_over:
            demand.tell(info.name, info.owner)
        fields = (value for one in summary.yields for _, value in one.fields)
        demand.learn(info.name, (summary.value, summary.yielded, *fields), info.owner)

    def _steps_abroad(self) -> int:
        return self.foreign_steps + (self.steps - self.abroad if self.abroad is not None else 0)

    def _interpret(self, function: Function, parameters: dict[str, Value], routes: Routes, context: Context) -> Summary:
        received = (
            frozenset(origin for value in parameters.values() for origin in origins_of(value))
            if context is not None
            else frozenset()
        )
        env = Environment.of(parameters, routes)
        frame = Frame(function.info, function.info.home, context, function.closure, received, env)
        self.frames.append(frame)
        node = function.info.node
        if isinstance(node, ast.Lambda):
            self.leave(None, self.evaluate(node.body, env), env)
        else:
            end = statements.run_block(node.body, env, self)
            if end is not None:
                frame.returned.append((NONE, end))
        arrivals = [arrival for _, arrival in frame.returned]
        final = self._finish(frame, arrivals)
        self.frames.pop()
        if function.observed:
            self.spanned(frame.calls, function.info.name, function.observed)
        value = join_all(value for value, _ in frame.returned)
        routes, raised = final.routes if arrivals else frozenset(), frame.raised
        if sources.delivers(function, self):
            routes, raised = delivery.delivered_on(routes), delivery.delivered_on(raised)
        yielded = join_all(value for value, _ in frame.yielded)
        self._note_leaks(frame, value, yielded)
        return Summary(
            value,
            yielded,
            frozenset(one for _, one in frame.yielded),
            frozenset(frame.suspended),
            frame.suspended_via,
            final.exhausted,
            final.logged,
            final.abandoned,
            routes,
            raised,
            frozenset(frame.calls),
            frame.killed,
            frame.blocks,
            frame.hands_over,
        )

    def _note_handed(self, info: FunctionInfo, parameters: dict[str, Value]) -> None:
        """Note that another module's function is given a stream, or something of one."""
        if any(is_carried(value) for value in parameters.values()):
            self.leaks.given.add(info.name)

    def _note_leaks(self, frame: Frame, returned: Value, yielded: Value) -> None:
        assert frame.info is not None
        name = known_by(frame.info)
        fields = (value for _, one in frame.yielded for _, value in one.fields)
        for value in (returned, yielded, *fields):
            self.leaks.note(name, value)
        if frame.suspended or frame.hands_over:
            self.leaks.streams.add(name)
        if frame.calls:
            self.leaks.calls.add(name)

    def _finish(self, frame: Frame, arrivals: list[Environment]) -> Environment:
        """Settle what a function leaves behind: its own streams left early are lost, its caller's are the caller's."""
        final = Environment(routes=frozenset())
        if arrivals:
            final = arrivals[0].copy()
            for arrival in arrivals[1:]:
                final.join(arrival)
        self._lose(left for left in final.abandoned if left[0] not in frame.received)
        final.abandoned = frozenset(left for left in final.abandoned if left[0] in frame.received)
        runs.finished(frame.info, final.routes, self)
        return final

    def _lose(self, abandoned: Iterator[tuple[Origin, int]]) -> None:
        for _, index in abandoned:
            self.exits[index].lost = True

    def _parameters(self, function: Function, arguments: calls.Arguments, *, partial: bool) -> dict[str, Value]:
        parameters = self.parameters_alone(function)
        given = dict(zip(positional_names(function), plain_positional(arguments), strict=False))
        given.update({name: value for name, value in arguments.keywords.items() if name in parameters})
        unseen = arguments.spread or partial
        for name, default in defaults_of(function.info.node).items():
            if name not in given and not unseen:
                given[name] = self.evaluate(default, self.frame.env)
        for name, value in given.items():
            if isinstance(value, Stream):
                handed = self._here(arguments.node, f"it is passed to `{function.info.name}` as `{name}`")
                parameters[name] = replace(value, via=(*value.via, handed))
            elif tells(value, self.home.declared):
                parameters[name] = value
        return parameters

    def parameters_alone(self, function: Function) -> dict[str, Value]:
        """What is known of a function's parameters by itself: `self`, and what annotations say."""
        node, frame_env = function.info.node, self.frame.env
        arguments = node.args
        parameters: dict[str, Value] = {}
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            parameters[argument.arg] = self.annotated(argument.annotation, frame_env)
        if arguments.vararg is not None:
            parameters[arguments.vararg.arg] = Many(UNKNOWN)
        if arguments.kwarg is not None:
            parameters[arguments.kwarg.arg] = UNKNOWN
        first = next(iter(parameters), None)
        receiver = receiver_of(function)
        if first is not None and receiver is not None:
            parameters[first] = receiver
        return parameters

    def construct(self, made: Class, arguments: calls.Arguments, env: Environment) -> Value:
        """Return a new instance: `__init__` is interpreted with the arguments; a plain data class keeps its
        keywords."""
        instance = Object(made.info)
        constructor = self._member(made.info, "__init__")
        if isinstance(constructor, Function):
            self.call(replace(constructor, bound=instance), arguments, env)
        else:
            for name, value in arguments.keywords.items():
                if name is not None:
                    self._remember(made.info, name, value)
        return instance

    def manager(self, value: Value) -> Manager:
        """Return how `with value` enters and leaves."""
        if isinstance(value, Manager):
            return value
        value = self.reached(value)
        if isinstance(value, Object):
            return self._own_manager(value)
        undecided = isinstance(value, Pending) and value.undecided
        return Manager(value if undecided or isinstance(value, Stream | Instance) else UNKNOWN)

    def _own_manager(self, value: Object) -> Manager:
        entering = self.attribute(value, "__aenter__"), self.attribute(value, "__enter__")
        leaving = self.attribute(value, "__aexit__"), self.attribute(value, "__exit__")
        enter = next((method for method in entering if isinstance(method, Function)), None)
        leave = next((method for method in leaving if isinstance(method, Function)), None)
        entered = self.apply(enter, [], self.frame.env) if enter is not None else UNKNOWN
        return Manager(entered.result if isinstance(entered, Pending) else entered, leave)

    def applied(self, function: Function, env: Environment) -> Environment:
        """Run a context manager's way out in `env`."""
        if function.info.role is Role.MANAGER:
            function = replace(function, info=replace(function.info, role=Role.PLAIN))
        self.apply(function, [], env)
        return env

    def referred(self, node: ast.Attribute | ast.Call, dotted: str) -> None:
        """Note an attribute of something of Langfuse's, or a call of it: not every release has it."""
        if dotted.startswith(f"{sdk.LANGFUSE}.") and self.frame.home is self.home:
            self.record.references[node] = dotted

    # Values in motion

    def iterated(self, value: Value, node: ast.expr, env: Environment) -> Value:
        """Return what a loop over a value really goes over: an object of the linted code says so by its `__aiter__`."""
        if not isinstance(value, Object):
            return value
        for name, step in (("__aiter__", "__anext__"), ("__iter__", "__next__")):
            iterator = self._member(value.info, name)
            if isinstance(iterator, Function) and iterator.info.is_generator:
                made = self._enter(replace(iterator, bound=value), {"self": value}, env, call_at(node))
                return replace(made, restarts=True) if isinstance(made, Stream) else made
            stepper = self._member(value.info, step)
            if isinstance(stepper, Function):
                return self._stepping(value, replace(stepper, bound=value), env)
        return value

    def _stepping(self, value: Object, stepper: Function, env: Environment) -> Value:
        """An object that takes the elements of a stream by hand, one per step, is a stream itself."""
        before = self.steps_by_hand
        element = self.apply(stepper, [], env)
        if self.steps_by_hand == before and value.info not in self.steppers:
            return value
        self.steppers.add(value.info)  # a summary is made once, and the steps are counted while it is
        name = value.info.name
        is_async = stepper.info.is_async
        origins = frozenset({Origin(name, value.info.node.lineno, value.info.node.col_offset)})
        return Stream(
            origins, is_async, generator=name, element=element.result if isinstance(element, Pending) else element
        )

    def element_of(self, value: Value, *, is_async: bool) -> Value:
        """Return what iterating over a value gives."""
        if isinstance(value, Pending) and value.undecided:
            return self.element_of(value.result, is_async=True)
        if isinstance(value, Stream) and value.element is not None:
            return value.element
        if isinstance(value, Stream):
            return Part(Kind.CHUNK) if is_async or (value.certain and not value.is_async) else UNKNOWN
        if isinstance(value, Part):
            return Part(Kind.CHOICE) if value.kind is Kind.CHOICES else UNKNOWN
        if isinstance(value, Many):
            return value.element
        if isinstance(value, Numbered):
            inner = self.element_of(value.inner, is_async=is_async)
            return Many(UNKNOWN, (UNKNOWN, inner))
        if isinstance(value, Instance | External):
            return Instance(f"{value.dotted}.item")
        return TASKS if isinstance(value, Tasks) else UNKNOWN

    def assign(self, target: ast.expr, value: Value, env: Environment, source: ast.expr | None = None) -> None:
        """Bind a target of any shape."""
        if isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, env, source)
            return
        if isinstance(target, ast.Starred):
            self.assign(target.value, Many(self.element_of(value, is_async=False)), env)
            return
        if tracing.notice_assignment(target, source, value, env, self):
            return
        self.store(target, value, env)
        if (
            isinstance(target, ast.Name)
            and source is not None
            and (isinstance(value, _ALIASABLE) or is_event_field(source, env))
            and (path := path_of(source)) is not None
        ):
            env.alias(target.id, path)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, env: Environment, source: ast.expr | None) -> None:
        if isinstance(value, Event):
            self._unpack_event(target, value, env)
            return
        items = value.items if isinstance(value, Many) else None
        sources = (
            source.elts if isinstance(source, ast.Tuple | ast.List) and len(source.elts) == len(target.elts) else None
        )
        for position, element in enumerate(target.elts):
            known = items is not None and len(items) == len(target.elts) and not isinstance(element, ast.Starred)
            part = items[position] if known and items is not None else self.element_of(value, is_async=False)
            self.assign(element, part, env, sources[position] if sources else None)

    def _unpack_event(self, target: ast.Tuple | ast.List, event: Event, env: Environment) -> None:
        """`async for kind, payload in events(...)`: a test of `kind` tells which `yield` both came from."""
        whole = f"<event at line {target.lineno}>"
        env.assign(whole, event)
        for index, element in enumerate(target.elts):
            self.assign(element, event.field(f"[{index!r}]"), env)
            if isinstance(element, ast.Name):
                env.aliases[element.id] = f"{whole}[{index!r}]"

    def store(self, target: ast.expr, value: Value, env: Environment, *, keep: bool = False) -> None:
        """Write a value to a name, attribute or item; `keep` when the object stays the same (an append)."""
        path = path_of(target)
        if path is None:
            return
        if keep:
            env.keep(path, value)
        else:
            env.assign(path, value)
        if isinstance(target, ast.Attribute):
            self._store_attribute(target, value, env)

    def _store_attribute(self, target: ast.Attribute, value: Value, env: Environment) -> None:
        receiver = self.evaluate(target.value, env)
        self.escaped(value, env)
        if isinstance(receiver, Object | Class):
            self._remember(receiver.info, target.attr, value)

    def _remember(self, info: ClassInfo, name: str, value: Value) -> None:
        self.record.held.update(origins_of(value))
        self.leaks.note(name, value, info)
        known = info.attributes.get(name)
        info.attributes[name] = forget_place(value) if known is None else join(known, forget_place(value))

    def read_at(self, node: ast.expr, value: Value) -> Value:
        """Move the place where a content can be repaired to `node`, which hands it on."""
        return Content(Read(node)) if isinstance(value, Content) else value

    def negated(self, value: Value, path: str | None) -> Value:
        """Return the value of `not value`."""
        if isinstance(value, Flag):
            return Flag(value.path, value.when_false, value.when_true)
        if path is not None and isinstance(value, Content | Finish):
            return Flag(path, narrow_truth(value, False), narrow_truth(value, True))
        return UNKNOWN

    def yielded(self, node: ast.expr | None, value: Value, env: Environment) -> None:
        """Note a value that a generator hands out, and the streams that wait meanwhile."""
        frame = self.frame
        if frame.context == SERVING:
            delivery.served(env)
        left = statements.finalize_all(env, self) if frame.finalizers else env
        waiting = {origin for loop in frame.loops if loop.stream is not None for origin in loop.stream.origins}
        suspended = waiting - left.exhausted - left.logged if left is not None else set()
        frame.suspended |= suspended
        for loop in frame.loops if suspended else ():
            if loop.stream is not None and not frame.suspended_via:
                frame.suspended_via = loop.stream.via
        fields = tuple(self._fields(node, env)) if node is not None else ()
        frame.yielded.append((forget_place(value), Yielded(bool(suspended), fields)))

    def _fields(self, node: ast.expr, env: Environment) -> Iterator[tuple[str, Value]]:
        """Yield what can be seen of the fields of an object that is made on the spot."""
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield f"[{key.value!r}]", forget_place(self.evaluate(value, env))
        elif isinstance(node, ast.Tuple):
            for index, element in enumerate(node.elts):
                yield f"[{index!r}]", forget_place(self.evaluate(element, env))
        elif isinstance(node, ast.Call):
            yield from self._made_fields(node, env)

    def _made_fields(self, node: ast.Call, env: Environment) -> Iterator[tuple[str, Value]]:
        """Yield the fields of `Event("text", done=True)`: what is given, and a data class's defaults for the rest."""
        made = self.evaluate(node.func, env.copy())
        names = field_names(made.info.node) if isinstance(made, Class) else []
        given = dict(zip(names, node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
        for name, argument in given.items():
            yield f".{name}", forget_place(self.evaluate(argument, env))
        for name in names:
            default = made.info.attributes.get(name) if isinstance(made, Class) else None
            if name not in given and isinstance(default, Const):
                yield f".{name}", default

    def leave(self, node: ast.stmt | None, value: Value, env: Environment) -> None:
        """Take the way out of the function: through every `finally`, leaving every loop."""
        left = statements.finalize_all(env, self)
        if left is None:
            return
        for loop in self.frame.loops:
            if node is not None and isinstance(node, ast.Return):
                self.abandon(node, loop, env, left)
        self.escaped(value, left)
        self.frame.returned.append((value, left))

    # Streams

    def created(self, origin: Origin, env: Environment) -> None:
        """A stream is made where perhaps an earlier one was: that one can no longer be read."""
        self._lose(left for left in env.abandoned if left[0] == origin)
        env.abandoned = frozenset(left for left in env.abandoned if left[0] != origin)
        env.exhausted -= {origin}
        env.logged -= {origin}

    def escaped(self, value: Value, env: Environment) -> None:
        """A value has gone where we do not see what becomes of it."""
        origins = origins_of(value)
        self.record.consumed |= origins
        if env.abandoned and origins:
            self._read_on(origins, env)
            env.abandoned = frozenset(left for left in env.abandoned if left[0] not in origins)

    def exhausted(self, value: Value, env: Environment) -> None:
        """A stream has been read to its end: LiteLLM logs it from a task of its own."""
        if not (origins := origins_of(value)):
            return
        self._read_on(origins, env)
        env.abandoned = frozenset(left for left in env.abandoned if left[0] not in origins)
        env.exhausted |= origins
        self.record.consumed |= origins
        if isinstance(value, Stream) and value.is_async:
            delivery.streamed(env)

    def _read_on(self, origins: frozenset[Origin], env: Environment) -> None:
        """Streams are read, or may be, where some of them have been left early: that needs them open."""
        self.record.resumed |= {origin for origin, _ in env.abandoned if origin in origins}

    def logged_by_hand(self, stream: Stream, env: Environment) -> None:
        """What was received of a stream has been given to the object that logs it: nothing more of it has to be
        read."""
        env.abandoned = frozenset(left for left in env.abandoned if left[0] not in stream.origins)
        env.logged |= stream.origins
        self.record.consumed |= stream.origins

    def looped(self, node: ast.For | ast.AsyncFor, stream: Stream | None) -> None:
        """Note a loop and whether it consumes a stream."""
        self.record.loops.setdefault(node, Sightings()).add(self.frame.context, stream is not None)
        for origin in stream.origins if stream is not None else ():
            self.record.consumed.add(origin)
            self.record.streams.setdefault(origin, set()).add(node)

    def abandon(self, node: ast.stmt, loop: statements.Loop, before: Environment, left: Environment) -> None:
        """Note that `node` leaves `loop` in state `left`; the stream is lost unless something reads it to its end
        later."""
        stream = loop.stream
        if stream is None or stream.origins <= left.exhausted | left.logged or self._comes_back(node, loop, stream):
            return
        if is_past_the_stream(stream, before):
            return
        assert isinstance(loop.node, ast.For | ast.AsyncFor)
        exit_ = self.record.exits.get((node, loop.node))
        if exit_ is None:
            exit_ = self.record.exits[node, loop.node] = Exit(node, loop.node, stream, self.frame.info)
            self.exits.append(exit_)
        exit_.decisions.add(self._decision(loop, before))
        index = self.exits.index(exit_)
        left.abandoned |= {(origin, index) for origin in stream.origins}

    def _comes_back(self, node: ast.stmt, loop: statements.Loop, stream: Stream) -> bool:
        """A `break` inside an outer loop that did not make the stream: the outer loop comes back to it."""
        if not isinstance(node, ast.Break):
            return False
        outer = self.frame.loops[: self.frame.loops.index(loop)] if loop in self.frame.loops else self.frame.loops[:-1]
        return any(not inside(origin, around.node) for around in outer for origin in stream.origins)

    def _decision(self, loop: statements.Loop, env: Environment) -> Decision:
        decisions = self.frame.guards[loop.guards :]
        known = env.names.values()
        if any(value is Finish.SET for value in known):
            return Decision.FINISH
        if Decision.OTHER not in decisions and any(is_empty(value) for value in known):
            return Decision.EMPTY
        return strongest(decisions)

    # Uses of content

    def concatenated(self, node: ast.expr | ast.stmt, operand: ast.expr, value: Value, env: Environment) -> None:
        """`+` or `+=` with an operand."""
        self._use(node, operand, value, "concat")

    def dereferenced(self, node: ast.Attribute | ast.Subscript, operand: ast.expr, value: Value) -> None:
        """An attribute or item of a value is taken."""
        if not isinstance(value, Content) and (node, operand) not in self.record.uses:
            return
        if not isinstance(node, ast.Attribute) or not node.attr.startswith("__"):  # those None has, too
            self._use(node, operand, value, "attribute" if isinstance(node, ast.Attribute) else "item")

    def stepped(self, value: Value, env: Environment) -> None:
        """One element has been taken from a stream by hand; in a loop, that may well be all of them."""
        origins = origins_of(value)
        self.steps_by_hand += bool(origins)
        if self.frame.loops:
            self.record.consumed |= origins
        self.record.stepped |= origins
        self._read_on(origins, env)

    def joined(self, node: ast.Call, value: Value, env: Environment) -> None:
        """`"".join(...)` over a value."""
        self._use(node, node.args[0], self.element_of(value, is_async=False), "join")

    def rendered(self, node: ast.expr, operand: ast.expr, value: Value, env: Environment) -> None:
        """A value becomes text in an f-string, a `print`, a `str()`."""
        self._use(node, operand, value, "render")

    def _use(self, node: ast.expr | ast.stmt, operand: ast.expr, value: Value, how: str) -> None:
        frame = self.frame
        if isinstance(value, Content) and self._survives("AttributeError" if how == "attribute" else "TypeError"):
            return
        use = self.record.uses.get((node, operand))
        if use is None:
            if not isinstance(value, Content) and frame.context is None:
                return
            use = self.record.uses[node, operand] = Use(node, operand, how, frame.info)
        use.sightings.add(frame.context, isinstance(value, Content))
        if isinstance(value, Content):
            use.contents.append(value)

    def _survives(self, error: str) -> bool:
        """Tell whether an error here is caught inside the innermost loop, which then goes on."""
        frame = self.frame
        since = frame.loops[-1].catching if frame.loops else 0
        return any(error in catcher.survives for catcher in frame.catchers[since:])

    # Raising

    def may_raise(self, before: Environment | None, routes: Routes, after: Environment | None) -> None:
        """A statement with a call in it may raise: in the state before it, or after part of it."""
        if before is None:
            frame = self.frame
            frame.raised = merge_routes(
                merge_routes(frame.raised, routes), after.routes if after is not None else frozenset()
            )
            return
        self.raised(before)
        self.raised(after)

    def raised(self, env: Environment | None) -> None:
        """Hand a state in which something was raised to the innermost `try`, or out of the function."""
        if env is None:
            return
        frame = self.frame
        if not frame.catchers:
            frame.raised = merge_routes(frame.raised, env.routes)
            return
        catcher = frame.catchers[-1]
        catcher.raised = env.copy() if catcher.raised is None else catcher.raised.join(env)

    def left_by_raise(self, node: ast.Raise, loop: statements.Loop, env: Environment) -> None:
        """A `raise` in the body of a loop over a stream; unless a `try` inside the function may catch it, it leaves."""
        if any(catcher.handles for catcher in self.frame.catchers):
            return
        left = statements.finalize_all(env, self)
        if left is not None:
            self.abandon(node, loop, env, left)
            self._lose(one for one in left.abandoned if self.exits[one[1]].node is node)

    # What LiteLLM and the program's end do: `tracing` and `runs` know more

    def made(self, origin: Origin, node: ast.Call, is_async: bool, *, undecided: bool = False) -> None:
        """The SDK has made a stream."""
        self.record.made[origin] = Made(node, self.frame.info, is_async, undecided)

    def called_in_context(self, node: ast.Call) -> None:
        """A LiteLLM call whose logging sees the context of the caller, and with it the active span."""
        self.frame.calls.add(CallSite(self.frame.home.name, node.lineno))

    def spanned(self, calls: Iterable[CallSite], span: str, as_type: str) -> None:
        """LiteLLM calls run inside a span of the Langfuse SDK."""
        self.record.spanned |= {SpannedCall(site, span, as_type) for site in calls}

    def terminated(self, env: Environment, *, unwinds: bool) -> None:
        """`sys.exit()`: the statement is a way out of the function; with `os._exit()` nothing else runs."""
        self.terminating = True
        self.unwinding = unwinds
        if not unwinds:
            runs.killed(env, self)

    def shut_down(self, function: Function, routes: Routes) -> tuple[Routes, Routes]:
        """Return the ways through a function that an application runs around its life, or at the end of it, and
        those on which it raises."""
        summary = self.summarise(function, self.parameters_alone(function), routes, SERVING)
        return (summary.routes, summary.raised) if summary is not None else (frozenset(), frozenset())


def _member_of(module: Namespace, name: str) -> Value:
    return forced(module.member(name))
