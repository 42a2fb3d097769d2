"""`pytest --llm-shim`: a test whose LLM calls do not arrive in Langfuse fails, and says which, why, and by what rule.

Both endpoints run in the process of the tests, or in each worker of pytest-xdist. Without the option nothing is
imported but pytest and the standard library, and nothing changes.
"""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import Bench, LlmShim, Mark

_TITLE = "llm-shim"


@dataclass
class _Session:
    """What is known of all tests."""

    bench: Bench
    undecided: list[_Undecided] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What the end of the session says."""
    test: _Test | None = None
    """The one that runs."""
    first: Mark | None = None
    """When the first test began: what was asked before, no test asked."""


@dataclass
class _Undecided:
    """A test that has passed, with calls that may still arrive."""

    test: str
    since: Mark
    until: Mark
    numbers: frozenset[int]


@dataclass
class _Test:
    """What is known of one test."""

    shim: LlmShim
    since: Mark
    shared: set[int] = field(default_factory=set)
    """The calls made by fixtures that other tests share."""
    passed: bool = True


_SESSION = pytest.StashKey[_Session]()
_TEST = pytest.StashKey[_Test]()


# ---- begin and end


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("llm-shim", "LLM calls and their traces")
    group.addoption(
        "--llm-shim",
        action="store_true",
        default=False,
        help="run the tests against a loopback model and a loopback Langfuse; fail those whose LLM calls lose traces",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "llm_shim(allow_lost=reason): with --llm-shim, let the test lose LLM calls")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin before any conftest imports LiteLLM, which reads some of its environment then."""
    if not early_config.known_args_namespace.llm_shim:
        return
    from .loopback import ShimError  # noqa: PLC0415
    from .testing import endpoints, tied  # noqa: PLC0415

    ends, tie = contextlib.ExitStack(), contextlib.ExitStack()
    try:
        model, langfuse = ends.enter_context(endpoints())
    except ShimError as error:
        raise pytest.UsageError(f"--llm-shim: {error}") from None
    # The endpoints outlive the session: the exit handlers of the SDKs come later, and wait for an answer.
    atexit.register(ends.close)
    early_config.add_cleanup(tie.close)
    early_config.stash[_SESSION] = _Session(tie.enter_context(tied(model, langfuse)))


# ---- one test


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Take down where a test begins."""
    session = item.config.stash.get(_SESSION, None)
    if session is not None:
        from .testing import LlmShim  # noqa: PLC0415

        since = session.bench.mark()
        session.first = session.first or since
        item.stash[_TEST] = session.test = _Test(LlmShim(session.bench, since), since)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Take down which calls a fixture makes that other tests share: they may go on with its streams."""
    session = request.config.stash.get(_SESSION, None)
    if session is None or session.test is None or fixturedef.scope == "function":
        return (yield)
    before = session.bench.mark().exchanges
    try:
        return (yield)
    finally:
        session.test.shared.update(range(before + 1, session.bench.mark().exchanges + 1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Take down whether it has passed so far."""
    report = yield
    if _TEST in item.stash:
        test = item.stash[_TEST]
        # What is expected to fail (`xfail`) may lose calls.
        test.passed = test.passed and report.passed and not hasattr(report, "wasxfail")
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Judge a test when its fixtures are gone."""
    try:
        result = yield
    except BaseException:
        _mention(item, _leaks(item))
        raise
    lost = _leaks(item)
    if lost:
        test = item.stash[_TEST]
        if test.passed and _allowed(item, test) is None:
            pytest.fail(f"{_TITLE}: {lost}", pytrace=False)
        _mention(item, lost)
    return result


def _leaks(item: pytest.Item) -> str:
    """Return what is to be said of a test; what may still arrive is left for the end of the session."""
    if _TEST not in item.stash:
        return ""
    from .testing import play, told  # noqa: PLC0415

    test, session = item.stash[_TEST], item.config.stash[_SESSION]
    play(session.bench, ())
    until = session.bench.mark()
    if until.exchanges == test.since.exchanges:
        return ""
    session.bench.settle()
    judged = session.bench.judge(test.since, shared=test.shared)
    later = judged.undecided & {call.number for call in judged.lost}
    if later and test.passed and _allowed(item, test) is None:
        session.undecided.append(_Undecided(item.nodeid, test.since, session.bench.mark(), later))
    return told(judged.calls) if any(call.number not in later for call in judged.lost) else ""


def _allowed(item: pytest.Item, test: _Test) -> str | None:
    """Return why a test may lose calls; None if it may not."""
    marks = [mark.kwargs.get("allow_lost") for mark in item.iter_markers("llm_shim")]
    return next((str(reason) for reason in [test.shim.lost_on_purpose, *marks] if reason), None)


def _mention(item: pytest.Item, lost: str) -> None:
    """Show it with the test's own failure, if it has one."""
    if lost:
        reason = _allowed(item, item.stash[_TEST])
        item.add_report_section("teardown", _TITLE, f"allowed: {reason}\n{lost}" if reason else lost)


# ---- all tests


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge what could not be judged before, now that every fixture is gone."""
    known = session.config.stash.get(_SESSION, None)
    if known is None:
        return
    known.told += _told_late(known)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_TITLE] = known.told
    elif known.told and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _told_late(known: _Session) -> Iterator[str]:
    from .testing import Mark, told  # noqa: PLC0415

    start, bench = Mark(0, 0, 0, 0.0), known.bench
    outside = known.first.exchanges if known.first else len(bench.model.exchanges())
    if not known.undecided and not outside:
        return
    bench.settle()
    for one in known.undecided:
        lost = [call for call in bench.judge(one.since, one.until).lost if call.number in one.numbers]
        if lost:
            yield f"{one.test}: {told(lost)}"
    if outside:
        judged = bench.judge(start, known.first)
        if judged.lost:
            yield f"outside the tests: {told(judged.calls)}"


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of pytest-xdist has to say."""
    known = node.config.stash.get(_SESSION, None)
    if known is not None:
        known.told += getattr(node, "workeroutput", {}).get(_TITLE, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was lost after its test had passed."""
    known = config.stash.get(_SESSION, None)
    if known is not None and known.told:
        terminalreporter.section(f"{_TITLE}: lost by tests that had passed", red=True)
        for text in known.told:
            terminalreporter.line(text)


@pytest.fixture
def llm_shim(request: pytest.FixtureRequest) -> LlmShim:
    """The LLM calls of this test and their traces, with `pytest --llm-shim`."""
    test = request.node.stash.get(_TEST, None)
    if test is None:
        pytest.fail("the fixture `llm_shim` needs `pytest --llm-shim`", pytrace=False)
    shim: LlmShim = test.shim
    return shim
