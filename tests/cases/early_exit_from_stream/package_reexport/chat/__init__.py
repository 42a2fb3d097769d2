"""Talking to models."""

from .client import open_stream

__all__ = ["open_stream"]
