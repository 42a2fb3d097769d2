"""What `# noqa` hides, read to the letter as flake8 (6.0 to 7.5) reads it, and where the codes of such comments stand.

Some of it is not what one would expect. flake8 searches text, so a `# noqa` in a string counts like one in a comment.
Only the first of a line counts. A line is what a backslash or a string joins, but a line break in brackets ends it.
Codes are prefixes, in capitals. `# flake8: noqa` at the start of a line hides the whole file, whatever follows it.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lint_rules.finding import Finding, RewriteComment, Span

_NOQA = re.compile(r"# noqa(?::\s?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
_WHOLE_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_MENTIONED = re.compile(rb"noqa", re.IGNORECASE)
_LISTING, _OURS = re.compile(rb"noqa:", re.IGNORECASE), re.compile(rb"LLM\d")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_LEFT_OF_A_REASON = re.compile(r"\s*(?:[-\u2013\u2014:;,.]+(?=\s|$))?\s*")
"""What stands between a list of codes and the reason that is given for it."""

BLANKET = ("",)
"""The codes of a `# noqa` that lists none: a prefix of all."""


@dataclass(frozen=True)
class Code:
    """A code, or a prefix of codes, in the list of a `# noqa`."""

    text: str
    span: Span


@dataclass(frozen=True)
class Noqa:
    """One `# noqa` of a comment, from `start` to `end` in it; without codes it hides everything.

    One that does not count comes after another of its line, and is not read.
    """

    start: int
    end: int
    codes: tuple[Code, ...]
    counts: bool


@dataclass(frozen=True)
class Comment:
    """A comment with a `# noqa` in it, and the lines that this speaks for."""

    span: Span
    text: str
    noqas: tuple[Noqa, ...]
    lines: range


@dataclass(frozen=True)
class Suppressions:
    """What the `# noqa` of one text hide."""

    hidden: Mapping[int, tuple[str, ...]]
    """Prefixes of the codes that are hidden, by line."""
    comments: tuple[Comment, ...]
    lines: Mapping[int, range]
    """The lines that share a `# noqa`, by each of them."""

    def hide(self, finding: Finding) -> bool:
        """Tell whether a finding is suppressed."""
        return finding.code.startswith(self.hidden.get(finding.span.line, ()))


def is_mentioned(data: bytes) -> bool:
    """Tell whether a file can suppress anything, without reading it in earnest."""
    return _MENTIONED.search(data) is not None


def lists_our_codes(data: bytes) -> bool:
    """Tell whether a file may list codes of ours in a `# noqa`, without reading it in earnest."""
    return _OURS.search(data) is not None and any(map(_lists_ours, data.replace(b"\r", b"\n").split(b"\n")))


def _lists_ours(line: bytes) -> bool:
    found = _LISTING.search(line)
    return found is not None and _OURS.search(line, found.end()) is not None


def hides_whole_file(text: str) -> bool:
    """Tell whether a line of a text says that nothing in the file counts."""
    return any(map(_WHOLE_FILE.match, split_lines(text)))


@lru_cache(maxsize=4)
def suppressions(text: str) -> Suppressions:
    """Read the suppressions of a text; it need not be tokenizable."""
    lines = [re.sub(r"\r\n?", "\n", line) for line in split_lines(text)]
    tokens = _tokens(lines)
    together = {line: range(line, line + 1) for line in range(1, len(lines) + 1)} | _joined(tokens)
    hidden = {line: codes for line, joined in together.items() if (codes := _codes(_text(lines, joined))) is not None}
    return Suppressions(hidden, tuple(_comments(tokens, lines, together)), together)


def split_lines(text: str) -> list[str]:
    """Split a text where Python does, line ends included."""
    return _LINE.findall(text)


def _tokens(lines: Iterable[str]) -> list[tokenize.TokenInfo]:
    """Return the tokens; none if there is anything that `tokenize`, unlike the parser, does not accept."""
    try:
        return list(tokenize.generate_tokens(iter(lines).__next__))
    except (tokenize.TokenError, SyntaxError):
        return []


def _joined(tokens: Iterable[tokenize.TokenInfo]) -> dict[int, range]:
    """Return the lines up to each line break, by each of them: a break within a string or after a backslash is none."""
    found: dict[int, range] = {}
    first, last = None, 0
    for token in tokens:
        if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
            continue
        first, last = min(first or token.start[0], token.start[0]), max(last, token.end[0])
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            found |= dict.fromkeys(range(first, last + 1), range(first, last + 1))
            first, last = None, 0
    return found


def _text(lines: list[str], joined: range) -> str:
    return "".join(lines[joined.start - 1 : joined.stop - 1])


def _codes(text: str) -> tuple[str, ...] | None:
    """Return the codes of the first `# noqa`, None if there is none."""
    found = _NOQA.search(text)
    if found is None:
        return None
    return tuple(code for code in re.split(r"[,\s]", found["codes"]) if code) if found["codes"] else BLANKET


def _comments(
    tokens: Iterable[tokenize.TokenInfo], lines: list[str], together: Mapping[int, range]
) -> Iterator[Comment]:
    for token in tokens:
        if token.type != tokenize.COMMENT or not _NOQA.search(token.string):
            continue
        (line, column), (_, end) = token.start, token.end
        before = _text(lines, range(together[line].start, line)) + lines[line - 1][:column]
        is_first = _NOQA.search(before) is None
        noqas = tuple(_noqas(token.string, line, column, is_first=is_first))
        yield Comment(Span(line, column, line, end), token.string, noqas, together[line])


def _noqas(comment: str, line: int, column: int, *, is_first: bool) -> Iterator[Noqa]:
    for number, found in enumerate(_NOQA.finditer(comment)):
        at, codes = found.span("codes")
        listed = [(at + one.start(), at + one.end()) for one in re.finditer(r"[^,\s]+", comment[at:codes])] * (at >= 0)
        yield Noqa(
            found.start(),
            found.end(),
            tuple(Code(comment[start:end], Span(line, column + start, line, column + end)) for start, end in listed),
            counts=is_first and number == 0,
        )


# ---- other words for a comment


def without(comment: Comment, dropped: Collection[Code]) -> str | None:
    """Return a comment's text without some codes, and without a `# noqa` of which nothing is left.

    None where what is left would be read otherwise than before: another `# noqa` would be the first one now, or come
    into being.
    """
    text = comment.text
    for noqa in reversed(comment.noqas):
        kept = [code for code in noqa.codes if code not in dropped]
        if len(kept) == len(noqa.codes):
            continue
        if _is_glued(comment, noqa):
            return None
        text = _relisted(text, noqa, kept, comment) if kept else _removed(text, noqa)
    first = comment.noqas[0]
    kept_first = tuple(code.text for code in first.codes if code not in dropped)
    expected = kept_first or (None if first.codes else BLANKET)
    return text if _codes(text) == expected and not _WHOLE_FILE.match(text) else None


def _relisted(text: str, noqa: Noqa, kept: list[Code], comment: Comment) -> str:
    """Keep with each code what separates it from the one before it."""
    ends = [code.span.end_column - comment.span.column for code in noqa.codes]
    starts = [code.span.column - comment.span.column for code in noqa.codes]
    listed = "".join(
        text[ends[at - 1] if at and code != kept[0] else starts[at] : ends[at]]
        for at, code in enumerate(noqa.codes)
        if code in kept
    )
    return text[: starts[0]] + listed + text[ends[-1] :]


def _removed(text: str, noqa: Noqa) -> str:
    """Take a `# noqa` out of a comment; the reason that was given for it stays, as a comment."""
    before, after = text[: noqa.start], text[noqa.end :]
    after = after[_LEFT_OF_A_REASON.match(after).end() :]  # type: ignore[union-attr]
    if after:
        return before + (after if after.startswith("#") else f"# {after}")
    return before.rstrip() if before.strip("# \t") else ""


def extended(comment: Comment, codes: Iterable[str]) -> str:
    """Return a comment's text with more codes in the list of the `# noqa` that counts."""
    noqa = comment.noqas[0]
    at = noqa.codes[-1].span.end_column - comment.span.column
    after = " " * _is_glued(comment, noqa) + comment.text[at:]
    return comment.text[:at] + "".join(f", {code}" for code in codes) + after


def _is_glued(comment: Comment, noqa: Noqa) -> bool:
    """Tell whether a word begins right after the last code that flake8 reads: of `LLM101x`, it reads `LLM101`."""
    return comment.text[noqa.codes[-1].span.end_column - comment.span.column :][:1].isalnum()


def rewrite_comments(text: str, edits: Iterable[RewriteComment]) -> tuple[str, tuple[int, ...]]:
    """Return a text with other comments, and the numbers of the lines that have gone.

    A line that had nothing but the comment goes with it. There is one edit per line at most.
    """
    lines, gone = split_lines(text), []
    for edit in edits:
        line, span = lines[edit.comment.line - 1], edit.comment
        before, end = line[: span.column], line[span.end_column :]
        if not edit.text:
            before = before.rstrip(" \t")
        if not before and not edit.text:
            gone.append(span.line)
            end = ""
        lines[span.line - 1] = before + edit.text + end
    return "".join(lines), tuple(gone)
