"""Reports as JSON and back: whatever a file says that is read back, nothing but plain data of ours comes of it."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import Any

from lint_rules import finding

_TYPES = {
    name: value
    for name, value in vars(finding).items()
    if isinstance(value, type) and (dataclasses.is_dataclass(value) or issubclass(value, Enum))
}


def to_json(value: Any) -> Any:
    """Return what JSON can hold: of a tuple a list, of anything of ours a table with its type."""
    if value is None or isinstance(value, bool | int) or type(value) is str:
        return value
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    if isinstance(value, Enum):
        return {"type": type(value).__name__, "value": value.value}
    fields = {one.name: to_json(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return {"type": type(value).__name__, **fields}


def from_json(value: Any) -> Any:
    """Return what `to_json` was given. Raises ValueError, KeyError or TypeError for anything else."""
    if isinstance(value, list):
        return tuple(from_json(one) for one in value)
    if not isinstance(value, dict):
        return value
    kind = _TYPES[value["type"]]
    fields = {name: from_json(one) for name, one in value.items() if name != "type"}
    return kind(**fields)
