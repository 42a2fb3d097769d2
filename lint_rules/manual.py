"""What the rules say of themselves: one rule's manual, or a list of all rules."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable

from lint_rules.rules import Rule, all_rules

_COLUMNS = ("code", "name", "default", "fix", "what it finds")


class Unexplained(Exception):  # noqa: N818 - says what the question is
    """A question that has no answer; the message says why in one line, with a suggestion where there is one."""


def named(words: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that `words` name, by code: codes, prefixes of codes and names, in whatever case.

    A word may be several with commas between. Raises `Unexplained`.
    """
    split = [part.strip() for word in words for part in word.split(",")]
    found = {rule.code: rule for word in split if word for rule in _named_by(word)}
    if not found:
        raise Unexplained("no rule is named")
    return tuple(found[code] for code in sorted(found))


def _named_by(word: str) -> list[Rule]:
    wanted = word.lower().replace("_", "-")
    found = [rule for rule in all_rules() if wanted == rule.name or rule.code.lower().startswith(wanted)]
    if not found:
        raise Unexplained(f"no rule is called {word!r}{_meant(wanted)}")
    return found


def _meant(word: str) -> str:
    known = {name.lower(): name for rule in all_rules() for name in (rule.code, rule.name)}
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {known[close[0]]!r}?)" if close else " (--list-rules lists them all)"


def explained(rules: Iterable[Rule]) -> str:
    """Return the manuals of `rules`, each with what it does by default, its fix and its page."""
    return "\n\n\n".join(map(_manual, rules)) + "\n"


def _manual(rule: Rule) -> str:
    title, _, rest = rule.manual.partition("\n")
    return f"{title}\n\n{reported(rule)} Fix: {rule.fix}.\n{rule.url}\n\n{rest.strip()}"


def reported(rule: Rule) -> str:
    """Say when findings of a rule are reported, in a sentence."""
    if rule.default:
        return "Reported by default."
    return f"Off by default: reported when selected by its full code (`--extend-select {rule.code}`)."


def listed(style: str) -> str:
    """Return all rules as "text" or "json". Raises `Unexplained` for other styles."""
    if style not in ("text", "json"):
        raise Unexplained("--list-rules prints text or json")
    return as_json(all_rules()) if style == "json" else table(all_rules())


def table(rules: Iterable[Rule]) -> str:
    """Return one line a rule, in columns."""
    rows = [_COLUMNS, *map(_row, rules)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines) + "\n"


def _row(rule: Rule) -> tuple[str, ...]:
    fix = " or ".join(applicability.value for applicability in rule.applicabilities) or "none"
    return rule.code, rule.name, "on" if rule.default else "off", fix, rule.summary.rstrip(".")


def as_json(rules: Iterable[Rule]) -> str:
    """Return a list of `{code, name, summary, default, fix, url}`; `fix` lists the applicabilities, none if empty."""
    return json.dumps([_entry(rule) for rule in rules], indent=2) + "\n"


def _entry(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "default": rule.default,
        "fix": [applicability.value for applicability in rule.applicabilities],
        "url": rule.url,
    }
