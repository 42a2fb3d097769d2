"""The table of Langfuse's dated names, held against the SDK that is installed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

import pytest

from lint_rules.semantics.langfuse_api import SYMBOLS, Successor, Symbol, canonical, keyword_symbol_of, symbol_of
from lint_rules.semantics.releases import Fact, release

PROBE = """
import importlib, importlib.metadata, importlib.util, inspect, json, sys

def found(dotted):
    dotted, _, keyword = dotted.partition("(")
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            if importlib.util.find_spec(".".join(parts[:length])) is None:
                continue
        except (ModuleNotFoundError, ImportError):
            continue
        if length == len(parts) and not keyword:
            return True  # a module, whatever else it needs to be imported
        try:
            value = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            return None  # an integration whose framework is not installed
        for name in parts[length:]:
            if not hasattr(value, name):
                return False
            value = getattr(value, name)
        return not keyword or keyword.rstrip(")") in inspect.signature(value).parameters
    return False

answers = {dotted: found(dotted) for dotted in json.load(sys.stdin)}
print(json.dumps([importlib.metadata.version("langfuse"), answers]))
"""

FACTS: Mapping[str, Fact] = {
    fact.subject: fact
    for symbol in SYMBOLS.values()
    for fact in (symbol.fact, *(successor.fact for successor in symbol.successors))
}
HAS_MORE = {"langfuse.__version__"}
"""Names that exist in a second stretch of releases, which nothing here relies on."""


@pytest.fixture(scope="module")
def installed(shim_python: str) -> tuple[str, dict[str, bool | None]]:
    """The installed release, and which names it has; None where that cannot be told."""
    done = subprocess.run(
        [shim_python, "-c", PROBE], input=json.dumps(list(FACTS)), capture_output=True, text=True, check=True
    )
    version, answers = json.loads(done.stdout)
    return version, answers


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_the_installed_release_agrees(fact: Fact, installed: tuple[str, dict[str, bool | None]]) -> None:
    version, answers = installed
    if answers[fact.subject] is None:
        pytest.skip("its framework is not installed")
    if fact.subject in HAS_MORE and not fact.covers(release(version)):
        pytest.skip("it exists in other releases, too")
    assert answers[fact.subject] == fact.covers(release(version)), f"langfuse {version}"


SUCCESSORS = [
    pytest.param(symbol, successor, id=f"{symbol.dotted}-{successor.fact.subject}")
    for symbol in SYMBOLS.values()
    for successor in symbol.successors
]


@pytest.mark.parametrize(("symbol", "successor"), SUCCESSORS)
def test_a_successor_is_there_when_the_symbol_goes(symbol: Symbol, successor: Successor) -> None:
    assert symbol.fact.gone is not None
    gone = release(symbol.fact.gone)
    assert successor.fact.covers(gone) or (successor.fact.first is not None and release(successor.fact.first) > gone)


@pytest.mark.parametrize(("symbol", "successor"), SUCCESSORS)
def test_a_successor_takes_the_keywords(
    symbol: Symbol, successor: Successor, installed: tuple[str, dict[str, bool | None]], shim_python: str
) -> None:
    keywords = [successor.renamed(keyword) for keyword in successor.accepts or ()] + [
        name for name, _ in successor.adds
    ]
    if not keywords or not installed[1][successor.fact.subject] or symbol.dotted.startswith("langfuse.callback"):
        pytest.skip("no keywords to ask for, or nobody to ask")
    asked = [f"{successor.fact.subject}({keyword})" for keyword in keywords]
    done = subprocess.run(
        [shim_python, "-c", PROBE], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answers = json.loads(done.stdout)[1]
    young = {"name"} if release(installed[0]) < (3, 2, 0) else set()
    assert {
        name for name, has in answers.items() if not has and name.rpartition("(")[2].rstrip(")") not in young
    } == set()


@pytest.mark.parametrize(
    ("dotted", "meant"),
    {
        "langfuse.get_client.trace": "langfuse.Langfuse.trace",
        "langfuse.client.Langfuse.score": "langfuse.Langfuse.score",
        "langfuse.decorators.langfuse_decorator.observe": "langfuse.decorators.observe",
        "langfuse.get_client.start_as_current_span.update_trace": "langfuse.LangfuseSpan.update_trace",
        "langfuse.Langfuse.start_observation.start_observation.start_span": "langfuse.LangfuseSpan.start_span",
    }.items(),
)
def test_objects_go_by_the_name_of_their_class(dotted: str, meant: str) -> None:
    assert canonical(dotted) == meant
    assert symbol_of(dotted) is SYMBOLS[meant]


@pytest.mark.parametrize(
    "dotted", ["langfuse.Langfuse", "langfuse.Langfuse.flush", "langfuse.get_client.trace.span", "trace"]
)
def test_what_every_release_has_is_not_dated(dotted: str) -> None:
    assert symbol_of(dotted) is None


def test_keywords_belong_to_every_name_of_the_client() -> None:
    assert keyword_symbol_of("langfuse.client.Langfuse", "enabled") is SYMBOLS["langfuse.Langfuse(enabled)"]
    assert keyword_symbol_of("langfuse.observe", "enabled") is None
