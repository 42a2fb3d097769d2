"""Child side, standard library only: where, and how, the program leaves the loop that reads a stream.

Only the line that runs next tells a `break` from a long body, so the program's own frame is traced, and only between
two chunks. A program that is traced already (a debugger, coverage) is left alone: nothing is observed then. A tracer of
the shim's own (`reached`) is gone along with.
"""

from __future__ import annotations

import ast
import dis
import functools
import linecache
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

_BUDGET = 10_000
"""Lines to follow in one turn of a loop. A body that computes for long must not be slowed down."""
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_ENDS = {"CancelledError": "cancelled", "GeneratorExit": "closed"}

Left = Callable[[int, str, "str | None"], None]
"""Called with the line, how it was left (`break`, `return`, `suspended`, `exception`, `cancelled`, `closed`), and the
exception. A later call corrects an earlier one: a suspended loop may go on."""


Trace = Callable[[types.FrameType, str, Any], Any]
_company: list[Trace] = []
"""The shim's own tracers."""


class _Active(threading.local):
    """How many loops of this thread are watched."""

    count = 0


_active = _Active()


class Watch:
    """Follows one frame of the program, from one chunk to the next."""

    def __init__(self, left: Left, extent: tuple[int, int], line: int) -> None:
        self._left = left
        self._extent = extent
        self._line = line
        self._error: BaseException | None = None
        self._budget = _BUDGET
        self._on = True

    def stop(self) -> None:
        """Follow no further; the second time does nothing."""
        if self._on:
            self._on = False
            _active.count -= 1
            if not _active.count and sys.gettrace() is _ignore:
                sys.settrace(None)

    def trace(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        """Take one event of the watched frame, as `sys.settrace` has them."""
        for other in _company:
            other(frame, event, argument)
        if not self._on:
            return None
        if event == "line":
            # Python 3.12 has a line of its own for an exception on its way out of an `await`.
            return self.trace if _opcode(frame) == "CLEANUP_THROW" else self._at(frame.f_lineno)
        if event == "exception":
            self._line, self._error = frame.f_lineno, argument[1]
        elif event == "return":
            self._say("suspended" if _suspends(frame) else "return")
        return self.trace

    def _at(self, line: int) -> Any:
        first, last = self._extent
        self._budget -= 1
        if self._budget < 0:
            return self.stop()
        if not first <= line <= last:
            self._say("break")
            return self.stop()
        self._line, self._error = line, None
        return self.trace

    def _say(self, how: str) -> None:
        error = self._error
        if error is None:
            return self._left(self._line, how, None)
        name = type(error).__name__
        return self._left(self._line, _ENDS.get(name, "exception"), f"{name}: {error}")


def watch(frame: types.FrameType, left: Left) -> Watch | None:
    """Follow `frame`, which reads a stream in the loop it is in. None: it is in no loop, or traced by somebody else."""
    extent = loop_around(frame.f_code.co_filename, frame.f_lineno)
    tracer = sys.gettrace()
    if extent is None or tracer not in (None, _ignore, *_company):
        return None
    watching = Watch(left, extent, frame.f_lineno)
    _active.count += 1
    frame.f_trace = watching.trace
    if tracer is None:
        sys.settrace(_ignore)
    return watching


def share(trace: Trace) -> None:
    """Watch frames also under the tracer `trace`, and hand it on what happens in them."""
    _company.append(trace)


def _ignore(frame: types.FrameType, event: str, argument: Any) -> None:
    """Trace no frame but those that are watched."""


def _suspends(frame: types.FrameType) -> bool:
    """Whether `frame`, which raised nothing, will go on later: at an `await` or a `yield`."""
    return not _opcode(frame).startswith("RETURN")


def _opcode(frame: types.FrameType) -> str:
    code = frame.f_code.co_code
    return dis.opname[code[frame.f_lasti]] if 0 <= frame.f_lasti < len(code) else ""


def loop_around(filename: str, line: int) -> tuple[int, int] | None:
    """Return the first and last line of the innermost loop around `line`, without an `else`; None without a loop."""
    around = [extent for extent in _loops(filename) if extent[0] <= line <= extent[1]]
    return max(around, default=None)


@functools.lru_cache(maxsize=256)
def _loops(filename: str) -> tuple[tuple[int, int], ...]:
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError, RecursionError):
        return ()
    loops = [node for node in ast.walk(tree) if isinstance(node, _LOOPS)]
    return tuple((node.lineno, node.body[-1].end_lineno or node.lineno) for node in loops)
