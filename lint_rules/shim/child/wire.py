"""Child side: the program's HTTP requests, whichever library sends them.

Model calls and Langfuse exports go to the loopback endpoints, whatever address the program has for them; what else
would leave the machine is refused, and noted. The clients are changed where they hand a request to a connection
(`httpcore.ConnectionPool.handle_request`, `aiohttp.ClientSession._request`, `requests.adapters.HTTPAdapter.send`):
above that, a test may have put a transport of its own, and that is left in charge.
"""

from __future__ import annotations

import functools
import os
import socket
import sys
import types
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from . import record, routes, sites

_LANGFUSE = "/api/public/"
"""Langfuse's ingestion, its OTLP endpoint and the rest of its API."""
_LOCAL_HOSTS = frozenset({"localhost", "ip6-localhost", "::1", "0.0.0.0", "::", ""})
_PORTS = {"http": 80, "https": 443}
_MAKERS = ("litellm", "langfuse", "openai", "anthropic", "opentelemetry", "aiohttp", "requests", "httpx")
"""Packages to name as the one that sends a request, the first that is on the stack."""
_FRAMES = 80
_LOGGING_NAMES = ("logging_obj", "litellm_logging_obj")
_PATIENCE = 0.2
_NOWHERE = "127.0.0.1:9"
"""The discard port, which nobody listens on: what a refused channel leads to."""


class Aim(NamedTuple):
    """Where a request is to go instead, and the headers it gets."""

    scheme: str
    host: str
    port: int
    headers: dict[str, str]


class Wire:
    """The two loopback endpoints of this process."""

    def __init__(self, model: str, langfuse: str) -> None:
        self.model, self.langfuse = model, langfuse
        self._refused: set[tuple[str, object]] = set()

    def aim(self, method: str, url: str) -> Aim | None:
        """Say where the program's request must go; None: where it wants to."""
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 80)
        host, origin = parts.hostname or "", f"{parts.scheme}://{parts.netloc}"
        if _LANGFUSE in parts.path and not url.startswith(self.model):
            return None if url.startswith(self.langfuse) else _aimed(self.langfuse, {routes.ORIGIN_HEADER: origin})
        if routes.api_of(method, parts.path):
            if url.startswith(self.model) or not (_is_local(host) and _is_listening(host, port)):
                return _aimed(self.model, {routes.ORIGIN_HEADER: origin, **_whence()})
            record.note("elsewhere", what=origin, site=sites.call_site(), call=_call_ids()[:1])
        elif not _is_local(host):
            self.refuse(host, port)
        return None

    def wrap(self, client: types.ModuleType) -> None:
        """Have an HTTP client, which has just been imported, ask where its requests go."""
        wraps = {"aiohttp.client": _wrap_aiohttp, "requests.adapters": _wrap_requests}
        wraps |= {"grpc": _wrap_grpc, "grpc.aio": _wrap_grpc}
        # `httpcore`, and `httpcore2`: openai 3 asks through that unless LiteLLM gives it a client of its own.
        wraps.get(client.__name__, _wrap_httpcore)(self, client)

    def refuse(self, host: object, port: object) -> None:
        """Note that the program tried to reach another machine; the audit hook is what stops it."""
        text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
        if (text, port) not in self._refused:
            self._refused.add((text, port))
            self._refused.add((text, None))
            by = next((name for name in _MAKERS[:2] if name in _packages()), "program")
            record.note("refused", host=text, port=port, by=by, site=sites.call_site())

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse every connection to, and every look-up of, another machine."""
        if event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            if isinstance(address, tuple) and not _is_local(address[0]):
                self._refuse_quietly(address[0], address[1])
                raise ConnectionRefusedError(f"the shim lets nothing leave this machine: {address[0]}")
        elif event == "socket.getaddrinfo" and not _is_local(arguments[0]):
            self._refuse_quietly(arguments[0], None)
            raise socket.gaierror(socket.EAI_NONAME, f"the shim lets nothing leave this machine: {arguments[0]}")

    def _refuse_quietly(self, host: object, port: object) -> None:
        record.quietly(self.refuse, host, port if isinstance(port, int) else None)


def _aimed(origin: str, headers: dict[str, str]) -> Aim:
    parts = urlsplit(origin)
    return Aim(parts.scheme, parts.hostname or "", parts.port or 80, headers)


# ---- the clients


def _wrap_httpcore(wire: Wire, httpcore: types.ModuleType) -> None:
    handle, handle_async = httpcore.ConnectionPool.handle_request, httpcore.AsyncConnectionPool.handle_async_request

    @functools.wraps(handle)
    def handled(pool: Any, request: Any) -> Any:
        record.quietly(_aim_httpcore, wire, httpcore, request)
        return handle(pool, request)

    @functools.wraps(handle_async)
    async def handled_async(pool: Any, request: Any) -> Any:
        record.quietly(_aim_httpcore, wire, httpcore, request)
        return await handle_async(pool, request)

    httpcore.ConnectionPool.handle_request = handled
    httpcore.AsyncConnectionPool.handle_async_request = handled_async


def _aim_httpcore(wire: Wire, httpcore: types.ModuleType, request: Any) -> None:
    url = request.url
    host, port = url.host.decode("latin-1"), f":{url.port}" if url.port else ""
    host = f"[{host}]" if ":" in host else host
    text = f"{url.scheme.decode()}://{host}{port}{url.target.decode('latin-1')}"
    aim = wire.aim(request.method.decode(), text)
    if aim is None:
        return
    request.url = httpcore.URL(scheme=aim.scheme, host=aim.host, port=aim.port, target=url.target)
    request.headers = [*request.headers, *((key.encode(), value.encode()) for key, value in aim.headers.items())]


def _wrap_aiohttp(wire: Wire, client: types.ModuleType) -> None:
    request = client.ClientSession._request

    @functools.wraps(request)
    async def requested(session: Any, method: str, url: Any, **options: Any) -> Any:
        aimed = record.quietly(_aim_aiohttp, wire, session, method, url, options)
        return await request(session, method, *(aimed or (url,)), **options)

    client.ClientSession._request = requested


def _aim_aiohttp(wire: Wire, session: Any, method: str, url: Any, options: dict[str, Any]) -> tuple[Any] | None:
    full = session._build_url(url)
    aim = wire.aim(method, str(full))
    if aim is None:
        return None
    given = options.get("headers") or {}
    pairs = given.items() if hasattr(given, "items") else given
    options["headers"] = [*pairs, *aim.headers.items()]
    # As a user: a scheme or a host that yarl has quoted already must not be quoted again.
    return (full.with_scheme(aim.scheme).with_host(aim.host).with_port(aim.port),)


def _wrap_requests(wire: Wire, adapters: types.ModuleType) -> None:
    send = adapters.HTTPAdapter.send

    @functools.wraps(send)
    def sent(adapter: Any, request: Any, *arguments: Any, **options: Any) -> Any:
        aimed = record.quietly(_aim_requests, wire, request)
        return send(adapter, aimed or request, *arguments, **options)

    adapters.HTTPAdapter.send = sent


def _aim_requests(wire: Wire, request: Any) -> Any:
    aim = wire.aim(request.method, request.url)
    if aim is None:
        return None
    aimed = request.copy()
    aimed.url = urlsplit(request.url)._replace(scheme=aim.scheme, netloc=f"{aim.host}:{aim.port}").geturl()
    aimed.headers.update(aim.headers)
    return aimed


def _wrap_grpc(wire: Wire, grpc: types.ModuleType) -> None:
    """Refuse channels to other machines: gRPC connects in native code, where no audit hook is asked."""
    for name in ("insecure_channel", "secure_channel"):
        original = getattr(grpc, name, None)
        if original is not None:
            setattr(grpc, name, _channel(wire, original))


def _channel(wire: Wire, original: Any) -> Any:
    @functools.wraps(original)
    def opened(target: str, *arguments: Any, **options: Any) -> Any:
        host, port = _of_grpc(target)
        if not _is_local(host):
            record.quietly(wire.refuse, host, port)
            target = _NOWHERE
        return original(target, *arguments, **options)

    return opened


def _of_grpc(target: str) -> tuple[str, int | None]:
    """Return host and port of a name as gRPC spells it: `host:port`, `dns:///host:port`, `ipv6:[::1]:1`, `unix:p`."""
    if target.startswith("unix"):
        return "localhost", None
    address = target.rpartition("/")[2] if "/" in target else target.removeprefix("dns:")
    address = address.removeprefix("ipv4:").removeprefix("ipv6:")
    if address.count(":") > 1 and "]" not in address:
        return address, None
    host, _, port = address.rpartition(":") if address.rpartition(":")[2].isdigit() else (address, "", "")
    return host, int(port) if port else None


# ---- who asks


def _whence() -> dict[str, str]:
    """Return the headers that tell the model's endpoint which line, call and process a request comes from."""
    packages = _packages()
    calls = _call_ids()
    if len(calls) > 1:
        record.note("nested", calls=calls)
    found = {
        routes.SITE_HEADER: quote(sites.call_site() or "", safe="/:\\"),
        routes.CALL_HEADER: calls[0] if calls else "",
        routes.VIA_HEADER: next((name for name in _MAKERS if name in packages), ""),
        routes.PID_HEADER: str(os.getpid()),
    }
    return {name: value for name, value in found.items() if value}


def _stack() -> Iterator[types.FrameType]:
    frame: types.FrameType | None = sys._getframe(1)
    for _ in range(_FRAMES):
        if frame is None:
            return
        yield frame
        frame = frame.f_back


def _packages() -> set[str]:
    return {str(frame.f_globals.get("__name__")).partition(".")[0] for frame in _stack()}


def _call_ids() -> list[str]:
    """Return the ids of the LiteLLM calls on this stack, the innermost first: each is kept by its logging object."""
    found: dict[str, None] = {}
    for frame in _stack():
        if not str(frame.f_globals.get("__name__")).startswith("litellm."):
            continue
        for name in _LOGGING_NAMES:
            identity = getattr(frame.f_locals.get(name), "litellm_call_id", None)
            if isinstance(identity, str):
                found[identity] = None
    return list(found)


# ---- what is on this machine


def _is_local(host: object) -> bool:
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    text = text.lower().strip("[]")
    return text in _LOCAL_HOSTS or text.startswith(("127.", "::ffff:127.")) or text.endswith(".localhost")


def _is_listening(host: str, port: int) -> bool:
    """Whether somebody answers there: a server of the program's own, or of its user, is left in charge."""
    try:
        socket.create_connection((host or "127.0.0.1", port), _PATIENCE).close()
    except OSError:
        return False
    return True
