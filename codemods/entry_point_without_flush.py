"""LLM301: an async entry point awaits the delivery of its traces before it ends."""

from codemods.delivery import deliver_traces
from codemods.registry import codemod

entry_point_without_flush = codemod("LLM301")(deliver_traces)
