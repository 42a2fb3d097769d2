"""What a file of a project says about the version of an SDK, in the one form that all kinds of files are read into.

A `Mention` is one such statement, with its version specifiers in the form of PEP 440; a `Reading` is all that one
source says. Imports `packaging`, and only when there is a requirement to understand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

PACKAGES = ("litellm", "langfuse")
ANY = "any version"
MAX_LENGTH = 2_000
"""Characters of a requirement: what is longer is none, and takes time in proportion to its square."""
"""What a requirement without a specifier wants."""

_REQUIREMENT = re.compile(r"\s*(?P<name>litellm|langfuse)(?![\w-]|\.\w)", re.IGNORECASE)
_BETWEEN_REQUIREMENTS = re.compile(r",(?![^\[]*\])\s*(?=[A-Za-z])")
"""A comma between requirements is followed by a name; one inside a specifier by an operator."""
_PIN = re.compile(r"={2,3}\s*[^\s*,<>=~]+")
_LOOSE = re.compile(
    r"(?P<operator>\^|~=|~|===|==|!=|<=|>=|<|>|=)?\s*v?(?P<version>\d[\w!+-]*(?:\.[\w!+-]+)*(?:\.\*)?|\*)"
)


@dataclass(frozen=True)
class Mention:
    """One statement about the version of one package."""

    package: str
    wanted: str
    """As the file writes it."""
    allowed: tuple[str, ...]
    """PEP 440 specifiers, at least one of which holds; empty when nothing is said about the version."""
    origin: str
    limits: bool = False
    """A constraint: it narrows the others and asks for nothing itself."""
    partly: bool = False
    """It holds for some environments only (a marker, a fork of the resolution): others may hold beside it."""
    problem: str = ""
    """Why it cannot be understood."""

    @property
    def pinned(self) -> bool:
        """Tell whether it names single releases."""
        return bool(self.allowed) and all(is_pin(text) for text in self.allowed)


@dataclass(frozen=True)
class Reading:
    """What one source says about both packages, and what was wrong with it."""

    mentions: tuple[Mention, ...] = ()
    notes: tuple[str, ...] = ()

    def about(self, package: str) -> Iterator[Mention]:
        """Yield what it says about one package."""
        return (mention for mention in self.mentions if mention.package == package)


def mention(
    package: str, wanted: str, origin: str, *allowed: str, limits: bool = False, partly: bool = False
) -> Mention:
    """Return a mention whose specifiers are known to be valid; what is not valid becomes its `problem`."""
    plain = " ".join(wanted.split())
    try:
        for text in allowed:
            list(written(text))
    except ValueError:
        problem = f"{origin} asks for {package} {plain[:80]!r}, which is no version"
        return Mention(package, plain, (), origin, problem=problem)
    if len(allowed) == 1 and is_pin(allowed[0]):
        plain = plain.lstrip("= ")
    return Mention(package, plain or ANY, allowed, origin, limits, partly)


def pin(package: str, version: str, origin: str, *, partly: bool = False) -> Mention:
    """Return the mention of one release, as lock files and installations give it."""
    return mention(package, version, origin, f"=={version}", partly=partly)


def is_pin(specifier: str) -> bool:
    """Tell whether a specifier names one release: `==1.77.7`, not `==1.77.*`."""
    return _PIN.fullmatch(specifier) is not None


def written(specifier: str) -> Iterator[tuple[int, ...]]:
    """Yield the releases that a specifier names or ends at, whatever it says about them.

    Raises ValueError for an invalid one.
    """
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - most runs ask for no target
    from packaging.version import Version  # noqa: PLC0415

    for one in SpecifierSet(specifier):
        parts = Version(one.version.removesuffix(".*")).release
        yield parts
        if one.version.endswith(".*"):  # `==1.77.*` ends before 1.78
            yield (*parts[:-1], parts[-1] + 1)
        elif one.operator == "~=":  # and so does `~=1.77.1`
            yield (*parts[:-2], parts[-2] + 1)


def requirement(text: str, origin: str, *, limits: bool = False) -> Iterator[Mention]:
    """Yield what a PEP 508 requirement says, if it is about one of the SDKs."""
    found = _REQUIREMENT.match(text)
    if found is None:
        return
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - most runs ask for no target

    package = found["name"].lower()
    if len(text) > MAX_LENGTH:
        yield _too_long(package, text, origin)
        return
    try:
        parsed = Requirement(text.strip())
    except InvalidRequirement:
        problem = f"{origin} asks for {' '.join(text.split())[:80]!r}, which is no requirement"
        yield Mention(package, text.strip(), (), origin, problem=problem)
        return
    if parsed.url is None:
        bare = text.partition(";")[0][found.end() :].strip()
        shown = re.sub(r"^\[[^\]]*\]\s*", "", bare).strip("() ")
        yield mention(package, shown, origin, str(parsed.specifier), limits=limits, partly=parsed.marker is not None)


def _too_long(package: str, text: str, origin: str) -> Mention:
    problem = (
        f"{origin} asks for {' '.join(text[:80].split())!r}, which goes on for more than {MAX_LENGTH:,} characters"
    )
    return Mention(package, text[:80], (), origin, problem=problem)


def requirements(texts: object, origin: str) -> Iterator[Mention]:
    """Yield what a list of requirements says, whatever else stands in it."""
    for text in texts if isinstance(texts, (list, tuple)) else ():
        if isinstance(text, str):
            yield from requirement(text, origin)


def misstated(texts: Iterable[str], origin: str) -> str:
    """Return what is wrong with a user's own requirements, in a line; nothing if nothing is."""
    return next((one.problem for one in stated(texts, origin).mentions if one.problem), "")


def stated(texts: Iterable[str], origin: str) -> Reading:
    """Return what a user's own requirements say (`litellm>=1.70,langfuse<3`); each may be several, parted by commas."""
    return Reading(tuple(_stated(texts, origin)))


def _stated(texts: Iterable[str], origin: str) -> Iterator[Mention]:
    for text in texts:
        if len(text) > MAX_LENGTH:
            yield from (_too_long(package, text, origin) for package in PACKAGES)
            continue
        for one in _BETWEEN_REQUIREMENTS.split(text):
            if one.strip():
                yield from _stated_one(one.strip().strip(",").strip(), origin)


def _stated_one(text: str, origin: str) -> Iterator[Mention]:
    found = list(requirement(text, origin, limits=True))
    if not found:
        missing = "names no version" if _REQUIREMENT.match(text) else "is about neither litellm nor langfuse"
        problem = f"{origin}: {text[:80]!r} {missing}"
        found = [Mention(package, text, (), origin, problem=problem) for package in PACKAGES]
    yield from found


def loose(package: str, value: object, origin: str) -> Iterator[Mention]:
    """Yield what Poetry or Pipenv say of a package: a version, a table with one, or several such tables."""
    if isinstance(value, list):
        for one in value:
            yield from (replace(each, partly=True) for each in loose(package, one, origin))
    elif isinstance(value, dict):
        yield from loose(package, value.get("version"), origin)
    elif isinstance(value, str):
        is_long = len(value) > MAX_LENGTH
        yield _too_long(package, value, origin) if is_long else _translated(package, value, origin)


def _translated(package: str, text: str, origin: str) -> Mention:
    try:
        allowed = [",".join(_conjunction(part)) for part in re.split(r"\|\|?", text)]
    except ValueError:
        problem = f"{origin} asks for {package} {text[:80]!r}, which is no version"
        return Mention(package, text, (), origin, problem=problem)
    return mention(package, "" if text.strip() == "*" else text, origin, *allowed)


def _conjunction(text: str) -> Iterator[str]:
    """Translate Poetry's way of writing a range (carets, tildes, blanks for commas) into PEP 440's."""
    at = 0
    for found in _LOOSE.finditer(text):
        if text[at : found.start()].strip(", "):
            raise ValueError(text)
        at = found.end()
        yield from _pep440(found["operator"] or "==", found["version"])
    if text[at:].strip(", ") or not text.strip(", "):
        raise ValueError(text)


def _pep440(operator: str, version: str) -> Iterator[str]:
    if version == "*":
        return
    if operator not in ("^", "~"):
        yield f"{'==' if operator == '=' else operator}{version}"
        return
    from packaging.version import Version  # noqa: PLC0415 - most runs ask for no target

    parts = Version(version).release
    yield f">={version}"
    yield f"<{'.'.join(map(str, _ceiling(parts, operator)))}"


def _ceiling(parts: Sequence[int], operator: str) -> Sequence[int]:
    """Return the first release that a caret or tilde shuts out: `^1.2.3` 2, `^0.2.3` 0.3, `~1.2.3` 1.3, `~1` 2."""
    if operator == "~":
        kept = min(1, len(parts) - 1)
    else:
        kept = next((at for at, part in enumerate(parts) if part), len(parts) - 1)
    return (*parts[:kept], parts[kept] + 1)


def combined(mentions: Sequence[Mention]) -> tuple[Mention | None, list[str]]:
    """Return the one thing that several mentions of a package in one source come to, and what there is to note."""
    notes = [mention.problem for mention in mentions if mention.problem]
    usable = [mention for mention in mentions if mention.allowed]
    asking = [mention for mention in usable if not mention.limits]
    limiting = [mention for mention in usable if mention.limits]
    if not asking:
        asking, limiting = limiting[:1], limiting[1:]
    if not asking:
        return None, notes
    first = asking[0]
    beside = _distinct([one for one in asking if one.partly]) if first.partly else [first]
    if len(beside) > 1:
        notes.append(
            f"{first.origin} has {first.package} {' and '.join(one.wanted for one in beside)}: all of them count"
        )
    either = _either(beside)
    notes.extend(_conflicts(either, [*([] if len(beside) > 1 else asking[1:]), *limiting]))
    return _limited(either, _distinct(limiting)), notes


def _distinct(mentions: Iterable[Mention]) -> list[Mention]:
    found: dict[tuple[str, ...], Mention] = {}
    for mention in mentions:
        found.setdefault(mention.allowed, mention)
    return list(found.values())


def _conflicts(first: Mention, others: Iterable[Mention]) -> Iterator[str]:
    """Say which other pins were passed over."""
    for other in _distinct(others):
        if _exclude(first, other):
            yield f"{other.origin} has {first.package} {other.wanted}, but {first.wanted} of {first.origin} counts"


def _exclude(first: Mention, other: Mention) -> bool:
    return first.pinned and other.pinned and not set(first.allowed) & set(other.allowed)


def _either(mentions: Sequence[Mention]) -> Mention:
    allowed = tuple(text for mention in mentions for text in mention.allowed)
    return replace(mentions[0], wanted=" or ".join(one.wanted for one in mentions), allowed=allowed)


def _limited(mention: Mention, limits: Iterable[Mention]) -> Mention:
    for limit in limits:
        if limit.allowed == mention.allowed or _exclude(mention, limit):
            continue
        allowed = tuple(f"{one},{other}".strip(",") for one in mention.allowed for other in limit.allowed)
        said = [one.wanted for one in (mention, limit) if one.wanted != ANY]
        mention = replace(mention, wanted=",".join(said) or ANY, allowed=allowed)
    return mention
