"""A command line may hold keys, and a report is handed around: what looks like one is not shown."""

from __future__ import annotations

import pytest

from lint_rules.shim.escape import masked


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("sk-proj-0123456789", "***"),
        ("--key=sk-lf-0123-4567", "--key=***"),
        ("pk-lf-0123456789", "***"),
        ("https://user:secret@host/path", "https://***@host/path"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("task-runner-of-mine.py", "task-runner-of-mine.py"),
        ("https://host:8080/a@b", "https://host:8080/a@b"),
    ],
)
def test_what_looks_like_a_key_is_masked(word: str, shown: str) -> None:
    assert masked(word) == shown
