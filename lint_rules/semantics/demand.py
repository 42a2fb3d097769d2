"""Which functions of a module are worth a look by themselves, as it turns out while they are looked at.

At first those that write a word that the linter is about, or a name by which something of interest is to be had from
another module. What they turn out to give, keep or run makes their own names such words, and so on until no function is
left that writes one. The others are looked at when one of these calls them.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from lint_rules.semantics.leaks import is_carried, parts
from lint_rules.semantics.questions import is_near
from lint_rules.semantics.reach import MODULE
from lint_rules.semantics.syntax import RUNNERS
from lint_rules.semantics.values import (
    Class,
    ClassInfo,
    Finish,
    Function,
    FunctionInfo,
    Object,
    Tasks,
    Value,
)

if TYPE_CHECKING:
    from lint_rules.semantics.declared import Declared
    from lint_rules.semantics.reach import Outline


class Demand:
    """The functions of one module that are to be interpreted, by name; it grows by what is learnt of them."""

    def __init__(self, outline: Outline, words: Set[str], declared: Declared, *, traced: bool) -> None:
        self._outline, self._declared = outline, declared
        self._words = {*words, *outline.words_of(traced=traced)}
        self._wanted = {name for name, sketch in outline.functions.items() if traced and sketch.flushes}
        self._known = 0
        self._reaching: set[str] = set()
        self.passed_by: set[str] = set()
        """Functions that were called and not looked at."""
        self._held: set[tuple[str, str]] = set()
        """By which names functions and objects are to be had, with the name of that function or of its class."""
        self._settle()

    def wants(self, info: FunctionInfo) -> bool:
        """Tell whether a function is worth a look by itself."""
        return info.name in self._wanted

    def reaches(self, name: str) -> bool:
        """Tell whether a function is one of those, or writes the name of one, and so on."""
        if name not in self._reaching:
            self.passed_by.add(name)
            return False
        return True

    @property
    def has_passed_by(self) -> bool:
        """Tell whether a function was taken to reach nothing of interest, and does."""
        return not self.passed_by.isdisjoint(self._reaching)

    def want(self, names: Iterable[str]) -> None:
        """Look at these functions, whatever they write."""
        self._wanted.update(names)

    def want_runners(self) -> None:
        """Look at what may run coroutines to their end."""
        self.want(name for name, sketch in self._outline.functions.items() if sketch.mentions & RUNNERS)

    def want_stores(self, attributes: Set[str]) -> None:
        """Look at what keeps something in attributes of these names: it has been read, and nothing is known of it."""
        if attributes:
            self.want(name for name, sketch in self._outline.functions.items() if sketch.stores & attributes)

    def learn(self, name: str, values: Iterable[Value], owner: ClassInfo | None = None) -> None:
        """Learn what is to be had by the name of a function, an attribute or a variable."""
        for value in values:
            for part in parts(value):
                if isinstance(part, Function | Class | Object):
                    self._held.add((name, part.info.name))
                elif self._is_of_interest(part):
                    self.tell(name, owner)

    def tell(self, name: str, owner: ClassInfo | None = None) -> None:
        """Take a name for one by which something of interest is to be had; for what a class has, its own, too: who
        writes that makes or gives an object that has it."""
        self._words.add(name)
        if owner is not None:
            self._words.add(owner.name)

    def _is_of_interest(self, value: Value) -> bool:
        return is_carried(value) or isinstance(value, Finish | Tasks) or is_near(value, self._declared)

    def extends(self, info: ClassInfo) -> None:
        """Learn by which classes a class extends something is to be had."""
        self._held.update((info.name, base.info.name) for base in info.bases if isinstance(base, Class))

    def settle(self) -> bool:
        """Draw the conclusions from what was learnt; tell whether there are new functions to look at."""
        self._settle()
        before, self._known = self._known, len(self._wanted)
        return self._known > before

    def _settle(self) -> None:
        while more := self._more_words() - self._words:
            self._words |= more
        functions = self._outline.functions
        self._wanted |= {name for name, sketch in functions.items() if sketch.mentions & self._words}
        while outer := {one for name in self._wanted for one in self._outline.parents.get(name, ())} - self._wanted:
            self._wanted |= outer
        self._wanted.discard(MODULE)
        self._reaching |= self._wanted | (self._words & functions.keys())
        while more := {name for name, one in functions.items() if one.mentions & self._reaching} - self._reaching:
            self._reaching |= more

    def _more_words(self) -> set[str]:
        """Return what holds, or is, something that a word stands for: variables of the module, and what was learnt."""
        variables = self._outline.variables
        return {name for name, mentions in variables.items() if mentions & self._words} | {
            name for name, held in self._held if held in self._words
        }
