"""Child side: the file of observations. One JSON line each, written at once.

Neither `os._exit` nor a signal takes anything back. Nothing here raises into the program; what goes wrong is itself an
observation (`failed`).
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

try:
    # Every Python process of the program pays for what is imported here: not the whole of `json`.
    from _json import encode_basestring_ascii as _quoted
except ImportError:
    from json.encoder import py_encode_basestring_ascii as _quoted

_file: list[int] = []


def open_file(path: str) -> None:
    """Write to `path` from now on. Raises `OSError`."""
    _file[:] = [os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)]


def note(event: str, **facts: Any) -> None:
    """Write one observation, with its process and its time. Never raises: the program must not notice."""
    try:
        facts = {"event": event, "pid": os.getpid(), "t": time.time(), **facts}
        os.write(_file[0], f"{_encoded(facts)}\n".encode("ascii"))
    except Exception:
        return


def quietly(look: Callable[..., Any], *arguments: Any) -> Any:
    """Return `look(*arguments)`, or None with a note of what went wrong."""
    try:
        return look(*arguments)
    except Exception as error:
        note("failed", where=getattr(look, "__name__", "?"), error=f"{type(error).__name__}: {error}")
        return None


def _encoded(value: object) -> str:
    """Return the JSON of a fact: what is no plain data is told by its text."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_encoded(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_quoted(str(key))}: {_encoded(item)}' for key, item in value.items())}}}"
    return _quoted(str(value))
