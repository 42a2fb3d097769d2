"""What docs/formats.md shows is what the command prints; `python -m tests.cli.test_formats_page` renders it anew."""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

from lint_rules.__main__ import main
from lint_rules.report import formats

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
EXAMPLE = re.compile(r"<!-- example: (?P<name>[\w-]+) -->\n(?P<fence>```\w+\n)(?P<text>.*?)```\n", re.DOTALL)


def printed(program: str, *options: str) -> str:
    """Return what the command prints for the program of the page."""
    out, before = io.StringIO(), Path.cwd()
    environment = {name: value for name, value in os.environ.items() if not re.match("GITHUB_|CI_|FORCE_COLOR", name)}
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(out), patch.dict(os.environ, environment, clear=True):
        os.chdir(folder)
        try:
            Path("chat.py").write_text(program, encoding="utf-8")
            main(["--target=litellm==1.106.2,langfuse==4.18.0", *options, "chat.py"])
        finally:
            os.chdir(before)
    return out.getvalue()


def first_of(text: str, take: Callable[[object], object]) -> str:
    return json.dumps(take(json.loads(text)), indent=2) + "\n"


def rendered(name: str, program: str) -> str:
    """Return an example; of a list of JSON the first entry is enough."""
    if name == "program":
        return program
    if name.startswith("statistics"):
        return printed(program, "--statistics", *(["--format=json"] if name.endswith("json") else []))
    text = printed(program, f"--format={name}")
    if name == "sarif":
        return first_of(text, lambda log: log["runs"][0]["results"][0])
    return first_of(text, lambda entries: entries[:1]) if name in ("json", "gitlab") else text


def examples() -> dict[str, str]:
    return {found["name"]: found["text"] for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))}


def test_every_format_has_an_example() -> None:
    assert sorted(examples()) == sorted([*formats(), "program", "statistics", "statistics-json"])


def test_the_examples_are_true() -> None:
    shown = examples()
    told = "python -m tests.cli.test_formats_page renders them anew"
    assert shown == {name: rendered(name, shown["program"]) for name in shown}, told


def test_every_format_and_field_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in formats() if f"\n| `{name}`" not in page] == []
    [entry] = json.loads(examples()["json"])
    fields = [*entry, *(f"fix.{name}" for name in entry["fix"])]
    rows = [line.partition(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    assert [name for name in fields if not any(f"`{name}`" in row for row in rows)] == []
    assert set(entry["fix"]["edits"][0]) == {"line", "column", "end_line", "end_column", "text"}


if __name__ == "__main__":
    whole = PAGE.read_text(encoding="utf-8")
    source = examples()["program"]
    whole = EXAMPLE.sub(
        lambda found: f"<!-- example: {found['name']} -->\n{found['fence']}{rendered(found['name'], source)}```\n",
        whole,
    )
    PAGE.write_text(whole, encoding="utf-8")
