"""The pairs of SDKs that the case programs know by name."""

PAIRS = {
    "default": ("litellm==1.106.2", "langfuse==4.18.0"),
    "otel": ("litellm==1.106.2", "langfuse==5.0.4"),
    "legacy": ("litellm==1.77.7", "langfuse==2.60.10"),
}
