"""What the loopback model is told to answer, instead of its own words: a list of steps, from Python or from a file.

    Script([Answer("It is sunny.", match="weather"), Failure(429, retry_after=1), Timeout(times="always")])

A request gets the first step that matches it and is not used up; what matches none gets the default answer. In a file
(JSON, or TOML with `[[steps]]`) a step is an object with the same names; `failure` with its status, or `timeout: true`,
makes it one of these, everything else is an answer.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, TypeVar

from .answers import Reply, ToolCall, Usage, tool_call_id
from .asked import Asked
from .loopback import ShimError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Times = int | Literal["always"]
_Made = TypeVar("_Made", "Answer", "Failure", "Timeout")


@dataclass(frozen=True, kw_only=True)
class _Step:
    match: str = ""
    """A part of the last user message; empty: any."""
    model: str = "*"
    """A glob for the model that is asked."""
    times: Times = 1
    delay: float = 0.0
    """Seconds before the first byte."""

    def fits(self, request: Asked) -> bool:
        """Tell whether the step is meant for `request`."""
        return self.match in request.text and fnmatchcase(request.model, self.model)


@dataclass(frozen=True)
class Answer(_Step):
    """The model answers: `text`, or the same in `chunks`, or tool calls, or both."""

    text: str = ""
    chunks: Sequence[str | None] | None = None
    """The deltas of the text in a stream, `None`s included; without it, the words of `text` one by one."""
    tool_calls: Sequence[ToolCall] = ()
    usage: Usage = field(default_factory=Usage)
    finish_reason: str = ""
    """In OpenAI's words; by default `stop`, or `tool_calls` where there are some."""
    pace: float | None = None
    """Seconds between two chunks."""
    breaks_after: int | None = None
    """Close the connection after that many chunks of the stream; of an answer that is not streamed, in the middle."""

    def reply(self, number: int, request: Asked) -> Reply:
        """Return what answer `number` says."""
        pieces = tuple(_words(self.text) if self.chunks is None else self.chunks)
        tools = tuple(
            ToolCall(tool.name, tool.arguments, tool.id or tool_call_id(number, index))
            for index, tool in enumerate(self.tool_calls)
        )
        finish = self.finish_reason or ("tool_calls" if tools else "stop")
        return Reply(number, request.model or "shim", pieces, tools, self.usage, finish)


@dataclass(frozen=True)
class Failure(_Step):
    """The model's provider answers with an error, in the shape that its protocol gives errors."""

    status: int = 500
    message: str = ""
    retry_after: float | None = None

    def words(self, number: int) -> str:
        """Return the message, marked like every answer."""
        return f"from call {number}: {self.message or f'the shim was told to answer {self.status}'}"


@dataclass(frozen=True)
class Timeout(_Step):
    """The model's provider never answers."""


Step = Answer | Failure | Timeout


@dataclass(frozen=True)
class Script:
    """What to answer, in order."""

    steps: Sequence[Step] = ()

    def played(self) -> Callable[[Asked], Step | None]:
        """Return a function that gives each request its step, and uses the steps up; threads may share it."""
        left: list[Times] = [step.times for step in self.steps]
        lock = threading.Lock()

        def take(request: Asked) -> Step | None:
            with lock:
                for index, step in enumerate(self.steps):
                    times = left[index]
                    if times != 0 and step.fits(request):
                        left[index] = times if times == "always" else times - 1
                        return step
            return None

        return take


def _words(text: str) -> list[str]:
    """Split `text` before each space, so that its pieces make it up again."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)] if text else []


# ---- from a file


def load(path: Path) -> Script:
    """Read a script. Raises `ShimError`, with one line that names the file and the place, if it is none."""
    data = _parsed(path)
    listed = data.get("steps") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        raise ShimError(f"{path}: expected a list of steps, or an object with `steps`")
    return Script(tuple(_step(step, f"{path}: step {place}") for place, step in enumerate(listed, start=1)))


def _parsed(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise ShimError(f"cannot read {path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise ShimError(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from None
    except ValueError as error:  # TOMLDecodeError, which says where; UnicodeDecodeError
        raise ShimError(f"{path}: {error}") from None


def _step(given: object, place: str) -> Step:
    if not isinstance(given, dict):
        raise ShimError(f"{place}: expected an object")
    step = dict(given)
    if step.pop("timeout", False):
        return _made(Timeout, step, place)
    if "failure" in step:
        return _made(Failure, {"status": step.pop("failure"), **step}, place)
    answer = _made(Answer, step, place)
    if not step.keys() & {"text", "chunks", "tool_calls"}:
        raise ShimError(f"{place}: expected one of `text`, `chunks`, `tool_calls`, `failure`, `timeout`")
    return answer


def _made(kind: type[_Made], step: Mapping[str, Any], place: str) -> _Made:
    known = {one.name for one in fields(kind)}
    values = {}
    for key, value in step.items():
        if key not in known:
            raise ShimError(f"{place}: unknown key `{key}`")
        expected, read = _READERS[key]
        try:
            values[key] = read(value)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ShimError(f"{place}: `{key}` must be {expected}") from None
    return kind(**values)


def _checked(fits: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, bool) or not fits(value):
            raise ValueError(value)
        return value

    return read


def _tool_calls(value: Any) -> tuple[ToolCall, ...]:
    return tuple(_tool_call(**call) for call in value)


def _tool_call(name: str, arguments: Any = None, id: str = "") -> ToolCall:
    if not isinstance(name, str) or not isinstance(id, str):
        raise ValueError(name)
    return ToolCall(name, arguments if isinstance(arguments, str) else json.dumps(arguments or {}), id)


def _usage(value: Any) -> Usage:
    return Usage(*(_count(value[key]) for key in ("prompt_tokens", "completion_tokens")))


def _is_seconds(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 <= value < 1_000_000


def _are_chunks(value: Any) -> bool:
    return isinstance(value, list) and all(chunk is None or isinstance(chunk, str) for chunk in value)


_count = _checked(lambda value: isinstance(value, int) and value >= 0)
_text = "a string", _checked(lambda value: isinstance(value, str))
_seconds = "a number of seconds", _checked(_is_seconds)
_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "match": _text,
    "model": _text,
    "times": ('a positive number or "always"', _checked(lambda v: v == "always" or (isinstance(v, int) and v > 0))),
    "delay": _seconds,
    "text": _text,
    "chunks": ("a list of strings and nulls", _checked(_are_chunks)),
    "tool_calls": ("a list of objects with `name` and `arguments`", _tool_calls),
    "usage": ("an object with `prompt_tokens` and `completion_tokens`", _usage),
    "finish_reason": _text,
    "pace": _seconds,
    "breaks_after": ("a number of chunks", _count),
    "status": ("an HTTP status from 400 to 599", _checked(lambda v: isinstance(v, int) and 400 <= v <= 599)),
    "message": _text,
    "retry_after": _seconds,
}
