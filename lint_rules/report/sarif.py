"""SARIF 2.1.0, for code scanning: the rules with their manuals, the findings with fingerprints and fixes as text, and
the files that could not be checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from lint_rules import __version__
from lint_rules.finding import Applicability, FileReport, Finding, Fix, Problem, Replacement, Span, Status
from lint_rules.fingerprint import fingerprints
from lint_rules.lines import Text
from lint_rules.places import below, reference, uri
from lint_rules.report import PLAIN, PROJECT, Style, each_problem_once
from lint_rules.rules import Rule, all_rules, rule_of
from lint_rules.visible import encodable

WANTS_REPLACEMENTS = True

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "flake8-litellm/v1"
ROOT = "SRCROOT"

Data = dict[str, object]


def write(reports: Iterable[FileReport], stream: TextIO, style: Style = PLAIN) -> None:
    """Write one log with one run."""
    stream.write(json.dumps(log(reports), indent=2) + "\n")


def log(reports: Iterable[FileReport]) -> Data:
    """Return a run as plain data."""
    reports = list(reports)
    run = {
        "tool": {"driver": _driver()},
        "originalUriBaseIds": {ROOT: {"uri": uri(".").rstrip("/") + "/"}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(reports)],
        "results": [result for report in reports for result in _results(report)],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


# ---- who speaks


def _driver() -> Data:
    return {
        "name": "flake8-litellm",
        "version": __version__,
        "informationUri": PROJECT,
        "rules": [_rule(rule) for rule in all_rules()],
    }


def _rule(rule: Rule) -> Data:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _section(rule, "What it does") or rule.summary},
        "help": {"text": rule.manual, "markdown": rule.manual},
        "helpUri": rule.url,
        "defaultConfiguration": {"enabled": rule.default, "level": "error"},
    }


def _section(rule: Rule, heading: str) -> str:
    """Return what stands under a heading of the manual, as one paragraph."""
    _, found, rest = rule.manual.partition(f"{heading}\n{'-' * len(heading)}\n")
    return " ".join(rest.partition("\n\n")[0].split()) if found else ""


# ---- what could not be checked


def _invocation(reports: Iterable[FileReport]) -> Data:
    broken = [report for report in each_problem_once(reports) if report.problem is not None]
    return {
        "executionSuccessful": all(report.status is not Status.FAILED for report in broken),
        "toolExecutionNotifications": [_notification(report, report.problem) for report in broken if report.problem],
    }


def _notification(report: FileReport, problem: Problem) -> Data:
    place: Data = {"artifactLocation": artifact(problem.path or report.path)}
    if problem.line is not None:
        column = {} if problem.column is None else {"startColumn": problem.column + 1}
        place["region"] = {"startLine": max(problem.line, 1), **column}
    return {
        "level": "warning" if report.status is Status.SKIPPED else "error",
        "message": {"text": encodable(problem.message)},
        "locations": [{"physicalLocation": place}],
    }


# ---- what was found


def _results(report: FileReport) -> Iterator[Data]:
    text = Text(report.text)
    for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True):
        snippet = {"snippet": {"text": encodable(text.at(finding.span))}} if report.text else {}
        place = {"artifactLocation": artifact(report.path), "region": {**_region(finding.span), **snippet}}
        yield {
            "ruleId": finding.code,
            **_rule_index(finding.code),
            "level": "error",
            "message": {"text": encodable(finding.message)},
            "locations": [{"physicalLocation": place}],
            "partialFingerprints": {FINGERPRINT: fingerprint},
            **_fixes(report, finding),
        }


def _rule_index(code: str) -> Data:
    rule = rule_of(code)
    return {"ruleIndex": all_rules().index(rule)} if rule else {}


def artifact(path: str) -> Data:
    """Return where a file is: from here, if it is below here."""
    inside = below(path)
    return {"uri": reference(inside), "uriBaseId": ROOT} if inside else {"uri": uri(path)}


def _region(span: Span) -> Data:
    return {
        "startLine": span.line,
        "startColumn": span.column + 1,
        "endLine": span.end_line,
        "endColumn": span.end_column + 1,
    }


def _fixes(report: FileReport, finding: Finding) -> Data:
    """Return the fix of a finding; one that is not worked out, because it refuses itself, is none."""
    if finding.fix is None or not finding.fix.replacements:
        return {}
    change = {
        "artifactLocation": artifact(report.path),
        "replacements": [_replacement(one) for one in finding.fix.replacements],
    }
    return {"fixes": [{"description": {"text": _described(finding.fix)}, "artifactChanges": [change]}]}


def _described(fix: Fix) -> str:
    if fix.applicability is Applicability.SAFE:
        return "Safe fix: same result, same cost, and the trace arrives."
    return "Unsafe fix: correct, but it costs tokens or time, or changes what an observer sees."


def _replacement(replacement: Replacement) -> Data:
    return {"deletedRegion": _region(replacement.span), "insertedContent": {"text": encodable(replacement.text)}}
