"""What is checked for a benchmark: real packages, and parts of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

PINS = Path(__file__).with_name("packages.txt")


def get(tree: Path, python: str) -> list[str]:
    """Download and unpack what is not there yet; return the packages that cannot be had."""
    return [pin for pin in pins() if not (tree / _name(pin)).is_dir() and not _got(pin, tree, python)]


def pins() -> list[str]:
    """Return the packages, each with its release."""
    return PINS.read_text(encoding="utf-8").split()


def missing(tree: Path) -> list[str]:
    """Return the packages that a tree does not have."""
    return [_name(pin) for pin in pins() if not (tree / _name(pin)).is_dir()]


def _name(pin: str) -> str:
    return pin.partition("==")[0]


def _got(pin: str, tree: Path, python: str) -> bool:
    """Unpack beside the place, and move it there when it is whole."""
    new = tree / ".new"
    shutil.rmtree(new, ignore_errors=True)
    (new / "out").mkdir(parents=True)
    line = [python, "-m", "pip", "download", "-q", "--no-deps", "-d", str(new), pin]
    done = subprocess.run(line, capture_output=True, check=False)
    for archive in [one for one in new.iterdir() if one.is_file()]:
        _unpack(archive, new / "out")
    if done.returncode == 0:
        (new / "out").rename(tree / _name(pin))
    shutil.rmtree(new)
    return done.returncode == 0


def _unpack(archive: Path, folder: Path) -> None:
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
        return
    with tarfile.open(archive) as packed_tar:
        packed_tar.extractall(folder, filter="data")


def modules(folder: Path) -> list[Path]:
    """Return the Python files below a folder."""
    return sorted(folder.rglob("*.py"))


def packages(tree: Path) -> list[Path]:
    """Return the packages of a tree, the one with the fewest modules first."""
    return sorted((one for one in tree.iterdir() if one.is_dir()), key=lambda one: (len(modules(one)), one.name))


def mentions(path: Path) -> bool:
    """Tell whether a file mentions LiteLLM or Langfuse, however it is spelled."""
    data = path.read_bytes().lower()
    return b"litellm" in data or b"langfuse" in data


def silent(tree: Path, scratch: Path) -> tuple[Path, str]:
    """Return the largest package that mentions no SDK, and its name; if all do, what does not in the largest."""
    ordered = packages(tree)
    for package in reversed(ordered):
        if modules(package) and not any(map(mentions, modules(package))):
            return package, package.name
    copy_of(ordered[-1], (one for one in modules(ordered[-1]) if not mentions(one)), scratch)
    return scratch, f"those of {ordered[-1].name}"


def copy_of(source: Path, chosen: Iterator[Path] | Sequence[Path], target: Path) -> None:
    """Copy some files of a folder."""
    for path in chosen:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def linked(sources: Sequence[Path], target: Path) -> None:
    """Copy folders without taking their room on the disk, where that can be done."""
    for source in sources:
        shutil.copytree(source, target / source.name, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def smallest(tree: Path, wanted: int) -> list[Path]:
    """Return the smallest packages that have so many modules together."""
    chosen: list[Path] = []
    for package in packages(tree):
        if sum(len(modules(one)) for one in chosen) >= wanted:
            break
        chosen.append(package)
    return chosen
