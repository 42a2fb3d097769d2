"""Child side: where, in the program's own code, something happens."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HERE = str(Path(__file__).absolute().parent)
_NOT_THE_PROGRAM = tuple(f"{path}{os.sep}" for path in (_HERE, *map(sysconfig.get_path, ("stdlib", "platstdlib"))))
_PACKAGES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_AWAITERS = 20
"""How many futures to look at for the one that awaits a call."""


def call_site() -> str | None:
    """Return `file:line` of the innermost frame of the program on this stack, if this stack has one."""
    frame = _innermost(sys._getframe(1))
    if frame is None:
        return None
    return _site_of_awaiter() if _starts_task(frame) else line_of(frame)


def call_frame() -> types.FrameType | None:
    """Return the innermost frame of the program on this stack; None where only a task of LiteLLM's is."""
    frame = _innermost(sys._getframe(1))
    return None if frame is None or _starts_task(frame) else frame


def _innermost(frame: types.FrameType | None) -> types.FrameType | None:
    """Return the first frame, from `frame` outwards, that is the program's or starts a task."""
    while frame is not None and not is_program(frame.f_code.co_filename) and not _starts_task(frame):
        frame = frame.f_back
    return frame


def line_of(frame: types.FrameType) -> str:
    """Return the `file:line` at which `frame` is."""
    return f"{_shown(frame.f_code.co_filename)}:{frame.f_lineno}"


def _starts_task(frame: types.FrameType) -> bool:
    """Whether `frame` is the event loop starting a task: what lies below it runs the loop, it did not make the call."""
    return frame.f_code.co_name == "_run" and frame.f_globals.get("__name__") == "asyncio.events"


def _site_of_awaiter() -> str | None:
    """Where the program awaits the running task, which is all LiteLLM's (`gather`, `wait_for`, `create_task`)."""
    asyncio = sys.modules["asyncio"]
    # Reads private parts of other people's futures: whatever is amiss there, the call itself must go on.
    with contextlib.suppress(Exception):
        queue = [asyncio.current_task()]
        seen: set[int] = set()
        while queue and len(seen) < _AWAITERS:
            future = queue.pop(0)
            if future is None or id(future) in seen:
                continue
            seen.add(id(future))
            frames = [frame for frame in _suspended_at(future) if is_program(frame.f_code.co_filename)]
            if frames:
                return line_of(frames[-1])
            queue.extend(found for found in _awaiters(future) if asyncio.isfuture(found))
    return None


def _suspended_at(future: Any) -> Iterator[types.FrameType]:
    """Yield the frames of a waiting task's coroutines, outermost first."""
    waiting = future.get_coro() if hasattr(future, "get_coro") else None
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "ag_frame", None)
        if frame is not None:
            yield frame
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "ag_await", None)


def _awaiters(future: Any) -> Iterator[Any]:
    """Yield what the callbacks of `future` will wake: a task, or a future that stands for several (`gather`)."""
    for callback, _ in getattr(future, "_callbacks", None) or ():
        owner = getattr(callback, "__self__", None)
        yield owner
        yield getattr(owner, "_parent_task", None)
        yield from getattr(callback, "args", ())
        yield from (cell.cell_contents for cell in getattr(callback, "__closure__", None) or ())


@functools.lru_cache(maxsize=4096)
def is_program(filename: str) -> bool:
    """Tell whether `filename` is the program's own code: no library, no frozen or generated code."""
    if filename.startswith("<") or any(part in filename for part in _PACKAGES):
        return False
    return not str(Path(filename).absolute()).startswith(_NOT_THE_PROGRAM)


def _shown(filename: str) -> str:
    return str(Path(filename).absolute()).removeprefix(f"{Path.cwd()}{os.sep}")
