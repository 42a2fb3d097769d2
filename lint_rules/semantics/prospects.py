"""Which modules of a project can have a finding at all: told by text, and by what leaves the modules that make streams.

Interpreting a module costs a thousand times what searching its text does, and hardly any module of a large project has
to do with LiteLLM. A finding needs a stream or a chunk, or something of Langfuse's. The modules that make streams are
interpreted, which shows by which names these get out (`leaks`); then those that write such a name, and so on until no
new name comes up. Every other module has no streams, whatever it imports.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from lint_rules.semantics import sdk
from lint_rules.semantics.langfuse_api import MEMBER_NAMES
from lint_rules.semantics.leaks import Leaks, any_of, makes_streams, may_be_given, obtained
from lint_rules.semantics.lifespans import ADDERS, APPLICATION_NAMES, APPLICATIONS, ENDPOINTS, VERBS, lifespans
from lint_rules.semantics.reach import ASYNC
from lint_rules.semantics.syntax import RUNNERS, last_name, nodes_of, walk
from lint_rules.semantics.values import Interest

if TYPE_CHECKING:
    from lint_rules.semantics.project import Project

MAX_PROGRAM = 600
"""Modules of one program that are gone through, or outlined: a larger program is not judged as a whole."""
_SITES = re.compile(
    rb"async for|\bfor\b[^\n]{0,200}\bin\b|content|\brun|lifespan|on_event|shutdown|\.(?:%s)\b"
    % "|".join(sorted(MEMBER_NAMES)).encode()
)
"""What a module needs, beside the SDKs somewhere among its imports, to have a finding."""
_CALLBACKS = re.compile(rb"\b(?:%s)\b" % "|".join(sorted(sdk.CALLBACK_KEYWORDS)).encode())
_ENDS = tuple(
    map(
        re.compile,
        (
            rb"asyncio\s*\.\s*(?:runners\s*\.\s*)?run\b",
            rb"anyio\s*\.\s*run\b",
            rb"trio\s*\.\s*run\b",
            rb"uvloop\s*\.\s*run\b",
            rb"import\b[^\n]{0,400}\b(?:run|(?:asyncio|anyio|trio|uvloop|nest_asyncio|asgiref)\s+as)\b",
            rb"\n[ \t]*run\s*(?:,|\)|as\b)",
            rb"Runner\b",
            rb"run_until_complete",
            rb"run_sync",
            rb"async_to_sync",
            rb"lifespan",
            rb"cleanup_ctx",
            rb"on_(?:shutdown|cleanup)",
            rb"before_server_stop",
            rb"after_server_stop",
            rb"after_serving",
            rb"main_process_stop",
            rb"shutdown(?:[ \t]*=|\.(?:append|extend)\b|[\"'])",
        ),
    )
)
"""What a module writes that runs coroutines to their end, or is told when the program ends."""
_ELSEWHERE = re.compile(
    rb"multiprocessing|billiard|ProcessPool|enqueue|\n[ \t]*@[^\n]{0,200}\bjob\b|functions_framework|async_to_sync"
    rb"|\bdef\s+\w+\s*\(\s*(?:self\s*,\s*)?_*event\b"
)
"""What a module writes of which methods run in a process of their own, or end differently."""
_LIFESPAN = re.compile(rb"\b(?:%s)\b" % "|".join(sorted(APPLICATIONS | APPLICATION_NAMES)).encode())
"""What the function takes that an application runs around its life, whatever that is called."""
_EXPORTS = re.compile(rb"racer_provider|TracerProvider|Langfuse")
"""What a module mentions that flushes an exporter."""
_VERBS = "|".join(sorted(VERBS)).encode()
_DECORATES = re.compile(rb"\n[ \t]*@[^\n]{0,200}\b(?:%s)\b" % _VERBS)
_HAS_ROUTES, _ROUTES = re.compile(rb"\(\s*[a-zA-Z]*[\"']/"), re.compile(rb"\b(?:%s)\(\s*[a-zA-Z]*[\"']/" % _VERBS)
_SERVING = (b"Route", b"View", b"Endpoint", b"RequestHandler", b"add_")
_SERVERS = re.compile(
    rb"\b(?:%s)\s*\(|\bclass\s+\w+\s*\([^)]{0,200}\b(?:%s)\b"
    % ("|".join(sorted(ADDERS)).encode(), "|".join(sorted(ENDPOINTS)).encode())
)
"""What a module writes that has coroutines serve requests."""


@dataclass
class _Realm:
    """The modules of one project, and by which names streams get around in it."""

    paths: tuple[str, ...]
    """In a stable order, for what is seen first may colour what is seen later."""
    members: frozenset[str]
    near: tuple[str, ...]
    """Those that mention the SDKs."""
    outward: re.Pattern[bytes] | None
    """What a module writes, behind a line break, that may import from outside of the project."""
    leaks: Leaks = field(default_factory=Leaks)
    without: dict[str, int] = field(default_factory=dict)
    """Modules, with the hash of their bytes, that were searched for every such name in vain."""
    explored: dict[str, frozenset[str]] = field(default_factory=dict)
    """Modules that were interpreted, with the names of others that they wrote."""
    asked: int = 0
    """How many of them were asked about."""
    is_traced: bool = False
    """One of them names Langfuse in its code."""
    awaits: bool | None = None
    """One of them may call LiteLLM in a coroutine; None: not looked for yet."""
    is_explored: bool = False
    is_open: bool = False
    """Nothing can be ruled out."""


class Prospects:
    """The modules of the projects of one run that can have findings."""

    def __init__(self, project: Project, few: int = 0) -> None:
        self._project, self._few = project, few
        self._modules = project.modules
        self._realms: dict[str, _Realm] = {}
        self._traces: dict[str, bool] = {}
        self._dead_ends: dict[Callable[[str], bool], set[str]] = {}
        """Per question the modules that do not lead to a yes."""

    def has(self, path: str, data: bytes) -> bool:
        """Tell whether a module with these bytes, which need not be on disk, can have a finding."""
        self._modules.give(path, data)
        own = self.mentions(path, data)
        if self._is_sdk(path) and not self._project.declared.names:  # what it imports of itself counts as the SDK's
            return own and makes_streams(data, (), self._project.declared)
        realm = self._realm(path)
        realm.asked += 1
        if self._project.declared.names or realm.asked <= self._few:
            return own or (_SITES.search(data) is not None and self._project.matters_as(path, data))
        if own and (self._makes(data, realm) or self.traces(path)):
            self._explore(realm)
            return True
        may = self._leads_out(path, data, realm) or (
            bool(realm.near or own) and (self._meets_streams(path, data, realm) or self._is_traced(path, data, realm))
        )
        return may and (own or self._project.matters_as(path, data))

    def mentions(self, path: str, data: bytes) -> bool:
        """Tell whether bytes name the SDKs, or what is declared to be like them; most are those that are on disk."""
        if self._project.declared.names or self._modules.read(path) != data:
            return self._project.declared.is_mentioned(data)
        return self._project.mentions_sdk(path)

    def _is_sdk(self, path: str) -> bool:
        return bool(self._modules.sdk_name(path))

    # Projects

    def _realm(self, path: str) -> _Realm:
        key = self._modules.realm(path)
        if key not in self._realms:
            self._realms[key] = self._surveyed(key)
        return self._realms[key]

    def _surveyed(self, key: str) -> _Realm:
        paths = self._modules.below_realm(key)
        near = tuple(one for one in paths if self._project.mentions_sdk(one) and not self._is_sdk(one))
        outward = _importing(self._modules.outward(key) - sys.stdlib_module_names)
        return _Realm(paths, frozenset(paths), near, outward, is_traced=any(map(self.traces, near)))

    def _leads_out(self, path: str, data: bytes, realm: _Realm) -> bool:
        """Tell whether a module imports one that is not of its project."""
        if path in realm.members and not (realm.outward and realm.outward.search(b"\n" + data)):
            return False
        return any(one not in realm.members and one.endswith(".py") for one in self._modules.imports(path))

    # Streams

    def _makes(self, data: bytes, realm: _Realm) -> bool:
        return makes_streams(data, realm.leaks.sdk, self._project.declared)

    def _meets_streams(self, path: str, data: bytes, realm: _Realm) -> bool:
        """Tell whether a module makes streams, writes a name by which they are to be had, or may be given one."""
        self._explore(realm)
        leaks = realm.leaks
        if realm.is_open or may_be_given(data, leaks.given):
            return True
        if self._is_without(path, data, realm):
            return False
        return bool(obtained(data, leaks.streams)) or self._makes(data, realm)

    def _is_without(self, path: str, data: bytes, realm: _Realm) -> bool:
        return realm.without.get(path) == hash(data)

    def interest(self, path: str) -> Interest | None:
        """Return what a module has to be interpreted for, as far as it is known by now; None: for everything."""
        realm, data = self._realm(path), self._modules.read(path) or b""
        is_known = realm.is_explored and not realm.is_open and not self._project.declared.names
        if self._is_sdk(path) and not self._project.declared.names:
            return Interest(frozenset(), traced=False)  # what it imports of itself counts as that, not as a module
        if not is_known or self._leads_out(path, data, realm):
            return None
        if self._ends_traced(path, data, realm):
            return None
        leaks = realm.leaks
        if self.traces(path) or obtained(data, leaks.langfuse) or (realm.is_traced and self._registers(data, realm)):
            words = leaks.words | leaks.given | leaks.langfuse | leaks.calls
            return Interest(words, traced=True, given=frozenset(leaks.given))
        return Interest(leaks.words | leaks.given, traced=False, given=frozenset(leaks.given))

    def seen(self, path: str, data: bytes) -> frozenset[str]:
        """Return the names of interest that stand in a module with these bytes, as far as they are known by now."""
        leaks = self._realm(path).leaks
        return frozenset(word for word in leaks.words | leaks.langfuse if word.encode() in data)

    def _explore(self, realm: _Realm) -> None:
        """Interpret the modules that make streams, and those that write a name by which streams get out of them, until
        no new name comes up."""
        if realm.is_explored:
            return
        realm.is_explored = True
        self._project.forget()
        found = [one for one in realm.near if self._makes(self._modules.read(one) or b"", realm) or self.traces(one)]
        searched, sdk = frozenset[str](), frozenset[str]()
        while found and not realm.is_open:
            known = len(realm.leaks.words)
            for path in found:
                self._interpret(path, realm)
            if len(realm.leaks.words) > known:
                self._project.forget()
            leaks = realm.leaks
            fresh, fresh_sdk = (leaks.streams | leaks.langfuse) - searched, leaks.sdk - sdk
            found = [one for one in realm.paths if self._is_next(one, realm, fresh, fresh_sdk)]
            searched, sdk = searched | fresh, sdk | fresh_sdk

    def _is_next(self, path: str, realm: _Realm, fresh: Set[str], fresh_sdk: Set[str]) -> bool:
        """Tell whether a module is to be interpreted, for the first time or again, because of names that are new."""
        if not fresh and not fresh_sdk and (path in realm.explored or path in realm.without):
            return False
        data = self._modules.read(path) or b""
        new = obtained(data, fresh) - realm.explored.get(path, frozenset())
        if not new and (path in realm.explored or not obtained(data, fresh_sdk) or not self._makes(data, realm)):
            if path not in realm.explored:
                realm.without[path] = hash(data)
            return False
        realm.without.pop(path, None)
        return self._project.matters_as(path, data)

    def _interpret(self, path: str, realm: _Realm) -> None:
        data = self._modules.read(path) or b""
        realm.explored[path] = obtained(data, realm.leaks.streams | realm.leaks.langfuse)
        try:
            leaks = self._project.machine(path, data).leaks
            realm.explored[path] |= leaks.streams | leaks.langfuse
            realm.leaks.add(leaks)
        except SyntaxError:
            return
        except Exception:  # whatever it is, it is that module's; too large or nested too deeply, most likely
            realm.is_open = True

    # Traces

    def traces(self, path: str) -> bool:
        """Tell whether the code of a module, not only a comment in it, names Langfuse."""
        if path not in self._traces:
            data = self._modules.read(path) or b""
            named = b"langfuse" in data and not self._is_sdk(path)
            self._traces[path] = named and _names_langfuse(self._tree(path, data))
        return self._traces[path]

    def _tree(self, path: str, data: bytes) -> Callable[[], ast.Module]:
        """Return what gives the tree of a module: few questions need it."""
        return partial(self._project.trees.of, path, data)

    def exports(self, path: str) -> bool:
        """Tell whether a module writes what flushes an exporter."""
        return _EXPORTS.search(self._modules.read(path) or b"") is not None

    def _is_traced(self, path: str, data: bytes, realm: _Realm) -> bool:
        """Tell whether a module uses what Langfuse has made, or ends something that is traced."""
        self._explore(realm)
        uses = not self._is_without(path, data, realm) and bool(obtained(data, realm.leaks.langfuse))
        if uses or self._ends_traced(path, data, realm):
            return True
        return realm.is_traced and self._registers(data, realm) and self._leads_to(self.traces, path)

    def _ends_traced(self, path: str, data: bytes, realm: _Realm) -> bool:
        """Tell whether a module that may end a program or serve requests has to do with traces, itself or by what it
        imports, directly or not."""
        if not (realm.is_traced or self.traces(path)):
            return False
        serves = b"async def" in data and _may_serve(data)
        if (serves or (_may_end(data) and self._may_owe(path, data, realm))) and self._leads_to(self.traces, path):
            return True
        return serves and self._project.matters_as(path, data) and self._leads_to(self.exports, path)

    def _may_owe(self, path: str, data: bytes, realm: _Realm) -> bool:
        """Tell whether something can be undelivered when a coroutine in a module has run: calls of LiteLLM, wherever in
        the project coroutines make any, or what the Langfuse SDK recorded, where a program starts."""
        if realm.awaits is None:
            own = ASYNC.search(data) is not None
            realm.awaits = own or any(ASYNC.search(self._modules.read(one) or b"") for one in realm.paths)
        return realm.awaits or _may_start(data, self._tree(path, data))

    def _registers(self, data: bytes, realm: _Realm) -> bool:
        """Tell whether a module may register a callback with LiteLLM."""
        if b"callback" not in data or not _CALLBACKS.search(data):
            return False
        return b"litellm" in data or bool(obtained(data, realm.leaks.sdk))

    def _leads_to(self, holds: Callable[[str], bool], path: str) -> bool:
        """Tell whether something holds of a module, or of one that it imports, directly or not."""
        dead = self._dead_ends.setdefault(holds, set())
        seen, waiting = {path}, [path]
        while waiting and len(seen) <= MAX_PROGRAM:
            module = waiting.pop()
            if module in dead:
                continue
            if holds(module):
                return True
            more = [one for one in self._modules.runs(module) if one not in seen]
            seen.update(more)
            waiting += more
        if not waiting:
            dead |= seen
        return False


def _importing(names: Set[str]) -> re.Pattern[bytes] | None:
    """Return what finds an import of one of the modules of these names. That it begins with a line break makes it three
    times as fast as a look for each of the names."""
    written = sorted(re.escape(name.encode()) for name in names if name.isidentifier())
    if not written:
        return None
    return re.compile(rb"\n[ \t]*(?:from|import)[ \t](?:[^\n#]*,)?[ \t]*(?:%s)\b" % b"|".join(written))


def _may_end(data: bytes) -> bool:
    """Tell whether a module may run coroutines to their end, or be told when the program ends."""
    if any_of(_ENDS, data):
        return True
    return b"asynccontextmanager" in data and _LIFESPAN.search(data) is not None


def _may_start(data: bytes, tree: Callable[[], ast.Module]) -> bool:
    """Tell whether a program may start in a module: not where only methods run coroutines, or are told that it ends."""
    if _ELSEWHERE.search(data):
        return True
    try:
        module = tree()
    except (SyntaxError, RecursionError, MemoryError):
        return True
    if any(lifespans(module)):
        return True
    outside = [statement for statement in module.body if not isinstance(statement, ast.ClassDef)]
    return any(isinstance(node, ast.expr) and last_name(node) in RUNNERS for one in outside for node in walk(one))


def _may_serve(data: bytes) -> bool:
    """Tell whether a module may have coroutines serve requests."""
    if _DECORATES.search(data) or (_HAS_ROUTES.search(data) and _ROUTES.search(data)):
        return True
    return any(word in data for word in _SERVING) and _SERVERS.search(data) is not None


def _names_langfuse(tree: Callable[[], ast.Module]) -> bool:
    try:
        nodes = nodes_of(tree())
    except (SyntaxError, RecursionError, MemoryError):
        return False
    looked_up = {id(one) for node in nodes for one in _looked_up(node)}
    return any(_names(node) and id(node) not in looked_up for node in nodes)


def _looked_up(node: ast.AST) -> list[ast.expr | None]:
    """Return what is compared, or looked up, and registers nothing: `"langfuse" in names`, `found["langfuse"]`."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Dict):
        return [*node.keys]
    return [node.slice] if isinstance(node, ast.Subscript) else []


def _names(node: ast.AST) -> bool:
    """`import langfuse`, `litellm.integrations.langfuse`, `"langfuse_otel"`."""
    if isinstance(node, ast.Import):
        return any(_is_langfuse(alias.name) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return not node.level and any(_is_langfuse(f"{node.module}.{alias.name}") for alias in node.names)
    if isinstance(node, ast.Attribute):
        return node.attr.startswith("langfuse") and last_name(node.value) == "integrations"
    return isinstance(node, ast.Constant) and node.value in sdk.CALLBACK_NAMES


def _is_langfuse(dotted: str) -> bool:
    return dotted.partition(".")[0] == sdk.LANGFUSE or dotted.startswith(sdk.CALLBACK_MODULES)
