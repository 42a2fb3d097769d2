"""Leaving a stream: run it to its end instead, or read the rest, or log what was received, right before leaving. Shared
by LLM101 and LLM102."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import libcst as cst
from libcst import matchers as m

from codemods.partials import log_first, reach_partial_helper
from codemods.site import Change, Refused, Site, parse
from lint_rules.finding import ContinueLoop, DrainBefore, Edit, LogPartial

_DRAIN = """\
# LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
{keyword} {unused} in {stream}:
    pass
"""


def leave_stream_at_its_end(edit: Edit, site: Site) -> Iterator[Change]:
    """Rewrite an early exit so that the stream is exhausted, or logged as it is, before the loop is left."""
    if isinstance(edit, ContinueLoop):
        yield Change(site.statement(edit.exit, cst.Break), stay)
    elif isinstance(edit, DrainBefore):
        yield from _drain_before(edit, site)
    elif isinstance(edit, LogPartial):
        yield from _log_before(edit, site)
    else:
        raise Refused(f"no way to write {type(edit).__name__} here")


def _drain_before(edit: DrainBefore, site: Site) -> Iterator[Change]:
    leave = site.statement(edit.exit, cst.Break, cst.Return)
    stream = yield from _named(edit, site)
    drain = _DRAIN.format(
        keyword="async for" if edit.is_async else "for",
        unused="_" if site.may_discard else site.fresh("_chunk", site.module),
        stream=stream,
    )
    yield Change(leave, drain_first, (drain, _result_name(leave, stream, site), site.module))


def _log_before(edit: LogPartial, site: Site) -> Iterator[Change]:
    leave = site.statement(edit.exit, cst.Break, cst.Return)
    stream = yield from _named(edit, site)
    helper, changes = reach_partial_helper(site)
    yield from changes
    yield Change(leave, log_first, (helper, stream, site.module))


def _named(edit: DrainBefore | LogPartial, site: Site) -> Generator[Change, None, str]:
    """Return what denotes the loop's iterator; where nothing does, have the iterable bound to a name."""
    if edit.stream is not None:
        return edit.stream
    loop = site.statement(edit.loop, cst.For)
    stream = site.fresh("stream", loop)
    yield Change(loop, hoist, (stream,))
    return stream


def stay(leave: cst.Break) -> cst.Continue:
    """`break` → `continue`."""
    return cst.Continue(semicolon=leave.semicolon)


def hoist(loop: cst.For, stream: str) -> list[cst.BaseStatement]:
    """Bind the iterable to a name right before the loop, so that there is something to drain."""
    assignment = cst.Assign(targets=[cst.AssignTarget(cst.Name(stream))], value=loop.iter)
    over_name = loop.with_changes(
        iter=cst.Name(stream), whitespace_after_in=cst.SimpleWhitespace(" "), leading_lines=[]
    )
    return [cst.SimpleStatementLine(body=[assignment], leading_lines=loop.leading_lines), over_name]


def drain_first(leave: cst.BaseSmallStatement, drain: str, result: str | None, module: cst.Module) -> list[cst.CSTNode]:
    """Put `drain` before `leave`; what a `return` computes is computed before it, and kept as `result`."""
    draining = parse(drain, module)
    if result is None or not isinstance(leave, cst.Return) or leave.value is None:
        return [draining, leave]
    bound = cst.Assign(targets=[cst.AssignTarget(cst.Name(result))], value=leave.value)
    returned = leave.with_changes(value=cst.Name(result), whitespace_after_return=cst.SimpleWhitespace(" "))
    return [cst.SimpleStatementLine(body=[bound]), draining, returned]


def _result_name(leave: cst.BaseSmallStatement, stream: str, site: Site) -> str | None:
    """Name what a `return` gives back if reading the rest of the stream could change it; one name serves the module."""
    if not isinstance(leave, cst.Return) or leave.value is None:
        return None
    root = stream.partition(".")[0].partition("[")[0]
    depends = m.Call() | m.Await() | m.Yield() | m.NamedExpr() | m.CompFor() | m.Name(root)
    return site.fresh("result", site.module) if m.findall(leave.value, depends) else None
