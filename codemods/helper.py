"""The delivery helper: one private coroutine function per module, written from a recipe in the file's own style.

It waits, bounded, for LiteLLM's logging inside the running loop; where the process does not end normally it then
flushes the exporter in a daemon thread, for as long as it was bounded to wait and no longer. It never raises.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst import matchers as m

from codemods.imports import Access, Import, access, add_imports, bound, imports_at_top_level
from codemods.site import Change, Site, parse
from codemods.statements import blank_and_rest
from lint_rules.finding import Flush, Recipe, Wait

WAITS = "Let LiteLLM finish logging; never raise into the program."
WAITS_AND_FLUSHES = "Let LiteLLM finish logging, then flush its exporter; never raise into the program."
FLUSHES = "Flush the Langfuse SDK; never raise into the program."
DOCSTRINGS = (FLUSHES, WAITS, WAITS_AND_FLUSHES)
"""By these a helper that an earlier run wrote is known again."""

_FRAME = '''\
async def {name}(timeout: float = {timeout}) -> None:
    """{docstring}"""
    try:
{steps}    except Exception:
        {logger}.exception("Not all traces have reached Langfuse")
'''
_LOGGING_TASKS = """\
frames = {{
    task: getattr(task.get_coro(), "cr_frame", None)
    for task in {all_tasks}()
}}
tasks = [
    task
    for task, frame in frames.items()
    if frame and frame.f_globals["__name__"].startswith("litellm.")
]
logged = {gather}(*tasks, return_exceptions=True)
await {wait_for}(logged, timeout)
"""
_STARTED_TASKS = _LOGGING_TASKS.replace(
    """if frame and frame.f_globals["__name__"].startswith("litellm.")
""",
    """if frame
    and frame.f_globals["__name__"].startswith("litellm.")
    and frame.f_code.co_name != "_worker_loop"
""",
)
"""The worker's own task never ends."""
_LAST_TURN = "await {sleep}(0)  # the worker's turn: cancelled while it waits, it hangs\n"
_FLUSH_WORKER = "await {wait_for}({worker}.flush(), timeout)\n"
_WAITS = {
    Wait.WORKER: """\
await {sleep}(0)  # LiteLLM enqueues from a task of its own: let it start
"""
    + _FLUSH_WORKER,
    Wait.WORKER_AND_TASKS: "await {sleep}(0)  # LiteLLM enqueues from a task of its own: let it start\n"
    + _FLUSH_WORKER
    + _STARTED_TASKS
    + _LAST_TURN,
    Wait.TASKS: "await {sleep}(0)  # LiteLLM logs from tasks of its own: let them start\n" + _LOGGING_TASKS,
    Wait.EITHER: """\
await {sleep}(0)  # LiteLLM logs from tasks of its own: let them start
try:
    from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
except ImportError:  # litellm < 1.76.0
    pass
else:
    await {wait_for}(GLOBAL_LOGGING_WORKER.flush(), timeout)
"""
    + _STARTED_TASKS
    + _LAST_TURN,
    Wait.NOTHING: "",
}
_FLUSHES = {
    Flush.LITELLM: """\
from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing

flushes = [flush_langfuse_tracing]
""",
    Flush.CALLBACK_CLIENTS: """\
flushes = [
    callback.Langfuse.flush
    for callback in {litellm}._async_success_callback
    if hasattr(callback, "Langfuse")
]
""",
    Flush.PROVIDER: """\
from opentelemetry import trace

provider = trace.get_tracer_provider()
flushes = [provider.force_flush] if hasattr(provider, "force_flush") else []
""",
    Flush.PRIVATE_PROVIDERS: """\
flushes = [
    getattr(cached, "provider", cached).force_flush
    for callback in {litellm}._async_success_callback
    for cached in getattr(callback, "_tracer_provider_cache", {{}}).values()
]
""",
    Flush.CLIENT: """\
from langfuse import get_client

flushes = [get_client().flush]
""",
    Flush.CONTEXT: """\
from langfuse.decorators import langfuse_context

flushes = [langfuse_context.flush]
""",
}
_OF_CALLBACKS = frozenset({Flush.CALLBACK_CLIENTS, Flush.PRIVATE_PROVIDERS})
_BY_WORKER = frozenset({Wait.WORKER, Wait.WORKER_AND_TASKS})
_EXPORT = """\
exporting = {thread}(
    target=lambda: [flush() for flush in flushes], daemon=True
)
exporting.start()
exporting.join(timeout)
if exporting.is_alive():
    raise TimeoutError("Langfuse does not answer")
"""
_WORKER = Import("litellm.litellm_core_utils.logging_worker", "GLOBAL_LOGGING_WORKER")
_SHAPE = m.FunctionDef(
    asynchronous=m.Asynchronous(),
    body=m.IndentedBlock(body=[m.SimpleStatementLine([m.Expr(m.SimpleString())]), m.ZeroOrMore()]),
)


def reach_helper(recipe: Recipe, site: Site) -> tuple[str, list[Change]]:
    """Return the name of the helper that does what `recipe` says, and what has to be done for it to be there.

    A helper of an earlier run is taken if it does as much, and written anew if it does less.
    """
    known = next(_helpers(site), None)
    if known is None:
        name = site.fresh("_deliver_traces", site.module)
        return name, list(_written(name, recipe, site, known=None))
    if DOCSTRINGS.index(_docstring(known)) >= DOCSTRINGS.index(docstring_of(recipe)):
        return known.name.value, []
    return known.name.value, list(_written(known.name.value, recipe, site, known=known))


def docstring_of(recipe: Recipe) -> str:
    """Return the docstring of the helper for a recipe."""
    if recipe.wait is Wait.NOTHING:
        return FLUSHES
    return WAITS_AND_FLUSHES if recipe.flushes else WAITS


def write_helper(module: cst.Module, name: str, source: str) -> cst.Module:
    """Put the helper above the first statement that awaits it, two blank lines around; comments stay with theirs."""
    at = next(index for index, statement in enumerate(module.body) if m.findall(statement, m.Name(name)))
    user = module.body[at]
    _, comments = blank_and_rest(user.leading_lines)
    blank = [cst.EmptyLine(indent=False)] * 2
    helper = parse(source, module).with_changes(leading_lines=blank)
    user = user.with_changes(leading_lines=[*blank, *comments])
    return module.with_changes(body=[*module.body[:at], helper, user, *module.body[at + 1 :]])


def rewrite_helper(helper: cst.FunctionDef, module: cst.Module, source: str) -> cst.BaseStatement:
    """Replace the helper where it stands."""
    return parse(source, module).with_changes(leading_lines=helper.leading_lines)


def _written(name: str, recipe: Recipe, site: Site, *, known: cst.FunctionDef | None) -> Iterator[Change]:
    loop = access(site, "asyncio", *_loop_names(recipe)) if _loop_names(recipe) else Access(())
    thread = access(site, "threading", "Thread") if recipe.flushes else Access(("",))
    worker = _reach_worker(site) if recipe.wait in _BY_WORKER else Access(("",))
    logger = reach_logger(site)
    names = dict(zip(_loop_names(recipe), loop.written, strict=True))
    names |= {"thread": thread.written[0], "worker": worker.written[0]}
    names["litellm"] = bound(site, ("litellm", None)) or "litellm"
    late = [str(one) for one in _late_imports(recipe, worker, site)]
    steps = "".join(f"{line}\n" for line in [*late, ""] if late) + _steps(recipe).format_map(names)
    source = _FRAME.format(
        name=name,
        timeout=_patience(recipe),
        docstring=docstring_of(recipe),
        steps="".join(f"        {line}\n" if line else "\n" for line in steps.splitlines()),
        logger=logger.written[0],
    )
    if known is None:
        yield Change(site.module, write_helper, (name, source))
    else:
        yield Change(known, rewrite_helper, (site.module, source))
    reached = (loop, thread, worker, logger)
    yield from (change for one in reached for change in one.changes)
    imports = tuple(new for one in (loop, thread, logger, worker) for new in one.imports)
    if imports:
        yield Change(site.module, add_imports, (imports,))


def _patience(recipe: Recipe) -> str:
    """Return the seconds that each of the helper's waits may take, so that all of them take ten at most."""
    waits = 2 if recipe.wait in (Wait.WORKER_AND_TASKS, Wait.EITHER) else 1
    if recipe.flushes:
        return "5.0" if waits == 1 else "3.0"
    return "10.0" if waits == 1 else "5.0"


def _late_imports(recipe: Recipe, worker: Access, site: Site) -> Iterator[Import]:
    """Yield what the helper has to import itself."""
    if _OF_CALLBACKS.intersection(recipe.flushes) and not bound(site, ("litellm", None)):
        yield Import("litellm")
    if recipe.wait in _BY_WORKER and not worker.imports and not bound(site, (_WORKER.module, _WORKER.name)):
        yield _WORKER


def _steps(recipe: Recipe) -> str:
    flushes = "".join(_FLUSHES[flush] if not at else _further(flush) for at, flush in enumerate(recipe.flushes))
    return _WAITS[recipe.wait] + flushes + (_EXPORT if recipe.flushes else "")


def _further(flush: Flush) -> str:
    return _FLUSHES[flush].replace("flushes = ", "flushes += ")


def _loop_names(recipe: Recipe) -> tuple[str, ...]:
    tasks = ("all_tasks", "gather") if recipe.wait in (Wait.WORKER_AND_TASKS, Wait.TASKS, Wait.EITHER) else ()
    return () if recipe.wait is Wait.NOTHING else ("sleep", "wait_for", *tasks)


def _reach_worker(site: Site) -> Access:
    """Import the worker next to LiteLLM; a file that imports LiteLLM late keeps doing so."""
    name = bound(site, (_WORKER.module, _WORKER.name))
    if name:
        return Access((name,))
    late = not imports_at_top_level(site, "litellm") or "GLOBAL_LOGGING_WORKER" in site.names
    return Access(("GLOBAL_LOGGING_WORKER",), imports=() if late else (_WORKER,))


def reach_logger(site: Site) -> Access:
    """Log through the module's own logger if it has one."""
    for logger in _loggers(site):
        return Access((logger,))
    get_logger = access(site, "logging", "getLogger")
    return Access((f"{get_logger.written[0]}(__name__)",), imports=get_logger.imports, changes=get_logger.changes)


def _loggers(site: Site) -> Iterator[str]:
    assignment = m.Assign(targets=[m.AssignTarget(m.Name())], value=m.Call())
    for line in site.module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign) and m.matches(small, assignment) and _gets_logger(small.value, site):
                yield cst.ensure_type(small.targets[0].target, cst.Name).value


def _gets_logger(call: cst.BaseExpression, site: Site) -> bool:
    names = site.global_scope.get_qualified_names_for(cst.ensure_type(call, cst.Call).func)
    return {name.name for name in names} == {"logging.getLogger"}


def _helpers(site: Site) -> Iterator[cst.FunctionDef]:
    for node in site.module.body:
        if isinstance(node, cst.FunctionDef) and m.matches(node, _SHAPE) and _docstring(node) in DOCSTRINGS:
            yield node


def _docstring(node: cst.FunctionDef) -> str:
    return node.get_docstring() or ""
