"""A run as JUnit XML, the way pytest writes it and Jenkins and GitLab read it: a test case per call."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime, timezone

from .escape import xml_text
from .verdict import Call, Moment, RunReport

SUITE = "shim"
_OUTPUT_KEPT = 40_000
"""Characters of the program's output that are kept: the last ones."""


def junit(report: RunReport) -> str:
    """Return the XML of one run, with its declaration."""
    broken = report.verdict in ("crashed", "hung")
    failures = sum(call.verdict != "delivered" for call in report.calls)
    counts = {"tests": len(report.calls) + broken, "failures": failures, "errors": int(broken), "skipped": 0}
    numbers = {name: str(count) for name, count in counts.items()} | {"time": f"{report.seconds:.3f}"}
    root = ET.Element("testsuites", {"name": SUITE, **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": xml_text(" ".join(report.command)), **numbers})
    if report.began:
        suite.set("timestamp", datetime.fromtimestamp(report.began, timezone.utc).isoformat(timespec="seconds"))
    for call in report.calls:
        _add_call(suite, call)
    if broken:
        _add_ending(suite, report)
    _add_output(suite, report)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_call(suite: ET.Element, call: Call) -> None:
    file, line = _place(call.site)
    name = f"{call.site or 'site unknown'} {call.api} {call.model} #{call.number}"
    case = ET.SubElement(suite, "testcase", {"classname": file or "site unknown", "name": xml_text(name)})
    case.set("time", f"{_took(call.moments):.3f}")
    if file:
        case.set("file", file)
    if line:
        case.set("line", line)
    if call.verdict == "delivered":
        return
    rule = f" ({call.rule})" if call.rule else ""
    known = call.cause if call.cause not in (None, "unknown") else f"{call.detail}, cause unknown"
    message = xml_text(f"{call.verdict}: {known}{rule}")
    failure = ET.SubElement(case, "failure", {"type": call.verdict, "message": message})
    failure.text = xml_text("\n".join(part for part in (call.detail, call.cause_detail, _left(call)) if part))


def _place(site: str | None) -> tuple[str, str]:
    """Split `file:line`; the line is empty where there is none."""
    file, colon, line = (site or "").rpartition(":")
    return (xml_text(file), line) if colon and line.isdecimal() else (xml_text(site or ""), "")


def _took(moments: tuple[Moment, ...]) -> float:
    """Return the seconds between the first and the last that is known of a call."""
    times = [moment.at for moment in moments]
    return max(times) - min(times) if times else 0.0


def _left(call: Call) -> str:
    return f"left at {call.left_at}" if call.left_at else ""


def _add_ending(suite: ET.Element, report: RunReport) -> None:
    """Add the case of a program that did not end well: its calls may all be fine, the run is not."""
    case = ET.SubElement(suite, "testcase", {"classname": SUITE, "name": "the program ends well"})
    case.set("time", f"{report.seconds:.3f}")
    error = ET.SubElement(case, "error", {"type": report.verdict, "message": f"{report.verdict}: {report.outcome}"})
    error.text = xml_text(report.stderr[-_OUTPUT_KEPT:])


def _add_output(suite: ET.Element, report: RunReport) -> None:
    for name, text in (("system-out", report.stdout), ("system-err", report.stderr)):
        if text:
            ET.SubElement(suite, name).text = xml_text(text[-_OUTPUT_KEPT:])
