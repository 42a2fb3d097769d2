"""LLM302: a sleep gives way to waiting for LiteLLM's logging."""

from codemods.delivery import deliver_traces
from codemods.registry import codemod

sleep_instead_of_flush = codemod("LLM302")(deliver_traces)
