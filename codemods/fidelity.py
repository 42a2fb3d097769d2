"""What LibCST does not print back: a form feed in front of code, and some of the blank lines that end a file.

The user's lines are kept aside and put back.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from codemods.site import Refused

_FORM_FEED = b"\f"


def split_tail(data: bytes) -> tuple[bytes, bytes]:
    """Split off the blank lines that end a file: LibCST drops some of them if the last is not quite empty."""
    code = data.rstrip(b" \t\f\r\n")
    if code.endswith(b"\\"):
        return data, b""
    end = data.find(b"\n", len(code)) + 1 or len(code)
    return data[:end], data[end:]


def lost_lines(data: bytes, printed: bytes) -> dict[int, bytes]:
    """Return the lines of `data` (counted from 0) that LibCST, unasked, prints otherwise.

    Only form feeds are known to get lost; a file that changes in any other way is refused.
    """
    theirs, ours = data.split(b"\n"), printed.split(b"\n")
    if data.replace(_FORM_FEED, b"") != printed.replace(_FORM_FEED, b"") or len(theirs) != len(ours):
        raise Refused("LibCST cannot print this file back byte for byte")
    return {number: line for number, line in enumerate(theirs) if line != ours[number]}


def lost_columns(lost: dict[int, bytes], printed: bytes) -> dict[int, int]:
    """Return, for each line (counted from 1), how many columns further left its code stands in LibCST's eyes."""
    ours = printed.split(b"\n")
    return {number + 1: len(line) - len(ours[number]) for number, line in lost.items()}


def put_back(rewritten: bytes, *, lost: dict[int, bytes], printed: bytes) -> bytes:
    """Give the user's `lost` lines back to `rewritten`, a rewrite of the file that LibCST prints as `printed`."""
    if not lost:
        return rewritten
    lines = rewritten.split(b"\n")
    matches = SequenceMatcher(None, printed.split(b"\n"), lines, autojunk=False).get_matching_blocks()
    now_at = {match.a + i: match.b + i for match in matches for i in range(match.size)}
    if not lost.keys() <= now_at.keys():
        raise Refused("a form feed stands in front of a line that the fix rewrites")
    for number, line in lost.items():
        lines[now_at[number]] = line
    return b"\n".join(lines)
