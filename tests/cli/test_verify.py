"""`python -m lint_rules.fix --verify -- COMMAND`: real programs, in copies; what holds is written and nothing else."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lint_rules import files, fix, verify
from lint_rules.scratch import copy_project
from lint_rules.shim.run import Warm
from lint_rules.shim.run import run as run_program

Run = Callable[..., tuple[int, str, str]]

HEAD = """\
import asyncio
import time
import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
litellm.success_callback = ["langfuse"]
ASK = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
async def deliver():
    await asyncio.sleep(0)
    await GLOBAL_LOGGING_WORKER.flush()
"""
BREAK = """\
async def answer():
    response = await litellm.acompletion(**ASK, stream=True)
    async for chunk in response:
        if chunk.choices[0].finish_reason:
            break
"""
EARLY = """\
held = []
async def first():
    response = await litellm.acompletion(**ASK, stream=True)
    async for chunk in response:
        if len(response.chunks) > 1:
            break
    held.append(len(response.chunks))
"""
MAIN = """\
async def main():
    try:
        {}
    finally:
        await deliver()
asyncio.run(main())
"""


@pytest.fixture(scope="module", name="warm")
def warm_fixture() -> Iterator[Warm]:
    with Warm(sys.executable) as launcher:
        yield launcher


@pytest.fixture(autouse=True)
def in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: Warm) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setattr(verify, "run", functools.partial(run_program, launcher=warm))


@pytest.fixture(name="run")
def run_fixture(capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = fix.main(arguments)
        out, err = capfd.readouterr()
        return status, out, err

    return run


def write(path: str, *parts: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("".join(parts))


def tree() -> dict[str, tuple[bytes, int, int]]:
    """Return all that is in the project, with modes and times."""
    return {
        str(path): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for path in Path().rglob("*")
        if path.is_file()
    }


def test_a_break_is_proven_and_written(run: Run) -> None:
    write("app.py", HEAD, BREAK, MAIN.format("await answer(); print('said')"))
    status, out, err = run("app.py", "--verify", "--", "python", "app.py")
    assert (status, out) == (0, "")
    lines = err.splitlines()
    assert lines.count("said") == 2
    assert lines[-5:] == [
        "program        call site  before  after      exit",
        "-------------  ---------  ------  ---------  ------",
        "python app.py  app.py:11  lost    delivered  0 -> 0",
        "app.py:14:13 LLM101 proven",
        "Fixed 1 finding in 1 file. Verified: 1 fix proven.",
    ]
    assert "async for _ in response" in Path("app.py").read_text()
    assert list(Path().iterdir()) == [Path("app.py")]
    assert run("app.py", "--verify", "--", "app.py") == (0, "", "Nothing to fix. Nothing to verify.\n")


def test_a_part_that_is_logged_is_all_that_its_fix_promises(run: Run) -> None:
    write("app.py", HEAD, EARLY, MAIN.format("await first()"))
    fixing = ("app.py", "--unsafe-fixes", "--early-exit=log-partial")
    status, _, err = run(*fixing, "--verify", "--", "app.py")
    assert status == 0, err
    assert "app.py:15:13 LLM101 proven\nFixed 1 finding in 1 file. Verified: 1 fix proven.\n" in err
    assert "lost    partial" in err
    assert "await _log_partial(response)\n            break" in Path("app.py").read_text()


def test_a_call_without_flush_is_proven_and_written(run: Run) -> None:
    write("app.py", HEAD, "async def main():\n    await litellm.acompletion(**ASK)\nasyncio.run(main())\n")
    status, _, err = run("--verify", "app.py", "--", "app.py")
    assert status == 0, err
    assert "LLM301 proven\nFixed 1 finding in 1 file. Verified: 1 fix proven.\n" in err
    assert "finally" in Path("app.py").read_text()


def test_an_imported_coroutine_that_does_not_run_is_not_reached(run: Run) -> None:
    write("app.py", HEAD, "async def main():\n    await litellm.acompletion(**ASK)\n")
    write("app.py", Path("app.py").read_text(), "if __name__ == '__main__':\n    asyncio.run(main())\n")
    write("other.py", "import app\n")
    earlier = tree()
    status, _, err = run("app.py", "--verify", "--", "other.py")
    assert (status, tree()) == (2, earlier)
    assert err.endswith(
        "LLM301 not reached by the command\n"
        "Nothing written, not verified: no fixed line was reached by the command.\n"
    )  # fmt: skip


def test_what_was_not_reached_is_listed(run: Run) -> None:
    write("app.py", HEAD, BREAK, BREAK.replace("answer", "never"), MAIN.format("await answer()"))
    before = Path("app.py").read_text()
    status, out, err = run("--diff", "app.py", "--verify", "--", "app.py")
    assert status == 1
    assert out.count("+        ") == 6
    assert err.endswith(
        "app.py:14:13 LLM101 proven\n"
        "app.py:19:13 LLM101 not reached by the command\n"
        "Would fix 2 findings in 1 file. "
        "Verified: 1 fix proven; 1 not reached by the command, to be written unproven.\n"
    )
    assert Path("app.py").read_text() == before
    assert run("app.py", "--verify", "--", "app.py")[0] == 0
    assert Path("app.py").read_text().count("async for _ in response") == 2


def test_a_loss_that_is_left_and_known_refutes_nothing(run: Run) -> None:
    write("app.py", HEAD, BREAK, EARLY, MAIN.format("await answer(); await first()"))
    status, out, err = run("app.py", "--verify", "--", "app.py")
    assert status == 1
    assert out.startswith("app.py:")
    assert out.count("\n") == 1
    assert "Fixed 1 finding in 1 file (1 more with --unsafe-fixes). Verified: 1 fix proven.\n" in err


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (
            "assert held[0] < 4, 'too dear'",
            "the command ended with exit 1 with the fixes, it ended with exit 0 without them",
        ),
        (
            "time.sleep(60 if held[0] > 4 else 0)",
            "the command hung with the fixes, it ended with exit 0 without them",
        ),
    ],
    ids=["fails", "hangs"],
)
def test_a_fix_that_makes_the_command_worse_is_refuted(run: Run, condition: str, why: str) -> None:
    write("app.py", HEAD, EARLY, MAIN.format(f"await first(); {condition}"))
    earlier = tree()
    status, out, err = run("app.py", "--unsafe-fixes", "--verify", "--verify-timeout", "6", "--", "app.py")
    assert (status, tree()) == (2, earlier)
    assert out.startswith("app.py:15:13: LLM101")
    assert err.endswith(f"app.py:15:13 LLM101 refuted: {why}\nNothing written, not verified: {why}.\n")


def test_a_fix_that_does_not_help_is_refuted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The codemods write what helps; here the file is overwritten with what does not."""
    write("app.py", HEAD, BREAK, MAIN.format("await answer()"))
    earlier = tree()
    monkeypatch.setattr(verify, "_write", lambda change, source, target: None)
    status, _, err = run("app.py", "--verify", "--", "app.py")
    assert (status, tree()) == (2, earlier)
    why = "with the fixes the call of app.py:14 is lost (abandoned stream)"
    assert err.endswith(f"app.py:14:13 LLM101 refuted: {why}\nNothing written, not verified: app.py: {why}.\n")


def test_a_package_in_src_is_imported_from_the_copy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("src/package/__init__.py")
    write("src/package/answers.py", HEAD, BREAK)
    test = "import asyncio\nfrom package import answers\ndef test_answer():\n    asyncio.run(main())\n"
    write("tests/test_answers.py", test, "async def main():\n    await answers.answer()\n    await answers.deliver()\n")
    write("pyproject.toml")
    monkeypatch.setenv("PYTHONPATH", f"{Path('src').resolve()}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they are large, and each line is watched
    status, _, err = run("src", "--verify", "--verify-timeout", "300", "--", "-m", "pytest", "-q", "tests")
    assert status == 0, err
    assert "src/package/answers.py:14:13 LLM101 proven\n" in err
    assert err.count("1 passed") == 2
    assert not list(Path().rglob("__pycache__"))


def test_code_of_the_original_tree_proves_nothing(run: Run) -> None:
    write("library/answers.py", HEAD, BREAK)
    insert = f"import sys\nsys.path.insert(0, {str(Path('library').resolve())!r})\nimport answers, asyncio\n"
    write("app.py", insert, "asyncio.run(answers.answer())\n")
    earlier = tree()
    status, _, err = run("app.py", "library", "--verify", "--", "app.py")
    assert status == 2
    assert {path: held for path, held in tree().items() if "__pycache__" not in path} == earlier
    told = "Nothing written, not verified: the command runs library/answers.py from the original tree.\n"
    assert err.endswith(told)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["missing.py"], "shim: no such script: missing.py"),
        (["no-such-command"], "shim: no such script or command: no-such-command"),
        (["./no/python", "app.py"], "shim: no such Python: ./no/python"),
    ],
)
def test_a_command_that_cannot_run(run: Run, command: list[str], told: str) -> None:
    write("app.py", HEAD, BREAK, MAIN.format("await answer()"))
    earlier = tree()
    status, _, err = run("app.py", "--verify", "--", *command)
    assert (status, tree()) == (2, earlier)
    assert err.endswith(f"Nothing written, not verified: {told}.\n")


def test_a_program_that_fails_anyway(run: Run) -> None:
    write("app.py", HEAD, "1 / 0\n", BREAK, MAIN.format("await answer()"))
    status, _, err = run("app.py", "--verify", "--", "app.py")
    assert status == 2
    assert "no fixed line was reached by the command, which ended with exit 1.\n" in err
    write("app.py", HEAD, BREAK, MAIN.format("await answer()"), "1 / 0\n")
    status, _, err = run("app.py", "--verify", "--", "app.py")
    assert status == 0, err
    assert "lost, crashed  delivered, crashed  1 -> 1\n" in err


def test_editable_installations_lead_into_the_copy() -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "env"], check=True)
    site = next(Path("env").glob("lib/python*/site-packages"))
    root = Path.cwd()
    write(f"{site}/plain.pth", f"{root}/src\n{root}/ignored\n/usr\n")
    write(f"{site}/__editable__.p.pth", "import __editable___p_finder\n")
    write(f"{site}/__editable___p_finder.py", f"MAPPING = {{'package': '{root}/lib/package'}}\n")
    for place in ("src/a.py", "lib/package/__init__.py", "app.py"):
        write(place)
    copy = copy_project(root, ["src/a.py", "lib/package/__init__.py", "app.py"], root.parent / "copies")
    trial = verify.Trial(("app.py",), str(root / "env/bin/python"))
    found = verify._python_path(trial, ["app.py"], copy, copy.root)["PYTHONPATH"].split(os.pathsep)
    assert found[:2] == [str(copy.root / "src"), str(copy.root / "lib")]


@pytest.mark.parametrize(
    ("word", "inside", "outside"),
    [
        ("app.py", "app.py", "app.py"),
        ("{root}/app.py", "{copy}/app.py", "{copy}/app.py"),
        ("{root}/tests/test_a.py::test", "{copy}/tests/test_a.py::test", "{copy}/tests/test_a.py::test"),
        ("--out={root}/new", "--out={copy}/new", "--out={copy}/new"),
        ("project/app.py", "project/app.py", "{copy}/app.py"),
        ("-x", "-x", "-x"),
        ("/usr", "/usr", "/usr"),
    ],
)
def test_words_of_the_command(word: str, inside: str, outside: str) -> None:
    """As they are for a copy, from inside the project, and from the folder above."""
    write("app.py")
    root = Path.cwd()
    copy = copy_project(root, ["app.py"], root.parent / "copies")
    places = {"root": root, "copy": copy.root}
    assert verify._argument(word.format(**places), copy, root) == inside.format(**places)
    assert verify._argument(word.format(**places), copy, root.parent) == outside.format(**places)


def test_a_python_that_is_not_copied_stays_where_it_is() -> None:
    write("app.py")
    write("env/bin/python")
    root = Path.cwd()
    copy = copy_project(root, ["app.py"], root.parent / "copies")
    assert verify._program("env/bin/python", copy, root) == str(root / "env/bin/python")
    assert verify._program("./app.py", copy, root) == "./app.py"
    assert verify._program(f"{root}/app.py", copy, root) == str(copy.root / "app.py")


def test_without_the_sdks(run: Run) -> None:
    write("app.py", HEAD, BREAK, MAIN.format("await answer()"))
    bare = Path("../bare").resolve()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    status, _, err = run("app.py", "--verify", "--python", str(bare / "bin" / "python"), "--", "app.py")
    assert status == 2
    assert "cannot import litellm and langfuse; install it with" in err


def test_a_file_that_changes_meanwhile_is_not_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("app.py", HEAD, BREAK, MAIN.format("await answer()"))
    write("b.py", HEAD, BREAK)
    done = verify.run

    def meddling(*arguments: object, **options: object) -> object:
        write("app.py", HEAD, BREAK, MAIN.format("await answer() "))
        return done(*arguments, **options)

    monkeypatch.setattr(verify, "run", meddling)
    status, _, err = run(".", "--verify", "--", "app.py")
    assert status == 2
    assert "app.py: error: changed on disk since it was verified: not written\n" in err
    assert "b.py: error: app.py has changed: not written\n" in err
    assert "async for _" not in Path("app.py").read_text() + Path("b.py").read_text()


def test_the_last_moment_is_guarded_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("app.py", HEAD, BREAK, MAIN.format("await answer()"))

    def changed(path: str, *, old: bytes, new: bytes) -> None:
        raise files.ChangedOnDisk

    monkeypatch.setattr(files, "replace", changed)
    status, _, err = run("app.py", "--verify", "--", "app.py")
    assert status == 2
    assert "app.py: error: changed on disk since it was read: not written\n" in err


def test_an_interruption(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("app.py", HEAD, BREAK)
    earlier = tree()

    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verify, "run", interrupted)
    assert run("app.py", "--verify", "--", "app.py")[0] == 130
    assert tree() == earlier


def test_links_ignored_files_and_a_folder_below(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """From `service`: a script by a link, an absolute argument, a file that git ignores and that is not there."""
    subprocess.run(["git", "init", "-q", "."], check=True)
    write(".gitignore", "*.env\n")
    write("service/secret.env", "1")
    write("real/app.py", HEAD, "import sys, os\nfor path in sys.argv[1:]:\n    print(open(path).read(), end='')\n")
    write("real/app.py", Path("real/app.py").read_text(), "print('ignored:', os.path.exists('secret.env'))\n")
    write("real/app.py", Path("real/app.py").read_text(), BREAK, MAIN.format("await answer()"))
    write("data.txt", "data\n")
    Path("service/app.py").symlink_to("../real/app.py")
    monkeypatch.chdir("service")
    data = str(Path("../data.txt").resolve())
    status, _, err = run("app.py", "--verify", "--", "app.py", data, "../data.txt")
    assert status == 0, err
    assert err.count("data\ndata\nignored: False\n") == 2
    assert Path("app.py").is_symlink()
    assert "async for _" in Path("../real/app.py").read_text()


@pytest.mark.parametrize(
    "arguments",
    [["app.py", "--verify"], ["app.py", "--verify", "--"], ["--verify", "--verify-timeout", "0", "app.py", "--", "x"]],
    ids=" ".join,
)
def test_bad_options(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        fix.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err


def test_the_shim_is_imported_only_to_verify() -> None:
    script = "import sys; from lint_rules import fix; fix.main(['.']); sys.exit('lint_rules.verify' in sys.modules)"
    write("app.py", "pass\n")
    env = {**os.environ, "PYTHONPATH": str(Path(fix.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", script], env=env, check=False).returncode == 0
