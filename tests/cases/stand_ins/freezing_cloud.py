"""As much of a cloud as is needed: when there is no event left, it takes the process away."""

import os
from collections.abc import Callable, Iterable
from typing import Any


def serve(handler: Callable[[dict[str, Any], object], Any], events: Iterable[dict[str, Any]]) -> None:
    for event in events:
        print(handler(event, None))
    os._exit(0)
