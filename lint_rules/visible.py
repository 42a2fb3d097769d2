"""Text that can be shown: what cannot be seen, or not be written, is spelled out."""

from __future__ import annotations

import re

_UNWRITABLE = re.compile("[\ud800-\udfff]")
"""Lone surrogates: of a file name, the bytes that are not UTF-8."""


def printable(text: str) -> str:
    """Return a path or a line of source with what cannot be seen spelled out, so that it cannot drive a terminal,
    forge a line or turn the text around it."""
    return "".join(character if character.isprintable() else spelled(character) for character in text)


def encodable(text: str) -> str:
    """Return text for a machine: as it is, but for what UTF-8 has no way to write."""
    return _UNWRITABLE.sub(lambda found: spelled(found[0]), text)


def spelled(character: str) -> str:
    """Return a character as Python would write it; of a byte of a file name that is not UTF-8, that byte."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
