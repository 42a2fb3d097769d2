"""LLM304: a Langfuse flush waits until LiteLLM has something for it to send."""

from codemods.delivery import deliver_traces
from codemods.registry import codemod

flush_before_logging = codemod("LLM304")(deliver_traces)
