"""The modules around the files of one run: where each is, what it imports, what its bytes are, read off names and text.

Every folder is listed once, and everything is answered from the listings: a large project asks this ten thousand times.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from lint_rules import disk

MAX_LISTED = 20_000
"""Modules of a project that are looked at as a whole; of a larger one, only the package that a module is in."""
MAX_KEPT = 24_000_000
"""Bytes of modules that are kept to be read again."""

_ROOT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_MAX_ANCESTORS = 10
_UNMARKED_ANCESTORS = 3
"""How far above its outermost package the root of a project is looked for when nothing marks it."""
_INIT = "__init__.py"
_IMPORT = re.compile(
    rb"\n[ \t]*(?:from[ \t]*(?:(?P<dots>\.+)[ \t]*)?(?:(?P<base>\w[\w.]*)[ \t]+)?import\b[ \t]*"
    rb"(?P<names>\([^)\n]*(?:\n(?![ \t]*from[ \t])[^)\n]*)*\)|[^\n#]*)"
    rb"|import[ \t]+(?P<modules>[^\n#]+))"
)
"""Imports, in time linear in the text whatever it holds: no blank or dot can be read in two ways, and no list of names
runs past the next `from`."""
_NAMES = re.compile(r"(\w+)(?:\s+as\s+\w+)?")
_SDK_PACKAGES = {"litellm": {"main.py", "utils.py"}, "langfuse": {"openai.py", "media.py"}}
"""A package of this name that holds these files is the SDK itself, not something that shadows it."""


@dataclass(frozen=True)
class _Folder:
    """What a folder holds, by name; of links, what they lead to."""

    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()


_EMPTY = _Folder()


class Modules:
    """Answers from one look at each folder and file."""

    def __init__(self) -> None:
        self._folders: dict[str, _Folder] = {}
        self._texts: OrderedDict[str, bytes | None] = OrderedDict()
        self._kept = 0
        self._located: dict[tuple[str, str], str | None] = {}
        self._search_paths: dict[str, tuple[str, ...]] = {}
        self._marked: dict[str, bool] = {}
        self._roots: dict[str, str] = {}
        self._realms: dict[str, str] = {}
        self._imports: dict[str, tuple[str, ...]] = {}
        self._member_sets: dict[str, frozenset[str]] = {}
        self._listings: dict[str, tuple[str, ...]] = {}
        self._sdk_names: dict[str, str] = {}

    # Bytes

    def give(self, path: str, data: bytes) -> None:
        """Take bytes for those of a module, which need not be on disk."""
        if path not in self._texts:
            self._keep(path, data)

    def read(self, path: str) -> bytes | None:
        """Return a module's bytes; None where there is none to be read."""
        if path in self._texts:
            self._texts.move_to_end(path)
            return self._texts[path]
        data = self.peek(path)
        self._keep(path, data)
        return data

    def peek(self, path: str) -> bytes | None:
        """Return a module's bytes without keeping them."""
        if path in self._texts:
            return self._texts[path]
        return disk.read(path) if path.endswith(".py") else None

    def _keep(self, path: str, data: bytes | None) -> None:
        self._texts[path] = data
        self._kept += len(data or b"")
        while self._kept > MAX_KEPT and len(self._texts) > 1:
            _, gone = self._texts.popitem(last=False)
            self._kept -= len(gone or b"")

    # Folders

    def _holds(self, path: str) -> bool:
        """Tell whether there is a file."""
        folder, name = os.path.split(path)
        return name in self.folder(folder).files

    def folder(self, path: str) -> _Folder:
        """Return what a folder holds; nothing if there is none, or it cannot be read."""
        found = self._folders.get(path)
        if found is None:
            found = self._folders[path] = _listed(path)
        return found

    # Finding modules

    def locate(self, importer: str, level: int, module: str) -> str | None:
        """Return the file (or, for a namespace package, the folder) of a module that `importer` imports."""
        key = (os.path.dirname(importer), "." * level + module)
        if key not in self._located:
            self._located[key] = next(self.candidates(importer, level, module), None)
        return self._located[key]

    def candidates(self, importer: str, level: int, module: str) -> Iterator[str]:
        """Yield what a module of this name may be, as seen from `importer`, the likeliest first."""
        parts = module.split(".") if module else []
        if not level and parts[:1] and parts[0] in sys.stdlib_module_names:
            return
        roots = (ancestor(importer, level),) if level else self.search_path(importer)
        names_sdk = not level and parts[:1] and parts[0] in _SDK_PACKAGES
        if names_sdk:
            roots = tuple(root for root in roots if _INIT not in self.folder(root).files)
        found = [self._at(os.path.join(root, *parts)) for root in roots]
        regular = [path for path in found if path is not None and path.endswith(".py") and path != importer]
        yield from regular
        if names_sdk:
            return  # a mere folder of that name does not shadow an installed package
        yield from (path for path in found if path is not None and not path.endswith(".py"))

    def below(self, path: str, name: str) -> str | None:
        """Return the submodule `name` of a package."""
        if path.endswith(".py"):
            if not path.endswith(os.sep + _INIT):
                return None
            path = os.path.dirname(path)
        return self._at(os.path.join(path, name))

    def _at(self, stem: str) -> str | None:
        """Return the module file at a path without suffix; for a namespace package, its folder."""
        above, name = os.path.split(stem)
        holder = self.folder(above)
        if name in holder.folders and _INIT in self.folder(stem).files:
            return os.path.join(stem, _INIT)
        if f"{name}.py" in holder.files:
            return f"{stem}.py"
        return stem if name in holder.folders else None

    def packages_of(self, path: str) -> Iterator[str]:
        """Yield the `__init__` files of the packages that a module is in, innermost first."""
        folder = os.path.dirname(path)
        for _ in range(_MAX_ANCESTORS):
            if _INIT not in self.folder(folder).files:
                return
            package = os.path.join(folder, _INIT)
            if package != path:
                yield package
            folder = os.path.dirname(folder)

    def search_path(self, importer: str) -> tuple[str, ...]:
        """Return where a module's absolute imports may start: its own folder, those above it, and their `src`."""
        folder = os.path.dirname(importer)
        if folder not in self._search_paths:
            self._search_paths[folder] = tuple(self._searched(folder))
        return self._search_paths[folder]

    def _searched(self, folder: str) -> Iterator[str]:
        root = self.root(os.path.join(folder, "module.py"))
        beyond = _UNMARKED_ANCESTORS
        for _ in range(_MAX_ANCESTORS):
            yield folder
            if "src" in self.folder(folder).folders:
                yield os.path.join(folder, "src")
            above = os.path.dirname(folder)
            if folder == root:
                beyond = 0 if self.is_marked(folder) else beyond - 1
            elif beyond < _UNMARKED_ANCESTORS:
                beyond -= 1
            if beyond <= 0 or above in (folder, os.path.dirname(above)):
                return
            folder = above

    # Projects

    def root(self, path: str) -> str:
        """Return a module's project folder: the nearest marked one, else the one that holds its outermost package."""
        folder = os.path.dirname(path)
        if folder not in self._roots:
            self._roots[folder] = self._root_above(folder)
        return self._roots[folder]

    def _root_above(self, folder: str) -> str:
        outermost = self.beside_package(folder)
        for _ in range(_MAX_ANCESTORS):
            if self.is_marked(folder):
                return folder
            folder = os.path.dirname(folder)
        return outermost

    def beside_package(self, folder: str) -> str:
        """Return the folder that holds the outermost package that a folder is in, or the folder itself."""
        while _INIT in self.folder(folder).files:
            folder = os.path.dirname(folder)
        return folder

    def is_marked(self, folder: str) -> bool:
        """Tell whether something says that a folder is the root of a project."""
        if folder not in self._marked:
            self._marked[folder] = any(disk.exists(os.path.join(folder, mark)) for mark in _ROOT_MARKS)
        return self._marked[folder]

    def listed(self, path: str) -> tuple[str, ...]:
        """Return the modules of the project that a module belongs to, up to a bound."""
        root = self.root(path)
        if root not in self._listings:
            self._listings[root] = tuple(itertools.islice(disk.python_files(root), MAX_LISTED))
        return self._listings[root]

    def realm(self, path: str) -> str:
        """Return the folder in which everything is that a module imports from its project: that project's, or the one
        around its package if that is larger; of what the project ignores (an installed package, say) the package."""
        folder = os.path.dirname(path)
        root = self._realms.get(folder)
        if root is None:
            root, beside = self.root(path), self.beside_package(folder)
            root = self._realms[folder] = beside if root.startswith(beside) else root
        return root if self._is_listed(path, root) or not self._holds(path) else self._package(path)

    def _is_listed(self, path: str, root: str) -> bool:
        return path in self._members(root)

    def _members(self, root: str) -> frozenset[str]:
        if root not in self._member_sets:
            listed = self.listed(os.path.join(root, "module.py"))
            self._member_sets[root] = frozenset(listed) if len(listed) < MAX_LISTED else frozenset()
        return self._member_sets[root]

    def _package(self, path: str) -> str:
        """Return the folder of the outermost package that a module is in."""
        folder = os.path.dirname(path)
        while _INIT in self.folder(os.path.dirname(folder)).files:
            folder = os.path.dirname(folder)
        return folder

    def below_realm(self, realm: str) -> tuple[str, ...]:
        """Return the modules in the folder of a project or package."""
        if _INIT in self.folder(realm).files or self.root(os.path.join(realm, "module.py")) != realm:
            return tuple(itertools.islice(disk.python_files(realm), MAX_LISTED))
        return self.listed(os.path.join(realm, "module.py"))

    def outward(self, realm: str) -> frozenset[str]:
        """Return the names of the modules and packages outside of a realm that its modules can import."""
        searched = [one for one in self.search_path(os.path.join(realm, "module.py")) if not _is_within(one, realm)]
        names = (name for one in searched for name in _importable(self.folder(one)))
        return frozenset(names) - frozenset(_importable(self.folder(realm))) - _SDK_PACKAGES.keys()

    # Imports

    def imports(self, path: str) -> tuple[str, ...]:
        """Return the project's modules that a module imports, read off its text."""
        if path not in self._imports:
            self._imports[path] = tuple(dict.fromkeys(self._imported(path)))
        return self._imports[path]

    def _imported(self, path: str) -> Iterator[str]:
        for level, module, names in import_lines(self.read(path) or b""):
            target = self.locate(path, level, module)
            if target is None or self.sdk_name(target):
                continue
            yield target
            for name in names:
                submodule = self.below(target, name)
                if submodule is not None:
                    yield submodule

    def runs(self, path: str) -> Iterator[str]:
        """Yield the modules that importing one runs: what it imports, and the packages that these are in."""
        for module in (path, *self.imports(path)):
            yield module
            yield from self.packages_of(module)

    def sdk_name(self, path: str) -> str:
        """Return the dotted name of a module that is part of LiteLLM or Langfuse itself, else nothing."""
        if not any(package in path for package in _SDK_PACKAGES):
            return ""
        if path not in self._sdk_names:
            self._sdk_names[path] = self._sdk_name(path)
        return self._sdk_names[path]

    def _sdk_name(self, path: str) -> str:
        parts = path.removesuffix(".py").removesuffix(os.sep + "__init__").split(os.sep)
        for at, part in enumerate(parts):
            proofs = _SDK_PACKAGES.get(part)
            if proofs and proofs <= self.folder(os.sep.join(parts[: at + 1])).files:
                return ".".join(parts[at:])
        return ""


def import_lines(data: bytes) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield the level, the module and the names of every import in a module's text, and of what looks like one."""
    for dots, base, names, modules in _IMPORT.findall(b"\n" + data):
        if modules:
            for module in modules.decode("utf-8", "replace").split(","):
                words = module.split()
                yield 0, words[0] if words else "", ()
        else:
            yield len(dots), base.decode("utf-8", "replace"), tuple(_NAMES.findall(names.decode("utf-8", "replace")))


def _importable(folder: _Folder) -> Iterator[str]:
    yield from (name.removesuffix(".py") for name in folder.files if name.endswith(".py"))
    yield from folder.folders


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _listed(path: str) -> _Folder:
    names: set[str] = set()
    folders: set[str] = set()
    for name, is_folder in disk.entries(path):
        (folders if is_folder else names).add(name)
    return _Folder(frozenset(names), frozenset(folders))


def ancestor(importer: str, level: int) -> str:
    """Return the folder that a relative import of this level starts from."""
    folder = os.path.dirname(importer)
    for _ in range(level - 1):
        folder = os.path.dirname(folder)
    return folder
