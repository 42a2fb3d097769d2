"""The canary's own program: one LiteLLM call, delivered to Langfuse the way the installed LiteLLM needs it.

It runs by its source (`python -c`) in the interpreter and the environment that it checks, so it imports nothing of this
project. Its two arguments are a JSON object (`callback`, `marker`, `name`, `user`, `seconds`) and the file to which it
adds one JSON object per line: what it is about to do, what was logged, what failed. The model is LiteLLM's own
`mock_response`: the logging around a call is the same as for a provider's answer, and neither a key nor a proxy setting
of the deployment can come in between. The model's name is one that has no price, so that nobody's costs change.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import logging
import os
import sys
import threading
import time
from importlib import metadata
from pathlib import Path
from typing import Any

JOIN = 0.05
"""Seconds that a flush gets when no time is left."""
MARGIN = 2.0
"""Seconds after which the program ends itself when its time is up."""


def note(**facts: object) -> None:
    """Add what is known now to the file that the parent reads."""
    with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(facts, default=str) + "\n")


class Listener(logging.Handler):
    """Passes on what is logged as an error or a warning, by whomever."""

    def emit(self, record: logging.LogRecord) -> None:
        """Note one record."""
        note(log=record.getMessage(), logger=record.name, level=record.levelname)


def version(package: str) -> str:
    """Return an installed distribution's version; an empty text if there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def has(module: str) -> bool:
    """Tell whether a module is installed, without running it (its packages do run)."""
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def numbers(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version."""
    parts = text.split(".")[:2]
    return tuple(int(part) for part in parts if part.isdigit())


def supported(langfuse: str, own_sdk: bool, otel: bool) -> str:
    """Choose the callback that works with this pair; where none does, the one whose error says why.

    Measured: the "langfuse" callback works with langfuse 2 up to litellm 1.103, and with langfuse >= 4.7, < 5 since
    litellm 1.104, which brought `integrations/langfuse/langfuse_sdk.py`; anything else needs "langfuse_otel".
    """
    native = (4, 7) <= numbers(langfuse) < (5,) if own_sdk else numbers(langfuse)[:1] == (2,)
    return "langfuse_otel" if otel and not native else "langfuse"


async def call(options: dict[str, Any]) -> None:
    """Make the call, and wait in its own event loop until LiteLLM has handed it to the exporter."""
    import litellm  # noqa: PLC0415

    await litellm.acompletion(
        model="openai/flake8-litellm-canary",
        messages=[{"role": "user", "content": f"canary {options['marker']}"}],
        mock_response=f"canary {options['marker']}",
        metadata={
            "trace_id": options["marker"],
            "trace_name": options["name"],
            "generation_name": options["name"],
            "trace_user_id": options["user"],
            "tags": [options["user"]],
        },
    )
    note(called=time.time())
    await handed_over(options["seconds"])


async def handed_over(seconds: float) -> None:
    """Let LiteLLM's own tasks and, since litellm 1.76, its logging worker finish."""
    name = "litellm.litellm_core_utils.logging_worker"
    worker: Any = importlib.import_module(name).GLOBAL_LOGGING_WORKER if has(name) else None
    for _ in range(2):
        # Without this turn of the loop the task that queues the log has not started, and a flush has nothing to do.
        await asyncio.sleep(0)
        apart = (asyncio.current_task(), getattr(worker, "_worker_task", None))
        rest = [task for task in asyncio.all_tasks() if task not in apart]
        if rest:
            await asyncio.wait(rest, timeout=seconds)
        if worker is not None:
            await asyncio.wait_for(worker.flush(), seconds)


def exporters(callback: str) -> list[Any]:
    """Return the flush of every exporter that the callback may use: none of them is reached by Langfuse's own."""
    import litellm  # noqa: PLC0415

    found = []
    lists = ("_async_success_callback", "success_callback", "callbacks")
    for logger in [item for name in lists for item in getattr(litellm, name, [])]:
        found.append(getattr(getattr(logger, "Langfuse", None), "flush", None))
        providers = [getattr(item, "provider", item) for item in getattr(logger, "_tracer_provider_cache", {}).values()]
        found.extend(getattr(provider, "force_flush", None) for provider in providers)
    if callback == "langfuse" and has("litellm.integrations.langfuse.langfuse_sdk"):
        from litellm.integrations.langfuse.langfuse_sdk import flush_langfuse_tracing  # noqa: PLC0415

        found.append(flush_langfuse_tracing)
    if callback == "langfuse_otel" and has("opentelemetry.trace"):
        from opentelemetry import trace  # noqa: PLC0415

        found.append(getattr(trace.get_tracer_provider(), "force_flush", None))
    return [flush for flush in found if flush is not None]


def misdirected(callback: str, own_sdk: bool) -> str:
    """Say where the callback would send instead, if the address that is configured is one it does not read."""
    reads = {"langfuse": ["LANGFUSE_HOST"], "langfuse_otel": ["LANGFUSE_OTEL_HOST", "LANGFUSE_HOST"]}[callback]
    if callback == "langfuse" and own_sdk:
        reads.append("LANGFUSE_BASE_URL")
    if not os.environ.get("LANGFUSE_BASE_URL") or any(os.environ.get(name) for name in reads):
        return ""
    cloud = "us.cloud.langfuse.com" if callback == "langfuse_otel" else "cloud.langfuse.com"
    return f'"{callback}" of this LiteLLM does not read LANGFUSE_BASE_URL and would send to {cloud}: set LANGFUSE_HOST'


def prepare(chosen: str | None) -> str:
    """Import LiteLLM, note what is installed, register the callback and return its name; an empty text, with a note why
    not, if there is nothing to register.
    """
    if not has("litellm"):
        note(misconfigured="LiteLLM is not installed for this Python")
        return ""
    import litellm  # noqa: PLC0415

    own_sdk = has("litellm.integrations.langfuse.langfuse_sdk")
    otel = has("litellm.integrations.langfuse.langfuse_otel")
    callback = chosen or supported(version("langfuse"), own_sdk, otel)
    note(callback=callback, litellm=version("litellm"), langfuse=version("langfuse"))
    if wrong := misdirected(callback, own_sdk):
        note(misconfigured=wrong)
        return ""
    if callback == "langfuse_otel" and not otel:
        note(raised='this LiteLLM has no "langfuse_otel" callback and would ignore the name without a word')
        return ""
    litellm.success_callback = [callback]
    litellm.failure_callback = [callback]
    return callback


def listen() -> None:
    """Note what is logged as a warning or an error, by loggers that keep their records from the root logger, too."""
    handler = Listener(logging.WARNING)
    logging.getLogger().addHandler(handler)
    for name in ("LiteLLM", "langfuse"):
        if not logging.getLogger(name).propagate:
            logging.getLogger(name).addHandler(handler)


def flush(callback: str, seconds: float) -> None:
    """Flush every exporter side by side, for at most `seconds`: a flush may block for as long as Langfuse hangs."""
    deadline = time.monotonic() + seconds
    threads = [threading.Thread(target=flush, daemon=True) for flush in exporters(callback)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(JOIN, deadline - time.monotonic()))


def main() -> None:
    """Make the call and deliver it, noting what goes wrong."""
    options = json.loads(sys.argv[1])
    # Alone, if the parent was killed, it would stay for as long as Langfuse hangs: in its flush or in its exit.
    watchdog = threading.Timer(options["seconds"] + MARGIN, os._exit, [1])
    watchdog.daemon = True
    watchdog.start()
    try:
        callback = prepare(options["callback"])
        if callback:
            listen()
            asyncio.run(call(options))
            flush(callback, options["seconds"])
    except Exception as error:  # whatever it is, it is what this program is for
        note(raised=f"{type(error).__name__}: {error}")
    note(finished=True)


if __name__ == "__main__":
    main()
