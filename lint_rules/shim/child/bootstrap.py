"""Child side, standard library only: run a program as `python` would, and note where its model calls come from.

Run as a script (`python bootstrap.py script.py …`, `… -m module …`, `… -c code …`) by whichever Python the program
belongs to; that Python needs nothing of this package installed. Three things differ from a plain run: each request to
the loopback model carries the program's own `file:line` in a header, connections to other machines are refused, and
LiteLLM's streams and log tasks are observed (`tracker`).
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from . import reached, tracker
else:
    # By file: the program's Python need not have this package.
    import reached
    import tracker

    # The program may have modules of these names, too.
    del sys.modules["reached"], sys.modules["tracker"]

# As a script this file's folder heads `sys.path`; the program must not find the shim's modules there.
if __name__ == "__main__":
    del sys.path[0]

import importlib.abc
import importlib.machinery
import importlib.util
import io
import runpy
import socket
import sysconfig
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

SITE_HEADER = "x-llm-shim-site"
ORIGIN_VARIABLE = "LLM_SHIM_MODEL"
"""The loopback model's origin, in the program's environment."""

_HERE = str(Path(__file__).absolute().parent)
_NOT_THE_PROGRAM = tuple(f"{path}{os.sep}" for path in (_HERE, *map(sysconfig.get_path, ("stdlib", "platstdlib"))))
_PACKAGES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_AWAITERS = 20
"""How many futures to look at for the one that awaits a call."""
_LOCAL_HOSTS = frozenset({"localhost", "ip6-localhost", "::1", "0.0.0.0", "::", ""})


def run_program(argv: Sequence[str]) -> None:
    """Run `argv` (`script.py …`, `-m module …` or `-c code …`) as `__main__`. Whatever it raises is let through."""
    refuse_outside_connections()
    record_sites()
    record = tracker.install(_after_import, call_site, call_frame, _line)
    if record is not None:
        reached.install(record.note, tracker.share, is_program)
    if argv[0] == "-m":
        _run_module(argv[1], argv[2:])
    elif argv[0] == "-c":
        _run_source(argv[1], "<string>", ["-c", *argv[2:]], "")
    else:
        _run_script(argv[0], argv)


def _run_script(path: str, argv: Sequence[str]) -> None:
    script = Path(path)
    with io.open_code(str(script.absolute())) as file:
        source = file.read()
    _run_source(source, str(script.absolute()), argv, str(script.resolve().parent))


def _run_source(source: str | bytes, filename: str, argv: Sequence[str], folder: str) -> None:
    sys.argv[:] = argv
    sys.path.insert(0, folder)
    main = _fresh_main()
    if filename != "<string>":
        main.__file__ = filename
        main.__dict__["__cached__"] = None
        main.__loader__ = importlib.machinery.SourceFileLoader("__main__", filename)
    exec(compile(source, filename, "exec", dont_inherit=True), main.__dict__)


def _run_module(name: str, arguments: Sequence[str]) -> None:
    sys.argv[:] = ["-m", *arguments]
    sys.path.insert(0, str(Path.cwd()))
    _fresh_main()
    # What `python -m` itself calls; the public `run_module` would put the old `__main__` back before exit handlers run.
    runpy._run_module_as_main(name)  # type: ignore[attr-defined]


def _fresh_main() -> types.ModuleType:
    """Replace `__main__` for good: threads, exit handlers and pickle must see the program's, not ours."""
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = sys.modules["builtins"]
    sys.modules["__main__"] = main
    return main


# ---- nothing leaves the machine


def refuse_outside_connections() -> None:
    """Refuse every connection to, and every look-up of, another machine."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise ConnectionRefusedError(f"the shim lets nothing leave this machine: {address[0]}")
    elif event == "socket.getaddrinfo" and not _is_local(arguments[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"the shim lets nothing leave this machine: {arguments[0]}")


def _is_local(host: object) -> bool:
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    return text.lower() in _LOCAL_HOSTS or text.startswith(("127.", "::ffff:127.")) or text.endswith(".localhost")


# ---- where a call was made


def record_sites() -> None:
    """Have httpx, through which LiteLLM and the OpenAI client send, name the program's line in a header."""
    origin = os.environ.get(ORIGIN_VARIABLE, "")
    _after_import("httpx", functools.partial(_wrap_httpx, origin=origin))


def _after_import(name: str, action: Callable[[types.ModuleType], None]) -> None:
    """Call `action` with module `name`: now, if it is there, or right after the program has imported it."""
    if name in sys.modules:
        action(sys.modules[name])
    else:
        sys.meta_path.insert(0, _AfterImport(name, action))


class _AfterImport(importlib.abc.MetaPathFinder):
    """Call `action` with module `name` once, right after the program has imported it."""

    def __init__(self, name: str, action: Callable[[types.ModuleType], None]) -> None:
        self.name, self.action = name, action

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Find `name` as the other finders do, with a loader that calls `action` at its end."""
        if fullname != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = functools.partial(self._load, spec.loader.exec_module)  # type: ignore[method-assign]
        return spec

    def _load(self, load: Callable[[types.ModuleType], None], module: types.ModuleType) -> None:
        load(module)
        self.action(module)


def _wrap_httpx(httpx: types.ModuleType, origin: str) -> None:
    send, async_send = httpx.Client.send, httpx.AsyncClient.send

    @functools.wraps(send)
    def traced_send(client: Any, request: Any, **options: Any) -> Any:
        _name_site(request, origin)
        return send(client, request, **options)

    # Not `async def`: it must hand on the very coroutine it got, and read the stack where the call is awaited.
    @functools.wraps(async_send)
    async def traced_async_send(client: Any, request: Any, **options: Any) -> Any:
        _name_site(request, origin)
        return await async_send(client, request, **options)

    httpx.Client.send = traced_send
    httpx.AsyncClient.send = traced_async_send


def _name_site(request: Any, origin: str) -> None:
    if origin and str(request.url).startswith(origin):
        site = call_site()
        if site:
            request.headers[SITE_HEADER] = quote(site, safe="/:\\")


def call_site() -> str | None:
    """Return `file:line` of the innermost frame of the program on this stack, if this stack has one."""
    frame = _innermost(sys._getframe(1))
    if frame is None:
        return None
    return _site_of_awaiter() if _starts_task(frame) else _line(frame)


def call_frame() -> types.FrameType | None:
    """Return the innermost frame of the program on this stack; None where only a task of LiteLLM's is."""
    frame = _innermost(sys._getframe(1))
    return None if frame is None or _starts_task(frame) else frame


def _innermost(frame: types.FrameType | None) -> types.FrameType | None:
    """Return the first frame, from `frame` outwards, that is the program's or starts a task."""
    while frame is not None and not is_program(frame.f_code.co_filename) and not _starts_task(frame):
        frame = frame.f_back
    return frame


def _line(frame: types.FrameType) -> str:
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
                return _line(frames[-1])
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


if __name__ == "__main__":
    run_program(sys.argv[1:])
