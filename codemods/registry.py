"""Which codemod answers for which rule code: registered by decorator, discovered by `pkgutil`, listed nowhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

import codemods
from codemods.site import Change, Refused, Site
from lint_rules.finding import Edit

Codemod = Callable[[Edit, Site], Iterator[Change]]
"""From an edit, at the site where it happens, to the changes of single nodes: no search, no state, no opinion."""

_DOOR = "codemods.commands"
"""What LibCST's own runner imports: no codemod, and slow to import."""

_CODEMODS: dict[str, Codemod] = {}


def codemod(*codes: str) -> Callable[[Codemod], Codemod]:
    """Register the decorated function as the codemod for the rules with `codes`."""

    def register(function: Codemod) -> Codemod:
        _CODEMODS.update(dict.fromkeys(codes, function))
        return function

    return register


def codemod_for(code: str) -> Codemod:
    """Return the codemod for a rule code, or refuse."""
    found = all_codemods().get(code)
    if found is None:
        raise Refused(f"no codemod for {code}")
    return found


@cache
def all_codemods() -> dict[str, Codemod]:
    """Import every module of this package once, so that each has registered itself, and return code → codemod."""
    for module in pkgutil.iter_modules(codemods.__path__, "codemods."):
        if module.name != _DOOR:
            importlib.import_module(module.name)
    return dict(_CODEMODS)
