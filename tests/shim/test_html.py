"""The page of a run: what it says, that nothing of the program's gets through unescaped, and how a browser takes it."""

from __future__ import annotations

import html
import json
import math
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from lint_rules.shim.escape import esc, visible, xml_text
from lint_rules.shim.html import page
from lint_rules.shim.marks import mark_of
from lint_rules.shim.scale import scale
from lint_rules.shim.timeline import LANES_SHOWN, flushes, thinned, ticks_of
from lint_rules.shim.verdict import CallVerdict, Moment, MomentKind, RunReport

from . import samples

STYLE = Path(__file__).parents[2] / "lint_rules" / "shim" / "report.css"
VOID = {"meta", "link", "br", "img", "input"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Reader(HTMLParser):
    """Read a page strictly: every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def plain(report: RunReport) -> str:
    """Return the words of the page."""
    body = page(report).partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_it_says_what_became_of_the_calls() -> None:
    text = plain(samples.mixed())
    for words in (
        "lost 4 of 6 calls did not arrive as they should.",
        "python -m app.main --customers 'two words'",
        "6 all 2 lost 1 partial 1 duplicated 1 failed 1 delivered",
        "abandoned stream LLM101",
        "9 received of 14 sent of 20 chunks, not read to its end; the program hung up",
        "left app/chat.py:58 break",
        "chunks: 9 sent, 9 received",
        "log cancelled app/worker.py:40 at loop close",
        "api.example.com:443 tried 3\N{MULTIPLICATION SIGN} by program at app/tools.py:12",
        "2\N{MULTIPLICATION SIGN} mock_response or a cache at app/cache.py:9",
        "warm-up gpt-4o-mini",
        "langfuse: Failed to export span batch code: 500",
        "tracker: litellm.main has no acompletion",
        "stderr, 26 characters",
        "HTTP 429",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"calls": ()}, "no-calls The program made no model call."),
        ({"calls": (), "exit_code": 1}, "crashed The program failed."),
        ({"calls": (samples.delivered(),)}, "delivered The call arrived whole, once."),
        ({"calls": (samples.delivered(), samples.delivered(6))}, "delivered All 2 calls arrived whole, once."),
        ({"timed_out": True, "exit_code": None}, "hung The program hung and was killed. 4 of 6 calls"),
        ({"calls": (samples.cancelled(),)}, "lost 1 of 1 call did not arrive as it should."),
    ],
)
def test_the_headline(changes: Mapping[str, Any], words: str) -> None:
    assert words in plain(replace(samples.mixed(), **changes))


def test_a_report_without_moments_has_no_timeline() -> None:
    calls = tuple(replace(call, moments=()) for call in samples.mixed().calls)
    text = plain(replace(samples.mixed(), calls=calls, moments=(), processes=()))
    assert "No moments were recorded in this run" in text


def test_calls_with_few_moments_or_none_have_their_lanes() -> None:
    mixed = samples.mixed()
    for call in mixed.calls:
        for count in range(len(call.moments) + 1):
            text = page(replace(mixed, calls=(replace(call, moments=call.moments[:count]), *mixed.calls[1:])))
            assert ("no moments recorded" in text) == (count == 0)


@pytest.mark.parametrize(
    "report", [samples.mixed(), samples.hostile(), samples.many(50)], ids=["mixed", "hostile", "many"]
)
def test_it_is_well_formed_and_needs_nothing(report: RunReport) -> None:
    tags = Reader(page(report)).tags
    assert {tag for tag, _ in tags} & {"script", "iframe", "object", "embed", "img", "base", "form"} == set()
    for _, attributes in tags:
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        assert (attributes.get("href") or "#").startswith(("#", "data:,"))
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"] for tag, attributes in tags if tag in ("use", "a")} <= {f"#{one}" for one in ids}


def test_nothing_hostile_gets_through() -> None:
    text = page(samples.hostile())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    assert "<img" not in text and "</script" not in text and "\\u202e" in text and "\\x1b[31m" in text
    text.encode("utf-8")


def test_what_a_reader_would_not_see_is_spelled_out() -> None:
    assert visible("a\r\nb\rc\td") == "a\nb\nc\td"
    assert visible("\x1b\x7f\x85\u200b\ufeff\ud800\U000e0041") == "\\x1b\\x7f\\x85\\u200b\\ufeff\\ud800\\U000e0041"
    assert esc("<&'\">") == "&lt;&amp;&#x27;&quot;&gt;"
    assert xml_text("a\x00\x0b\x1b\ud800\ufffe\uffff\tb\U0001f600") == "a\tb\U0001f600"


def test_every_kind_of_moment_has_its_mark() -> None:
    for kind in get_args(MomentKind):
        assert mark_of(kind)[1]


def test_many_calls_make_a_page_of_sane_size() -> None:
    text = page(samples.many())
    assert len(text) < 3_000_000
    assert f"<summary>{500 - LANES_SHOWN} more calls</summary>" in text
    assert f"At most {ticks_of(500)} chunk ticks are drawn in a row" in text
    assert "the model sent 1014 chunks, 40 of them drawn" in text


def test_output_is_cut_from_the_front() -> None:
    text = page(replace(samples.mixed(), stderr="x" * 1_000_000 + "the end"))
    assert "1,000,007 characters, the first 960,007 left out" in text and "the end</pre>" in text
    assert len(text) < 150_000


def test_ticks_are_thinned_evenly_with_both_ends() -> None:
    moments = [Moment(float(at), "sent") for at in range(1000)]
    drawn = [moment.at for moment in thinned(moments, 10)]
    assert (drawn[0], drawn[-1], len(drawn)) == (0.0, 999.0, 10)
    assert thinned(moments[:10], 10) == moments[:10]


def test_flushes_are_paired_within_their_process() -> None:
    began, other = Moment(1.0, "flush began", pid=1), Moment(1.5, "flush began", pid=2)
    assert flushes([began, other, Moment(2.0, "flush ended", pid=1)], 9.0) == [(began, 2.0), (other, 9.0)]


def test_quiet_stretches_are_folded() -> None:
    axis = scale([2.4, 2.5, 2.6, 9.0, 9.1], 9.2)
    assert len(axis.folds) == 2
    assert axis.x(2.6) - axis.x(2.4) > 20
    places = [axis.x(at / 10) for at in range(93)]
    assert places == sorted(places) and places[0] == pytest.approx(1) and places[-1] == pytest.approx(99)


@pytest.mark.parametrize(
    "times", [[], [0.0], [float("nan"), float("inf"), -1.0], [0.5] * 9, [n / 10 for n in range(100)]]
)
def test_an_axis_of_anything_is_an_axis(times: list[float]) -> None:
    for end in (0.0, 1.0, 3600.0):
        axis = scale(times, end)
        assert all(1 <= axis.x(at) <= 99 for at in (*times, end) if not math.isnan(at))
        assert 1 <= len(axis.ticks()) <= 20


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` or `#rgb`, as WCAG has it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_everything_can_be_read(scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", blocks[scheme]))
    words = [(text, ground) for text in ("text", "soft") for ground in ("page", "card", "plain-tint")]
    words += [(verdict, f"{verdict}-tint") for verdict in get_args(CallVerdict)]
    words += [(verdict, "card") for verdict in get_args(CallVerdict)]
    marks = [(mark, "card") for mark in ("model", "program", "log", "run")]
    too_pale = [pair for pair in words if contrast(*(colours[one] for one in pair)) < 4.5]
    assert too_pale + [pair for pair in marks if contrast(*(colours[one] for one in pair)) < 3] == []


FRAMES = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">%s<script>
onload = () => {
  const seen = [...document.querySelectorAll("iframe")].map((frame) => {
    const root = frame.contentDocument.documentElement;
    const timeline = frame.contentDocument.querySelector(".timeline");
    const wide = [...root.querySelectorAll("body *")].filter((one) => !one.closest("svg, pre")
      && one.getBoundingClientRect().right > root.clientWidth + 0.5);
    return {
      name: frame.title, width: root.clientWidth, content: root.scrollWidth, height: root.scrollHeight,
      wide: wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 80)), timeline: timeline.clientHeight,
      loaded: frame.contentWindow.performance.getEntriesByType("resource").map((one) => one.name),
      background: frame.contentWindow.getComputedStyle(root.querySelector("body")).backgroundColor,
      scripts: root.querySelectorAll("script, img").length,
    };
  });
  document.body.innerHTML = "<pre id=seen></pre>";
  document.getElementById("seen").textContent = JSON.stringify(seen);
};
</script>"""


def chromium(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    quiet = "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", *quiet.split(), "--enable-logging=stderr"]
    command += [f"--user-data-dir={folder / 'profile'}", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
@pytest.mark.parametrize(("scheme", "setting"), [("light", 1), ("dark", 0)])
def test_a_browser_shows_it_whole_at_every_width(scheme: str, setting: int, tmp_path: Path) -> None:
    reports = {"mixed": samples.mixed(), "hostile": samples.hostile(), "many": samples.many(120)}
    frames = "".join(
        f'<iframe title="{name} {width}" width="{width}" height="900" srcdoc="{html.escape(page(report))}"></iframe>'
        for name, report in reports.items()
        for width in (320, 360, 760, 1600)
    )
    (tmp_path / "frames.html").write_text(FRAMES % frames, encoding="utf-8")
    done = chromium(
        tmp_path,
        f"--blink-settings=preferredColorScheme={setting}",
        "--dump-dom",
        (tmp_path / "frames.html").as_uri(),
    )
    assert "CONSOLE" not in done.stderr
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    seen = json.loads(html.unescape(found[1]))
    assert len(seen) == len(reports) * 4
    for one in seen:
        assert one["content"] <= one["width"], one
        assert one["wide"] == [] and one["loaded"] == [] and one["scripts"] == 0, one
        assert one["timeline"] > 200
        assert one["background"] == {"light": "rgb(246, 247, 249)", "dark": "rgb(16, 20, 26)"}[scheme]
