"""As much of a task queue as is needed."""

from collections.abc import Callable
from typing import Any

QUEUE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []


class Tasks:
    def task(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def later(*arguments: Any) -> None:
            QUEUE.append((function, arguments))

        function.later = later  # type: ignore[attr-defined]
        return function

    def work(self) -> None:
        while QUEUE:
            function, arguments = QUEUE.pop(0)
            function(*arguments)
