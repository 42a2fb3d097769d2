"""Log the part of a stream that was received, by one private coroutine function per module, in the file's own style.

It builds the response from the chunks received and gives it to the stream's own logging object, which logs one
response per call. Then it hangs up, without which the model would go on. It never raises.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst import matchers as m

from codemods.helper import reach_logger, write_helper
from codemods.imports import access, add_imports, bound
from codemods.site import Change, Site, parse

DOCSTRING = "Log the part of a stream that was received; never raise into the program."
"""By this a helper that an earlier run wrote is known again."""

_HELPER = '''\
async def {name}(stream: {any}) -> None:
    """{docstring}"""
    try:
{imports}        part = {litellm}.stream_chunk_builder(stream.chunks, messages=stream.messages)
        if part is None:
            raise ValueError("the stream keeps no chunks")
        await stream.logging_obj.async_success_handler(
            part, start_time=None, end_time=None, cache_hit=False
        )
        if hasattr(stream, "aclose"):  # from litellm 1.81.14 on
            await stream.aclose()  # the rest is generated as long as it is open
    except Exception:
        {logger}.exception("The received part of a stream is not logged")
'''
_LATE_IMPORT = "        import litellm\n\n"


def reach_partial_helper(site: Site) -> tuple[str, list[Change]]:
    """Return the name of the helper that logs what was received, and what has to be done for it to be there."""
    known = next(_helpers(site), None)
    if known is not None:
        return known.name.value, []
    name = site.fresh("_log_partial", site.module)
    return name, list(_written(name, site))


def log_first(leave: cst.BaseSmallStatement, helper: str, stream: str, module: cst.Module) -> list[cst.CSTNode]:
    """Put the logging of what was received of `stream` right before `leave`."""
    return [parse(f"await {helper}({stream})\n", module), leave]


def _written(name: str, site: Site) -> Iterator[Change]:
    litellm = bound(site, ("litellm", None))
    anything, logger = access(site, "typing", "Any"), reach_logger(site)
    source = _HELPER.format(
        name=name,
        any=anything.written[0],
        docstring=DOCSTRING,
        imports="" if litellm else _LATE_IMPORT,
        litellm=litellm or "litellm",
        logger=logger.written[0],
    )
    yield Change(site.module, write_helper, (name, source))
    yield from (*anything.changes, *logger.changes)
    imports = (*anything.imports, *logger.imports)
    if imports:
        yield Change(site.module, add_imports, (imports,))


def _helpers(site: Site) -> Iterator[cst.FunctionDef]:
    for node in site.module.body:
        if isinstance(node, cst.FunctionDef) and m.matches(node, m.FunctionDef(asynchronous=m.Asynchronous())):
            yield from (node,) if node.get_docstring() == DOCSTRING else ()
