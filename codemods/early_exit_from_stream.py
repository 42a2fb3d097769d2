"""LLM101: an early exit from an async stream runs or drains the stream to its end."""

from codemods.drain import leave_stream_at_its_end
from codemods.registry import codemod

early_exit_from_stream = codemod("LLM101")(leave_stream_at_its_end)
