import litellm


def setup_tracing() -> None:
    litellm.success_callback = ["langfuse"]


setup_tracing()
