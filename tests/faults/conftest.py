"""Signals reach the tests and what they start, whoever started the suite."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.fixture(autouse=True)
def none_is_ignored() -> Iterator[None]:
    """Behind `&` in a script, or under `nohup`, a suite ignores signals, and so would all that it starts.

    What is handled here is no more ignored by a child: it starts as if nobody had said anything.
    """
    before = {number: signal.getsignal(number) for number in ENDING}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else lambda *_: None)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
