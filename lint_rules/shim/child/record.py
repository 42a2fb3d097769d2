"""Child side: the file of observations. One JSON line each, written at once.

Neither `os._exit` nor a signal takes anything back. Nothing here raises into the program; what goes wrong is itself an
observation (`failed`).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

_file: list[int] = []


def open_file(path: str) -> None:
    """Write to `path` from now on. Raises `OSError`."""
    _file[:] = [os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)]


def note(event: str, **facts: Any) -> None:
    """Write one observation, with its process and its time. Never raises: the program must not notice."""
    try:
        line = json.dumps({"event": event, "pid": os.getpid(), "t": time.time(), **facts}, default=str)
        os.write(_file[0], line.encode(errors="backslashreplace") + b"\n")
    except Exception:
        return


def quietly(look: Callable[..., Any], *arguments: Any) -> Any:
    """Return `look(*arguments)`, or None with a note of what went wrong."""
    try:
        return look(*arguments)
    except Exception as error:
        note("failed", where=getattr(look, "__name__", "?"), error=f"{type(error).__name__}: {error}")
        return None
