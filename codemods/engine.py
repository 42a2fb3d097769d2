"""Findings → nodes by position → one transform → a result that has proven itself, or none.

The detector is injected as `check`: this room never detects. It is told what to change, and asks whether that is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from codemods.fidelity import lost_columns, lost_lines, put_back, split_tail, without_form_feeds
from codemods.proof import Check, prove
from codemods.registry import codemod_for
from codemods.site import Change, Refused, Site
from codemods.statements import split_line, split_suite
from codemods.unused_suppression import moved, rewrite_comments_of
from lint_rules.finding import Finding, Problem, RewriteComment
from lint_rules.semantics.syntax import parse

MAX_ROUNDS = 10
"""One fix may bring another finding within reach; a file that still changes after so many rounds is left alone."""

Plan = dict[cst.CSTNode, dict[Callable[..., object], Change]]
"""Per node its changes, one per kind of rewrite, in the order in which they are applied."""


@dataclass(frozen=True)
class Rewrite:
    """What became of a file: its new bytes and what they fix, or its old bytes and the problem that stopped the fix."""

    data: bytes
    fixed: tuple[Finding, ...] = ()
    problem: Problem | None = None


def fix_until_settled(data: bytes, *, wanted: Callable[[Finding], bool], check: Check) -> Rewrite:
    """Fix every wanted finding, and those that a fix brings within reach: all of them, or nothing and a problem."""
    current: bytes = data
    fixed: tuple[Finding, ...] = ()
    for _ in range(MAX_ROUNDS):
        todo = [finding for finding in check(current) if finding.fix and wanted(finding)]
        if not todo:
            return Rewrite(current, fixed)
        step = fix_source(current, todo, check=check)
        if step.problem:
            return Rewrite(data, problem=step.problem)
        current, fixed = step.data, (*fixed, *step.fixed)
    return Rewrite(data, problem=Problem(f"still changing after {MAX_ROUNDS} rounds of fixes"))


def fix_source(data: bytes, findings: Sequence[Finding], *, check: Check) -> Rewrite:
    """Apply the fixes of `findings`, first those of comments, in one transform and let the result prove itself.

    Two fixes that want different things of one node do not fit into one transform: the later one is left for another
    round and is not in `fixed`. A result that does not prove itself is thrown away: the bytes are the old ones, and
    `problem` says why.
    """
    try:
        rewritten, fixed = _rewritten(data, findings)
        prove(data, rewritten, fixed=fixed, check=check)
    except Refused as refusal:
        return Rewrite(data, problem=refusal.problem)
    except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
        return Rewrite(data, problem=Problem(f"LibCST: {str(error).splitlines()[0]}"))
    return Rewrite(rewritten, fixed)


def _rewritten(data: bytes, findings: Sequence[Finding]) -> tuple[bytes, tuple[Finding, ...]]:
    edits = {finding: finding.fix.edit for finding in findings if finding.fix}
    comments = {edit for edit in edits.values() if isinstance(edit, RewriteComment)}
    if not comments:
        return _transformed(data, findings)
    data, gone = rewrite_comments_of(data, sorted(comments, key=lambda edit: edit.comment))
    fixed = [finding for finding, edit in edits.items() if edit in comments]
    others = {moved(finding, gone): finding for finding in edits if finding not in fixed}
    if others:
        data, transformed = _transformed(data, list(others))
        fixed += [others[finding] for finding in transformed]
    return data, tuple(sorted(fixed, key=lambda finding: finding.span))


def _transformed(data: bytes, findings: Sequence[Finding]) -> tuple[bytes, tuple[Finding, ...]]:
    opened = _opened(data)
    site = opened.site
    site.start_over()
    plan, fixed = _plan(sorted(findings, key=lambda finding: finding.span), site)
    changed = site.module.visit(_Rewriter(plan, on_the_way=_on_the_way(plan, site)))
    return put_back(changed.bytes, lost=opened.lost, printed=opened.printed) + opened.tail, fixed


@dataclass(frozen=True)
class _Opened:
    """A file as LibCST reads it, and what LibCST would lose of it."""

    site: Site
    printed: bytes
    lost: dict[int, bytes]
    tail: bytes


@lru_cache(maxsize=1)
def _opened(data: bytes) -> _Opened:
    """Parse a file; once, where each of its findings is fixed by itself."""
    kept, tail = split_tail(data)
    code = without_form_feeds(kept)
    module = cst.parse_module(code)
    printed = module.bytes
    lost = lost_lines(kept, code, printed)
    site = Site(module, tree=parse(data), lost_columns=lost_columns(lost, printed))
    return _Opened(site, printed, lost, tail)


def _plan(findings: Iterable[Finding], site: Site) -> tuple[Plan, tuple[Finding, ...]]:
    """Collect the changes of all findings that fit together; a finding fits with all its changes or with none."""
    plan: Plan = {}
    fixed: list[Finding] = []
    for finding in findings:
        if finding.fix is None:
            continue
        changes = list(codemod_for(finding.code)(finding.fix.edit, site))
        if any(plan.get(change.node, {}).get(change.rewrite, change) != change for change in changes):
            continue
        for change in changes:
            plan.setdefault(change.node, {})[change.rewrite] = change
        fixed.append(finding)
    return plan, tuple(fixed)


def _on_the_way(plan: Plan, site: Site) -> frozenset[cst.CSTNode]:
    return frozenset(ancestor for node in plan for ancestor in site.ancestors(node)) | plan.keys()


class _Rewriter(cst.CSTTransformer):
    """The one traversal: it descends only towards nodes of the plan, and changes them inside-out, so edits compose."""

    def __init__(self, plan: Plan, *, on_the_way: frozenset[cst.CSTNode]) -> None:
        super().__init__()
        self._plan = plan
        self._on_the_way = on_the_way

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node in self._on_the_way

    def on_leave(self, original: cst.CSTNode, updated: cst.CSTNode) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]:  # type: ignore[override]
        if original not in self._on_the_way or isinstance(original, cst.BaseSmallStatement):
            return updated  # a small statement may become several lines: that is done by the line it stands on
        nodes: list[cst.CSTNode] = [updated]
        if isinstance(updated, cst.SimpleStatementLine):
            nodes = [*split_line(updated, self._small_statements(original, updated))]
        elif isinstance(updated, cst.SimpleStatementSuite):
            nodes = [split_suite(updated, self._small_statements(original, updated))]
        nodes = self._changed(original, nodes)
        return nodes[0] if len(nodes) == 1 else cst.FlattenSentinel(nodes)

    def _small_statements(self, original: cst.CSTNode, updated: cst.CSTNode) -> list[cst.CSTNode]:
        pairs = zip(original.body, updated.body, strict=True)  # type: ignore[attr-defined]
        return [node for before, now in pairs for node in self._changed(before, [now])]

    def _changed(self, original: cst.CSTNode, nodes: list[cst.CSTNode]) -> list[cst.CSTNode]:
        """Apply the changes of `original` to the last of `nodes`, which is what it has become so far."""
        for change in self._plan.get(original, {}).values():
            result = change.rewrite(nodes[-1], *change.arguments)
            nodes = [*nodes[:-1], *([result] if isinstance(result, cst.CSTNode) else result)]
        return nodes
