"""Ctrl-C, and being told to end: one line, the exit code that a shell expects, no traceback, and all tidied up before.

Python raises `KeyboardInterrupt` for Ctrl-C only; a run that is told to end (SIGTERM, SIGHUP) has as much to tidy up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TextIO

BROKEN = 2
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_OURS = (signal.default_int_handler, signal.SIG_DFL)


class Interrupted(KeyboardInterrupt):
    """This run was told to end, by the signal `number`."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


def signal_of(interruption: KeyboardInterrupt) -> int:
    """Return the signal behind an interruption."""
    return int(getattr(interruption, "number", signal.SIGINT))


def tell(interruption: KeyboardInterrupt, told: str = "Interrupted.") -> int:
    """Say in one line that a run was interrupted, and return its exit status, as a shell counts it: 130 for Ctrl-C."""
    with contextlib.suppress(OSError):
        print(told, file=sys.stderr)
    return 128 + signal_of(interruption)


def raise_if_behind(error: BaseException) -> None:
    """Raise the interruption that `error` has taken the place of: what a library tidies up on the way out may fail."""
    behind: BaseException | None = error
    while behind is not None:
        if isinstance(behind, KeyboardInterrupt):
            raise behind
        behind = behind.__context__


def die_at_once() -> None:
    """Have signals end this process without a word: nothing has begun yet, or all is done."""
    for one in _SIGNALS:
        if signal.getsignal(one) in (signal.default_int_handler, _interrupt):
            signal.signal(one, signal.SIG_DFL)


def guarded(main: Callable[[], int]) -> int:
    """Run a door's `main` and return its exit status, also when a signal ends it."""
    lost: list[KeyboardInterrupt] = []
    try:
        _listen(lost)
        code = main()
        return tell(lost[0]) if lost else code
    except KeyboardInterrupt as interruption:
        die_at_once()
        return tell(interruption)
    except OSError:  # stderr cannot be written: a main says what else there is
        _give_up(sys.stderr)
        return BROKEN
    finally:
        die_at_once()
        _flush()


def _listen(lost: list[KeyboardInterrupt]) -> None:
    """Raise `Interrupted` for each signal that is not ignored, as in `nohup`; keep those that cannot be raised."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - else `print` takes stdout
    for one in _SIGNALS:
        if signal.getsignal(one) in _OURS:
            signal.signal(one, _interrupt)
    complain = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        """In a destructor or a callback of the collector nobody is there to catch it."""
        if isinstance(unraisable.exc_value, Interrupted):
            lost.append(unraisable.exc_value)
        else:
            complain(unraisable)

    sys.unraisablehook = hook


def _interrupt(number: int, _: object) -> None:
    raise Interrupted(number)


def _flush() -> None:
    """Write what is left of stdout; who does not read on is no reason for Python to complain at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        _give_up(sys.stdout)


def _give_up(stream: TextIO | None) -> None:
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextlib.contextmanager
def held_off() -> Iterator[None]:
    """Run a block that must not be left halfway, and is short: a signal that comes meanwhile comes at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before: dict[int, Any] = {}
    try:
        for one in _SIGNALS:
            if signal.getsignal(one) not in (signal.SIG_IGN, None):
                before[one] = signal.getsignal(one)
                signal.signal(one, lambda number, _: came.append(number))
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        if came:
            signal.raise_signal(came[0])


@contextlib.contextmanager
def starting_workers() -> Iterator[None]:
    """Have signals wait while processes are started: these begin with them waiting, for they have yet to be told what
    to do about them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_to_parent() -> None:
    """Have a worker process ignore Ctrl-C, which a terminal sends to all: its parent ends it. Others just end it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        signal.signal(hangup, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
