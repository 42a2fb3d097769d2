"""What a fix needs imported, in the file's own style: which names reach it already, and where a new import belongs.

LibCST's `AddImportsVisitor` appends to the first block of imports. That would import LiteLLM before the environment it
reads is set (`load_dotenv()` and then `import litellm`), and put `import asyncio` behind the third-party packages.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import Assignment

from codemods.site import Change, Site, Statement, parse
from codemods.statements import blank_and_rest, split_docstring

AnyImport = cst.Import | cst.ImportFrom
Target = tuple[str, str | None]
"""What a local name stands for: a module, or a name in a module."""


@dataclass(frozen=True)
class Import:
    """One import to write: `import module [as asname]` or `from module import name`."""

    module: str
    name: str | None = None
    asname: str | None = None

    def __str__(self) -> str:
        start = f"from {self.module} import {self.name}" if self.name else f"import {self.module}"
        return f"{start} as {self.asname}" if self.asname else start


@dataclass(frozen=True)
class Access:
    """How to write some names of a module in this file, and what has to be done so that this works."""

    written: tuple[str, ...]
    imports: tuple[Import, ...] = ()
    changes: tuple[Change, ...] = ()


def access(site: Site, module: str, *names: str) -> Access:
    """Reach `names` of `module` as the file does already: through the module, or by bare names from the module."""
    local = bound(site, (module, None))
    if local:
        return Access(tuple(f"{local}.{name}" for name in names))
    return _bare(site, module, names) or _through_new_import(site, module, names)


def bound(site: Site, target: Target) -> str | None:
    """Return the name by which the top level of the file imports `target`, if it stands for nothing else as well."""
    for node in _imports(site.module.body):
        for name, meant in _locals(node).items():
            if meant == target and _always_means(site, name, target):
                return name
    return None


def imported_names(statement: cst.ImportFrom) -> tuple[str, list[tuple[str, str]]]:
    """Return the module of a `from` import and its names, each with the local name that it binds."""
    assert not isinstance(statement.names, cst.ImportStar)
    module = get_full_name_for_node(statement.module) or "" if statement.module else ""
    return module, [(one.evaluated_name, one.evaluated_alias or one.evaluated_name) for one in statement.names]


def imports_at_top_level(site: Site, package: str) -> bool:
    """Tell whether the file imports `package`, or something in it, unconditionally."""
    return any(_root(line) == package for line in site.module.body if _is_import(line))


def add_imports(module: cst.Module, imports: Sequence[Import]) -> cst.Module:
    """Write `imports` into `module`: next to an import of the same package, or among the standard library."""
    body = list(module.body)
    for wanted in imports:
        line = parse(f"{wanted}\n", module)
        assert isinstance(line, cst.SimpleStatementLine)
        _insert(body, _place(body, line), line)
    return module.with_changes(body=body)


def add_names(statement: cst.ImportFrom, *names: str) -> cst.ImportFrom:
    """Write more names into a `from` import, each before the first that sorts after it."""
    assert not isinstance(statement.names, cst.ImportStar)
    aliases = list(statement.names)
    for name in names:
        at = next((i for i, alias in enumerate(aliases) if alias.evaluated_name > name), len(aliases))
        _insert_alias(aliases, at, name)
    return statement.with_changes(names=aliases)


def _insert_alias(aliases: list[cst.ImportAlias], at: int, name: str) -> None:
    """Separate the new alias as the others are; the last one's comma, there or not, stays the last one's."""
    between = [alias.comma for alias in aliases[:-1]]
    comma = between[0] if between else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if at < len(aliases):
        aliases.insert(at, cst.ImportAlias(cst.Name(name), comma=comma))
        return
    last = aliases[-1]
    aliases[-1] = last.with_changes(comma=comma)
    aliases.append(cst.ImportAlias(cst.Name(name), comma=last.comma))


def _bare(site: Site, module: str, names: Sequence[str]) -> Access | None:
    """Reach all of `names` bare if the file imports from `module` that way and none of them means something else."""
    statement = next((node for node in _imports(site.module.body) if _imports_names_from(node, module)), None)
    known = {name: bound(site, (module, name)) for name in names}
    missing = tuple(name for name in names if known[name] is None)
    if statement is None or not site.names.isdisjoint(missing):
        return None
    changes = (Change(statement, add_names, missing),) if missing else ()
    return Access(tuple(known[name] or name for name in names), changes=changes)


def _through_new_import(site: Site, module: str, names: Sequence[str]) -> Access:
    asname = None if _always_means(site, module, (module, None)) else f"_{module}"
    local = asname or module
    return Access(tuple(f"{local}.{name}" for name in names), imports=(Import(module, asname=asname),))


def _always_means(site: Site, name: str, target: Target) -> bool:
    """Tell whether `name`, wherever the module binds it, is an import of `target`; true of a free name."""
    return all(_binds(assignment, name) == target for assignment in site.global_scope[name])


def _binds(assignment: object, name: str) -> Target | None:
    node = assignment.node if isinstance(assignment, Assignment) else None
    return _locals(node).get(name) if isinstance(node, AnyImport) else None


def _locals(node: AnyImport) -> dict[str, Target]:
    """Return what an import binds: local name → what it stands for."""
    if isinstance(node, cst.Import):
        return dict(_module_local(alias) for alias in node.names)
    if isinstance(node.names, cst.ImportStar) or node.relative or node.module is None:
        return {}
    module = get_full_name_for_node(node.module) or ""
    return {alias.evaluated_alias or alias.evaluated_name: (module, alias.evaluated_name) for alias in node.names}


def _module_local(alias: cst.ImportAlias) -> tuple[str, Target]:
    if alias.evaluated_alias:
        return alias.evaluated_alias, (alias.evaluated_name, None)
    root = alias.evaluated_name.partition(".")[0]  # `import a.b` binds `a`
    return root, (root, None)


def _imports_names_from(node: AnyImport, module: str) -> bool:
    return isinstance(node, cst.ImportFrom) and any(target[0] == module for target in _locals(node).values())


def _imports(body: Sequence[cst.CSTNode]) -> Iterator[AnyImport]:
    for line in body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from (small for small in line.body if isinstance(small, AnyImport))


def _is_import(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and all(isinstance(small, AnyImport) for small in line.body)


def _module_name(line: cst.CSTNode) -> str:
    first = next(_imports([line]))
    if isinstance(first, cst.Import):
        return first.names[0].evaluated_name
    return "." * len(first.relative) + (get_full_name_for_node(first.module) or "" if first.module else "")


def _root(line: cst.CSTNode) -> str:
    return _module_name(line).partition(".")[0]


def _sort_key(line: cst.CSTNode) -> tuple[bool, str]:
    """Order imports as isort and ruff do: `import` before `from`, then by module."""
    return isinstance(next(_imports([line])), cst.ImportFrom), _module_name(line).lower()


def _place(body: Sequence[Statement], new: cst.SimpleStatementLine) -> int:
    """Return the index in `body` at which `new` belongs."""
    if _root(new) not in sys.stdlib_module_names:
        return _after_last_of(body, new)
    block = _first_block(body)
    standard = [index for index in block if _root(body[index]) in sys.stdlib_module_names]
    later = [index for index in standard if _sort_key(body[index]) > _sort_key(new)]
    if later:
        return later[0]
    return standard[-1] + 1 if standard else block.start


def _after_last_of(body: Sequence[Statement], new: cst.SimpleStatementLine) -> int:
    """Right after the last import of the same package, or further down the same paragraph if it sorts there."""
    at = max(index for index, line in enumerate(body) if _is_import(line) and _root(line) == _root(new)) + 1
    while at < len(body) and _continues_paragraph(body[at]) and _sort_key(body[at]) < _sort_key(new):
        at += 1
    return at


def _continues_paragraph(line: Statement) -> bool:
    return _is_import(line) and not line.leading_lines


def _first_block(body: Sequence[Statement]) -> range:
    """Return the indices of the first imports: after docstring and `__future__`, before any other statement."""
    start = len(split_docstring(body)[0])
    while start < len(body) and _is_import(body[start]) and _root(body[start]) == "__future__":
        start += 1
    stop = start
    while stop < len(body) and _is_import(body[stop]):
        stop += 1
    return range(start, stop)


def _insert(body: list[Statement], at: int, new: cst.SimpleStatementLine) -> None:
    """Insert `new`, which takes over the blank lines of what it pushes down, in its own paragraph if it finds none."""
    if at == len(body) or (at and _is_import(body[at - 1]) and _same_group(body[at - 1], new)):
        body.insert(at, new)
        return
    pushed = body[at]
    blank, rest = blank_and_rest(pushed.leading_lines)
    some = blank or [cst.EmptyLine(indent=False)]
    if _is_import(pushed):
        below = rest if _same_group(pushed, new) else [cst.EmptyLine(indent=False), *rest]
        above = blank if _same_group(pushed, new) or not at else some
    else:
        below = [*some, *rest]
        above = some[:1] if at else []
    body[at : at + 1] = [new.with_changes(leading_lines=above), pushed.with_changes(leading_lines=below)]


def _same_group(one: Statement, other: Statement) -> bool:
    """Tell whether two imports belong in one paragraph."""
    return _group(one) == _group(other)


def _group(line: Statement) -> str:
    root = _root(line)
    if root == "__future__":
        return root
    return "standard" if root in sys.stdlib_module_names else "other"
