"""Text of the program, made fit for a page or an XML file. It is hostile until proven otherwise."""

from __future__ import annotations

import html
import re

_LINE_ENDS = re.compile(r"\r\n?")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
    "|[\ud800-\udfff]"
)
"""Controls, what is not drawn, what turns the direction of the text around, and lone surrogates."""
_ILLEGAL_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:sk|pk)-[\w-]{6,}|(?<=://)[^/@\s]{1,200}:[^/@\s]{1,200}(?=@)|(?<=Bearer )[^\s'\"]+"
)
_COLOURS = re.compile("\x1b\\[[0-9;:?]*[ -/]*[@-~]")
"""What terminals take for a colour or a movement, and what would only be noise elsewhere."""


def visible(text: str) -> str:
    """Return `text` with every character that a reader would not see, or be fooled by, spelled out."""
    return _UNSEEN.sub(_spelled, _LINE_ENDS.sub("\n", text))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def uncoloured(text: str) -> str:
    """Return what a program printed without the sequences that only a terminal understands."""
    return _COLOURS.sub("", text)


def esc(text: object) -> str:
    """Return `text` for use in an HTML page, between tags or in a quoted attribute."""
    return html.escape(visible(str(text)), quote=True)


def masked(text: str) -> str:
    """Return (a word of) a command line without what looks like a key, a token or a password in an address."""
    return _SECRET.sub("***", text)


def xml_text(text: str) -> str:
    """Return `text` without the characters that XML 1.0 has no way to write."""
    return _ILLEGAL_XML.sub("", text)
