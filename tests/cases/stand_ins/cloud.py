"""As much of a cloud as is needed to hand a function its events."""

from collections.abc import Callable, Iterable
from typing import Any


def serve(handler: Callable[[dict[str, Any], object], Any], events: Iterable[dict[str, Any]]) -> None:
    for event in events:
        print(handler(event, None))
