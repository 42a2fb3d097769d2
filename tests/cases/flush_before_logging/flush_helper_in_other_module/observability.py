from langfuse import Langfuse


def flush_langfuse() -> None:
    Langfuse().flush()
