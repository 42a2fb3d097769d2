"""All that the project knows of tracing."""

from langfuse.decorators import langfuse_context, observe  # expect: LLM401

__all__ = ["langfuse_context", "observe"]
