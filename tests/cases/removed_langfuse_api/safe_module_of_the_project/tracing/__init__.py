"""The project's own tracing."""
