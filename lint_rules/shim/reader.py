"""Reads one trace back through the public API of a Langfuse, whichever of its versions that is.

`GET /api/public/v2/observations` is the only real-time path, says the API client of langfuse 5.0.4, and the only one it
has left; older servers have `GET /api/public/observations` and `/traces/{id}` (clients of langfuse 2.60 to 4.18).
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode

from .loopback import ShimError

SKEW = timedelta(minutes=2)
"""How far the clock here may be ahead of the one whose times Langfuse filters by."""
_FIELDS = "core,basic,io,metadata,model,usage,trace_context"
_ANSWER = 5.0
"""Seconds that one answer may take."""


@dataclass(frozen=True)
class Found:
    """What Langfuse has of the canary."""

    trace_id: str
    lacks: str
    """What it lacks, in words; empty if it is complete."""


class RefusedError(Exception):
    """An answer of Langfuse's that waiting does not change."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The keys go to the configured address and to no other."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""
        return


class Reader:
    """Langfuse's public API, as far as the canary reads it; `trouble` is why the last look found nothing."""

    def __init__(self, host: str, keys: tuple[str, str], user: str) -> None:
        self.host = host.rstrip("/")
        self.trouble = ""
        self._user = user
        credentials = base64.b64encode(":".join(keys).encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._since = (datetime.now(timezone.utc) - SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")

    def look(self, marker: str, deadline: float) -> Found | None:
        """Look once, until `deadline` (of `time.monotonic`) at the latest.

        Raises `RefusedError` for an answer that stays, `ShimError` if there is no such host.
        """
        query = {"userId": self._user, "fromStartTime": self._since, "limit": "100"}
        rows: list[Mapping[str, Any]] = []
        answered = False
        for path in (f"v2/observations?{urlencode({**query, 'fields': _FIELDS})}", f"observations?{urlencode(query)}"):
            page = self._get(path, deadline - time.monotonic())
            answered = answered or page is not None
            rows += [row for row in _rows(page) if marker in json.dumps(row)]
            if any(not _lacks(row) for row in rows):
                break
        if answered:
            self.trouble = ""
        return _best(rows)

    def has_trace(self, marker: str) -> bool:
        """Tell whether there is a trace of that id, whatever is in it."""
        return self._get(f"traces/{quote(marker)}", _ANSWER) is not None

    def _get(self, path: str, patience: float) -> dict[str, Any] | None:
        request = urllib.request.Request(f"{self.host}/api/public/{path}", headers=self._headers)
        try:
            with self._opener.open(request, timeout=max(0.1, min(patience, _ANSWER))) as response:
                value = json.load(response)
        except urllib.error.HTTPError as error:
            _check_status(error.code)
            self.trouble = f"HTTP {error.code}"
            return None
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.trouble = _trouble(error)
            return None
        return value if isinstance(value, dict) else None


def _rows(page: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    rows = page.get("data") if page else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _check_status(status: int) -> None:
    if status == 401:
        raise RefusedError("HTTP 401: Langfuse does not know these keys")
    if 300 <= status < 400:
        raise RefusedError(f"HTTP {status}: the address redirects elsewhere; configure the one it redirects to")


def _trouble(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, socket.gaierror):
        raise ShimError(f"no such host: {reason.strerror}") from None
    if isinstance(reason, ConnectionRefusedError):
        return "connection refused"
    if isinstance(reason, TimeoutError):
        return "Langfuse accepts the connection and does not answer"
    if isinstance(error, ValueError):
        return "the answer is no JSON: is this a Langfuse?"
    return str(reason)


def _best(rows: Sequence[Mapping[str, Any]]) -> Found | None:
    """Choose the row that lacks least; None if there is none."""
    judged = sorted((Found(str(row.get("traceId")), _lacks(row)) for row in rows), key=lambda found: len(found.lacks))
    return judged[0] if judged else None


def _lacks(row: Mapping[str, Any]) -> str:
    """Say what an observation lacks; the field names are those of both versions of the API and of older servers."""
    if row.get("type") != "GENERATION":
        return "the trace has no generation"
    model = row.get("model") or row.get("providedModelName")
    details = [value for key in ("usageDetails", "usage") if isinstance(value := row.get(key), dict)]
    counts = [row.get("totalTokens"), *(count for each in details for count in each.values())]
    usage = any(isinstance(count, (int, float)) and count > 0 for count in counts)
    missing = [name for name, there in (("model", model), ("usage", usage)) if not there]
    return f"its generation has no {' and no '.join(missing)}" if missing else ""
