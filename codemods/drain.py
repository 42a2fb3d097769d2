"""Leaving a stream: run it to its end instead, or read the rest right before leaving. Shared by LLM101 and LLM102."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst import matchers as m

from codemods.site import Change, Refused, Site, parse
from lint_rules.finding import ContinueLoop, DrainBefore, Edit

_DRAIN = """\
# LiteLLM logs a stream only at its end: read the rest, or the trace is lost.
{keyword} {unused} in {stream}:
    pass
"""


def leave_stream_at_its_end(edit: Edit, site: Site) -> Iterator[Change]:
    """Rewrite an early exit so that the stream is exhausted before the loop is left."""
    if isinstance(edit, ContinueLoop):
        yield Change(site.statement(edit.exit, cst.Break), stay)
    elif isinstance(edit, DrainBefore):
        yield from _drain_before(edit, site)
    else:
        raise Refused(f"no way to write {type(edit).__name__} here")


def _drain_before(edit: DrainBefore, site: Site) -> Iterator[Change]:
    leave = site.statement(edit.exit, cst.Break, cst.Return)
    loop = site.statement(edit.loop, cst.For)
    stream = edit.stream or site.fresh("stream", loop)
    if edit.stream is None:
        yield Change(loop, hoist, (stream,))
    drain = _DRAIN.format(
        keyword="async for" if edit.is_async else "for",
        unused="_" if site.may_discard else site.fresh("_chunk", site.module),
        stream=stream,
    )
    yield Change(leave, drain_first, (drain, _result_name(leave, stream, site), site.module))


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
