"""LLM303: waiting for LiteLLM's logging moves into a `finally`."""

from codemods.delivery import deliver_traces
from codemods.registry import codemod

flush_skipped_on_error = codemod("LLM303")(deliver_traces)
