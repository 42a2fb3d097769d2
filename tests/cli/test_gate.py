"""`python -m lint_rules --base REF` in real repositories: exactly what a branch brings is reported."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from repository import ENVIRONMENT, Done, Repository, command, lint, loss, module

from lint_rules.report import formats

OLD = module(loss("first"), loss("second", "asked"))
REST = module(loss("second", "asked"))
FIXED = loss("ask").replace("break", "pass")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A repository whose main has two losses in old.py, and that is on a branch."""
    made = Repository.new(tmp_path / "repo")
    made.commit(old=OLD, other="import litellm\n")
    made.git("switch", "-q", "-c", "topic")
    return made


def test_nothing_is_new_when_nothing_changed(repo: Repository) -> None:
    done = repo.gate()
    assert (done.status, done.out, done.err) == (0, "", "No new findings since main (2 known).\n")


@pytest.mark.parametrize("output", formats())
def test_a_pull_request_that_adds_one_loss_and_moves_another(repo: Repository, output: str) -> None:
    """Of three losses, all of which a plain run shows, each format shows the new one and that alone."""
    repo.commit(
        old=module(loss("second", "asked")),
        moved=module("import os\n", loss("first")),
        other=module("", loss("added", "text")),
    )
    shown = NEW[output]
    plain, gated = (command(*base, "--format", output, ".", cwd=repo.top) for base in ((), ("--base", "main")))
    assert sorted(shown(plain.out)) == [("moved.py", 11), ("old.py", 8), ("other.py", 10)]
    assert (gated.status, gated.err) == (1, "1 new finding since main (2 known).\n")
    assert shown(gated.out) == [("other.py", 10)]


def _sarif(text: str) -> list[tuple[str, int]]:
    places = [one["locations"][0]["physicalLocation"] for one in json.loads(text)["runs"][0]["results"]]
    return [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places]


def _found(pattern: str) -> Callable[[str], list[tuple[str, int]]]:
    return lambda text: [(found[1], int(found[2])) for found in re.finditer(pattern, text, re.MULTILINE)]


NEW: dict[str, Callable[[str], list[tuple[str, int]]]] = {
    "text": _found(r"^(\S+?):(\d+):\d+: LLM101 "),
    "concise": _found(r"^(\S+?):(\d+):\d+: LLM101 "),
    "json": lambda text: [(one["path"], one["line"]) for one in json.loads(text)],
    "json-lines": lambda text: [(one["path"], one["line"]) for one in map(json.loads, text.splitlines())],
    "sarif": _sarif,
    "github": _found(r"^::error file=(.+?),line=(\d+),"),
    "markdown": _found(r"\b(\w+\.py):(\d+)\b"),
    "junit": lambda text: [
        (case.attrib["file"], int(case.attrib["line"]))
        for case in ElementTree.fromstring(text).iter("testcase")
        if case.find("failure") is not None
    ],
    "gitlab": lambda text: [(one["location"]["path"], one["location"]["lines"]["begin"]) for one in json.loads(text)],
}
"""Where each format says that there are findings."""


# What is new


def test_lines_may_shift(repo: Repository) -> None:
    repo.commit(old=OLD.replace("import litellm\n", 'import litellm\n\nNAME = "x"\n\n'))
    assert repo.gate().status == 0


MORE = "".join(f"NUMBER_{number} = {number}\n" for number in range(100))


def rewritten(text: str) -> str:
    """Change so much around the first loss that only its line tells that it was there."""
    changed = loss("first").replace("chunk", "part").replace("response", "answer").replace("first", "begin")
    return text.replace(loss("first"), f"{changed}    print()\n")


def test_a_line_that_stays_between_lines_that_change(repo: Repository) -> None:
    repo.commit(old=rewritten(OLD))
    assert repo.gate().err == "No new findings since main (2 known).\n"
    repo.commit(old=rewritten(OLD).replace("\n    ", "\n     "))
    assert repo.gate().err == "No new findings since main (2 known).\n"


def test_a_line_that_stays_before_one_that_goes(repo: Repository) -> None:
    repo.commit(old=rewritten(OLD))
    repo.commit(old=OLD)
    assert repo.gate(base="HEAD~1").err == "No new findings since HEAD~1 (2 known).\n"


def test_a_loss_on_a_changed_line_of_an_old_file(repo: Repository) -> None:
    repo.commit(old=module(loss("first"), FIXED.replace("pass", "break"), loss("second", "asked")))
    assert repo.gate().findings == [("old.py", 15, "LLM101")]


def test_a_loss_that_became_another_on_the_same_line_is_on_a_changed_line(repo: Repository) -> None:
    repo.commit(old=OLD.replace("            break", "            return", 1))
    assert repo.gate().findings == [("old.py", 8, "LLM101")]


def test_a_change_elsewhere_that_makes_an_old_line_a_loss(repo: Repository) -> None:
    client = "import litellm\n\n\nasync def ask():\n    return {}\n"
    user = "import client\n\n\nasync def main():\n    async for chunk in await client.ask():\n        break\n"
    repo.git("switch", "-q", "main")
    repo.commit(client=client.format("source()"), user=user)
    repo.git("switch", "-q", "-C", "topic")
    repo.commit(client=client.format("await litellm.acompletion(model='m', stream=True)"))
    done = repo.gate()
    assert (done.status, done.findings) == (1, [("user.py", 6, "LLM101")])


def test_a_newer_release_in_the_lock_file_brings_its_losses(repo: Repository) -> None:
    source = "import langfuse\n\nlangfuse.Langfuse().trace(name='x')\n"
    repo.git("switch", "-q", "main")
    (repo.top / "requirements.txt").write_text("litellm==1.77.7\nlangfuse==2.60.10\n")
    repo.commit(pkg__setup="", pkg__tracing=source)
    repo.git("switch", "-q", "-C", "topic")
    assert repo.gate("pkg").status == 0
    (repo.top / "requirements.txt").write_text("litellm==1.106.2\nlangfuse==4.18.0\n")
    assert {path for path, *_ in repo.gate("pkg").findings} == {"pkg/tracing.py"}
    (repo.top / "pkg/tracing.py").write_text(f"import os\n{source}")
    repo.commit()
    repo.git("branch", "-f", "main")
    (repo.top / "pkg/tracing.py").write_text(f"import sys\n{source}")
    assert repo.gate("pkg").err == "No new findings since main (1 known).\n"


def test_a_rule_that_is_switched_on_finds_nothing_new_in_old_code(repo: Repository) -> None:
    repo.git("switch", "-q", "main")
    (repo.top / "pyproject.toml").write_text('[tool.lint_rules]\nignore = ["LLM1"]\n')
    repo.commit()
    repo.git("switch", "-q", "-C", "topic")
    (repo.top / "pyproject.toml").write_text("")
    assert repo.gate().err == "No new findings since main (2 known).\n"


def test_what_moves_out_of_a_folder_that_is_not_reported_is_not_new(repo: Repository) -> None:
    repo.git("switch", "-q", "main")
    (repo.top / "pyproject.toml").write_text('[tool.lint_rules]\nper-file-ignores = {"tests/*" = ["LLM1"]}\n')
    repo.commit(tests__helper=module(loss("helper")))
    repo.git("switch", "-q", "-C", "topic")
    repo.git("mv", "tests/helper.py", "helper.py")
    assert repo.gate().err == "No new findings since main (3 known).\n"


# What has moved


def test_a_copy_is_new_once(repo: Repository) -> None:
    repo.commit(other=module(loss("first")))
    done = repo.gate()
    assert (done.findings, done.err) == ([("other.py", 8, "LLM101")], "1 new finding since main (2 known).\n")


def test_a_copy_out_of_a_file_that_is_not_checked_is_new(repo: Repository) -> None:
    repo.commit(other=module(loss("first")), old=OLD.replace("import litellm\n", "import litellm\nimport os\n"))
    assert repo.gate("other.py").findings == [("other.py", 8, "LLM101")]


def test_what_moved_out_of_a_file_that_is_not_checked_is_not_new(repo: Repository) -> None:
    repo.commit(other=module(loss("first")), old=module(loss("second", "asked")))
    assert repo.gate("other.py").status == 0


def test_a_copy_in_one_file_is_new_once(repo: Repository) -> None:
    repo.commit(old=module(loss("first"), loss("first"), loss("second", "asked")))
    assert len(repo.gate().findings) == 1


def test_what_moved_is_new_where_it_comes_twice(repo: Repository) -> None:
    repo.commit(old=REST, one=module(loss("first")), two=module(loss("first")))
    done = repo.gate()
    assert (len(done.findings), done.err) == (1, "1 new finding since main (2 known).\n")


def test_what_moved_may_leave_a_line_like_it_behind(repo: Repository) -> None:
    harmless = OLD.replace('await litellm.acompletion(model="first", messages=messages, stream=True)', "source()")
    repo.commit(old=harmless, other=module(loss("first")))
    assert repo.gate().err == "No new findings since main (2 known).\n"


def test_one_loss_less_does_not_pay_for_another(repo: Repository) -> None:
    repo.commit(old=module(loss("second", "asked")), other=module("", loss("quite_another", "prompt")))
    assert repo.gate().findings == [("other.py", 10, "LLM101")]


INDENTED = "".join(f"    {line}\n" for line in loss("first").splitlines())
WRAPPED = (
    OLD.replace("    async for chunk", "    with open('x'):\n        async for chunk", 1)
    .replace("        if chunk", "            if chunk", 1)
    .replace("            break", "                break", 1)
)
CONDITION = "if chunk.choices[0].finish_reason:\n            break"
MOVES = {
    "up in its file": {"old": module(loss("second", "asked"), loss("first"))},
    "into a function of another name": {"old": REST, "other": module(loss("first").replace("def first", "def one"))},
    "into a method": {"old": REST, "other": module(f"class A:\n{INDENTED}")},
    "into a with statement": {"old": WRAPPED},
    "by another layout": {"old": OLD.replace(CONDITION, CONDITION.replace("if ", "if (\n").replace(":\n", "): "))},
    "by tabs": {"old": OLD.replace("    ", "\t")},
    "by CRLF": {"old": OLD.replace("\n", "\r\n")},
    "with a comment": {"old": OLD.replace("break", "break  # enough")},
}


@pytest.mark.parametrize("how", MOVES)
def test_moved_code_is_not_new(repo: Repository, how: str) -> None:
    repo.commit(**MOVES[how])
    done = repo.gate()
    assert (done.out, done.err) == ("", "No new findings since main (2 known).\n")


def test_a_renamed_file_that_is_edited(repo: Repository) -> None:
    repo.git("switch", "-q", "main")
    repo.commit(old=OLD + MORE)
    repo.git("switch", "-q", "-C", "topic")
    repo.git("mv", "old.py", "new.py")
    repo.commit(new=rewritten(OLD) + MORE + "\n\n" + loss("third"))
    done = repo.gate()
    assert (done.findings, done.err) == ([("new.py", 123, "LLM101")], "1 new finding since main (2 known).\n")


def test_a_file_that_is_renamed_without_telling_git(repo: Repository) -> None:
    (repo.top / "old.py").rename(repo.top / "new.py")
    assert repo.gate().err == "No new findings since main (2 known).\n"


def test_a_file_whose_name_changes_its_case(repo: Repository) -> None:
    repo.git("mv", "-f", "old.py", "Old.py")
    assert repo.gate().status == 0


def test_a_deleted_file(repo: Repository) -> None:
    (repo.top / "old.py").unlink()
    assert (repo.gate().status, repo.gate().err) == (0, "No new findings since main.\n")


def test_a_folder_that_moved(repo: Repository) -> None:
    repo.git("switch", "-q", "main")
    repo.commit(pkg____init__="", pkg__one=module(loss("one")), pkg__two=module(loss("two")))
    repo.git("switch", "-q", "-C", "topic")
    repo.git("mv", "pkg", "package")
    assert repo.gate().err == "No new findings since main (4 known).\n"


# What belongs to the change


def test_untracked_files_are_new(repo: Repository) -> None:
    repo.write(fresh=module(loss("fresh")))
    assert repo.gate().findings == [("fresh.py", 8, "LLM101")]


@pytest.mark.parametrize("intent", [(), ("--intent-to-add",)])
def test_added_files_are_new(repo: Repository, intent: tuple[str, ...]) -> None:
    repo.write(fresh=module(loss("fresh")))
    repo.git("add", *intent, "fresh.py")
    assert repo.gate().findings == [("fresh.py", 8, "LLM101")]


def test_changes_that_are_not_committed_count(repo: Repository) -> None:
    repo.write(old=OLD + "\n\n" + loss("third"))
    assert repo.gate().findings == [("old.py", 22, "LLM101")]
    assert repo.gate(base="HEAD").findings == [("old.py", 22, "LLM101")]


def test_main_may_have_gone_on(repo: Repository) -> None:
    repo.commit(other=module(loss("mine")))
    repo.git("switch", "-q", "main")
    repo.commit(old="import litellm\n", theirs=module(loss("theirs")))
    repo.git("switch", "-q", "topic")
    assert repo.gate().findings == [("other.py", 8, "LLM101")]


def test_the_merge_commit_of_a_pull_request(repo: Repository) -> None:
    repo.commit(other=module(loss("mine")))
    repo.git("switch", "-q", "main")
    repo.commit(theirs=module(loss("theirs")))
    repo.git("switch", "-q", "--detach")
    repo.git("merge", "-q", "--no-edit", "topic")
    for base in ("main", "HEAD^1"):
        assert repo.gate(base=base).findings == [("other.py", 8, "LLM101")]


def test_a_branch_that_main_was_merged_into(repo: Repository) -> None:
    repo.commit(other=module(loss("mine")))
    repo.git("switch", "-q", "main")
    repo.commit(theirs=module(loss("theirs")))
    repo.git("switch", "-q", "topic")
    repo.git("merge", "-q", "--no-edit", "main")
    assert repo.gate().findings == [("other.py", 8, "LLM101")]


def test_branches_that_were_merged_into_each_other(repo: Repository) -> None:
    mine = repo.commit(mine=module(loss("mine")))
    repo.git("switch", "-q", "main")
    repo.commit(theirs=module(loss("theirs")))
    repo.git("merge", "-q", "--no-edit", mine)
    repo.git("switch", "-q", "topic")
    repo.git("merge", "-q", "--no-edit", "main^1")
    repo.commit(third=module(loss("third")))
    done = repo.gate()
    assert ("third.py", 8, "LLM101") in done.findings
    assert done.err.startswith("note: main and HEAD have 2 merge bases; this is what is new since ")


def test_a_detached_head(repo: Repository) -> None:
    repo.commit(other=module(loss("mine")))
    repo.git("switch", "-q", "--detach")
    assert repo.gate().findings == [("other.py", 8, "LLM101")]


# Where it is run


def test_from_a_subfolder_and_with_absolute_paths(repo: Repository) -> None:
    repo.commit(pkg__new=module(loss("mine")))
    assert lint("--base=main", ".", cwd=repo.top / "pkg").findings == [("new.py", 8, "LLM101")]
    assert lint("--base=main", "..", cwd=repo.top / "pkg").findings == [("../pkg/new.py", 8, "LLM101")]
    elsewhere = lint("--base=main", str(repo.top), cwd=repo.top.parent)
    assert elsewhere.findings == [(f"{repo.top}/pkg/new.py", 8, "LLM101")]
    assert "(2 known)" in elsewhere.err


def test_a_link_to_the_repository(repo: Repository) -> None:
    link = repo.top.parent / "link"
    link.symlink_to(repo.top)
    assert lint("--base=main", "link", cwd=link.parent).err == "No new findings since main (2 known).\n"


def test_a_linked_file(repo: Repository) -> None:
    (repo.top / "another.py").symlink_to("old.py")
    assert repo.gate("another.py").err == "No new findings since main (2 known).\n"


HOOK = '#!/bin/sh\ncd pkg && exec "{python}" -m lint_rules --base main .\n'


def test_as_a_hook_in_a_linked_work_tree(repo: Repository) -> None:
    hook = repo.top / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(python=sys.executable))
    hook.chmod(0o755)
    tree = Repository(repo.top.parent / "linked")
    repo.git("worktree", "add", "-q", "-b", "linked", str(tree.top))
    tree.write(pkg__new=module(loss("mine")))
    tree.git("add", "-A")
    command = ["git", "-C", str(tree.top), "commit", "-m", "x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert "new.py:8:" in done.stderr + done.stdout
    assert "1 new finding since main." in done.stderr
    assert done.returncode == 1


def test_where_git_names_a_repository_itself(repo: Repository) -> None:
    repo.git("switch", "-q", "main")
    repo.commit(pkg__known=OLD)
    repo.git("switch", "-q", "-C", "topic")
    repo.commit(pkg__known=rewritten(OLD), pkg__new=module(loss("mine")))
    places = {"GIT_DIR": str(repo.top / ".git"), "GIT_INDEX_FILE": ".git/index"}
    done = command("--base=main", "pkg", cwd=repo.top, **places)
    assert (done.findings, done.err) == ([("pkg/new.py", 8, "LLM101")], "1 new finding since main (2 known).\n")


def test_the_index_is_not_written(repo: Repository) -> None:
    index = repo.top / ".git/index"
    os.utime(repo.top / "old.py", (1, 1))
    before = index.read_bytes()
    assert repo.gate().status == 0
    assert index.read_bytes() == before


CONFIGURATION = {
    "diff.noprefix": "true",
    "diff.external": "false",
    "diff.context": "9",
    "diff.interHunkContext": "9",
    "diff.renames": "false",
    "color.ui": "always",
    "core.quotePath": "true",
    "core.pager": "false",
    "diff.orderFile": "/nowhere",
}


def test_the_users_configuration_does_not_matter(repo: Repository) -> None:
    for name, value in CONFIGURATION.items():
        repo.git("config", name, value)
    (repo.top / ".gitattributes").write_text("*.py -diff\n")
    repo.write(old="import os\n" + rewritten(OLD) + "\n\n" + loss("third"))
    done = repo.gate()
    assert (done.findings, done.err) == ([("old.py", 24, "LLM101")], "1 new finding since main (2 known).\n")


def test_line_endings_that_git_converts(repo: Repository) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write(old=("import os\n" + OLD + "\n\n" + loss("third")).replace("\n", "\r\n"))
    assert repo.gate().findings == [("old.py", 23, "LLM101")]


NAMES = ["with space", "qu'o\"te", "new\nline", "tab\t", "ünï", "*[a]?", ":(top)x", "-dash", "\udcff\udc80"]


@pytest.mark.skipif(sys.platform != "linux", reason="file names that other systems do not have")
def test_paths_of_every_kind(repo: Repository) -> None:
    (repo.top / "old.py").unlink()
    files = {repo.top / f"{name}.py": MORE.replace("NUMBER", f"N{at}") for at, name in enumerate(NAMES)}
    for path, more in files.items():
        path.write_text(module(loss("first")) + more)
    repo.commit()
    repo.git("branch", "-f", "main")
    told = f"No new findings since main ({len(NAMES)} known).\n"
    assert repo.gate().err == told
    for path, more in files.items():
        path.write_text("import os\n" + rewritten(module(loss("first"))) + more)
    assert repo.gate().err == told
    for path in files:
        path.rename(path.with_suffix(".2.py"))
    repo.git("add", "-A")
    assert repo.gate().err == told
    repo.git("rm", "-q", "-r", "--cached", ".")
    assert len(command("--base=main", ".", cwd=repo.top).findings) == len(NAMES)


def test_without_changes_to_python_files_too(repo: Repository) -> None:
    (repo.top / "picture.png").write_bytes(bytes(range(256)) * 10)
    (repo.top / "old.py").chmod(0o755)
    repo.commit()
    assert repo.gate().status == 0


# Submodules


@pytest.fixture
def with_submodule(repo: Repository) -> Repository:
    library = Repository.new(repo.top.parent / "library")
    library.commit(lib=module(loss("library")))
    repo.git("switch", "-q", "main")
    repo.git("submodule", "-q", "add", str(library.top), "sub")
    repo.commit()
    repo.git("switch", "-q", "-C", "topic")
    return repo


def test_a_submodule_that_did_not_change(with_submodule: Repository) -> None:
    assert with_submodule.gate().err == "No new findings since main (3 known).\n"


def test_a_submodule_that_changed(with_submodule: Repository) -> None:
    sub = Repository(with_submodule.top / "sub")
    sub.commit(lib="import os\n" + module(loss("library"), loss("more", "texts")))
    assert with_submodule.gate().findings == [("sub/lib.py", 16, "LLM101")]
    with_submodule.commit()
    assert with_submodule.gate().findings == [("sub/lib.py", 16, "LLM101")]
    assert lint("--base=HEAD~1", ".", cwd=sub.top).findings == [("lib.py", 16, "LLM101")]


def test_a_new_submodule(with_submodule: Repository) -> None:
    assert with_submodule.gate(base="HEAD~1").findings == [("sub/lib.py", 8, "LLM101")]


def test_a_submodule_whose_old_commit_is_not_there(with_submodule: Repository) -> None:
    sub = with_submodule.top / "sub"
    shutil.rmtree(with_submodule.top / ".git/modules/sub")
    (sub / ".git").unlink()
    Repository.new(sub).commit(more="import os\n")
    done = with_submodule.gate()
    assert done.findings == [("sub/lib.py", 8, "LLM101")]
    assert "note: sub: commit " in done.err
    assert "is not in this clone of the submodule: all of it counts as new\n" in done.err


# What cannot be done


def refused(done: Done) -> str:
    """Return the one line that such a run prints."""
    assert (done.status, done.out) == (2, ""), done.err
    assert done.err.count("\n") == 1
    return done.err


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(OLD)
    done = lint("--base", "main", "a.py", cwd=tmp_path)
    assert refused(done).startswith("error: --base: git: not a git repository")


@pytest.mark.parametrize(
    "ref", ["nowhere", "", "-x", "--output=x", "main..topic", "HEAD:old.py", "a\nb", "HEAD^{/none}"]
)
def test_no_such_commit(repo: Repository, ref: str) -> None:
    before = sorted(repo.top.iterdir())
    assert refused(lint(f"--base={ref}", "other.py", cwd=repo.top)).startswith("error: --base: no commit ")
    assert sorted(repo.top.iterdir()) == before


def test_a_branch_that_is_there_under_another_name(repo: Repository) -> None:
    clone = Repository(repo.top.parent / "clone")
    repo.git("clone", "-q", "--branch", "topic", str(repo.top), str(clone.top))
    assert "no commit 'main' in " in refused(clone.gate())
    assert "(but there is origin/main)\n" in refused(clone.gate())
    assert "(not fetched? git fetch origin dev)\n" in refused(clone.gate(base="origin/dev"))


def test_a_repository_without_commits(tmp_path: Path) -> None:
    repo = Repository.new(tmp_path)
    repo.write(a=OLD)
    refused(repo.gate(base="HEAD"))


def test_a_bare_repository(repo: Repository) -> None:
    bare = repo.top.parent / "bare"
    repo.git("clone", "-q", "--bare", str(repo.top), str(bare))
    (bare / "a.py").write_text(OLD)
    assert "work tree" in refused(lint("--base=main", "a.py", cwd=bare))


def test_no_history_in_common(repo: Repository) -> None:
    repo.git("checkout", "-q", "--orphan", "alone")
    repo.commit(other="import os\n")
    told = "error: --base: no merge base of main and HEAD: they have no history in common\n"
    assert refused(repo.gate()) == told


def test_a_shallow_clone(repo: Repository) -> None:
    repo.commit(other=module(loss("mine")))
    repo.git("switch", "-q", "main")
    repo.commit(theirs=module(loss("theirs")))
    clone = Repository(repo.top.parent / "clone")
    url = f"file://{repo.top}"
    repo.git("clone", "-q", "--depth=1", "--no-single-branch", "--branch=topic", url, str(clone.top))
    told = refused(clone.gate(base="origin/main"))
    assert told == (
        "error: --base: no merge base of origin/main and HEAD: this is a shallow clone; fetch more history "
        "(git fetch --unshallow, or fetch-depth: 0 in actions/checkout)\n"
    )
    clone.git("fetch", "-q", "--unshallow")
    assert clone.gate(base="origin/main").findings == [("other.py", 8, "LLM101")]


def test_git_that_is_not_installed(repo: Repository) -> None:
    done = command("--base=main", "other.py", cwd=repo.top, PATH="/nowhere")
    assert refused(done) == "error: git cannot be run: no such file or directory\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a folder away")
def test_a_repository_of_somebody_else(repo: Repository) -> None:
    os.chown(repo.top, 12345, 12345)
    os.chown(repo.top / ".git", 12345, 12345)
    assert refused(repo.gate()).startswith("error: --base: git: detected dubious ownership in repository at ")


def test_paths_in_several_repositories(repo: Repository) -> None:
    other = Repository.new(repo.top.parent / "other")
    other.commit(a=OLD)
    assert "PATHs lie in several repositories" in refused(lint("--base=main", "repo", "other", cwd=repo.top.parent))


def test_a_file_that_cannot_be_checked_is_still_an_error(repo: Repository) -> None:
    repo.commit(broken="import litellm\nasync def f(:\n", other=module(loss("mine")))
    done = repo.gate()
    assert (done.status, done.findings) == (2, [("other.py", 8, "LLM101")])
    assert done.err.count("error: cannot be parsed") == 1


def test_a_file_that_could_not_be_parsed_before(repo: Repository) -> None:
    repo.git("switch", "-q", "main")
    repo.commit(broken="async def f(:\n" + module(loss("mine")))
    repo.git("switch", "-q", "-C", "topic")
    repo.write(broken="\n" + module(loss("mine")))
    done = repo.gate()
    assert (done.findings, done.err) == ([("broken.py", 9, "LLM101")], "1 new finding since main (2 known).\n")


def test_a_closed_pipe(repo: Repository) -> None:
    repo.commit(**{f"m{number}": module(loss("mine")) for number in range(3)})
    command = f"{sys.executable} -m lint_rules --base main . | true"
    done = subprocess.run(
        command, shell=True, cwd=repo.top, capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_output_that_cannot_be_written(repo: Repository) -> None:
    repo.commit(other=module(loss("mine")))
    line = f"{sys.executable} -m lint_rules --base main . > /dev/full"
    done = subprocess.run(line, shell=True, cwd=repo.top, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "error: stdout: no space left on device"
    assert "Traceback" not in done.stderr


def test_a_merge_that_is_not_finished(repo: Repository) -> None:
    repo.commit(other="import os\n", mine=module(loss("mine")))
    repo.git("switch", "-q", "main")
    repo.commit(other="import sys\n")
    repo.git("switch", "-q", "topic")
    repo.git("merge", "main", check=False)
    assert "other.py" in repo.git("diff", "--name-only", "--diff-filter=U")
    repo.write(other=module("", loss("added", "text")))
    assert repo.gate().findings == [("mine.py", 8, "LLM101"), ("other.py", 10, "LLM101")]
