"""Where the version of an SDK is looked for, in order: the first place that says something about it is
believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lint_rules import disk, files
from lint_rules.semantics.releases import Target
from lint_rules.targets import installed, manifests
from lint_rules.targets.locks import lock_files, packages
from lint_rules.targets.mention import Mention, Reading, combined
from lint_rules.targets.pip_files import pinned, requirement_file, requirement_files
from lint_rules.targets.span import newest_known, target
from lint_rules.targets.tree import Tree


def first_target(package: str, readings: Iterable[Reading]) -> tuple[Target, list[str]]:
    """Return the target that the first of several sources gives, and every single thing to note about it."""
    notes: list[str] = []
    for reading in readings:
        found, more = combined(list(reading.about(package)))
        notes.extend(note for note in (*reading.notes, *more) if note not in notes)
        if found is not None:
            return target(found, notes), notes
    return newest_known(package, notes), notes


def script_readings(tree: Tree, path: Path) -> Iterator[Reading]:
    """Yield what a file says of itself: its inline metadata (PEP 723), and before that the lock that uv makes of it."""
    try:
        data = disk.look(str(path))
    except files.Unreadable:  # standard input, or gone since it was checked
        return
    if manifests.SCRIPT_MARK not in data:
        return
    yield tree.reading(packages, path.with_name(f"{path.name}.lock"))
    yield tree.guarded(lambda: manifests.script(data, tree.label(path)), path)


def project_readings(tree: Tree, folder: Path, *, isolated: bool) -> Iterator[Reading]:
    """Yield what the files around a folder say, most telling first: settings (not if `isolated`), locks, ranges,
    installations."""
    if not isolated:
        yield configuration(tree, folder)
    yield from _locked(tree, folder)
    for one in tree.folders(folder):
        for reader, path in manifests.manifest_files(one):
            yield tree.reading(reader, path)
        yield _joined(_requirements(tree, one))
    for one in tree.folders(folder):
        for name in installed.ENVIRONMENTS:
            yield tree.reading(installed.inside, one / name)
    yield from installed.around()


def configuration(tree: Tree, folder: Path) -> Reading:
    """Return what the nearest pyproject.toml with settings for this linter states: they count as a whole, so those that
    state no target hide what is stated above."""
    for one in tree.folders(folder):
        reading = tree.reading(manifests.configured, one / "pyproject.toml")
        if reading != Reading() or manifests.is_configured(tree, one / "pyproject.toml"):
            return reading
    return Reading()


def _locked(tree: Tree, folder: Path) -> Iterator[Reading]:
    for one in tree.folders(folder):
        for reader, path in lock_files(tree, one):
            yield tree.reading(reader, path)
        found = _joined(_requirements(tree, one))
        yield Reading(tuple(pinned(found.mentions)), found.notes)


def _requirements(tree: Tree, folder: Path) -> Iterator[Reading]:
    return (tree.reading(requirement_file, path) for path in requirement_files(tree, folder))


def _joined(readings: Iterable[Reading]) -> Reading:
    """Make one of the readings of files of one kind; a line that two of them include is one mention."""
    mentions: dict[tuple[str, str, bool], Mention] = {}
    notes: list[str] = []
    for reading in readings:
        notes.extend(reading.notes)
        for mention in reading.mentions:
            mentions.setdefault((mention.package, mention.origin, mention.limits), mention)
    return Reading(tuple(mentions.values()), tuple(notes))
