"""LLM401: a name that the target Langfuse lacks gives way to its successor, at its import and wherever it is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst import matchers as m

from codemods.imports import bound, imported_names
from codemods.registry import codemod
from codemods.site import Change, Refused, Site
from lint_rules.finding import Edit, Name, Reimport, Respell, UseSuccessors

Alias = tuple[str, str]
"""A name as its module has it, and the local name."""


@dataclass(frozen=True)
class _Rewritten:
    """An import statement that has been decided on."""

    statement: cst.ImportFrom
    module: str
    moved: tuple[tuple[int, str | None], ...]
    """Per position its new name; None: gone."""
    added: tuple[Alias, ...]


@codemod("LLM401")
def removed_langfuse_api(edit: Edit, site: Site) -> Iterator[Change]:
    """Rewrite the imports and the places together."""
    if not isinstance(edit, UseSuccessors):
        raise Refused(f"no way to write {type(edit).__name__} here")
    locals_ = {need: _local(need, site) for one in edit.imports for need in one.needs}
    for place in edit.places:
        yield from _respell(place, locals_, site)
    yield from _reimport(edit.imports, locals_, site)


def _local(need: Name, site: Site) -> str:
    """Return the name by which the module can call what it has to import: its own, if nothing else is called so."""
    module, name = need
    assert name is not None
    known = bound(site, (module, name))
    if known or name not in site.names:
        return known or name
    return site.fresh(f"{module.rpartition('.')[2]}_{name}", site.module)


# Places


def _respell(place: Respell, locals_: dict[Name, str], site: Site) -> Iterator[Change]:
    node = site.expression(place.at)
    base = place.base if place.base is None or isinstance(place.base, str) else locals_[place.base]
    if base is not None:
        yield Change(node, write_expression, (f"{base}{place.tail}",))
    elif place.tail:
        yield Change(node, write_attribute, (place.tail,))
    if place.call:
        call = site.expression(place.call)
        adds = tuple((name, _quoted(value, call, site)) for name, value in place.adds)
        yield Change(call, write_keywords, (place.renames, adds))


def _quoted(value: str, call: cst.BaseExpression, site: Site) -> str:
    """Write a text without the quotes of an f-string around it: before Python 3.12 those would end it."""
    around = {above.start[-1] for above in site.ancestors(call) if isinstance(above, cst.FormattedString)}
    return value.replace('"', "'") if '"' in around else value


def write_expression(node: cst.BaseExpression, code: str) -> cst.BaseExpression:
    """Write other code in the place of an expression; its parentheses stay."""
    return cst.parse_expression(code).with_changes(lpar=node.lpar, rpar=node.rpar)


def write_attribute(node: cst.Attribute, name: str) -> cst.Attribute:
    """Write another attribute of the same object."""
    return node.with_changes(attr=node.attr.with_changes(value=name))


def write_keywords(call: cst.Call, renames: tuple[tuple[str, str], ...], adds: tuple[tuple[str, str], ...]) -> cst.Call:
    """Rename keywords of a call and put new ones before the others."""
    called = dict(renames)
    args = [_renamed(arg, called) for arg in call.args]
    at = sum(1 for arg in args if arg.keyword is None and arg.star == "")
    between = next((arg.comma for arg in args[:-1]), cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    for name, value in reversed(adds):
        args.insert(at, _keyword(name, value, comma=between if at < len(args) else cst.MaybeSentinel.DEFAULT))
    return call.with_changes(args=args)


def _renamed(arg: cst.Arg, called: dict[str, str]) -> cst.Arg:
    keyword = arg.keyword
    if keyword is None or keyword.value not in called:
        return arg
    return arg.with_changes(keyword=keyword.with_changes(value=called[keyword.value]))


def _keyword(name: str, value: str, *, comma: cst.Comma | cst.MaybeSentinel) -> cst.Arg:
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(cst.parse_expression(value), keyword=cst.Name(name), equal=equal, comma=comma)


# Imports


def _reimport(imports: Sequence[Reimport], locals_: dict[Name, str], site: Site) -> Iterator[Change]:
    joined: dict[cst.ImportFrom, tuple[Alias, ...]] = {}
    for one in imports:
        statement = site.statement(one.statement, cst.ImportFrom, cst.Import)
        if isinstance(statement, cst.Import):
            yield from _reimport_modules(statement, tuple((at, name[0]) for at, name in one.names if name), site)
            continue
        rewritten = _decide(cst.ensure_type(statement, cst.ImportFrom), one, locals_, site)
        host = _host(rewritten, site)
        if host is not None:
            joined[host] = (*joined.get(host, ()), *_aliases(rewritten))
            yield Change(site.parent(statement), drop_line)
        elif _aliases(rewritten):
            yield Change(statement, write_names, (rewritten.module, rewritten.moved, rewritten.added))
        else:
            yield Change(site.parent(statement), drop_line)
    for host, aliases in joined.items():
        yield Change(host, join_names, (aliases,))


def _reimport_modules(statement: cst.Import, modules: tuple[tuple[int, str], ...], site: Site) -> Iterator[Change]:
    """Import other modules; a line that would only repeat an import of the top level goes."""
    line, repeated = site.parent(statement), m.ImportAlias(name=m.Name(modules[0][1]), asname=None)
    others = [one for one in site.module.body if one is not line and m.findall(one, m.Import())]
    known = any(m.matches(one, m.SimpleStatementLine(body=[m.Import(names=[repeated])])) for one in others)
    plain = len(statement.names) == 1 and statement.names[0].asname is None and line in site.module.body
    if known and plain and isinstance(line, cst.SimpleStatementLine) and _can_go(line):
        yield Change(line, drop_line)
    else:
        yield Change(statement, write_modules, (modules,))


def _decide(statement: cst.ImportFrom, one: Reimport, locals_: dict[Name, str], site: Site) -> _Rewritten:
    """Choose what a `from` import imports: names that the top level has already are not imported again."""
    at_top = site.parent(site.parent(statement)) is site.module
    added = tuple(
        (name, locals_[module, name])
        for module, name in one.needs
        if name is not None and not (at_top and bound(site, (module, name)))
    )
    modules = {name[0] for _, name in one.names if name} | {module for module, _ in one.needs}
    module = modules.pop() if modules else imported_names(statement)[0]
    return _Rewritten(statement, module, tuple((at, name[1] if name else None) for at, name in one.names), added)


def _aliases(rewritten: _Rewritten) -> tuple[Alias, ...]:
    """Return what a rewritten import imports."""
    moved, kept = dict(rewritten.moved), []
    _, names = imported_names(rewritten.statement)
    for at, (name, local) in enumerate(names):
        new = moved.get(at, name)
        kept += [(new, local)] if new is not None else []
    return (*kept, *rewritten.added)


def _host(rewritten: _Rewritten, site: Site) -> cst.ImportFrom | None:
    """Return the import of the same module that can take over the names; then the old line goes, if all of it can."""
    line, body = site.parent(rewritten.statement), list(site.module.body)
    if line not in body or not isinstance(line, cst.SimpleStatementLine) or not _can_go(line):
        return None
    here = body.index(line)
    for at, other in enumerate(body):
        for small in other.body if isinstance(other, cst.SimpleStatementLine) and at != here else ():
            if _takes(small, rewritten) and (at < here or all(map(_is_import_line, body[here:at]))):
                return cst.ensure_type(small, cst.ImportFrom)
    return None


def _can_go(line: cst.SimpleStatementLine) -> bool:
    """Tell whether nothing is lost with a line: it holds one statement, no comment, and opens no paragraph."""
    comments = m.findall(line, m.Comment())
    return len(line.body) == 1 and not line.leading_lines and not comments


def _takes(small: cst.CSTNode, rewritten: _Rewritten) -> bool:
    if not isinstance(small, cst.ImportFrom) or small.relative or isinstance(small.names, cst.ImportStar):
        return False
    return imported_names(small)[0] == rewritten.module


def _is_import_line(line: cst.CSTNode) -> bool:
    return m.matches(line, m.SimpleStatementLine(body=[m.OneOf(m.Import(), m.ImportFrom())]))


def drop_line(line: cst.CSTNode) -> list[cst.CSTNode]:
    """Leave a line out."""
    return []


def write_modules(statement: cst.Import, modules: tuple[tuple[int, str], ...]) -> cst.Import:
    """Import other modules under the same local names."""
    names = list(statement.names)
    for at, module in modules:
        names[at] = names[at].with_changes(name=cst.parse_expression(module))
    moved = {at for at, _ in modules}
    kept = {(one.evaluated_name, one.evaluated_alias) for at, one in enumerate(names) if at not in moved}
    repeated = [names[at] for at in moved if (names[at].evaluated_name, names[at].evaluated_alias) in kept]
    return statement.with_changes(names=_without(names, repeated) if repeated else names)


def write_names(
    statement: cst.ImportFrom, module: str, moved: tuple[tuple[int, str | None], ...], added: tuple[Alias, ...]
) -> cst.ImportFrom:
    """Import from `module`: names move, names go, and names that are added take the places of those that go."""
    assert not isinstance(statement.names, cst.ImportStar)
    names: list[cst.ImportAlias] = list(statement.names)
    waiting, gone = list(added), []
    for at, name in moved:
        if name is not None:
            names[at] = _called(names[at], name)
        elif waiting:
            names[at] = _as_alias(waiting.pop(0), comma=names[at].comma)
        else:
            gone.append(names[at])
    written = statement.with_changes(
        module=cst.parse_expression(module), names=_without(names, gone) if gone else names
    )
    return join_names(written, tuple(waiting))


def join_names(statement: cst.ImportFrom, aliases: tuple[Alias, ...]) -> cst.ImportFrom:
    """Add names to a `from` import that it does not have yet, each before the first that sorts after it."""
    assert not isinstance(statement.names, cst.ImportStar)
    names = list(statement.names)
    for alias in dict.fromkeys(aliases):
        _, have = imported_names(statement.with_changes(names=names))
        if alias not in have:
            at = next((i for i, (name, _) in enumerate(have) if name > alias[0]), len(names))
            _insert(names, at, alias)
    return statement.with_changes(names=names)


def _called(alias: cst.ImportAlias, name: str) -> cst.ImportAlias:
    """Import another name under the local name of an alias."""
    local = alias.evaluated_alias or alias.evaluated_name
    if local == name or alias.asname is not None:
        return alias.with_changes(name=cst.Name(name))
    return alias.with_changes(name=cst.Name(name), asname=cst.AsName(cst.Name(local)))


def _as_alias(alias: Alias, *, comma: cst.Comma | cst.MaybeSentinel) -> cst.ImportAlias:
    name, local = alias
    return cst.ImportAlias(cst.Name(name), cst.AsName(cst.Name(local)) if local != name else None, comma=comma)


def _insert(names: list[cst.ImportAlias], at: int, alias: Alias) -> None:
    """Separate the new name as the others are; the last one's comma, there or not, stays the last one's."""
    between = next((one.comma for one in names[:-1]), cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    if at == len(names) and names:
        last = names[-1]
        names[-1] = last.with_changes(comma=between)
        between = last.comma
    names.insert(at, _as_alias(alias, comma=between))


def _without(names: Sequence[cst.ImportAlias], gone: Sequence[cst.ImportAlias]) -> list[cst.ImportAlias]:
    """Take names out; the last one's comma, there or not, stays the last one's."""
    kept = [name for name in names if not any(name is one for one in gone)]
    if any(m.findall(one, m.Comment()) for one in gone):
        raise Refused("a comment stands behind a name that is not imported any more")
    if kept and kept[-1] is not names[-1]:
        kept[-1] = kept[-1].with_changes(comma=names[-1].comma)
    return kept
