"""Which files to look at, their bytes in, their bytes out.

Nothing here knows Python's grammar. What goes wrong with one path is a `Problem` of that path; the others go on.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lint_rules import plumbing, temporary, watch
from lint_rules.finding import Problem
from lint_rules.links import refuse_closed

MAX_BYTES = 5_000_000
"""A file above this size is generated or data: it would take minutes and gigabytes, so it fails with one line."""

MAX_DEPTH = 200
"""Folders in each other: below, nobody has put anything by hand, and a search would not come to an end."""

GIT_SECONDS = 60.0
"""Longer than git takes to list the largest work trees: it waits for something that does not come."""

_STARVED = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
_NOTHING_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EBADF})
_IN_USE = frozenset({5, 32})
"""What Windows says of a file that another program has open: access denied, a sharing violation."""
_WAITS = (0.05, 0.1, 0.2, 0.4)
"""Seconds between tries to replace such a file: indexers and virus scanners are done by then."""
_MAY_HAVE_JUNCTIONS = os.name == "nt"
_JUNCTION = 0xA0000003
_TOO_DEEP = Problem(f"more than {MAX_DEPTH} folders in each other")
_NEVER_SOURCE = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class Found:
    """One result of discovery: a file to look at, or, with `problem`, a path that could not be searched."""

    path: str
    problem: Problem | None = None


class Unreadable(Exception):  # noqa: N818 - says what the file is
    """A file's bytes or text cannot be had; `problem` says why, in one line, with the position where there is one."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class ChangedOnDisk(Exception):  # noqa: N818 - says what the file is
    """Somebody else wrote the file between reading and replacing it."""


def discover(paths: Sequence[str]) -> Iterator[Found]:
    """Yield every file that `paths` name, each once and in a stable order.

    A file named explicitly is taken whatever its suffix. A directory gives its `*.py` files: inside a git work tree
    those that git tracks or would track, elsewhere all but hidden folders, caches and virtual environments.
    """
    seen: set[str] = set()
    real: dict[str, str] = {}
    spelled: dict[str, str] | None = {} if len(paths) > 1 else None  # one folder lists none of its names twice
    for path in paths:
        for found in _search(path):
            identity = _identity(found.path, real)
            if found.problem is not None:
                yield found
            elif identity not in seen and not (spelled is not None and _is_respelled(identity, spelled)):
                yield Found(found.path, _TOO_DEEP) if identity.count(os.sep) > MAX_DEPTH else found
            seen.add(identity)


def _identity(path: str, real: dict[str, str]) -> str:
    """Return a path without its links; those of folders are followed once."""
    folder, name = os.path.split(path)
    if name in ("", ".", "..") or os.path.islink(path):  # noqa: PTH114 - asked of every file of a run
        return os.path.realpath(path)
    if folder not in real:
        real[folder] = os.path.realpath(folder)
    return f"{real[folder]}{os.sep}{name}"


def _is_respelled(identity: str, spelled: dict[str, str]) -> bool:
    """Tell whether a path is another spelling of one among `spelled`, on a file system that takes both for one name."""
    folded = identity.casefold()
    if not folded.isascii():
        import unicodedata  # noqa: PLC0415 - most names are ASCII

        folded = unicodedata.normalize("NFC", folded)
    other = spelled.setdefault(folded, identity)
    return other != identity and _is_one_file(identity, other)


def _is_one_file(path: str, other: str) -> bool:
    """Tell whether two paths lead to one file that has one name only: hard links are two."""
    try:
        one, two = os.stat(path), os.stat(other)  # noqa: PTH116 - paths are text here
    except OSError:
        return False
    return os.path.samestat(one, two) and one.st_nlink < 2


def _search(path: str) -> Iterator[Found]:
    try:
        os.lstat(path)
    except (OSError, ValueError) as error:
        yield Found(path, Problem(reason(error)))
        return
    if os.path.isdir(path):  # noqa: PTH112 - of a folder that may not be looked into: no
        yield from _search_directory(path)
    else:
        yield Found(path)


def _search_directory(directory: str) -> Iterator[Found]:
    results = list(_python_files(directory))
    yield from results or [Found(directory, Problem("no Python files here"))]


def _python_files(directory: str) -> Iterator[Found]:
    if directory.count(os.sep) > MAX_DEPTH:
        yield Found(directory, _TOO_DEEP)
        return
    try:
        names = git_files(directory)
    except OSError as error:
        yield Found(directory, Problem(reason(error)))
        return
    yield from _walk(str(Path(directory))) if names is None else _listed(directory, names)


def _listed(directory: str, names: Iterable[str]) -> Iterator[Found]:
    """Turn git's list into files; an entry that is a folder is a submodule or a repository of its own."""
    for name in names:
        path = str(Path(directory, name))
        if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114 - both of a closed folder: no
            yield from _python_files(path)
        elif path.endswith(".py"):
            yield from _found(path)


def _found(path: str) -> Iterator[Found]:
    """Yield a path that leads to a file, or to what may not be looked at; a link into nowhere leads to nothing."""
    try:
        if stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - thousands of them
            yield Found(path)
    except OSError as error:
        if error.errno not in _NOTHING_THERE:
            yield Found(path, Problem(reason(error)))


def git_files(directory: str) -> list[str] | None:
    """List what git tracks or would track below `directory`; None without a work tree, and for an ignored folder."""
    if not _is_versioned(directory):
        return None
    listing = git(directory, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listing is None:
        return None
    if not listing and git(directory, "check-ignore", "--quiet", ".") is not None:
        return None
    return sorted({os.fsdecode(name) for name in listing.split(b"\0") if name})


def _is_versioned(directory: str) -> bool:
    """Tell whether git could have something to say: asking it takes longer than looking."""
    above = os.path.realpath(directory)
    while not watch.lexists(f"{above}/.git"):
        if above == (above := os.path.dirname(above)):  # noqa: PTH120
            return False
    seen = watch.current()
    if seen is not None:
        seen.listed[os.path.abspath(directory)] = ""  # noqa: PTH100
    return True


def git(directory: str, *arguments: str) -> bytes | None:
    """Return what git prints for `arguments` in `directory`; None if it fails or is not there.

    Raises `OSError` when this machine cannot run it now, or it does not come to an end: that says nothing about the
    folder.
    """
    import subprocess  # noqa: PLC0415 - most folders are under no version control

    try:
        command = plumbing.command(directory, *arguments)
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            env=plumbing.environment(),
            timeout=GIT_SECONDS,
        )
    except subprocess.CalledProcessError:
        return None
    except subprocess.TimeoutExpired:
        raise TimeoutError(errno.ETIMEDOUT, f"git has not answered for {GIT_SECONDS:g} seconds") from None
    except OSError as error:
        if error.errno in _STARVED:
            raise OSError(error.errno, f"git cannot be run: {reason(error)}") from error
        return None
    return done.stdout


def _walk(directory: str) -> Iterator[Found]:
    """Search `directory` and the folders below it by hand; links to folders are not followed, so there are no loops."""
    if directory.count(os.sep) > MAX_DEPTH:
        yield Found(directory, _TOO_DEEP)
        return
    seen = watch.current()
    before = watch.signature(directory) if seen is not None else None
    try:
        with os.scandir(directory) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield Found(directory, Problem(reason(error)))
        return
    if seen is not None:
        seen.walked[os.path.abspath(directory)] = watch.listing(entries, before)  # noqa: PTH100
    above = "" if directory == "." else os.path.join(directory, "")  # noqa: PTH118 - asked of every folder, as below
    for entry in entries:
        if _is_folder(entry):
            if _may_hold_source(entry):
                yield from _walk(above + entry.name)
        elif entry.name.endswith(".py"):
            path = above + entry.name
            yield from [Found(path)] if entry.is_file(follow_symlinks=False) else _found(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False) and not (_MAY_HAVE_JUNCTIONS and _is_junction(entry))
    except OSError:  # gone since, on systems that have to look again
        return False


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Tell whether a folder of Windows is a link to another, which may be one above it; for `is_dir` it is none."""
    return bool(getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _JUNCTION)


def _may_hold_source(folder: os.DirEntry[str]) -> bool:
    if folder.name.startswith(".") or folder.name in _NEVER_SOURCE:
        return False
    if not os.path.exists(f"{folder.path}/pyvenv.cfg"):  # noqa: PTH110 - of an unreadable folder: no
        return True
    return not watch.exists(f"{folder.path}/pyvenv.cfg")


def read(path: str, most: int = MAX_BYTES) -> bytes:
    """Return the bytes of `path`, or raise `Unreadable`: a missing, forbidden, enormous or irregular file."""
    try:
        descriptor = os.open(path, _TO_READ)
        try:
            return _read(descriptor, most)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(Problem(reason(error))) from error


_TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""How files are opened, by themselves: Python's file objects take twice the time. A named pipe, too, is opened at once:
it is turned away by its type, not by waiting for a writer for ever."""


def _read(descriptor: int, most: int) -> bytes:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(Problem("not a regular file"))
    if status.st_size > most:
        raise Unreadable(Problem(f"larger than {most:,} bytes ({status.st_size:,})"))
    data = os.read(descriptor, status.st_size + 1)
    while more := os.read(descriptor, 1 << 16):
        data += more
    return data


def reason(error: OSError | ValueError) -> str:
    """Say in a few words what the operating system has against it."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def decode(data: bytes) -> str:
    """Decode source as Python does (byte order mark, PEP 263 cookie, else UTF-8); raise `Unreadable` at a bad byte."""
    encoding = _declared_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(_undecodable(error, encoding)) from error
    except LookupError as error:
        raise Unreadable(Problem(f"unknown encoding: {encoding}", 1, 0)) from error


def encode(text: str, *, like: bytes) -> bytes:
    """Encode source as `like` is, byte order mark included; what comes of it is not always what was decoded."""
    return text.encode(_declared_encoding(like))


def _declared_encoding(data: bytes) -> str:
    import tokenize  # noqa: PLC0415 - a run whose results are known decodes little

    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        with contextlib.suppress(UnicodeDecodeError):
            data.decode("utf-8")
            raise Unreadable(Problem(str(error.msg), 1, 0)) from error
        return "utf-8-sig"  # what is wrong is a byte of the first two lines, and decoding will say which


def _undecodable(error: UnicodeDecodeError, encoding: str) -> Problem:
    before = error.object[: error.start].decode(encoding, errors="replace")
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    wrong = f"byte 0x{error.object[error.start]:02x} is not {encoding.removesuffix('-sig')}"
    return Problem(wrong, len(lines), len(lines[-1]))


def replace(path: str, *, old: bytes, new: bytes) -> None:
    """Write `new` over `path` so that every moment of it shows either `old` or `new`.

    Links are followed first, so a link stays a link. Mode and, where allowed, owner are kept. Raises `ChangedOnDisk` if
    the file is no longer `old`, and `OSError` if it cannot be written, or has other names; the file is untouched then.
    """
    target = _goal(path)
    if not os.access(target, os.W_OK):
        os.close(os.open(target, os.O_WRONLY))  # which knows more reasons
        raise PermissionError(13, "Permission denied", path)
    _refuse_unless(target, old)
    refuse_closed(target)
    with temporary.beside(target) as unfinished:
        unfinished.file.write(new)
        unfinished.file.flush()
        _copy_owner_and_mode(target, unfinished.path)
        unfinished.sync()
        _become(unfinished, target, old)
    _sync_directory(target.parent)


def _become(unfinished: temporary.Unfinished, target: Path, old: bytes) -> None:
    """Take the place of a file that is still `old`; of one that another program has open, as soon as it lets go."""
    for wait in _WAITS:
        _refuse_unless(target, old)
        try:
            return unfinished.become(target)
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _IN_USE:
                raise
        time.sleep(wait)
    _refuse_unless(target, old)
    return unfinished.become(target)


def create(path: str, data: bytes) -> None:
    """Write a file that is not there yet, so that every moment shows either nothing or all of it."""
    target = Path(path)
    with temporary.beside(target, mode=0o666) as unfinished:
        unfinished.file.write(data)
        unfinished.sync()
        unfinished.become(target)
    _sync_directory(target.parent)


def _goal(path: str) -> Path:
    """Return the file that is at `path`, or that a link there leads to."""
    try:
        return Path(path).resolve(strict=True)
    except RuntimeError as error:  # of a loop of links, before Python 3.13
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from error


def _refuse_unless(target: Path, old: bytes) -> None:
    """Raise `ChangedOnDisk` unless the file is still `old`; what is no file any more is not waited for."""
    try:
        same = read(str(target)) == old
    except Unreadable as error:
        raise ChangedOnDisk(f"{target}: {error}") from error
    if not same:
        raise ChangedOnDisk(f"{target} changed since it was read")


def _copy_owner_and_mode(source: Path, destination: Path) -> None:
    """Owner first: changing it clears the set-user-id bits that the mode may hold."""
    status = source.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(destination, status.st_uid, status.st_gid)
    destination.chmod(stat.S_IMODE(status.st_mode))


def _sync_directory(directory: Path) -> None:
    """Make the rename itself durable, where the platform lets a folder be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
