"""Which modules of a project can have a finding at all: told by text, and by what leaves the modules that make streams.

Interpreting a module costs a thousand times what searching its text does, and hardly any module of a large project has
to do with LiteLLM. A finding needs a stream or a chunk, or something of Langfuse's. The modules that make streams are
interpreted, which shows by which names these get out (`leaks`); then those that write such a name, and so on until no
new name comes up. Every other module has no streams, whatever it imports.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lint_rules.semantics import sdk
from lint_rules.semantics.facts import is_barren
from lint_rules.semantics.infer import Machine, TooLargeError
from lint_rules.semantics.langfuse_api import MEMBER_NAMES
from lint_rules.semantics.leaks import Leaks, makes_streams, writes
from lint_rules.semantics.lifespans import ADDERS, ENDPOINTS, VERBS
from lint_rules.semantics.syntax import parse

if TYPE_CHECKING:
    from lint_rules.semantics.project import Project

_FEW = 2
"""Modules of a project that are interpreted without further ado: a look at all of it would cost more."""
_LANGFUSE = re.compile(
    rb"\b(?:from|import)\b[^\n]*\blangfuse|litellm[.]integrations|\blangfuse[ \t]*[.][ \t]*[a-zA-Z_]"
)
"""What a module writes that has Langfuse from an import."""
_TRACES = re.compile(rb"[\"']langfuse(?:_otel)?[\"']|" + _LANGFUSE.pattern)
"""The same, and what one writes that registers a Langfuse callback."""
_MEMBERS = re.compile(rb"[.](?:%s)\b" % "|".join(sorted(MEMBER_NAMES)).encode())
_CALLBACKS = re.compile(rb"\b(?:%s)\b" % "|".join(sorted(sdk.CALLBACK_KEYWORDS)).encode())
_RUNS = re.compile(rb"[.][ \t]*run\b")
_LOOPS = re.compile(rb"asyncio|anyio|trio|uvloop|Runner")
_ENDS = re.compile(
    rb"\bimport\b[^\n]*\brun\b|^[ \t]*run\b|run_until_complete|run_sync|async_to_sync|lifespan|asynccontextmanager"
    rb"|shutdown|cleanup|_serving|_server_stop|main_process_stop",
    re.MULTILINE,
)
"""What a module writes that runs coroutines to their end, or is told when the program ends."""
_EXPORTS = re.compile(rb"racer_provider|TracerProvider|Langfuse")
"""What a module mentions that flushes an exporter."""
_HANDLES = re.compile(
    rb"@[^\n]*\b(?:%(verbs)s)\b|\b(?:%(verbs)s)\(\s*[a-zA-Z]*[\"']/|\b(?:%(rest)s)\b"
    % {b"verbs": "|".join(sorted(VERBS)).encode(), b"rest": "|".join(sorted(ADDERS | ENDPOINTS)).encode()}
)
"""What a module writes that has coroutines serve requests."""


@dataclass
class _Realm:
    """The modules of one project, and by which names streams get around in it."""

    paths: frozenset[str]
    leaks: Leaks = field(default_factory=Leaks)
    asked: int = 0
    is_known: bool = False
    is_open: bool = False
    """Nothing can be ruled out."""


class Prospects:
    """The modules of the projects of one run that can have findings."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._realms: dict[str, _Realm] = {}
        self._barren: dict[str, bytes] = {}
        """Modules that were interpreted and have nothing to report."""
        self._dead_ends: dict[re.Pattern[bytes], set[str]] = {}
        """Per pattern the modules that do not lead to it."""

    def has(self, path: str, data: bytes) -> bool:
        """Tell whether a module with these bytes can have a finding."""
        if self._project.declared.names:
            return True
        realm = self._realm(path)
        realm.asked += 1
        if realm.asked <= _FEW:
            return True
        self._explore(realm)
        if self._barren.get(path) == data:
            return False
        return realm.is_open or self._meets_streams(path, data, realm) or self._is_traced(path, data)

    # Streams

    def _realm(self, path: str) -> _Realm:
        root, paths = self._project.surroundings(path)
        if root not in self._realms:
            self._realms[root] = _Realm(frozenset(paths))
        return self._realms[root]

    def _meets_streams(self, path: str, data: bytes, realm: _Realm) -> bool:
        """Tell whether a module makes streams or writes a name by which they are to be had."""
        if writes(data, realm.leaks.streams) or makes_streams(data, realm.leaks.sdk):
            return True
        return not all(one in realm.paths for one in self._project.imports(path) if self._project.matters(one))

    def _explore(self, realm: _Realm) -> None:
        """Interpret the modules that make streams, then those that write a name by which streams get out of them."""
        if realm.is_known:
            return
        realm.is_known = True
        waiting, scout = set(realm.paths), self._project.scout()
        while not realm.is_open:
            found = [one for one in sorted(waiting) if self._is_worth_it(one, realm)]
            waiting.difference_update(found)
            if not found:
                return
            for one in found:
                self._interpret(one, realm, scout)

    def _is_worth_it(self, path: str, realm: _Realm) -> bool:
        data = self._project.peek(path)
        return data is not None and self._meets_streams(path, data, realm) and self._project.matters_as(path, data)

    def _interpret(self, path: str, realm: _Realm, scout: Project) -> None:
        data = self._project.peek(path)
        if data is None:
            return
        try:
            machine = Machine(parse(data), scout.home(path))
            machine.run()
        except SyntaxError:
            return
        except (RecursionError, MemoryError, TooLargeError):
            realm.is_open = True
            return
        if is_barren(machine):
            self._barren[path] = data
        realm.leaks.add(machine.leaks)
        realm.is_open |= realm.leaks.is_everywhere()

    # Traces

    def _is_traced(self, path: str, data: bytes) -> bool:
        """Tell whether a module, or one that it imports, directly or not, has to do with traces: opens spans, registers
        callbacks, or flushes exporters, which matters without Langfuse only where requests are served."""
        serves = b"async def" in data and _HANDLES.search(data) is not None
        if (serves or _may_end(data)) and self._leads_to(_TRACES, path):
            return True
        if _LANGFUSE.search(data) or (_MEMBERS.search(data) and self._leads_to(_LANGFUSE, path)):
            return True
        return serves and self._leads_to(_EXPORTS, path)

    def _leads_to(self, words: re.Pattern[bytes], path: str) -> bool:
        """Tell whether one of the words stands in a module, or in one that it imports, directly or not."""
        dead = self._dead_ends.setdefault(words, set())
        seen, waiting = {path}, [path]
        while waiting:
            module = waiting.pop()
            if module in dead:
                continue
            if words.search(self._project.read(module) or b""):
                return True
            more = [one for one in self._project.reached(module) if one not in seen]
            seen.update(more)
            waiting += more
        dead |= seen
        return False


def _may_end(data: bytes) -> bool:
    """Tell whether a module may run coroutines to their end, be told when the program ends, or register callbacks."""
    runs = _RUNS.search(data) and _LOOPS.search(data)
    return bool(runs or _ENDS.search(data) or _CALLBACKS.search(data))
