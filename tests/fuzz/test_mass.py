"""`make mass`, the short form: a folder of the standard library, and a tree in which something goes wrong."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from . import mass, rounds

LOSS = '''\
import litellm


async def ask():
    """Ask."""
    async for chunk in await litellm.acompletion(model="m", messages=[], stream=True):
        print("" + chunk.choices[0].delta.content)
'''


def test_real_code_is_unhurt(capsys: pytest.CaptureFixture[str]) -> None:
    assert mass.main([str(Path(html.__file__).parent), "--most", "2", "--largest", "9000", "--jobs", "1"]) == 0
    told = capsys.readouterr().out
    assert re.match(r"html: \d+ files \(\d+ compile\), 0 fixed in 0 files, 0 left, 0 failed\n", told)
    assert int(re.search(r"planted: (\d+) times: contents: findings fixed", told)[1]) > 0  # type: ignore[index]
    assert "HARM" not in told


def test_what_is_found_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loss.py").write_text(LOSS, encoding="utf-8")
    (tmp_path / "broken.py").write_text(LOSS + "def\n", encoding="utf-8")
    assert mass.main([str(tmp_path), "--planted", "no"]) == 0
    told = capsys.readouterr().out
    assert "2 files (1 compile), 1 fixed in 1 files, 0 left, 1 failed\n    failed: 1 times: cannot be parsed: " in told
    assert (tmp_path / "loss.py").read_text(encoding="utf-8") == LOSS, "only a copy is fixed"


def test_harm_is_told_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "loop.py").write_text('def f(x):\n    for y in x:\n        print("" + y)\n', encoding="utf-8")
    monkeypatch.setattr(rounds, "fix_source", _spoiling(rounds.fix_source))
    assert mass.main([str(tmp_path), "--planted", "only", "--jobs", "1"]) == 1
    assert "HARM: " in capsys.readouterr().out


def _spoiling(fix_source):  # type: ignore[no-untyped-def]
    """Fix as ever, and take the last line away."""

    def spoiled(data, todo, *, check):  # type: ignore[no-untyped-def]
        step = fix_source(data, todo, check=check)
        return type(step)(step.data.rstrip(b"\n").rpartition(b"\n")[0] + b"\n    pass\n", step.fixed, step.problem)

    return spoiled
