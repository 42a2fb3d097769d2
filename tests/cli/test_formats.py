"""Every format, as its reader gets it: through the command, from real programs, with hostile names and sources."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest

from lint_rules.__main__ import main
from lint_rules.report import formats
from lint_rules.report.markdown import marked_up
from lint_rules.rules import all_rules

LOSS = """\
import litellm


async def ask(wanted):
    text = ""
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for chunk in response:
        text += chunk.choices[0].delta.content
        if wanted(chunk):
            break
    return text


async def first():
    response = await litellm.acompletion(model="m", messages=[], stream=True)
    async for naïve in response: return naïve  # 日本
"""
UNREAD = "import litellm\n\nresponse = litellm.completion(model='m', messages=[], stream=True)\n"
BAD = "import litellm\n\nasync def f(:\n"
FOUND = [("LLM201", 8), ("LLM101", 10), ("LLM101", 16)]
SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
PLAIN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("GITHUB_", "CI_")) and name not in ("NO_COLOR", "FORCE_COLOR")
}


def lint(*arguments: str, cwd: Path, env: dict[str, str] | None = None, code: int = 1, err: str = "") -> str:
    """Run the command in this process, which is quicker, and return what it prints."""
    out, told = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    before = Path.cwd()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(told):
        patch.chdir(cwd)
        for name in {name for name in os.environ if name not in PLAIN}:
            patch.delenv(name)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        try:
            status = main(["--target=litellm==1.106.2,langfuse==4.18.0", *arguments])
        except SystemExit as leave:
            status = leave.code
    assert (status, told.getvalue(), Path.cwd()) == (code, err, before)
    out.seek(0)
    return out.read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("clean.py", "import litellm\n"), ("app/loss.py", LOSS), ("app/unread.py", UNREAD)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def data_of(text: str) -> Any:
    """Read JSON as strictly as the strictest reader: without lone surrogates."""
    text.encode("ascii")
    data = json.loads(text)
    json.dumps(data, ensure_ascii=False).encode("utf-8")
    return data


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """Do what an editor does."""
    lines = text.split("\n")
    for edit in reversed(edits):
        before = lines[edit["line"] - 1][: edit["column"] - 1]
        after = lines[edit["end_line"] - 1][edit["end_column"] - 1 :]
        lines[edit["line"] - 1 : edit["end_line"]] = (before + edit["text"] + after).split("\n")
    return "\n".join(lines)


# ---- for people


def test_text_shows_the_source_and_what_to_do(folder: Path) -> None:
    safe, unsafe, _, by_hand = lint("app", cwd=folder).split("\n\n")
    assert safe.splitlines()[1:] == [
        "  |",
        "8 |         text += chunk.choices[0].delta.content",
        "  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  = help: fixed by python -m lint_rules.fix",
    ]
    assert safe.startswith("app/loss.py:8:9: LLM201 `chunk.choices[0].delta.content` may be None")
    assert unsafe.splitlines()[1:] == [
        "   |",
        "10 |             break",
        "   |             ^^^^^",
        "   = help: fixed by python -m lint_rules.fix --unsafe-fixes",
    ]
    page = "https://github.com/flake8-litellm/flake8-litellm/blob/main/docs/rules/LLM104.md"
    assert by_hand.splitlines()[-1] == f"  = help: needs a hand: {page}"


def test_text_is_the_default_and_its_first_lines_are_the_concise_ones(folder: Path) -> None:
    text = lint("app", cwd=folder)
    assert text == lint("--format", "text", "app", cwd=folder)
    assert [part.splitlines()[0] for part in text.split("\n\n")] == lint(
        "--format", "concise", "app", cwd=folder
    ).splitlines()


def test_source_cannot_drive_the_terminal(folder: Path) -> None:
    source = LOSS.replace("return naïve  # 日本", "return '\x1b]0;gotcha\x07\u202e'")
    (folder / "app/loss.py").write_text(source, encoding="utf-8")
    text = lint("app/loss.py", cwd=folder)
    assert r"return '\x1b]0;gotcha\x07\u202e'" in text
    assert "\x1b" not in text and "\u202e" not in text


def test_colours_surround_the_same_text(folder: Path) -> None:
    plain = lint("app", cwd=folder)
    coloured = lint("--color", "always", "app", cwd=folder)
    assert "\x1b[1;31mLLM101\x1b[0m" in coloured
    assert "".join(part.partition("m")[2] for part in ("m" + coloured).split("\x1b[")) == plain


@pytest.mark.parametrize(
    ("options", "environment", "colour"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        (("--color=always",), {"NO_COLOR": "1", "TERM": "dumb"}, True),
        (("--color=never",), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_who_decides_about_colours_of_a_pipe(
    folder: Path, options: tuple[str, ...], environment: dict[str, str], colour: bool
) -> None:
    for name in ("text", "concise"):
        assert ("\x1b[" in lint("--format", name, *options, "app", cwd=folder, env=environment)) is colour


@pytest.mark.parametrize("name", sorted(set(formats()) - {"text", "concise"}))
def test_formats_for_machines_have_no_colours(folder: Path, name: str) -> None:
    assert "\x1b" not in lint("--format", name, "--color", "always", "app", cwd=folder)


# ---- JSON


def test_json_has_the_fix_as_edits(folder: Path) -> None:
    entries = data_of(lint("--format", "json", "app/loss.py", cwd=folder))
    assert [(entry["code"], entry["line"]) for entry in entries] == FOUND
    first = entries[0]
    assert (first["name"], first["path"]) == ("unguarded-delta-content", "app/loss.py")
    assert first["url"].endswith("/docs/rules/LLM201.md")
    assert first["fix"] == {
        "applicability": "safe",
        "edits": [{"line": 8, "column": 47, "end_line": 8, "end_column": 47, "text": ' or ""'}],
    }


def test_the_edits_of_each_finding_are_its_fix(folder: Path) -> None:
    entries = data_of(lint("--format", "json", "app/loss.py", cwd=folder))
    for entry in entries:
        (folder / "edited.py").write_text(applied(LOSS, entry["fix"]["edits"]), encoding="utf-8")
        left = data_of(lint("--format", "json", "edited.py", cwd=folder))
        assert len(left) == len(entries) - 1
    command = [sys.executable, "-m", "lint_rules.fix", "app/loss.py", "--select", "LLM201"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    assert (folder / "app/loss.py").read_text(encoding="utf-8") == applied(LOSS, entries[0]["fix"]["edits"])


def test_json_says_what_has_no_fix(folder: Path) -> None:
    [entry] = data_of(lint("--format", "json", "app/unread.py", cwd=folder))
    assert (entry["code"], entry["fix"]) == ("LLM104", None)


def test_json_lines_are_the_entries_of_json(folder: Path) -> None:
    lines = lint("--format", "json-lines", ".", cwd=folder).splitlines()
    assert [data_of(line) for line in lines] == data_of(lint("--format", "json", ".", cwd=folder))
    assert len(lines) == 4


# ---- SARIF


def sarif(*arguments: str, cwd: Path, code: int = 1, err: str = "") -> dict[str, Any]:
    """Return the one run of a log that holds to the schema of the standard."""
    log = data_of(lint("--format", "sarif", *arguments, cwd=cwd, code=code, err=err))
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)
    [run] = log["runs"]
    return dict(run)


def test_the_schema_refuses_what_is_no_sarif() -> None:
    jsonschema.Draft4Validator.check_schema(SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_sarif_lists_every_rule_with_its_manual(folder: Path) -> None:
    driver = sarif("clean.py", cwd=folder, code=0)["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in all_rules()]
    for known, rule in zip(driver["rules"], all_rules(), strict=True):
        assert known["helpUri"] == rule.url
        assert known["help"]["markdown"] == rule.manual
        assert known["shortDescription"]["text"] == rule.summary
        assert known["fullDescription"]["text"].startswith("Reports ")
        assert known["defaultConfiguration"]["enabled"] is rule.default


def test_sarif_results(folder: Path) -> None:
    run = sarif(".", cwd=folder)
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == folder.as_uri() + "/"
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "LLM201"
    [location] = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "app/loss.py", "uriBaseId": "SRCROOT"},
        "region": {
            "startLine": 8,
            "startColumn": 9,
            "endLine": 8,
            "endColumn": 47,
            "snippet": {"text": "text += chunk.choices[0].delta.content"},
        },
    }
    [fix] = first["fixes"]
    [change] = fix["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 8, "startColumn": 47, "endLine": 8, "endColumn": 47},
            "insertedContent": {"text": ' or ""'},
        }
    ]
    assert "fixes" not in run["results"][3]


def test_sarif_of_a_file_elsewhere_has_its_whole_address(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    for path in ("../app/unread.py", str(folder / "app" / "unread.py")):
        [result] = sarif(path, cwd=folder / "elsewhere")["results"]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place == {"uri": (folder / "app" / "unread.py").as_uri()}
    [result] = sarif(str(folder / "app" / "unread.py"), cwd=folder)["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "app/unread.py", "uriBaseId": "SRCROOT"}


def test_sarif_says_what_could_not_be_checked(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD, encoding="utf-8")
    told = "bad.py:3:13: error: cannot be parsed: invalid syntax\n"
    run = sarif("bad.py", "app", cwd=folder, code=2, err=told)
    [invocation] = run["invocations"]
    [notification] = invocation["toolExecutionNotifications"]
    assert (invocation["executionSuccessful"], notification["level"]) == (False, "error")
    assert notification["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "bad.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 3, "startColumn": 13},
    }
    assert len(run["results"]) == 4


def test_a_fix_that_refuses_itself_is_shown_without_text(folder: Path) -> None:
    unreadable = LOSS.replace("        text +=", "        \\\n        text +=")  # to LibCST
    (folder / "app/loss.py").write_text(unreadable, encoding="utf-8")
    results = sarif("app/loss.py", cwd=folder)["results"]
    assert [(result["ruleId"], "fixes" in result) for result in results] == [(code, False) for code, _ in FOUND]
    entries = data_of(lint("--format", "json", "app/loss.py", cwd=folder))
    assert entries[0]["fix"] == {"applicability": "safe", "edits": []}


def test_warnings_about_the_linted_code_are_not_told(folder: Path) -> None:
    (folder / "app/loss.py").write_text(f"{LOSS}\n\nPATTERN = '\\d'\n", encoding="utf-8")
    command = [sys.executable, "-W", "always", "-m", "lint_rules", "--format", "json", "app/loss.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=PLAIN)
    assert "'\\d'" not in done.stderr and "escape" not in done.stderr
    assert len(json.loads(done.stdout)) == 3


# ---- CI


def test_github_annotates_what_could_not_be_checked(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD, encoding="utf-8")
    told = "bad.py:3:13: error: cannot be parsed: invalid syntax\n"
    lines = lint("--format", "github", "bad.py", "app/unread.py", cwd=folder, code=2, err=told).splitlines()
    assert lines[0] == "::error file=bad.py,line=3,col=13,title=flake8-litellm::cannot be parsed: invalid syntax"
    assert lines[1].startswith("::error file=app/unread.py,line=3,endLine=3,col=12,endColumn=")
    assert len(lines) == 2


@pytest.mark.parametrize("name", ["github", "gitlab", "markdown", "sarif"])
def test_settings_that_are_wrong_for_many_files_are_told_once(folder: Path, name: str) -> None:
    (folder / "pyproject.toml").write_text("[tool.lint_rules]\nselect = ['E501']\n", encoding="utf-8")
    known = ", ".join(rule.code for rule in all_rules())
    told = "'select' in [tool.lint_rules]: no rule has a code that starts with 'E501'"
    told = f"pyproject.toml:2: error: {told} (known: {known})\n"
    text = lint("--format", name, ".", cwd=folder, code=2, err=told)
    assert text.count("E501") == 1


def test_markdown_links_to_the_lines_in_a_workflow(folder: Path) -> None:
    (folder / "app" / "unread.py").rename(folder / "app" / "un (read)_[1].py")
    workflow = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "a/b",
        "GITHUB_SHA": "c0ffee",
        "GITHUB_WORKSPACE": str(folder),
    }
    page = lint("--format", "markdown", ".", cwd=folder / "app", env=workflow)
    assert page.startswith("### flake8-litellm: 4 findings in 2 files\n")
    assert "| [`loss.py:8`](https://github.com/a/b/blob/c0ffee/app/loss.py#L8) | [LLM201](https://github.com/" in page
    assert (
        "[`un (read)_[1].py:3`](https://github.com/a/b/blob/c0ffee/app/un%20%28read%29_%5B1%5D.py#L3) | [LLM104]"
    ) in page
    assert "- 1 is fixed by `python -m lint_rules.fix`.\n- 2 are fixed by `python -m lint_rules.fix --uns" in page
    assert page.endswith("- 1 needs a hand.\n")


def test_markdown_outside_of_a_workflow_has_no_links_to_lines(folder: Path) -> None:
    assert "| `app/loss.py:8` | [LLM201](" in lint("--format", "markdown", ".", cwd=folder)


def test_markdown_of_nothing_is_one_line(folder: Path) -> None:
    assert lint("--format", "markdown", "clean.py", cwd=folder, code=0) == (
        "### flake8-litellm: nothing found in 1 file\n"
    )


def test_markdown_says_how_much_it_leaves_out(folder: Path) -> None:
    body = "".join(f"r{number} = litellm.completion(model='m', stream=True)\n" for number in range(205))
    (folder / "many.py").write_text(f"import litellm\n{body}", encoding="utf-8")
    page = lint("--format", "markdown", "many.py", cwd=folder)
    assert page.count("LLM104](") == 200
    assert "\n\nAnd 5 more.\n\n- 205 need a hand.\n" in page


def test_markdown_says_what_could_not_be_checked(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD, encoding="utf-8")
    told = "bad.py:3:13: error: cannot be parsed: invalid syntax\n"
    page = lint("--format", "markdown", "bad.py", "clean.py", cwd=folder, code=2, err=told)
    assert page == (
        "### flake8-litellm: nothing found in 1 file\n\n**1 file not checked:**\n\n"
        "- `bad.py:3:13: error: cannot be parsed: invalid syntax`\n"
    )


def test_junit_is_a_test_per_finding_and_per_clean_file(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD, encoding="utf-8")
    told = "bad.py:3:13: error: cannot be parsed: invalid syntax\n"
    root = ET.fromstring(lint("--format", "junit", ".", cwd=folder, code=2, err=told))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "4",
        "errors": "1",
        "skipped": "0",
    }
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    assert len(cases) == 6
    failure = cases["app/loss.py", "LLM201 unguarded-delta-content 8:9"].find("failure")
    assert failure is not None and (failure.text or "").splitlines()[1:] == [
        "text += chunk.choices[0].delta.content",
        "fixed by python -m lint_rules.fix",
    ]
    assert len(cases["clean.py", "nothing found"]) == 0
    assert cases["bad.py", "can be checked"].find("error") is not None


def test_gitlab_paths_are_those_of_the_project(folder: Path) -> None:
    entries = data_of(lint("--format", "gitlab", ".", cwd=folder / "app", env={"CI_PROJECT_DIR": str(folder)}))
    assert {entry["location"]["path"] for entry in entries} == {"app/loss.py", "app/unread.py"}
    entries = data_of(lint("--format", "gitlab", "./loss.py", cwd=folder / "app"))
    assert [(entry["check_name"], entry["location"]) for entry in entries] == [
        (code, {"path": "loss.py", "lines": {"begin": line, "end": line}}) for code, line in FOUND
    ]
    assert {entry["severity"] for entry in entries} == {"major"}


@pytest.mark.parametrize("name", ["gitlab", "sarif"])
def test_fingerprints_are_unique_and_survive_moved_lines(folder: Path, name: str) -> None:
    twice = LOSS + LOSS.partition("\n\n\n")[2].replace("ask", "again").replace("first", "second")
    (folder / "app/loss.py").write_text(twice, encoding="utf-8")
    before = prints(name, folder)
    assert len(set(before)) == len(before) == 7
    moved = "# moved\n\n" + twice.replace("            break", "                break").replace(
        "if w", "if True:\n            if w"
    )
    (folder / "app/loss.py").write_text(moved, encoding="utf-8")
    assert prints(name, folder) == before


def prints(name: str, folder: Path) -> list[str]:
    data = data_of(lint("--format", name, str(folder / "app"), cwd=folder))
    if name == "gitlab":
        return [entry["fingerprint"] for entry in data]
    return [result["partialFingerprints"]["flake8-litellm/v1"] for result in data["runs"][0]["results"]]


# ---- statistics


def test_statistics_count_by_rule(folder: Path) -> None:
    assert lint("--statistics", ".", cwd=folder).splitlines() == [
        "2  LLM101  [*] early-exit-from-stream",
        "1  LLM104  [ ] unread-stream",
        "1  LLM201  [*] unguarded-delta-content",
        "4 findings in 2 files, 3 with a fix ([*] all, [-] some)",
    ]
    assert lint("--statistics", "clean.py", cwd=folder, code=0) == "0 findings\n"


def test_statistics_as_json(folder: Path) -> None:
    assert data_of(lint("--statistics", "--format=json", ".", cwd=folder))[1:] == [
        {"code": "LLM104", "name": "unread-stream", "count": 1, "fixable": False, "fixable_count": 0},
        {"code": "LLM201", "name": "unguarded-delta-content", "count": 1, "fixable": True, "fixable_count": 1},
    ]


def test_statistics_have_no_other_formats(folder: Path) -> None:
    lint(
        *("--statistics", "--format=sarif", "."),
        cwd=folder,
        code=2,
        err="error: argument --statistics: shown as text, concise, json, not as sarif\n",
    )


# ---- hostile names


HOSTILE = b"e|v`i*l\n::error::\x1b[31m <b>&amp; %25 \xff \xe2\x80\xae.py"


@pytest.fixture
def hostile(folder: Path) -> Path:
    try:
        (folder / os.fsdecode(HOSTILE)).write_bytes(UNREAD.encode())
    except OSError:
        pytest.skip("this file system has no such names")
    return folder


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("bad", [False, True], ids=["finding", "problem"])
def test_no_format_is_broken_by_a_name(hostile: Path, name: str, bad: bool) -> None:
    if bad:
        (hostile / os.fsdecode(HOSTILE)).write_bytes(BAD.encode())
    told = (
        "e|v`i*l\\x0a::error::\\x1b[31m <b>&amp; %25 \\xff \\u202e.py:3:13: error: cannot be parsed: invalid syntax\n"
    )
    text = lint(
        *("--format", name, f"--report={name}=file", os.fsdecode(HOSTILE)),
        cwd=hostile,
        code=2 if bad else 1,
        err=told if bad else "",
    )
    assert (hostile / "file").read_bytes() == text.encode("utf-8")
    assert "\x1b" not in text and "\u202e" not in text
    CHECKS.get(name, lambda text: None)(text)


def is_one_command(text: str) -> None:
    assert text.count("\n") == 1 and text.startswith("::error file=e|v`i*l%0A%3A%3Aerror%3A%3A\\x1b[31m <b>&amp; %2525")


def is_json(text: str) -> None:
    for entry in data_of(text):
        path = entry["path"] if "path" in entry else entry["location"]["path"]
        assert path == "e|v`i*l\n::error::\x1b[31m <b>&amp; %25 \\xff \u202e.py"


def is_sarif(text: str) -> None:
    log = data_of(text)
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    [run] = log["runs"]
    for told in (*run["results"], *run["invocations"][0]["toolExecutionNotifications"]):
        uri = urlsplit(told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        assert (unquote_to_bytes(uri.path), uri.scheme, uri.query, uri.fragment) == (HOSTILE, "", "", "")


def is_junit(text: str) -> None:
    [case] = ET.fromstring(text).iter("testcase")
    assert (case.get("file") or "").startswith("e|v`i*l\\x0a::error::\\x1b[31m <b>&amp; %25 \\xff \\u202e.py")


def is_one_row(text: str) -> None:
    assert "<b>" not in text
    rows = [line for line in text.splitlines() if "::error::" in line]
    assert len(rows) == 1
    assert "e&#124;v&#96;i&#42;l&#92;x0a::error::&#92;x1b" in rows[0]


CHECKS = {
    "github": is_one_command,
    "gitlab": is_json,
    "json": is_json,
    "json-lines": lambda text: [is_json(f"[{line}]") for line in text.splitlines()],
    "junit": is_junit,
    "markdown": is_one_row,
    "sarif": is_sarif,
}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("`break` leaves `a_b`", "`break` leaves `a_b`"),
        ("`a | b` *or* <b>", "<code>a &#124; b</code> &#42;or&#42; &#60;b&#62;"),
        ("`a\\` is [x](y)", "<code>a&#92;</code> is &#91;x&#93;(y)"),
        ("one ` too many", "one &#96; too many"),
        ("two\nlines & more", "two&#92;x0alines &#38; more"),
    ],
)
def test_messages_mean_nothing_in_markdown(message: str, shown: str) -> None:
    assert marked_up(message) == shown


def test_an_encoding_that_lacks_characters_is_no_traceback(folder: Path) -> None:
    command = [sys.executable, "-m", "lint_rules", "app/loss.py"]
    environment = {**PLAIN, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"return na\xefve  # \u65e5\u672c" in done.stdout
