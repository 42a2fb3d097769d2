"""The schema of `--json`, and its page in the docs, which `python -m tests.shim.test_schema` renders, are true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from lint_rules.shim import verdict
from lint_rules.shim.causes import Cause
from lint_rules.shim.reports import as_json
from lint_rules.shim.sink import Generation, Kind
from lint_rules.shim.verdict import (
    Call,
    CallVerdict,
    Elsewhere,
    Moment,
    MomentKind,
    Process,
    Refused,
    RunReport,
    RunVerdict,
)

from . import samples

ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs" / "shim-report.md"
SCHEMA = json.loads((ROOT / "lint_rules" / "shim" / "report.schema.json").read_text(encoding="utf-8"))
PARTS = {
    "report": RunReport,
    "call": Call,
    "moment": Moment,
    "process": Process,
    "refused": Refused,
    "elsewhere": Elsewhere,
    "generation": Generation,
}
DERIVED = {"schema", "verdict", "call_verdict", "outcome"}
BEGIN, END = "<!-- fields -->", "<!-- end of fields -->"


def part(name: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA if name == "report" else SCHEMA["$defs"][name]
    return found


def tables() -> str:
    """Render the fields of the schema for the docs."""
    return "\n".join(line for name in PARTS for line in (*_table(name), ""))


def _table(name: str) -> Iterator[str]:
    yield from (f"### {name}", "", part(name)["description"], "", "| field | type | meaning |", "| --- | --- | --- |")
    for field, known in part(name)["properties"].items():
        yield f"| `{field}` | {_type(known)} | {known['description']} |"


def _type(known: dict[str, Any]) -> str:
    if "const" in known:
        return f"`{json.dumps(known['const'])}`"
    if "enum" in known:
        return ", ".join("null" if value is None else f"`{value}`" for value in known["enum"])
    if known["type"] == "array":
        inner = known["items"].get("$ref", "").rpartition("/")[2]
        return f"list of [{inner}](#{inner})" if inner else f"list of {known['items']['type']}s"
    return known["type"] if isinstance(known["type"], str) else " or ".join(known["type"])


@pytest.mark.parametrize("name", PARTS)
def test_every_field_is_in_the_schema(name: str) -> None:
    known = {field.name for field in fields(PARTS[name])} | (DERIVED if name == "report" else set())
    assert set(part(name)["properties"]) == known
    assert set(part(name)["required"]) == known


@pytest.mark.parametrize("name", PARTS)
def test_what_may_be_null_is_said(name: str) -> None:
    for field in fields(PARTS[name]):
        known = part(name)["properties"][field.name]
        nullable = "null" in known.get("type", ()) or None in known.get("enum", ())
        assert nullable == ("None" in str(field.type)), field.name
        assert not nullable or "Null" in known["description"], field.name


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("report", "verdict", get_args(RunVerdict)),
        ("report", "call_verdict", (*get_args(CallVerdict), None)),
        ("call", "verdict", get_args(CallVerdict)),
        ("call", "cause", (*get_args(Cause), None)),
        ("moment", "kind", get_args(MomentKind)),
        ("generation", "kind", get_args(Kind)),
    ],
)
def test_enums_are_the_literals(name: str, field: str, values: tuple[str | None, ...]) -> None:
    assert tuple(part(name)["properties"][field]["enum"]) == values


def test_the_version() -> None:
    assert SCHEMA["properties"]["schema"]["const"] == verdict.SCHEMA == samples.mixed().to_json()["schema"]
    assert next(iter(samples.mixed().to_json())) == "schema"


@pytest.mark.parametrize("make", [samples.mixed, samples.hostile], ids=["mixed", "hostile"])
def test_reports_hold_to_the_schema(make: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(as_json(make())), SCHEMA)


def test_the_schema_refuses_what_is_none() -> None:
    for broken in ({"verdict": "fine"}, {"calls": [{}]}, {"seconds": "1"}, {"schema": 2}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**json.loads(as_json(samples.mixed())), **broken}, SCHEMA)


def test_the_docs_show_the_schema() -> None:
    text = DOC.read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == tables().strip(), "python -m tests.shim.test_schema renders it anew"
    kinds = text.partition("## Kinds of moments")[2].partition("## ")[0]
    assert [kind for kind in get_args(MomentKind) if f"| `{kind}` |" not in kinds] == []


if __name__ == "__main__":
    before, _, rest = DOC.read_text(encoding="utf-8").partition(BEGIN)
    DOC.write_text(f"{before}{BEGIN}\n\n{tables()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
