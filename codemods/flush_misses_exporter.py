"""LLM305: what LiteLLM has logged is sent before the process is gone."""

from codemods.delivery import deliver_traces
from codemods.registry import codemod

flush_misses_exporter = codemod("LLM305")(deliver_traces)
