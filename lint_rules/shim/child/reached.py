"""Child side, standard library only: which of the lines that are asked about the program has run.

From Python 3.12 on by `sys.monitoring`, with events of the asked files' code alone; below by `sys.settrace`, which a
debugger or coverage may take away: lines that run after that are not seen. That is not on while a library is imported:
it would take twice the time. And, of a project that was copied to be
run, whether code came from the original after all.
"""

from __future__ import annotations

import functools
import importlib.machinery
import json
import os
import sys
import threading
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import record

Trace = Callable[[types.FrameType, str, Any], Any]


def install(path: str, share: Callable[[Trace], None], is_program: Callable[[str], bool]) -> None:
    """Look for what the file at `path` asks for from now on, and note each line once per process.

    `share` is told of the tracer, where there is one, so that another tracer of ours goes along with it; `is_program`
    tells whether a file is no library's. Raises `OSError` and `ValueError`.
    """
    reached = Reached(json.loads(Path(path).read_text(encoding="utf-8")))
    sys.addaudithook(reached.audit)
    if reached.asks and not reached.monitors:
        share(reached.trace)
        _rest_in_libraries(reached.trace, is_program)
        threading.settrace(reached.trace)
        sys.settrace(reached.trace)


class Reached:
    """What is asked, and what of it is still open in this process."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self._lines = {path: set(lines) for path, lines in asked.get("lines", {}).items()}
        self._original = str(asked.get("original") or "")
        self._copy = str(asked.get("copy") or "")
        self._names: dict[str, str] = {}
        """The real path behind each file name that code objects carry."""
        self._open: dict[str, set[int]] = {}
        """By file name as code objects carry it; only files that are asked about."""
        self.asks = bool(self._lines)
        self._tool = _tool() if self.asks and sys.version_info >= (3, 12) else None
        if self._tool is not None and sys.version_info >= (3, 12):
            sys.monitoring.register_callback(self._tool, sys.monitoring.events.LINE, self._line)

    @property
    def monitors(self) -> bool:
        """Whether lines come from `sys.monitoring`."""
        return self._tool is not None

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at a module's code right before it runs. Never raises into the program."""
        if event != "exec":
            return
        try:
            self._look(arguments[0])
        except Exception as error:
            record.note("failed", where="reached", error=f"{type(error).__name__}: {error}")

    def _look(self, code: Any) -> None:
        name = getattr(code, "co_filename", "<")
        if name.startswith("<"):
            return
        if name not in self._names:
            self._names[name] = os.path.realpath(name)
            self._meet(name, self._names[name])
        if name in self._open and self._tool is not None:
            self._monitor(code)

    def _meet(self, name: str, path: str) -> None:
        if path in self._lines:
            self._open[name] = self._lines[path]
        if self._original and path.startswith(f"{self._original}{os.sep}"):
            inside = os.path.relpath(path, self._original)
            if os.path.exists(os.path.join(self._copy, inside)):  # noqa: PTH110, PTH118 - plain strings all along
                record.note("original", file=path)

    def _hit(self, name: str, line: int) -> None:
        lines = self._open.get(name)
        if lines and line in lines:
            lines.discard(line)
            record.note("reached", file=self._names[name], line=line)

    # ---- Python >= 3.12

    def _monitor(self, code: types.CodeType) -> None:
        if sys.version_info >= (3, 12) and self._tool is not None:
            sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.LINE)
            for constant in code.co_consts:
                if isinstance(constant, types.CodeType):
                    self._monitor(constant)

    def _line(self, code: types.CodeType, line: int) -> Any:
        self._hit(code.co_filename, line)
        if sys.version_info >= (3, 12):
            return sys.monitoring.DISABLE
        return None

    # ---- below

    def trace(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        """Take one event, as `sys.settrace` has them. A frame that is traced already stays with that tracer."""
        if frame.f_code.co_filename not in self._open:
            return None
        if event == "line":
            self._hit(frame.f_code.co_filename, frame.f_lineno)
        return self.trace if frame.f_trace is None else None


def _rest_in_libraries(trace: Trace, is_program: Callable[[str], bool]) -> None:
    """Have nothing traced while a library's module is imported, unless that imports the program's."""
    loader = importlib.machinery.SourceFileLoader
    original = loader.exec_module

    @functools.wraps(original)
    def exec_module(self: importlib.machinery.SourceFileLoader, module: types.ModuleType) -> None:
        before = sys.gettrace()
        during = trace if is_program(self.path) else None
        if before not in (None, trace) or before == during:
            return original(self, module)
        sys.settrace(during)
        try:
            original(self, module)
        finally:
            if sys.gettrace() == during:
                sys.settrace(before)

    # So that a traceback of a failing import looks as ever: Python leaves its own import system out.
    code: types.CodeType = exec_module.__code__  # type: ignore[attr-defined]
    exec_module.__code__ = code.replace(co_filename="<frozen importlib._bootstrap_external>")  # type: ignore[attr-defined]
    loader.exec_module = exec_module  # type: ignore[method-assign,assignment]


def _tool() -> int | None:
    """Reserve a tool's number that is neither a debugger's nor coverage's; None if all are taken."""
    if sys.version_info >= (3, 12):
        for number in (4, 3, 5):
            if sys.monitoring.get_tool(number) is None:
                sys.monitoring.use_tool_id(number, "flake8-litellm")
                return number
    return None
