"""What a rule says and what a fix needs to know: frozen, picklable, plain data.

Everything that crosses a process or a floor of the house is made of these types. Lines are 1-based; columns are
0-based *code points*, already converted from the UTF-8 byte offsets that `ast` counts in
(`semantics.facts.Source.span` is the one place that converts).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Applicability(str, Enum):
    """May a fix be written without asking?"""

    SAFE = "safe"
    """Same result, same cost, and the trace arrives."""
    UNSAFE = "unsafe"
    """Correct, but costs tokens or time, or changes what an observer sees: written only with `--unsafe-fixes`."""


@dataclass(frozen=True, order=True)
class Span:
    """A half-open stretch of source: lines 1-based, columns 0-based code points, `end_column` exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Replacement:
    """Text that stands in place of a stretch of source; of an insertion that stretch is empty."""

    span: Span
    text: str


@dataclass(frozen=True)
class ContinueLoop:
    """Turn the `break` at `exit` into `continue`, so that the loop runs its stream to the end."""

    exit: Span


@dataclass(frozen=True)
class DrainBefore:
    """Exhaust the stream of the loop at `loop` right before the `break` or `return` at `exit`.

    `stream` is the expression that denotes the loop's own iterator (`response`, `self.stream`), or None when the
    iterable has to be hoisted to a fresh name first.
    """

    exit: Span
    loop: Span
    stream: str | None
    is_async: bool


@dataclass(frozen=True)
class LogPartial:
    """Log what was received of the stream of the loop at `loop` right before the `break` or `return` at `exit`.

    `stream` is as for `DrainBefore`.
    """

    exit: Span
    loop: Span
    stream: str | None


@dataclass(frozen=True)
class OrEmpty:
    """Write `<read> or ""` for the expression at `read`."""

    read: Span


class Wait(str, Enum):
    """How the delivery helper lets LiteLLM finish logging inside the running loop."""

    WORKER = "worker"
    """Flush the background logging worker (litellm >= 1.83.13)."""
    WORKER_AND_TASKS = "worker and tasks"
    """Flush the worker, which does not wait for what it has begun, and then wait for LiteLLM's own tasks (from 1.76.0
    to 1.83.12)."""
    TASKS = "tasks"
    """Wait for LiteLLM's own tasks (before that)."""
    EITHER = "either"
    """The worker if there is one, and the tasks: for a range that spans both."""
    NOTHING = "nothing"
    """LiteLLM logs nothing: the traces are those of the Langfuse SDK."""


class Flush(str, Enum):
    """Which exporter the delivery helper flushes after that, where the process does not end normally."""

    LITELLM = "flush_langfuse_tracing"
    """The private exporter of the "langfuse" callback of litellm >= 1.104.0."""
    CALLBACK_CLIENTS = "clients of the callbacks"
    """The Langfuse 2 clients that the "langfuse" callback of litellm < 1.104.0 keeps to itself."""
    PROVIDER = "global tracer provider"
    """OpenTelemetry's global provider, which "langfuse_otel" used at first."""
    PRIVATE_PROVIDERS = "tracer providers of the callbacks"
    """The providers per credential that "langfuse_otel" keeps in a private cache since."""
    CLIENT = "get_client"
    """The client of the Langfuse SDK >= 3."""
    CONTEXT = "langfuse_context"
    """The client behind the decorators of the Langfuse SDK 2."""


@dataclass(frozen=True)
class Recipe:
    """What the delivery helper has to do, chosen by the target versions and by how the process ends."""

    wait: Wait = Wait.WORKER
    flushes: tuple[Flush, ...] = ()


@dataclass(frozen=True)
class DeliverTraces:
    """Let the coroutine whose `def` is at `coroutine` deliver its traces in a `finally`.

    `steps` are existing statements that wait for LiteLLM's logging: they move there. Where there are none, or they
    cannot move, a helper is awaited: `helper` names one that is there already, else one is written from `recipe`
    (None: no delivery is known for the target versions). It comes in place of the statements `replaced` (a sleep, a
    flush that misses) and before `flush`, an existing flush of Langfuse.
    """

    coroutine: Span
    flush: Span | None = None
    helper: str | None = None
    recipe: Recipe | None = Recipe()
    steps: tuple[Span, ...] = ()
    replaced: tuple[Span, ...] = ()


Name = tuple[str, str | None]
"""What an import binds: a module, or a name in a module."""


@dataclass(frozen=True)
class Reimport:
    """What the import statement at `statement` imports instead: per position of a name in it the new one, which keeps
    the local name it had, or None when the name is not imported any more."""

    statement: Span
    names: tuple[tuple[int, Name | None], ...]
    needs: tuple[Name, ...] = ()
    """Names that it has to import in addition, for the places that are spelled otherwise now."""


@dataclass(frozen=True)
class Respell:
    """Write the expression at `at` otherwise, and the keywords of the call that it is the function of, if `call`.

    `base` and `tail` are what is written (`get_client` and `().flush`); the base is code, or a name that is to be
    imported. Without a base only the attribute's name changes, to `tail`.
    """

    at: Span
    base: str | Name | None
    tail: str
    call: Span | None = None
    renames: tuple[tuple[str, str], ...] = ()
    adds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class UseSuccessors:
    """Write what has taken the place of a removed name, at its import and wherever the module uses it."""

    imports: tuple[Reimport, ...] = ()
    places: tuple[Respell, ...] = ()


@dataclass(frozen=True)
class RewriteComment:
    """Write the comment at `comment` otherwise. Without a `text` it goes, and its line if nothing else is on it.

    This is an edit of text: the program stays the same.
    """

    comment: Span
    text: str


Edit = ContinueLoop | DrainBefore | LogPartial | OrEmpty | DeliverTraces | UseSuccessors | RewriteComment


@dataclass(frozen=True)
class Fix:
    """How to rewrite a finding, and whether that may happen unasked."""

    applicability: Applicability
    edit: Edit
    replacements: tuple[Replacement, ...] = ()
    """What it comes to in the source, where that has been worked out (`lint_rules.suggestions`)."""


@dataclass(frozen=True)
class Step:
    """One step of the chain by which a value was recognised: what happens at a place (1-based line)."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class Finding:
    """One report of one rule. `span` is where a reader should look; the text after the code is `message`."""

    code: str
    span: Span
    message: str
    fix: Fix | None = None
    trace: tuple[Step, ...] = ()
    """From the SDK call to the finding: how the value was recognised. For `--explain-trace`."""


class Status(str, Enum):
    """The one named outcome in which every file ends."""

    CLEAN = "clean"
    FINDINGS = "findings"
    FIXED = "fixed"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Problem:
    """Why a file failed: one line for a human, with the position (1-based line, 0-based column) where there is one."""

    message: str
    line: int | None = None
    column: int | None = None
    path: str | None = None
    """The file it lies in, where that is another one: a configuration file."""


@dataclass(frozen=True)
class FileReport:
    """The outcome of checking (or fixing) one file. `path` is as the user wrote it or as discovery found it."""

    path: str
    status: Status
    findings: tuple[Finding, ...] = ()
    problem: Problem | None = None
    text: str = ""
    """The decoded source, where there are findings to show in it."""
    fixed: tuple[Finding, ...] = ()
    """What a fix run rewrote (or, with `--diff`/`--check`, would rewrite)."""
    diff: str = ""


@dataclass(frozen=True)
class Change:
    """The fixes of one file, worked out and not written."""

    path: str
    old: bytes
    new: bytes
    fixed: tuple[Finding, ...]
    """Findings of `old` that are none of `new`."""
    left: tuple[Finding, ...] = ()
    """Findings of `new`."""
