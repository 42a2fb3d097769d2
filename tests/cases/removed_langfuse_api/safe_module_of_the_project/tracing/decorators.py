"""Named like Langfuse's, and nothing of it."""


class Context:
    def flush(self) -> None:
        print("flushed")


langfuse_context = Context()


def observe(function):
    return function
