"""The part of Langfuse's public API that reads traces back, served from what the loopback Langfuse received.

Paths, parameters and fields are those of the generated API clients in the Langfuse SDK: `langfuse/api/resources/trace`
and `/observations` of 2.60 and 3.x, `langfuse/api/trace`, `/observations` and `/legacy` of 4.18, and `/observations` of
5.0.4, where `GET /api/public/v2/observations` is all that is left. What both ingestion protocols carry is served.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from .sink import Generation

Json = dict[str, Any]
_ROOT = "/api/public/"
_UNAUTHORIZED = {"message": "Invalid credentials. Confirm that you've configured the correct host."}
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "core": ("id", "traceId", "type", "startTime"),
    "basic": ("name", "level", "userId"),
    "io": ("input", "output"),
    "model": ("model",),
    "usage": ("usageDetails",),
    "trace_context": ("tags", "traceName"),
}
"""What the `fields` of `v2/observations` ask for; `core` and `basic` if they ask for nothing, `core` always."""


@dataclass(frozen=True)
class Trace:
    """What belongs to a trace as a whole."""

    id: str
    name: str = ""
    user_id: str = ""
    tags: tuple[str, ...] = ()


def is_authorized(header: str | None, keys: tuple[str, str] | None) -> bool:
    """Check a request's `Authorization` against the (public, secret) keys; without keys everybody may."""
    if keys is None:
        return True
    scheme, _, given = (header or "").partition(" ")
    try:
        return scheme.lower() == "basic" and base64.b64decode(given) == ":".join(keys).encode()
    except binascii.Error:
        return False


def unauthorized() -> tuple[int, Json]:
    """Return Langfuse's answer to wrong keys: a status and a body."""
    return 401, dict(_UNAUTHORIZED)


def read_back(target: str, traces: Mapping[str, Trace], found: Sequence[Generation]) -> tuple[int, Json] | None:
    """Answer a GET of `target` (path and query) with a status and a body; None for a path that reads no trace."""
    parts = urlsplit(target)
    route = parts.path.rstrip("/")
    if not route.startswith(_ROOT):
        return None
    query = dict(parse_qsl(parts.query))
    rows = [_row(one, traces.get(one.trace_id, Trace(one.trace_id))) for one in reversed(found)]
    kind, _, wanted = route.removeprefix(_ROOT).partition("/")
    if kind == "v2" and wanted == "observations":
        return 200, _page_v2(_chosen(rows, query), query)
    if kind == "observations":
        return _one(rows, unquote(wanted)) if wanted else (200, _page(_chosen(rows, query), query))
    if kind == "traces":
        details = [_trace(trace, rows) for trace in reversed(list(traces.values()))]
        return _one(details, unquote(wanted)) if wanted else (200, _page(_chosen(details, query), query))
    return None


def _row(one: Generation, trace: Trace) -> Json:
    return {
        "id": one.observation_id,
        "traceId": one.trace_id,
        "type": one.kind.upper(),
        "name": one.name,
        "startTime": _iso(one.started),
        "level": one.level,
        "model": one.model or None,
        "input": one.input_text or None,
        "output": one.output_text or None,
        "usageDetails": {"total": one.usage_total} if one.usage_total else {},
        "userId": trace.user_id or None,
        "tags": list(trace.tags),
        "traceName": trace.name or None,
    }


def _trace(trace: Trace, rows: Sequence[Json]) -> Json:
    own = [row for row in rows if row["traceId"] == trace.id]
    return {
        "id": trace.id,
        "name": trace.name or None,
        "userId": trace.user_id or None,
        "tags": list(trace.tags),
        "observations": own,
    }


def _one(rows: Sequence[Json], identity: str) -> tuple[int, Json]:
    for row in rows:
        if row["id"] == identity:
            return 200, row
    return 404, {"message": f"{identity} not found within authorized project", "error": "LangfuseNotFoundError"}


def _chosen(rows: Sequence[Json], query: Mapping[str, str]) -> list[Json]:
    """Filter as the list endpoints do; ISO 8601 times in UTC sort as text once they are written alike."""
    same = {key: query[key] for key in ("name", "type", "traceId", "userId") if key in query}
    after = query.get("fromStartTime")
    since = _iso(_epoch(after)) if after else ""
    matching = (row for row in rows if all(row.get(key) == value for key, value in same.items()))
    return [row for row in matching if row.get("startTime", since) >= since]


def _page(rows: Sequence[Json], query: Mapping[str, str]) -> Json:
    limit, page = int(query.get("limit", 50)), int(query.get("page", 1))
    pages = -(-len(rows) // limit)
    meta = {"page": page, "limit": limit, "totalItems": len(rows), "totalPages": pages}
    return {"data": rows[(page - 1) * limit : page * limit], "meta": meta}


def _page_v2(rows: Sequence[Json], query: Mapping[str, str]) -> Json:
    groups = {"core", *query.get("fields", "basic").split(",")}
    served = {field for group in groups for field in _GROUPS.get(group, ())}
    limited = rows[: int(query.get("limit", 50))]
    return {"data": [{key: value for key, value in row.items() if key in served} for row in limited], "meta": {}}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _epoch(text: str) -> float:
    """Read an ISO 8601 time, in UTC unless it says otherwise; 0 for what is none."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def epoch_of(value: object) -> float:
    """Return the seconds since 1970 of an ISO 8601 time, as legacy events carry it; 0 for anything else."""
    return _epoch(value) if isinstance(value, str) else 0.0
