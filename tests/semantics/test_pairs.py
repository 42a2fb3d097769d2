"""Which releases work together: the table against the SDKs, and what ranges of releases come to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import pytest

from lint_rules.semantics import pairs
from lint_rules.semantics.pairs import Fate, can_deliver, judge, outcome
from lint_rules.semantics.releases import Extent, Release, Target, Targets, release
from lint_rules.shim.run import RunReport, Warm, run

LIST = """\
import asyncio
import litellm

litellm.{kind} = ["{callback}"]


async def main():
    await litellm.acompletion(model="gpt-4o-mini", messages=[{{"role": "user", "content": "Works?"}}])
    await asyncio.sleep(1)


asyncio.run(main())
"""
KEYWORD = LIST.replace('litellm.{kind} = ["{callback}"]\n', "").replace('"}}])', '"}}], {kind}["{callback}"])')


# ---- the table, run with the SDKs at hand


@dataclass(frozen=True)
class Installed:
    """The SDKs at hand, imported once for all programs."""

    python: str
    launcher: Warm

    @cached_property
    def pair(self) -> tuple[Release, Release]:
        command = "import importlib.metadata as m; print(m.version('litellm'), m.version('langfuse'))"
        told = subprocess.run([self.python, "-c", command], capture_output=True, text=True, check=True).stdout
        litellm, langfuse = map(release, told.split())
        return litellm, langfuse

    def run(self, program: Path) -> RunReport:
        return run([str(program)], python=self.python, launcher=self.launcher)


@pytest.fixture(scope="module")
def installed(shim_python: str) -> Iterator[Installed]:
    with Warm(python=shim_python) as launcher:
        yield Installed(shim_python, launcher)


@pytest.mark.parametrize(
    "kind", ["success_callback", "failure_callback", "callbacks", "success_callback=", "callbacks="]
)
@pytest.mark.parametrize("callback", ["langfuse", "langfuse_otel"])
def test_outcome(callback: str, kind: str, installed: Installed, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    template = KEYWORD if kind.endswith("=") else LIST
    program.write_text(template.format(kind=kind, callback=callback), encoding="utf-8")
    expected, report = outcome(callback, kind, *installed.pair), installed.run(program)
    told = f"{expected}\n{report.verdict} {report.call_verdict}\n{report.stderr}"
    assert fate(report) in allowed(expected.fate, kind), told
    if expected.fate is Fate.RAISES:
        assert expected.detail.partition(":")[0] in report.stderr, told


def fate(report: RunReport) -> Fate:
    if report.exit_code and not report.calls:
        return Fate.RAISES
    return Fate.WORKS if report.call_verdict == "delivered" else Fate.LOSES


def allowed(expected: Fate, kind: str) -> set[Fate]:
    """Return what a run may show: what a callback needs may be there or not, and a list for failures sees none."""
    if expected is Fate.OPEN or (expected is Fate.WORKS and kind == "failure_callback"):
        return {Fate.WORKS, Fate.LOSES}
    return {Fate.LOSES if expected is Fate.IGNORED else expected}


# ---- the table, as it was measured elsewhere


MEASURED = """
    1.64.1   2.60.2   works   works  ignored
    1.72.6   2.60.10  works   works  ignored
    1.72.7   3.6.2    raises  loses  open
    1.77.7   2.60.10  works   works  open
    1.77.7   3.6.2    raises  loses  open
    1.80.11  3.11.2   raises  loses  open
    1.82.5   3.11.2   raises  loses  works
    1.85.7   3.15.0   raises  loses  works
    1.87.5   4.18.0   raises  loses  works
    1.88.0   4.18.0   raises  loses  open
    1.92.2   2.60.10  works   works  open
    1.92.2   3.15.0   raises  loses  open
    1.92.2   4.18.0   raises  loses  open
    1.96.0   4.18.0   raises  loses  works
    1.103.11 2.60.10  works   works  open
    1.103.11 4.0.0    raises  loses  works
    1.104.0  4.6.1    raises  loses  works
    1.104.0  4.7.0    works   works  works
    1.106.2  2.60.10  raises  loses  open
    1.106.2  4.18.0   works   works  works
    1.106.2  5.0.4    raises  loses  works
"""


@pytest.mark.parametrize("row", [tuple(line.split()) for line in MEASURED.strip().splitlines()], ids="+".join)
def test_measured(row: tuple[str, str, str, str, str]) -> None:
    pair = release(row[0]), release(row[1])
    ways = (("langfuse", "success_callback"), ("langfuse", "callbacks"), ("langfuse_otel", "callbacks"))
    assert [outcome(*way, *pair).fate.value.split()[0] for way in ways] == list(row[2:])


@pytest.mark.parametrize(
    ("litellm", "langfuse", "error"),
    [
        ("1.80.11", "3.11.2", "TypeError: Langfuse.__init__() got an unexpected keyword argument 'sdk_integration'"),
        ("1.103.11", "4.0.0", "TypeError: Langfuse.__init__() got an unexpected keyword argument 'sdk_integration'"),
        ("1.92.2", "4.18.0", "AttributeError: module 'langfuse' has no attribute 'version'"),
        (
            "1.106.2",
            "5.0.4",
            "ImportError: litellm requires langfuse>=4.7,<5 for the 'langfuse' callback, but 5.0.4 is installed",
        ),
    ],
)
def test_errors(litellm: str, langfuse: str, error: str) -> None:
    assert outcome("langfuse", "callbacks", release(litellm), release(langfuse)).detail == error


# ---- ranges


def targets(litellm: str, langfuse: str, *, stated: bool = True, known: bool = True) -> Targets:
    found = {
        name: Target(name, tuple(map(release, given.split())), given, "uv.lock", stated=stated, known=known)
        for name, given in (("litellm", litellm), ("langfuse", langfuse))
    }
    return Targets(found.__getitem__)


@pytest.mark.parametrize(
    ("litellm", "langfuse", "extent", "example"),
    [
        ("1.106.2", "4.18.0", Extent.NEVER, ((), ())),
        ("1.106.2", "5.0.4", Extent.ALWAYS, ((1, 106, 2), (5, 0, 4))),
        ("1.106.2", "4.18.0 5.0.4", Extent.PARTLY, ((1, 106, 2), (5, 0, 4))),
        ("1.103.11 1.106.2", "4.18.0", Extent.PARTLY, ((1, 103, 11), (4, 18, 0))),
        ("1.77.7 1.106.2", "3.6.2 5.0.4", Extent.ALWAYS, ((1, 106, 2), (5, 0, 4))),
    ],
)
def test_judge(litellm: str, langfuse: str, extent: Extent, example: tuple[Release, Release]) -> None:
    verdict = judge("langfuse", "callbacks", targets(litellm, langfuse))
    assert (verdict.extent, (verdict.litellm, verdict.langfuse)) == (extent, example)


def test_fails_newest() -> None:
    older, newer = targets("1.103.11 1.106.2", "4.18.0"), targets("1.106.2", "4.18.0 5.0.4")
    assert not judge("langfuse", "callbacks", older).fails_newest(older)
    assert judge("langfuse", "callbacks", newer).fails_newest(newer)


@pytest.mark.parametrize(
    ("callbacks", "litellm", "langfuse", "able"),
    [
        ({"langfuse"}, "1.106.2", "4.18.0", True),
        ({"langfuse"}, "1.106.2", "5.0.4", False),
        ({"langfuse", "langfuse_otel"}, "1.106.2", "5.0.4", True),
        ({"langfuse"}, "1.106.2", "4.18.0 5.0.4", True),
        ({"langfuse_otel"}, "1.72.6", "2.60.10", False),
        ({"langfuse_otel"}, "1.77.7", "2.60.10", True),
    ],
)
def test_can_deliver(callbacks: set[str], litellm: str, langfuse: str, able: bool) -> None:
    assert can_deliver(callbacks, targets(litellm, langfuse)) is able


@pytest.mark.parametrize("certain", [{"stated": False}, {"known": False}])
def test_a_guess_withholds_nothing(certain: dict[str, bool]) -> None:
    assert can_deliver({"langfuse"}, targets("1.106.2", "5.0.4", **certain))


def test_every_failing_pair_has_a_remedy_that_works() -> None:
    rows = [(release(row[0]), release(row[1])) for row in map(str.split, MEASURED.strip().splitlines())]
    for callback, pair in product(("langfuse", "langfuse_otel"), rows):
        if outcome(callback, "callbacks", *pair).delivers:
            continue
        told = list(pairs.remedies(callback, *pair))
        assert told
        if "langfuse_otel" in told[0] and "works with this pair" in told[0]:
            assert outcome("langfuse_otel", "callbacks", *pair).fate is Fate.WORKS


@pytest.mark.parametrize(
    ("litellm", "merges"),
    [("1.80.5", False), ("1.80.6", True), ("1.81.8", True), ("1.81.9", False), ("1.82.4", False), ("1.82.5", True)],
)
def test_merges_spans(litellm: str, merges: bool) -> None:
    assert pairs.merges_spans(release(litellm)) is merges


def test_named() -> None:
    assert [pairs.named(one) for one in ((1, 75, 999), (1, 76, 0))] == ["1.75.x", "1.76.0"]
