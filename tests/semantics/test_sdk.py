"""The dated facts, re-derived from the SDKs at hand: each holds for what is installed, or does not, as its dates say.

Runs with the SDKs of the default environment, and with those of any `--shim-python`.
"""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from lint_rules.semantics import sdk
from lint_rules.semantics.releases import Fact, Release, release

LOOK = """
import importlib, importlib.metadata as metadata, importlib.util as util, json, sys

def exists(dotted):
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:cut]))
        except Exception:
            continue
        try:
            for part in parts[cut:]:
                value = getattr(value, part)
            return True
        except AttributeError:
            return False
    return False

print(json.dumps({
    "versions": {name: metadata.version(name) for name in ("litellm", "langfuse")},
    "folders": {name: util.find_spec(name).submodule_search_locations[0] for name in ("litellm", "langfuse")},
    "requires": {name: metadata.requires(name) for name in ("litellm", "langfuse")},
    "exists": {dotted: exists(dotted) for dotted in json.loads(sys.argv[1])},
}))
"""


@dataclass(frozen=True)
class Installed:
    """What is installed where the programs of the shim run."""

    python: str

    @cached_property
    def told(self) -> dict[str, dict[str, object]]:
        command = [self.python, "-c", LOOK, json.dumps([fact.subject for fact in NAMES.values()])]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        answer: dict[str, dict[str, object]] = json.loads(found.strip().splitlines()[-1])
        return answer

    def version(self, package: str) -> Release:
        return release(str(self.told["versions"][package]))

    def requires(self, package: str, name: str) -> bool:
        """Tell whether a package requires another one, extras aside."""
        listed = self.told["requires"][package]
        assert isinstance(listed, list)
        return any(
            line.replace("(", " ").split()[0].rstrip("<>=!~;0123456789.,") == name
            for line in listed
            if "extra" not in line
        )

    def has(self, path: str) -> bool:
        return self._path(path).exists()

    def source(self, path: str, function: str = "") -> str:
        """Return the text of a module, or of a function in it; empty where there is none."""
        file = self._path(path)
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return _function(ast.parse(text), function) if function else text

    def _path(self, path: str) -> Path:
        package, _, rest = path.partition("/")
        return Path(str(self.told["folders"][package]), rest)


def _function(tree: ast.Module, dotted: str) -> str:
    owner, _, name = dotted.rpartition(".")
    scopes: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == owner]
    for scope in scopes if owner else [tree]:
        for node in ast.iter_child_nodes(scope):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                return ast.unparse(node)
    return ""


FACTS = {name: fact for name, fact in vars(sdk).items() if isinstance(fact, Fact)}
NAMES = {name: fact for name, fact in FACTS.items() if fact.subject.replace(".", "").replace("_", "").isalnum()}
"""Facts about a dotted name: that it exists."""

WORKER = "litellm/litellm_core_utils/logging_worker.py"
STREAM = "litellm/litellm_core_utils/streaming_handler.py"
OTEL = "litellm/integrations/opentelemetry.py"
CALLBACK = "litellm/integrations/langfuse/langfuse.py"

PROBES: dict[str, Callable[[Installed], bool]] = {
    "WORKER_MAY_HANG": lambda at: "wait_for" in at.source(WORKER, "LoggingWorker._worker_loop"),
    "FLUSH_WAITS_FOR_STARTED": lambda at: (
        "join()" in (flush := at.source(WORKER, "LoggingWorker.flush")) and "while not self._queue.empty()" not in flush
    ),
    "FLUSH_ON_NEW_LOOP": lambda at: "self.start()" in at.source(WORKER, "LoggingWorker.flush"),
    "FIRST_CHUNK_EMPTY": lambda at: (
        "self.sent_first_chunk" in at.source(STREAM, "CustomStreamWrapper.is_chunk_non_empty")
    ),
    "ROUTER_HIDES_CHUNKS": lambda at: (
        "class FallbackStreamWrapper" in (router := at.source("litellm/router.py")) and "inner_chunks" not in router
    ),
    "CALLBACK_CLIENTS": lambda at: "self.Langfuse" in at.source(CALLBACK),
    "NEEDS_LANGFUSE_2": lambda at: "sdk_integration" in at.source(CALLBACK),
    "NEEDS_LANGFUSE_4_7": lambda at: 'MINIMUM_LANGFUSE_VERSION: Final = "4.7"' in at.source(CALLBACK),
    "LANGFUSE_4_7": lambda at: (4, 7) <= at.version("langfuse") < (5,),
    "TAKES_INTEGRATION": lambda at: "sdk_integration" in at.source("langfuse/client.py"),
    "OTEL_NEEDS_GRPC": lambda at: _imports_grpc_first(at.source(OTEL, "OpenTelemetry._get_span_processor")),
    "OTEL_NEEDS_SETTINGS": lambda at: (
        at.has("litellm/integrations/otel/model/config.py") and not at.requires("litellm", "pydantic-settings")
    ),
    "PRIVATE_PROVIDERS": lambda at: "langfuse_otel" in at.source(OTEL, "OpenTelemetry.get_tracer_to_use_for_request"),
    "PRIVATE_PROVIDERS_WRAPPED": lambda at: "class _CachedTracerProvider" in at.source(OTEL),
    "ACTIVE_SPAN_ENDED": lambda at: (
        "get_current_span" in at.source(OTEL, "OpenTelemetry._get_span_context")
        and "should_create_primary_span" not in at.source(OTEL, "OpenTelemetry._handle_success")
    ),
    "SPAN_MERGED_AT_FIRST": lambda at: _merges(at) and not at.version("litellm") >= (1, 82, 5),
    "SPAN_MERGED": lambda at: _merges(at) and "ignore_context_propagation" in at.source(OTEL),
    "RAW_REQUEST_IS_GENERATION": lambda at: (
        "self.set_attributes(span" in at.source(OTEL, "OpenTelemetry.set_raw_request_attributes")
    ),
    "REQUEST_SPAN_SWITCH": lambda at: sdk.SPAN_SWITCH_REQUEST in at.source(OTEL),
    "CONTEXT_SWITCH": lambda at: sdk.SPAN_SWITCH_CONTEXT in at.source(OTEL),
    "BRINGS_OTEL": lambda at: at.requires("langfuse", "opentelemetry-sdk"),
    "BRINGS_GRPC": lambda at: at.requires("langfuse", "opentelemetry-exporter-otlp"),
}
"""For what is no name: where the source shows it."""


def _imports_grpc_first(function: str) -> bool:
    body = ast.parse(function).body[0] if function else None
    return isinstance(body, ast.FunctionDef) and any(
        isinstance(node, ast.ImportFrom) and "proto.grpc" in (node.module or "") for node in body.body
    )


def _merges(at: Installed) -> bool:
    """Tell whether the active span takes the place of the callback's own."""
    handled = at.source(OTEL, "OpenTelemetry._handle_success")
    replaces = "should_create_primary_span" in handled or "primary_span_parent" in handled
    raw = "self.set_attributes(span" in at.source(OTEL, "OpenTelemetry.set_raw_request_attributes")
    return replaces and "is_langfuse_otel" not in handled and not raw


@pytest.fixture(scope="module")
def installed(shim_python: str) -> Installed:
    return Installed(shim_python)


@pytest.mark.parametrize("name", NAMES)
def test_name(name: str, installed: Installed) -> None:
    fact = NAMES[name]
    if name == "OTEL_CALLBACK":
        assert installed.has("litellm/integrations/langfuse/langfuse_otel.py") is covered(fact, installed)
        return
    if name == "EXPORTER_FLUSH":  # with another langfuse its module cannot be imported
        shown = "def flush_langfuse_tracing(timeout_millis: int" in installed.source(
            "litellm/integrations/langfuse/langfuse_sdk.py"
        )
        assert shown is covered(fact, installed)
        return
    assert installed.told["exists"][fact.subject] is covered(fact, installed)


@pytest.mark.parametrize("name", sorted(FACTS.keys() - NAMES.keys()))
def test_behaviour(name: str, installed: Installed) -> None:
    assert PROBES[name](installed) is covered(FACTS[name], installed)


def covered(fact: Fact, installed: Installed) -> bool:
    return fact.covers(installed.version(fact.package))


def test_every_fact_is_about_a_stretch() -> None:
    for fact in FACTS.values():
        assert fact.package in ("litellm", "langfuse")
        assert fact.first is not None or fact.gone is not None, fact.subject
        assert fact.first is None or fact.gone is None or release(fact.first) < release(fact.gone), fact.subject
