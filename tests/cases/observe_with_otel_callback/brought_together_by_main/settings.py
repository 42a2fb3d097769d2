"""What the whole program shares."""

import litellm

litellm.callbacks = ["langfuse_otel"]  # expect: LLM403
