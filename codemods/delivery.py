"""Let an async entry point end only after LiteLLM has logged. Shared by the rules about delivery (LLM301, LLM304)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import libcst as cst
from libcst import matchers as m
from libcst.metadata import Assignment, FunctionScope

from codemods.imports import Access, Import, access, add_imports, bound, imports_at_top_level
from codemods.site import Change, Refused, Site, parse
from codemods.statements import as_block, blank_and_rest, split_docstring
from lint_rules.finding import DeliverTraces, Edit

DOCSTRING = "Let LiteLLM finish logging inside the running event loop; never raise into the program."
"""By this a helper that an earlier run wrote is known again."""

_HELPER = '''\
async def {name}(timeout: float = 10.0) -> None:
    """{docstring}"""
    try:{import_here}
        await {sleep}(0)  # LiteLLM enqueues its log record from a task of its own: let it start first
        await {wait_for}({worker}.flush(), timeout)
    except Exception:
        {logger}.exception("LiteLLM did not finish logging: traces may be missing in Langfuse")
'''
_WORKER = Import("litellm.litellm_core_utils.logging_worker", "GLOBAL_LOGGING_WORKER")
_HELPER_SHAPE = m.FunctionDef(
    asynchronous=m.Asynchronous(),
    body=m.IndentedBlock(body=[m.SimpleStatementLine([m.Expr(m.SimpleString(f'"""{DOCSTRING}"""'))]), m.ZeroOrMore()]),
)


def deliver_traces(edit: Edit, site: Site) -> Iterator[Change]:
    """Await the helper in a `finally` of the coroutine; write the helper, once per module, if there is none."""
    if not isinstance(edit, DeliverTraces):
        raise Refused(f"no way to write {type(edit).__name__} here")
    coroutine = site.statement(edit.coroutine, cst.FunctionDef)
    helper = edit.helper or _existing_helper(site)
    if helper is None:
        helper = site.fresh("_deliver_traces", site.module)
        yield from _new_helper(helper, site)
    flush = site.small_statement(edit.flush) if edit.flush else None
    if flush and _in_finally(flush, coroutine, site):
        yield Change(flush, await_first, (helper,))
    else:
        yield Change(coroutine, deliver_in_finally, (helper, _setup_of_last_flush(flush, coroutine, site)))


def await_first(flush: cst.BaseSmallStatement, helper: str) -> list[cst.CSTNode]:
    """Put the helper's turn right before `flush`."""
    return [_awaiting(helper), flush]


def deliver_in_finally(coroutine: cst.FunctionDef, helper: str, setup: int | None) -> cst.FunctionDef:
    """Put the body, after its docstring, into `try`, and the helper's turn into its `finally`.

    With `setup` the last line is a flush that follows the helper, and so many statements stay before the `try` for it.
    """
    block = as_block(coroutine.body)
    docstring, body = split_docstring(block.body)
    only = body[0] if len(body) == 1 else None
    if isinstance(only, cst.Try) and only.finalbody and not only.handlers:
        protected: cst.BaseStatement = _in_its_finally(only, helper)
        return coroutine.with_changes(body=block.with_changes(body=[*docstring, protected]))
    last = [] if setup is None else [body.pop()]
    before, body = body[: setup or 0], body[setup or 0 :]
    above, body = _without_leading_blanks(body)
    protected = cst.Try(
        leading_lines=above,
        body=cst.IndentedBlock(body=body, indent=block.indent, footer=block.footer),
        finalbody=cst.Finally(cst.IndentedBlock(body=[_awaiting(helper), *last], indent=block.indent)),
    )
    return coroutine.with_changes(body=block.with_changes(body=[*docstring, *before, protected], footer=[]))


def write_helper(module: cst.Module, name: str, source: str) -> cst.Module:
    """Put the helper above the first statement that awaits it, two blank lines around; comments stay with theirs."""
    at = next(index for index, statement in enumerate(module.body) if m.findall(statement, m.Name(name)))
    user = module.body[at]
    _, comments = blank_and_rest(user.leading_lines)
    blank = [cst.EmptyLine(indent=False)] * 2
    helper = parse(source, module).with_changes(leading_lines=blank)
    user = user.with_changes(leading_lines=[*blank, *comments])
    return module.with_changes(body=[*module.body[:at], helper, user, *module.body[at + 1 :]])


def _new_helper(name: str, site: Site) -> Iterator[Change]:
    loop = access(site, "asyncio", "sleep", "wait_for")
    worker = _reach_worker(site)
    logger = _reach_logger(site)
    source = _HELPER.format(
        name=name,
        docstring=DOCSTRING,
        sleep=loop.written[0],
        wait_for=loop.written[1],
        worker=worker.written[0],
        logger=logger.written[0],
        import_here="" if worker.imports or bound(site, (_WORKER.module, _WORKER.name)) else f"\n        {_WORKER}\n",
    )
    yield Change(site.module, write_helper, (name, source))
    yield from (change for reached in (loop, worker, logger) for change in reached.changes)
    imports = (*loop.imports, *logger.imports, *worker.imports)
    if imports:
        yield Change(site.module, add_imports, (imports,))


def _reach_worker(site: Site) -> Access:
    """Import the worker next to LiteLLM; a file that imports LiteLLM late keeps doing so."""
    name = bound(site, (_WORKER.module, _WORKER.name))
    if name:
        return Access((name,))
    late = not imports_at_top_level(site, "litellm") or "GLOBAL_LOGGING_WORKER" in site.names
    return Access(("GLOBAL_LOGGING_WORKER",), imports=() if late else (_WORKER,))


def _reach_logger(site: Site) -> Access:
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


def _existing_helper(site: Site) -> str | None:
    helpers = (node for node in site.module.body if m.matches(node, _HELPER_SHAPE))
    return next((node.name.value for node in helpers if isinstance(node, cst.FunctionDef)), None)


def _in_finally(statement: cst.CSTNode, coroutine: cst.FunctionDef, site: Site) -> bool:
    above = list(takewhile(lambda node: not isinstance(node, cst.FunctionDef), site.ancestors(statement)))
    return any(isinstance(node, cst.Finally) for node in above) and site.parent(above[-1]) is coroutine


def _setup_of_last_flush(flush: cst.BaseSmallStatement | None, coroutine: cst.FunctionDef, site: Site) -> int | None:
    """Return how many statements must stay before the `try` so that the flush can follow the helper; None if it cannot.

    It can if the body's last line is all its own, and every local name in it is bound by the first lines, none of which
    awaits: a name bound later may be unbound when `finally` is reached early.
    """
    _, body = split_docstring(as_block(coroutine.body).body)
    line = site.parent(flush) if flush else None
    if flush is None or line is not body[-1] or len(cst.ensure_type(line, cst.SimpleStatementLine).body) > 1:
        return None
    bindings = list(_local_bindings(flush, coroutine, site))
    setup = max((_index_around(binding, body, site) for binding in bindings), default=-1) + 1
    return setup if all(map(_is_quiet_line, body[:setup])) else None


def _local_bindings(statement: cst.CSTNode, coroutine: cst.FunctionDef, site: Site) -> Iterator[cst.CSTNode]:
    """Yield the nodes that bind a name of `statement` in the coroutine's body; parameters are always bound."""
    scope = site.scope(coroutine.body)
    assert isinstance(scope, FunctionScope)
    parameters = set(m.findall(coroutine.params, m.Param()))
    names = {cst.ensure_type(node, cst.Name).value for node in m.findall(statement, m.Name())}
    for assignment in scope.assignments:
        if assignment.name in names and isinstance(assignment, Assignment) and assignment.node not in parameters:
            yield assignment.node


def _index_around(node: cst.CSTNode, body: Sequence[cst.BaseStatement], site: Site) -> int:
    around = {node, *site.ancestors(node)}
    return next(index for index, statement in enumerate(body) if statement in around)


def _is_quiet_line(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and not m.findall(statement, m.Await())


def _in_its_finally(statement: cst.Try, helper: str) -> cst.Try:
    finalbody = cst.ensure_type(statement.finalbody, cst.Finally)
    block = as_block(finalbody.body)
    if m.matches(block.body[0], m.SimpleStatementLine([m.Expr(m.Await(m.Call(m.Name(helper))))])):
        return statement
    awaited = block.with_changes(body=[_awaiting(helper), *block.body])
    return statement.with_changes(finalbody=finalbody.with_changes(body=awaited))


def _awaiting(helper: str) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Expr(cst.Await(cst.Call(cst.Name(helper))))])


def _without_leading_blanks(
    body: Sequence[cst.BaseStatement],
) -> tuple[list[cst.EmptyLine], list[cst.BaseStatement]]:
    """Take the blank lines above a body off it; they belong above the `try`."""
    if not body:
        return [], []
    first = body[0]
    assert isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    blank, rest = blank_and_rest(first.leading_lines)
    return blank, [first.with_changes(leading_lines=rest), *body[1:]]
