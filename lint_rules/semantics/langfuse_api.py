"""Langfuse's public Python API over time, as data: what went, what came, and what took the place of what went.

Read off the wheels of langfuse 2.60.0 to 5.0.4, bisected to the release in which each name came or went.
`tests/semantics/test_langfuse_api.py` asks an installed SDK whether it agrees. A method is named by its class
(`langfuse.Langfuse.trace`), also where it is found on an object that a function returns: `canonical` does that.
langfuse 5.0.0 was never released to the index: what went with it is gone since 5.0.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lint_rules.finding import Applicability
from lint_rules.semantics.releases import Fact

SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


@dataclass(frozen=True)
class Successor:
    """What takes the place of a symbol, and how far it means the same."""

    fact: Fact
    """The name that takes the place, and when it exists."""
    tail: str = ""
    """What is written behind that name: `().flush`; of a method, its new name alone is written."""
    applicability: Applicability | None = SAFE
    """None: a person may use it, a rewrite would not keep the meaning."""
    accepts: frozenset[str] | None = None
    """The keywords, as they were before, that it can take; None: it takes what the symbol took."""
    renames: Mapping[str, str] | None = None
    """Keywords that are called otherwise now."""
    adds: tuple[tuple[str, str], ...] = ()
    """Keywords that it needs in addition, and their values as code."""
    shifts: frozenset[str] = frozenset()
    """Keywords that mean something slightly different now."""
    overruled: frozenset[str] = frozenset()
    """Keywords that lose against what the observed function returns, unless that is not captured."""
    observes: str | None = None
    """It is meant for the current observation of this type only ("span", "generation")."""
    result: bool = True
    """It returns what the symbol returned."""

    def renamed(self, keyword: str) -> str:
        """Return what a keyword is called now."""
        return (self.renames or {}).get(keyword, keyword)


@dataclass(frozen=True)
class Symbol:
    """A public name, method or keyword that does not exist in every release."""

    fact: Fact
    successors: tuple[Successor, ...] = ()
    """The first that fits is written."""
    instead: str = ""
    """What a person can do where no successor fits."""

    @property
    def dotted(self) -> str:
        """Its full name: `langfuse.decorators`, `langfuse.Langfuse.trace`, `langfuse.Langfuse(enabled)`."""
        return self.fact.subject


def _fact(subject: str, source: str, *, first: str | None = None, gone: str | None = None) -> Fact:
    return Fact("langfuse", subject, source, first, gone)


_CLIENT, _SPAN, _DECORATOR = "_client/client.py", "_client/span.py", "decorators/langfuse_decorator.py"
_PACKAGE = "__init__.py"

GET_CLIENT = _fact("langfuse.get_client", _PACKAGE, first="3.0.0")
OBSERVE = _fact("langfuse.observe", _PACKAGE, first="3.0.0")
PROPAGATE = _fact("langfuse.propagate_attributes", _PACKAGE, first="3.9.0")
CLIENT = _fact("langfuse.Langfuse", _PACKAGE)
HANDLER = _fact("langfuse.langchain.CallbackHandler", "langchain/__init__.py", first="3.0.0")
VERSION = _fact("langfuse.__version__", "__init__.py", first="4.0.4")


def _method(name: str, *, first: str | None = None, gone: str | None = None, of: str = "Langfuse") -> Fact:
    source = _SPAN if of == "LangfuseSpan" else _CLIENT if first else "client.py"
    return _fact(f"langfuse.{of}.{name}", source, first=first, gone=gone)


# What took the place of methods of the client; a fix needs the fact to hold in every release of the target.

_FLUSH = _method("flush")
_SHUTDOWN = _method("shutdown")
_AUTH_CHECK = _method("auth_check")
_TRACE_ID = _method("get_current_trace_id", first="3.0.0")
_OBSERVATION_ID = _method("get_current_observation_id", first="3.0.0")
_TRACE_URL = _method("get_trace_url")
_SCORE_SPAN = _method("score_current_span", first="3.0.0")
_SCORE_TRACE = _method("score_current_trace", first="3.0.0")
_CREATE_SCORE = _method("create_score", first="3.0.0")
_CREATE_EVENT = _method("create_event", first="3.0.0")
_UPDATE_SPAN = _method("update_current_span", first="3.0.0")
_UPDATE_GENERATION = _method("update_current_generation", first="3.0.0")
_UPDATE_TRACE = _method("update_current_trace", first="3.0.0", gone="4.0.0")
_SET_TRACE_IO = _method("set_current_trace_io", first="4.0.0", gone="5.0.1")
_SET_PUBLIC = _method("set_current_trace_as_public", first="4.0.0")
_START = _method("start_observation", first="3.3.1")
_START_CURRENT = _method("start_as_current_observation", first="3.3.1")

_SCORE_RENAMES = {"id": "score_id"}
_SCORE_KEYWORDS = frozenset({"name", "value", "data_type", "comment", "id", "config_id"})
_SPAN_KEYWORDS = frozenset({"name", "input", "output", "metadata", "version", "level", "status_message"})
_GENERATION_KEYWORDS = _SPAN_KEYWORDS | {
    *("completion_start_time", "model", "model_parameters", "usage", "usage_details", "cost_details", "prompt")
}
_TRACE_KEYWORDS = frozenset(
    {"name", "user_id", "session_id", "version", "input", "output", "metadata", "tags", "public"}
)
_RETURN_VALUE_WINS = frozenset({"output"})
"""From 3.0.0 on the decorator records what the function returns over what the function has set."""

_TRACE_ATTRIBUTES = "put the calls into `with propagate_attributes(user_id=..., session_id=..., tags=...):`"
_OBSERVATION_TREE = "open observations with `with get_client().start_as_current_observation(...):`"


def _through_client(method: Fact, **rest: object) -> Successor:
    """Return a successor that is a method of the client: `get_client().flush`."""
    return Successor(method, f"().{method.subject.rpartition('.')[2]}", **rest)  # type: ignore[arg-type]


_UPDATE_CURRENT_TRACE = (
    _through_client(_UPDATE_TRACE, accepts=_TRACE_KEYWORDS),
    _through_client(_SET_TRACE_IO, accepts=frozenset({"input", "output"})),
)
# The context of 2.x logged its errors, the client of 3.x raises them where it asks the server.
# An outermost function was a trace, without an observation of its own: its ids and scores were the trace's.
_CONTEXT: Mapping[str, tuple[tuple[Successor, ...], str]] = {
    "observe": ((Successor(OBSERVE),), ""),
    "flush": ((_through_client(_FLUSH),), ""),
    "auth_check": ((_through_client(_AUTH_CHECK, applicability=UNSAFE),), ""),
    "get_current_trace_id": ((_through_client(_TRACE_ID),), ""),
    "get_current_observation_id": ((_through_client(_OBSERVATION_ID, applicability=UNSAFE),), ""),
    "get_current_trace_url": ((_through_client(_TRACE_URL, applicability=UNSAFE),), ""),
    "score_current_trace": ((_through_client(_SCORE_TRACE, accepts=_SCORE_KEYWORDS, renames=_SCORE_RENAMES),), ""),
    "score_current_observation": (
        (_through_client(_SCORE_SPAN, applicability=UNSAFE, accepts=_SCORE_KEYWORDS, renames=_SCORE_RENAMES),),
        "",
    ),
    "update_current_observation": (
        (
            _through_client(
                _UPDATE_GENERATION,
                accepts=_GENERATION_KEYWORDS,
                renames={"usage": "usage_details"},
                shifts=frozenset({"usage"}),
                overruled=_RETURN_VALUE_WINS,
                observes="generation",
            ),
            _through_client(_UPDATE_SPAN, accepts=_SPAN_KEYWORDS, overruled=_RETURN_VALUE_WINS, observes="span"),
        ),
        "what belongs to the trace goes into `propagate_attributes(...)`",
    ),
    "update_current_trace": (_UPDATE_CURRENT_TRACE, _TRACE_ATTRIBUTES),
    "client_instance": ((Successor(GET_CLIENT, "()", applicability=UNSAFE),), ""),
    "get_current_langchain_handler": (
        (Successor(HANDLER, "()", applicability=None),),
        "a `langfuse.langchain.CallbackHandler()` joins the current trace by itself",
    ),
    "get_current_llama_index_handler": ((), "LlamaIndex is traced by its OpenTelemetry instrumentation"),
    "configure": ((Successor(CLIENT, applicability=None),), "make the client once, with `Langfuse(...)`"),
}


def _decorators() -> Iterable[Symbol]:
    def gone(name: str, *successors: Successor, instead: str = "") -> Symbol:
        return Symbol(_fact(f"langfuse.decorators{name}", _DECORATOR, gone="3.0.0"), successors, instead)

    yield gone("")
    yield gone(".observe", Successor(OBSERVE))
    yield gone(".langfuse_context", instead="it is handed on as a whole")
    yield gone(".LangfuseDecorator")
    for name, (successors, instead) in _CONTEXT.items():
        yield gone(f".langfuse_context.{name}", *successors, instead=instead)


def _modules() -> Iterable[Symbol]:
    def gone(name: str, *successors: Successor, instead: str = "", since: str = "3.0.0") -> Symbol:
        source = f"{name.replace('.', '/')}.py"
        return Symbol(_fact(f"langfuse.{name}", source, gone=since), successors, instead)

    yield gone("callback")
    yield gone("callback.CallbackHandler", Successor(HANDLER, applicability=UNSAFE, accepts=frozenset({"public_key"})))
    yield gone("llama_index", instead="LlamaIndex is traced by its OpenTelemetry instrumentation")
    yield gone("client")
    yield gone("client.Langfuse", Successor(CLIENT))
    yield gone("version", since="4.0.4")
    yield gone("version.__version__", Successor(VERSION), since="4.0.4")
    yield gone("model.ModelUsage", since="4.0.0")
    for name in ("environment", "extract_model", "logging", "parse_error", "prompt_cache", "request", "serializer"):
        yield gone(name)
    yield gone("utils")
    yield gone("Sampler")
    yield gone("api.resources", instead="errors and most types lie in `langfuse.api` itself", since="4.0.0")


def _client_methods() -> Iterable[Symbol]:
    def gone(name: str, *successors: Successor, instead: str = "") -> Symbol:
        return Symbol(_method(name, gone="3.0.0"), successors, instead)

    yield gone("trace", instead=f"{_OBSERVATION_TREE}; {_TRACE_ATTRIBUTES}")
    yield gone("span", Successor(_START, applicability=None), instead=_OBSERVATION_TREE)
    yield gone("generation", Successor(_START, applicability=None), instead=_OBSERVATION_TREE)
    yield gone(
        "event",
        Successor(_CREATE_EVENT, applicability=UNSAFE, accepts=_SPAN_KEYWORDS, result=False),
    )
    accepted = _SCORE_KEYWORDS | {"trace_id", "observation_id"}
    yield gone("score", Successor(_CREATE_SCORE, accepts=accepted, renames=_SCORE_RENAMES, result=False))
    yield gone("join", Successor(_SHUTDOWN, applicability=UNSAFE))
    yield gone("get_trace_id", instead="an observation knows its `trace_id`")
    yield gone("get_dataset_item", instead="`api.dataset_items.get(...)`")
    for name in ("fetch_trace", "fetch_traces", "get_trace", "get_traces"):
        yield gone(name, instead="`api.trace` reads traces before 5.0.1, `api.observations` what they are made of")
    for name in ("fetch_observation", "fetch_observations", "get_observation", "get_observations", "get_generations"):
        yield gone(name, instead="`api.observations` reads observations")
    yield gone("fetch_sessions", instead="`api.sessions` reads sessions before 5.0.1")
    yield gone("fetch_media", instead="`api.media` reads media")


def _keywords() -> Iterable[Symbol]:
    def keyword(name: str, *successors: Successor, first: str | None = None, gone: str | None = None) -> Symbol:
        return Symbol(_fact(f"langfuse.Langfuse({name})", _CLIENT, first=first, gone=gone), successors)

    tracing_enabled = _fact("langfuse.Langfuse(tracing_enabled)", _CLIENT, first="3.0.0")
    yield keyword("enabled", Successor(tracing_enabled), gone="3.0.0")
    yield Symbol(tracing_enabled)
    for name in ("threads", "max_retries", "sdk_integration"):
        yield keyword(name, gone="3.0.0")
    yield keyword("blocked_instrumentation_scopes", first="3.0.5", gone="5.0.1")
    yield keyword("tracer_provider", first="3.2.0")
    yield keyword("base_url", first="3.8.1")
    yield keyword("should_export_span", first="4.0.0")
    for method in (_UPDATE_SPAN, _UPDATE_GENERATION):
        yield Symbol(_fact(f"{method.subject}(name)", _CLIENT, first="3.2.0"))
    yield Symbol(_fact(f"{PROPAGATE.subject}(trace_name)", "_client/propagation.py", first="3.11.0"))


def _observation_methods() -> Iterable[Symbol]:
    """What 3.x had on the client and on every observation, and 4.0.0 brought under one name."""
    for owner in ("Langfuse", "LangfuseSpan"):
        start = _method("start_observation", first="3.3.1", of=owner)
        current = _method("start_as_current_observation", first="3.3.1", of=owner)
        yield from (Symbol(start), Symbol(current))
        for kind in ("span", "generation"):
            adds = (("as_type", f'"{kind}"'),)
            for name, fact in ((f"start_{kind}", start), (f"start_as_current_{kind}", current)):
                gone = _method(name, first="3.0.0", gone="4.0.0", of=owner)
                yield Symbol(gone, (Successor(fact, adds=adds),))
    for owner, middle in (("Langfuse", "current_trace"), ("LangfuseSpan", "trace")):
        set_io = _method(f"set_{middle}_io", first="4.0.0", gone="5.0.1", of=owner)
        yield Symbol(set_io, instead="set the input and output of the root observation")
        update = _method(f"update_{middle}", first="3.0.0", gone="4.0.0", of=owner)
        yield Symbol(update, (Successor(set_io, accepts=frozenset({"input", "output"})),), _TRACE_ATTRIBUTES)
        yield Symbol(_method(f"set_{middle}_as_public", first="4.0.0", of=owner))


def _newcomers() -> Iterable[Symbol]:
    yield from (Symbol(fact) for fact in (GET_CLIENT, OBSERVE, PROPAGATE))
    yield Symbol(_fact("langfuse.langchain", "langchain/__init__.py", first="3.0.0"))
    yield Symbol(_fact("langfuse.experiment", "experiment.py", first="3.4.0"))
    yield Symbol(_fact("langfuse.Evaluation", _PACKAGE, first="3.4.0"))
    for name in ("LangfuseSpan", "LangfuseGeneration", "LangfuseEvent"):
        yield Symbol(_fact(f"langfuse.{name}", _PACKAGE, first="3.0.0"))
    for name in ("LangfuseAgent", "LangfuseTool", "LangfuseChain", "LangfuseEmbedding"):
        yield Symbol(_fact(f"langfuse.{name}", _PACKAGE, first="3.3.1"))
    attributes = "langfuse.LangfuseOtelSpanAttributes"
    yield Symbol(_fact(attributes, "_client/attributes.py", first="3.0.0"))
    for name in ("TRACE_INPUT", "TRACE_OUTPUT"):
        yield Symbol(_fact(f"{attributes}.{name}", "_client/attributes.py", first="3.0.0", gone="5.0.1"))
    for fact in (_TRACE_ID, _OBSERVATION_ID, _SCORE_SPAN, _SCORE_TRACE, _CREATE_SCORE, _CREATE_EVENT):
        yield Symbol(fact)
    yield from (Symbol(fact) for fact in (_UPDATE_SPAN, _UPDATE_GENERATION))
    yield Symbol(_method("create_trace_id", first="3.0.0"))
    yield Symbol(_method("run_experiment", first="3.4.0"))
    yield Symbol(_method("delete_dataset_run", first="3.12.0", gone="5.0.1"))


SYMBOLS: Mapping[str, Symbol] = {
    symbol.dotted: symbol
    for group in (
        _decorators(),
        _modules(),
        _client_methods(),
        _keywords(),
        _observation_methods(),
        _newcomers(),
    )
    for symbol in group
}
"""Every dated symbol by its full name."""

_STARTED = re.compile(r"^langfuse\.(Langfuse|LangfuseSpan)\.start_(as_current_)?(observation|span|generation)(\.|$)")
_SAME: Mapping[str, str] = {
    "langfuse.decorators.langfuse_decorator": "langfuse.decorators",
    "langfuse.callback.langchain": "langfuse.callback",
    "langfuse.client.Langfuse": "langfuse.Langfuse",
    "langfuse._client.client.Langfuse": "langfuse.Langfuse",
    "langfuse.get_client": "langfuse.Langfuse",
    "langfuse.LangfuseGeneration": "langfuse.LangfuseSpan",
}
"""Other names of the same thing, and functions by the class of what they return."""


def canonical(dotted: str) -> str:
    """Return the name under which an attribute of something of Langfuse's stands in `SYMBOLS`."""
    owner, _, name = dotted.rpartition(".")
    for other, known in _SAME.items():
        if owner == other or owner.startswith(other + "."):
            owner = known + owner[len(other) :]
    while _STARTED.match(owner + "."):
        started = _STARTED.match(owner + ".")
        assert started is not None
        owner = ("langfuse.LangfuseSpan." + (owner + ".")[started.end() :]).rstrip(".")
    return f"{owner}.{name}" if owner else name


def symbol_of(dotted: str) -> Symbol | None:
    """Return the dated symbol that a dotted name denotes."""
    return SYMBOLS.get(dotted) or SYMBOLS.get(canonical(dotted))


def keyword_symbol_of(dotted: str, keyword: str) -> Symbol | None:
    """Return the dated symbol that a keyword of a call of `dotted` is."""
    return SYMBOLS.get(f"{canonical(f'{dotted}.')[:-1]}({keyword})")


def is_member(dotted: str) -> bool:
    """Tell whether a name is an attribute of the client or of an observation: found on objects, never imported."""
    return canonical(dotted).startswith(("langfuse.Langfuse.", "langfuse.LangfuseSpan.", "langfuse.Langfuse("))


MEMBER_NAMES = frozenset(dotted.rpartition(".")[2] for dotted in SYMBOLS if is_member(dotted) and "(" not in dotted)
"""Attributes of clients and observations: a module that uses one need not mention Langfuse itself."""
