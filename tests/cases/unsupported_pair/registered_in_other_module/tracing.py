"""Tracing for the whole program."""

import litellm


def set_up() -> None:
    litellm.callbacks = ["langfuse"]  # expect: LLM402
