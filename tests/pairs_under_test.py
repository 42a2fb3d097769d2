"""The pairs of SDK versions that the cases are held against, by name."""

from __future__ import annotations

import argparse
import re

PAIRS = {
    "default": ("litellm==1.106.2", "langfuse==4.18.0"),
    "otel": ("litellm==1.106.2", "langfuse==5.0.4"),
    "legacy": ("litellm==1.77.7", "langfuse==2.60.10"),
}


def pair_name(text: str) -> str:
    """Check the name of a pair: one of `PAIRS`, or any two versions, as in 1.85.7+3.15.0."""
    if text in PAIRS or re.fullmatch(r"[\d.]+\+[\d.]+", text):
        return text
    raise argparse.ArgumentTypeError(f"neither {', '.join(PAIRS)} nor litellm+langfuse versions: {text}")
