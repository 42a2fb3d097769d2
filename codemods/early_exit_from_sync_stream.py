"""LLM102: the sync twin of LLM101; the drain is a plain `for`."""

from codemods.drain import leave_stream_at_its_end
from codemods.registry import codemod

early_exit_from_sync_stream = codemod("LLM102")(leave_stream_at_its_end)
