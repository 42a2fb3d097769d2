"""How this project used to flush its traces, before it took to LiteLLM's callback."""

from langfuse import Langfuse


def close() -> None:
    Langfuse().flush()
