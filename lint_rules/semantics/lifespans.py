"""Functions that an application server runs around the life of an application, or at the end of it.

They are handed to a framework, so they are known by how: as a decorator says it, by the keyword or the list they are
given to, or by the shape that lifespans have. Which framework it is does not matter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from lint_rules.semantics.syntax import is_generator, last_name, nodes_of, walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef

_SHUTDOWN_EVENTS = frozenset({"shutdown", "before_server_stop", "after_server_stop", "main_process_stop"})
_SHUTDOWN_DECORATORS = frozenset(
    {"after_serving", "on_shutdown", "on_cleanup", "before_server_stop", "after_server_stop"}
)
_SHUTDOWN_LISTS = frozenset({"on_shutdown", "on_cleanup"})
_LIFESPAN_LISTS = frozenset({"lifespan", "cleanup_ctx"})
APPLICATIONS = frozenset({"FastAPI", "Starlette", "Litestar", "Quart", "Sanic", "FastMCP", "Application", "ASGIApp"})
APPLICATION_NAMES = frozenset({"app", "_app", "application", "fastapi_app"})


@dataclass(frozen=True)
class Lifespan:
    """Such a function: `serves` when the application runs at its `yield`."""

    node: Definition
    serves: bool


def lifespans(tree: ast.Module) -> Iterator[Lifespan]:
    """Yield the functions of a module that run when an application shuts down, in source order."""
    serving, closing = _given(tree)
    for node in nodes_of(tree):
        if not isinstance(node, Definition):
            continue
        if is_generator(node) and (node.name in serving or _has_shape_of_lifespan(node)):
            yield Lifespan(node, serves=True)
        elif node.name in closing or any(map(_says_shutdown, node.decorator_list)):
            yield Lifespan(node, serves=False)


def around_lifespans(tree: ast.Module) -> frozenset[str]:
    """Return the names of the functions that define a lifespan or shutdown handler inside them."""
    found = {one.node for one in lifespans(tree)}
    around = (node for node in nodes_of(tree) if isinstance(node, Definition)) if found else ()
    return frozenset(node.name for node in around if any(part in found for part in walk(node) if part is not node))


def foreign_lifespans(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what is given as `lifespan=`: it may be a function of another module."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call):
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "lifespan")


def _given(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Return the names of functions that are given to an application as lifespans, and as shutdown handlers."""
    serving: set[str] = set()
    closing: set[str] = set()
    for node in nodes_of(tree):
        if not isinstance(node, ast.Call):
            continue
        for name, value in _slots(node):
            names = {last_name(item) for item in _items(value)} - {""}
            if name in _LIFESPAN_LISTS:
                serving |= names
            elif name in _SHUTDOWN_LISTS or name in _SHUTDOWN_EVENTS:
                closing |= names
    return serving, closing


def _slots(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Yield what a call puts where: `on_shutdown=[f]`, `on_cleanup.append(f)`, `add_event_handler("shutdown", f)`."""
    yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg is not None)
    if not isinstance(node.func, ast.Attribute) or not node.args:
        return
    if node.func.attr in ("append", "extend"):
        yield last_name(node.func.value), node.args[0]
    elif node.func.attr in ("add_event_handler", "register_listener", "add_listener") and len(node.args) > 1:
        yield from ((str(one.value), two) for one, two in _pairs(node.args) if isinstance(one, ast.Constant))
    elif node.func.attr in _SHUTDOWN_DECORATORS:
        yield "on_shutdown", node.args[0]


def _pairs(arguments: list[ast.expr]) -> tuple[tuple[ast.expr, ast.expr], tuple[ast.expr, ast.expr]]:
    return (arguments[0], arguments[1]), (arguments[1], arguments[0])


def _items(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]


def _has_shape_of_lifespan(node: Definition) -> bool:
    """`@asynccontextmanager async def lifespan(app)`, whatever it is called if it takes an application."""
    parameters = [argument for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg != "self"]
    if not parameters or not any(_is_manager(decorator) for decorator in node.decorator_list):
        return False
    first = parameters[0]
    annotation = last_name(first.annotation) if first.annotation is not None else ""
    return "lifespan" in node.name or annotation in APPLICATIONS or first.arg in APPLICATION_NAMES


def _is_manager(decorator: ast.expr) -> bool:
    return last_name(decorator) == "asynccontextmanager"


def _says_shutdown(decorator: ast.expr) -> bool:
    """`@app.on_event("shutdown")`, `@app.listener("after_server_stop")`, `@app.after_serving`."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr in _SHUTDOWN_DECORATORS:
        return True
    events = decorator.args if isinstance(decorator, ast.Call) else []
    named = any(isinstance(event, ast.Constant) and event.value in _SHUTDOWN_EVENTS for event in events)
    return named and function.attr in ("on_event", "listener")


def after_yield(node: Definition) -> list[ast.stmt]:
    """Return the statements that run at shutdown: of a lifespan those from its `yield` on, else all."""
    after: list[ast.stmt] = []
    for statement in node.body:
        if after or any(isinstance(part, ast.Yield) for part in walk(statement)):
            after.append(statement)
    return after or node.body


def serves_requests(node: ast.AST, *, registered: bool = False) -> bool:
    """Tell whether a coroutine function handles requests: `@app.post("/chat")`, or `registered` as such elsewhere."""
    if not isinstance(node, ast.AsyncFunctionDef):
        return False
    calls = (decorator.func for decorator in node.decorator_list if isinstance(decorator, ast.Call))
    return registered or any(isinstance(function, ast.Attribute) and function.attr in VERBS for function in calls)


def is_endpoint(node: ast.AST, bases: list[str]) -> bool:
    """Tell whether a method of a class with these bases handles requests: `post` of `class Chat(HTTPEndpoint)`."""
    handles = isinstance(node, ast.AsyncFunctionDef) and node.name in VERBS | {"on_receive", "on_connect", "on_message"}
    return handles and bool(ENDPOINTS & {base.rpartition(".")[2] for base in bases})


ENDPOINTS = frozenset({"HTTPEndpoint", "WebSocketEndpoint", "View", "MethodView", "RequestHandler", "HTTPMethodView"})
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "route", "websocket", "api_route"})
ADDERS = frozenset(
    {
        *(f"add_{verb}" for verb in VERBS),
        "add_view",
        "add_url_rule",
        "add_websocket_route",
        "add_api_websocket_route",
        "Route",
        "WebSocketRoute",
        "APIRoute",
        "APIWebSocketRoute",
    }
)


def adds_route(node: ast.Call) -> bool:
    """Tell whether a call registers a request handler: `router.add_get("/", f)`, `Route("/", f)`, `web.get("/", f)`."""
    name = last_name(node.func)
    if name in ADDERS:
        return True
    first = node.args[0] if len(node.args) > 1 else None
    path = first.value if isinstance(first, ast.Constant) else None
    return name in VERBS and isinstance(path, str) and path.startswith("/")
