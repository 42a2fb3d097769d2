"""Child side: begin to observe this process, and every process that is forked from it."""

from __future__ import annotations

import atexit
import os
import sys

from . import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import importlib.machinery
    import types
    from collections.abc import Callable
    from typing import Any

    from . import wire

    Action = Callable[[types.ModuleType], None]

# Every Python process of the program pays for what is imported above: the rest is, when there is something to observe.

VARIABLE = "LLM_SHIM"
"""The environment variable that says what to observe, a line each: `Settings`, as `settings_text` writes them."""
REACH_VARIABLE = "LLM_SHIM_REACH"
"""The JSON file that says which lines to look for: `lines`, lists by absolute path, and, optionally, `original` and
`copy`, two folders."""
_begun: list[int] = []
_settings: list[Settings] = []
_wires: list[wire.Wire] = []
_connections = ("socket.connect", "socket.sendto", "socket.getaddrinfo")
_clients = ("httpcore", "httpcore2", "aiohttp.client", "requests.adapters", "grpc", "grpc.aio")


class Settings:
    """What to observe: the record's file, the endpoints, and a callback to register (or nothing)."""

    def __init__(self, text: str) -> None:
        self.record, self.model, self.langfuse, self.register = text.split("\n")


def settings_text(*, record: str, model: str, langfuse: str, register: str = "") -> str:
    """Return the value of `VARIABLE`."""
    return f"{record}\n{model}\n{langfuse}\n{register}"


def begin() -> None:
    """Observe this process from now on, as far as the environment asks for it. A second time does nothing."""
    text = os.environ.get(VARIABLE)
    if not text or os.getpid() in _begun:
        return
    _begun.append(os.getpid())
    settings = Settings(text)
    _settings[:] = [settings]
    record.quietly(record.open_file, settings.record)
    _note_process()
    os.register_at_fork(after_in_child=_forked)
    atexit.register(record.note, "exit")
    sys.addaudithook(_audit)
    for client in _clients:
        after_import(client, lambda module: _wire().wrap(module))
    # Loaded with LiteLLM only: most Python processes of a program, and its tools, never import that.
    after_import("litellm", _observe_litellm, before=True)
    if os.environ.get(REACH_VARIABLE):
        _look_for_lines()
    if settings.register:
        after_import("litellm", lambda litellm: _register(litellm, settings.register))


def _wire() -> wire.Wire:
    if not _wires:
        from . import wire  # noqa: PLC0415

        _wires.append(wire.Wire(_settings[0].model, _settings[0].langfuse))
    return _wires[0]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _connections:
        _wire().audit(event, arguments)


def _look_for_lines() -> None:
    from . import leaving, reached, sites  # noqa: PLC0415 (two processes in a thousand are asked)

    record.quietly(reached.install, os.environ[REACH_VARIABLE], leaving.share, sites.is_program)


def begin_anew() -> None:
    """Observe this process for whom the environment names now, whether or not it has been observed for another."""
    if os.getpid() not in _begun:
        return begin()
    settings = Settings(os.environ[VARIABLE])
    _settings[:] = [settings]
    record.open_file(settings.record)
    for one in _wires:
        one.model, one.langfuse = settings.model, settings.langfuse
    return _note_process()


def _forked() -> None:
    _begun.append(os.getpid())
    _note_process()


def _note_process() -> None:
    argv = getattr(sys, "orig_argv", None) or sys.argv
    record.note("process", parent=os.getppid(), argv=[str(word)[:200] for word in argv[:20]])


def _observe_litellm(_: object) -> None:
    from . import flushes, tracker  # noqa: PLC0415

    record.quietly(tracker.install, after_import)
    record.quietly(flushes.install, after_import)


def _register(litellm: types.ModuleType, name: str) -> None:
    """Register a callback, as a deployment does that configures it outside the program."""
    callbacks = litellm.callbacks if name == "langfuse_otel" else litellm.success_callback
    if name not in callbacks:
        callbacks.append(name)


def after_import(name: str, action: Callable[[Any], None], *, before: bool = False) -> None:
    """Call `action` with module `name`: now if it is there, or right after (`before`: before) it is imported."""
    if name in sys.modules:
        action(sys.modules[name])
    else:
        sys.meta_path.insert(0, _OnImport(name, action, before))


class _OnImport:
    """Calls `action` once, around the import of one module. Being looked for is not being imported."""

    def __init__(self, name: str, action: Callable[[Any], None], before: bool) -> None:
        self.name, self.action, self.before = name, action, before
        self._looking = False

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Find `name` as the other finders do, with a loader that calls `action`."""
        if fullname != self.name or self._looking:
            return None
        self._looking = True
        try:
            found = (finder.find_spec(fullname, path, target) for finder in sys.meta_path if finder is not self)
            spec = next((spec for spec in found if spec is not None), None)
        finally:
            self._looking = False
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: self._load(load, module)  # type: ignore[method-assign]
        return spec

    def _load(self, load: Action, module: types.ModuleType) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            if self.before:
                record.quietly(self.action, None)
            load(module)
            if not self.before:
                record.quietly(self.action, module)
        else:
            load(module)
