"""Which LiteLLM and Langfuse a project runs with: every kind of file, the order among them, ranges, and bad input."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules.semantics.releases import Extent, Fact, Target, release
from lint_rules.targets import Finder, installed
from lint_rules.targets.locks import LOCKS
from lint_rules.targets.manifests import MANIFESTS
from lint_rules.targets.span import NEWEST, OLDEST

SAMPLES = Path(__file__).parent / "locks"
"""What uv, Poetry, pip-tools and Pipenv wrote, shortened to the packages that matter here."""
NEWEST_LITELLM, NEWEST_LANGFUSE = NEWEST["litellm"], NEWEST["langfuse"]
AROUND = installed.around
UNHELPFUL = b"\xff\xfe\x00garbage \x9f\n[[[ = {"


@pytest.fixture(autouse=True)
def without_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed around the tests would answer for every project that does not."""
    monkeypatch.setattr(installed, "around", lambda: iter(()))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def find(folder: Path, *stated: str, file: str = "app.py") -> tuple[Target, Target]:
    targets = Finder(stated).targets(str(folder / file))
    return targets.litellm, targets.langfuse


def said(target: Target) -> tuple[str, str]:
    return target.wanted, target.origin


def litellm(folder: Path, *stated: str) -> tuple[str, str]:
    return said(find(folder, *stated)[0])


NEWEST_KNOWN = ("1.106.2", "newest known")


# Every kind of file


@pytest.mark.parametrize(
    ("name", "expected", "langfuse"),
    [
        ("uv.lock", ("1.64.1 or 1.106.2", "uv.lock"), ("4.18.0", "uv.lock")),
        ("pylock.toml", ("1.64.1 or 1.106.2", "pylock.toml"), ("4.18.0", "pylock.toml")),
        ("poetry.lock", ("1.77.7", "poetry.lock"), ("3.15.0", "poetry.lock")),
        ("Pipfile.lock", ("1.77.7", "Pipfile.lock"), ("3.15.0", "Pipfile.lock")),
        ("requirements.txt", ("1.79.3", "requirements.txt:12"), ("3.15.0", "requirements.txt:8")),
    ],
)
def test_locks_of_the_real_tools(
    project: Path, name: str, expected: tuple[str, str], langfuse: tuple[str, str]
) -> None:
    put(project, name, (SAMPLES / name).read_bytes())
    assert tuple(map(said, find(project))) == (expected, langfuse)


def test_a_fork_of_the_resolution_counts_as_a_whole(project: Path) -> None:
    put(project, "uv.lock", (SAMPLES / "uv.lock").read_bytes())
    target, _ = find(project)
    assert target.releases == ((1, 64, 1), (1, 106, 2))
    assert target.note == "uv.lock has litellm 1.64.1 and 1.106.2: all of them count"


def test_pdm_lock_repeats_a_package_for_its_extras(project: Path) -> None:
    entry = '[[package]]\nname = "litellm"\nversion = "1.77.7"\n'
    put(
        project,
        "pdm.lock",
        f'{entry}\n{entry}extras = ["proxy"]\n\n[[package]]\nname = "litellm-proxy-extras"\nversion = "1"',
    )
    target, langfuse = find(project)
    assert (target.releases, target.note, langfuse.stated) == (((1, 77, 7),), "", False)


def test_a_named_pylock(project: Path) -> None:
    put(project, "pylock.prod.toml", '[[packages]]\nname = "litellm"\nversion = "1.77.7"\n')
    assert litellm(project) == ("1.77.7", "pylock.prod.toml")


def test_a_lock_entry_without_a_version_says_nothing(project: Path) -> None:
    put(project, "pylock.toml", '[[packages]]\nname = "litellm"\nvcs = {type = "git", url = "https://x"}\n')
    assert litellm(project) == NEWEST_KNOWN


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["httpx", "litellm[proxy]>=1.70,<2"]',
        "[project.optional-dependencies]\nai = [\"LiteLLM >=1.70,<2 ; python_version > '3'\"]",
        '[dependency-groups]\ndev = [{include-group = "x"}, "litellm>=1.70,<2"]',
        '[tool.poetry.dependencies]\npython = "^3.11"\nlitellm = ">=1.70,<2"',
        '[tool.poetry.group.ai.dependencies]\nlitellm = {version = ">=1.70,<2", extras = ["proxy"]}',
        '[tool.pdm.dev-dependencies]\ndev = ["litellm>=1.70,<2"]',
        '[tool.uv]\ndev-dependencies = ["litellm>=1.70,<2"]',
        '[tool.hatch.envs.default]\ndependencies = ["litellm>=1.70,<2"]',
    ],
)
def test_pyproject(project: Path, text: str) -> None:
    put(project, "pyproject.toml", text)
    target, langfuse = find(project)
    assert target.wanted.replace(" ", "") == ">=1.70,<2"
    assert (target.origin, target.releases[0], target.releases[-1]) == ("pyproject.toml", (1, 70, 0), NEWEST_LITELLM)
    assert not langfuse.stated


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("^1.77.1", (1, 77, 1), NEWEST_LITELLM),
        ("~1.77.1", (1, 77, 1), (1, 77, 999)),
        ("~1.77", (1, 77, 0), (1, 77, 999)),
        ("~1", (1, 0, 0), NEWEST_LITELLM),
        ("1.77.7", (1, 77, 7), (1, 77, 7)),
        ("1.77.*", (1, 77, 0), (1, 77, 999)),
        (">=1.70 <1.80", (1, 70, 0), (1, 79, 999)),
        (">= 1.70, != 1.75.0, < 1.80", (1, 70, 0), (1, 79, 999)),
        ("1.70.1 || >=1.90,<1.91", (1, 70, 1), (1, 90, 999)),
        ("*", OLDEST["litellm"], NEWEST_LITELLM),
    ],
)
def test_the_ranges_of_poetry(project: Path, written: str, first: tuple[int, ...], last: tuple[int, ...]) -> None:
    put(project, "pyproject.toml", f'[tool.poetry.dependencies]\nlitellm = "{written}"')
    target, _ = find(project)
    assert (target.releases[0], target.releases[-1]) == (first, last)
    assert target.wanted == ("any version" if written == "*" else written)


def test_a_caret_below_one(project: Path) -> None:
    put(project, "pyproject.toml", '[tool.poetry.dependencies]\nlangfuse = "^0.3.1"')
    _, target = find(project)
    assert (target.releases[-1], target.known) == ((0, 3, 999), False)


def test_several_constraints_of_poetry(project: Path) -> None:
    text = 'litellm = [{version = "1.70.0", python = "<3.11"}, {version = "1.80.0", python = ">=3.11"}, {git = "x"}]'
    put(project, "pyproject.toml", f"[tool.poetry.dependencies]\n{text}")
    assert find(project)[0].releases == ((1, 70, 0), (1, 80, 0))


@pytest.mark.parametrize(
    ("name", "text", "wanted", "origin"),
    [
        ("Pipfile", '[packages]\nlitellm = {version = ">=1.70", extras = ["proxy"]}', ">=1.70", "Pipfile"),
        ("Pipfile", '[dev-packages]\nlitellm = "*"\n[ai]\nlitellm = "==1.70.1"', "any version", "Pipfile"),
        ("setup.cfg", "[options]\ninstall_requires =\n    httpx\n    litellm>=1.70", ">=1.70", "setup.cfg"),
        ("setup.cfg", "[options.extras_require]\nai = litellm>=1.70", ">=1.70", "setup.cfg"),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=['litellm>=1.70'])", ">=1.70", "setup.py"),
        (
            "setup.py",
            "import setuptools as s\nX = ['litellm>=1.70']\ns.setup(install_requires=['a'] + X)",
            ">=1.70",
            "setup.py",
        ),
        ("setup.py", "setup(extras_require={'ai': ('litellm>=1.70',)})", ">=1.70", "setup.py"),
        ("environment.yml", "dependencies:\n  - python=3.11\n  - litellm=1.77\n", "=1.77", "environment.yml:3"),
        ("environment.yml", "dependencies:\n  - pip:\n    - 'litellm>=1.70' # why\n", ">=1.70", "environment.yml:3"),
        ("environment.yaml", "dependencies:\n  - conda-forge::litellm=1.77.7=py_0\n", "=1.77.7", "environment.yaml:2"),
        ("requirements.in", "litellm>=1.70", ">=1.70", "requirements.in:1"),
        ("requirements/base.txt", "-e .\n\nlitellm>=1.70", ">=1.70", "requirements/base.txt:3"),
        ("dev-requirements.txt", "litellm>=1.70", ">=1.70", "dev-requirements.txt:1"),
        ("requirements.lock", "litellm==1.77.7", "1.77.7", "requirements.lock:1"),
        ("constraints.txt", "litellm==1.77.7", "1.77.7", "constraints.txt:1"),
    ],
)
def test_other_manifests(project: Path, name: str, text: str, wanted: str, origin: str) -> None:
    put(project, name, text)
    assert litellm(project) == (wanted, origin)


def test_setup_py_warns_nobody(project: Path, recwarn: pytest.WarningsRecorder) -> None:
    put(project, "setup.py", "X = '\\d'\nsetup(install_requires=['litellm==1.77.7'])")
    assert litellm(project) == ("1.77.7", "setup.py")
    assert not recwarn.list


def test_setup_py_is_not_run(project: Path) -> None:
    put(
        project,
        "setup.py",
        "open('sprung', 'w')\nsetup(install_requires=open('litellm').read())\nX = X + X\nsetup(install_requires=X)",
    )
    assert litellm(project) == NEWEST_KNOWN
    assert not (project / "sprung").exists()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("litellm[proxy, x] == 1.77.7 ; python_version >= '3.9'  # why", "1.77.7"),
        ("litellm==1.77.7 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11", "1.77.7"),
        ("LiteLLM \\\n  >=1.70, \\\n  <2", ">=1.70, <2"),
        ("litellm (>=1.70)", ">=1.70"),
        ("litellm", "any version"),
        ("litellm~=1.77", "~=1.77"),
        ("\ufefflitellm===1.77.7\r", "1.77.7"),
    ],
)
def test_lines_of_a_requirements_file(project: Path, line: str, wanted: str) -> None:
    put(project, "requirements.txt", f"{line}\nhttpx")
    assert litellm(project) == (wanted, "requirements.txt:1")


@pytest.mark.parametrize(
    "line",
    [
        "# litellm==1.77.7",
        "litellm-proxy-extras==0.4.3",
        "litellm_enterprise==1",
        "litellm.extra==1",
        "mylitellm==1.0",
        "litellm @ git+https://example.org/litellm@v1.77.7",
        "git+https://example.org/litellm#egg=litellm",
        "-e ./litellm",
        "--index-url https://litellm==1.0",
        "-r https://example.org/requirements.txt",
        "-r ${HOME}/requirements.txt",
    ],
)
def test_lines_that_say_nothing(project: Path, line: str) -> None:
    put(project, "requirements.txt", line)
    target, _ = find(project)
    assert (said(target), target.note) == (NEWEST_KNOWN, "")


def test_utf_16_of_windows_shells(project: Path) -> None:
    put(project, "requirements.txt", "litellm==1.77.7\r\n".encode("utf-16"))
    assert litellm(project) == ("1.77.7", "requirements.txt:1")


def test_includes(project: Path) -> None:
    put(project, "requirements.txt", "-r deps/base.txt\n-rrequirements.txt\n--constraint=deps/pins.txt")
    put(project, "deps/base.txt", "-r ../requirements.txt\nlitellm>=1.70\nlangfuse")
    put(project, "deps/pins.txt", "langfuse<4\nlitellm!=1.76.0\nnothing==1")
    target, langfuse = find(project)
    assert said(target) == (">=1.70,!=1.76.0", "deps/base.txt:2")
    assert (1, 76, 0) not in target.releases
    assert said(langfuse) == ("<4", "deps/base.txt:3")
    assert langfuse.newest == (3, 999, 999)


def test_a_constraint_may_be_the_pin(project: Path) -> None:
    put(project, "requirements.txt", "litellm>=1.70\n-c pins.txt")
    put(project, "pins.txt", "litellm==1.77.7")
    put(project, "uv.lock", "")
    assert litellm(project) == ("1.77.7", "pins.txt:1")


def test_a_missing_include_is_noted_and_the_rest_read(project: Path) -> None:
    put(project, "requirements.txt", "-r gone.txt\nlitellm==1.77.7")
    target, _ = find(project)
    assert said(target) == ("1.77.7", "requirements.txt:2")
    assert target.note == "requirements.txt:1 includes 'gone.txt', which could not be read: no such file or directory"


def test_pins_under_markers_all_count(project: Path) -> None:
    put(project, "requirements.txt", "litellm==1.70.0; python_version<'3.11'\nlitellm==1.80.0; python_version>='3.11'")
    target, _ = find(project)
    assert target.releases == ((1, 70, 0), (1, 80, 0))
    assert "1.70.0 and 1.80.0" in target.note


def test_conflicting_pins_of_two_files(project: Path) -> None:
    put(project, "requirements-dev.txt", "litellm==1.80.0")
    put(project, "requirements.txt", "litellm==1.77.7")
    target, _ = find(project)
    assert target.releases == ((1, 77, 7),)
    assert target.note == "requirements-dev.txt:1 has litellm 1.80.0, but 1.77.7 of requirements.txt:1 counts"


def test_a_pin_and_a_constraint_that_exclude_each_other(project: Path) -> None:
    put(project, "constraints.txt", "litellm==1.80.0")
    put(project, "requirements.txt", "litellm==1.77.7")
    target, _ = find(project)
    assert target.releases == ((1, 77, 7),)
    assert target.note == "constraints.txt:1 has litellm 1.80.0, but 1.77.7 of requirements.txt:1 counts"


def test_equal_pins_of_two_files_are_no_conflict(project: Path) -> None:
    put(project, "requirements-dev.txt", "-r requirements.txt\nlitellm==1.77.7")
    put(project, "requirements.txt", "litellm==1.77.7")
    assert find(project)[0].note == ""


# Inline script metadata

SCRIPT = """\
#!/usr/bin/env python
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "litellm==1.80.0",
# ]
# ///
import litellm
"""


def test_a_script_knows_best(project: Path) -> None:
    put(project, "uv.lock", (SAMPLES / "uv.lock").read_bytes())
    put(project, "job.py", SCRIPT.replace("\n", "\r\n"))
    target, langfuse = find(project, file="job.py")
    assert said(target) == ("1.80.0", "job.py")
    assert said(langfuse) == ("4.18.0", "uv.lock")
    assert litellm(project) == ("1.64.1 or 1.106.2", "uv.lock")


def test_the_lock_of_a_script(project: Path) -> None:
    put(project, "job.py", SCRIPT.replace("==1.80.0", ""))
    put(project, "job.py.lock", '[[package]]\nname = "litellm"\nversion = "1.77.7"')
    assert said(find(project, file="job.py")[0]) == ("1.77.7", "job.py.lock")


def test_broken_metadata_of_a_script(project: Path) -> None:
    put(project, "job.py", "# /// script\n# dependencies = [\n# ///\n")
    target, _ = find(project, file="job.py")
    assert said(target) == NEWEST_KNOWN
    assert target.note.startswith("job.py could not be read: ")


def test_a_block_without_an_end_is_a_comment(project: Path) -> None:
    put(project, "job.py", SCRIPT.replace("# ///\nimport", "import"))
    target, _ = find(project, file="job.py")
    assert (said(target), target.note) == (NEWEST_KNOWN, "")


# The order


def everything(project: Path) -> None:
    put(project, "uv.lock", '[[package]]\nname = "litellm"\nversion = "1.72.0"')
    put(project, "requirements.txt", "litellm==1.73.0")
    put(
        project,
        "pyproject.toml",
        '[project]\ndependencies = ["litellm>=1.74"]\n[tool.lint_rules]\ntarget = ["litellm==1.71.0"]',
    )
    (project / ".venv/lib/python3.11/site-packages/litellm-1.75.0.dist-info").mkdir(parents=True)


def test_first_come(project: Path) -> None:
    everything(project)
    assert litellm(project, "litellm==1.70.0") == ("1.70.0", "--target")
    assert litellm(project) == ("1.71.0", "pyproject.toml [tool.lint_rules]")
    put(project, "pyproject.toml", '[project]\ndependencies = ["litellm>=1.74"]')
    assert litellm(project) == ("1.72.0", "uv.lock")
    (project / "uv.lock").unlink()
    assert litellm(project) == ("1.73.0", "requirements.txt:1")
    put(project, "requirements.txt", "litellm>1.73")
    assert litellm(project) == (">=1.74", "pyproject.toml")
    (project / "pyproject.toml").unlink()
    assert litellm(project) == (">1.73", "requirements.txt:1")
    (project / "requirements.txt").unlink()
    assert litellm(project) == ("1.75.0", "installed in .venv")


def test_each_package_for_itself(project: Path) -> None:
    put(project, "uv.lock", '[[package]]\nname = "litellm"\nversion = "1.72.0"')
    put(project, "pyproject.toml", '[project]\ndependencies = ["langfuse<4"]')
    assert tuple(map(said, find(project))) == (("1.72.0", "uv.lock"), ("<4", "pyproject.toml"))


def test_nearer_folders_first_and_locks_before_ranges(project: Path) -> None:
    put(project, "poetry.lock", '[[package]]\nname = "litellm"\nversion = "1.72.0"')
    put(project, "a/pyproject.toml", '[project]\ndependencies = ["litellm>=1.74"]')
    put(project, "b/requirements.txt", "litellm==1.73.0")
    assert litellm(project / "a/src/deep") == ("1.72.0", "poetry.lock")
    assert litellm(project / "b/src") == ("1.73.0", "b/requirements.txt:1")


def test_nothing_above_the_root_is_read(tmp_path: Path) -> None:
    put(tmp_path, "uv.lock", '[[package]]\nname = "litellm"\nversion = "1.72.0"')
    (tmp_path / "inner/.git").mkdir(parents=True)
    assert litellm(tmp_path / "inner/src") == NEWEST_KNOWN


def test_without_version_control_the_nearest_project_is_the_root(tmp_path: Path) -> None:
    put(tmp_path, "uv.lock", '[[package]]\nname = "litellm"\nversion = "1.72.0"')
    put(tmp_path, "inner/setup.cfg", "")
    assert litellm(tmp_path / "other/src") == ("1.72.0", "uv.lock")
    assert litellm(tmp_path / "inner/src") == NEWEST_KNOWN


def test_links_out_of_the_project_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "project/.git").mkdir(parents=True)
    put(tmp_path, "uv.lock", '[[package]]\nname = "litellm"\nversion = "1.72.0"')
    put(tmp_path, "outside.txt", "litellm==1.72.0")
    (tmp_path / "venv/lib/python3.11/site-packages/litellm-1.75.0.dist-info").mkdir(parents=True)
    (tmp_path / "project/uv.lock").symlink_to("../uv.lock")
    (tmp_path / "project/.venv").symlink_to("../venv")
    put(tmp_path, "project/requirements.txt", "-r ../outside.txt")
    target, _ = find(tmp_path / "project")
    assert said(target) == NEWEST_KNOWN
    assert target.note == (
        "uv.lock could not be read: leads out of the project; "
        "requirements.txt:1 includes '../outside.txt', which could not be read: leads out of the project"
    )


def test_a_link_to_itself(project: Path) -> None:
    for name in ("uv.lock", "requirements.txt", ".venv"):
        (project / name).symlink_to(name)
    target, _ = find(project)
    assert said(target) == NEWEST_KNOWN
    assert target.note.startswith("uv.lock could not be read: ")


def test_a_link_inside_the_project_is_followed(project: Path) -> None:
    put(project, "real/uv.lock", '[[package]]\nname = "litellm"\nversion = "1.72.0"')
    (project / "uv.lock").symlink_to("real/uv.lock")
    assert litellm(project) == ("1.72.0", "uv.lock")


def test_the_active_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "around", AROUND)
    folder = project / "elsewhere"
    (folder / "lib/python3.11/site-packages/LiteLLM-1.75.0.dist-info").mkdir(parents=True)
    (folder / "lib/python3.11/site-packages/litellm_enterprise-0.1.dist-info").mkdir()
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setenv("VIRTUAL_ENV", str(folder))
    assert litellm(project) == ("1.75.0", "installed in $VIRTUAL_ENV")
    monkeypatch.delenv("VIRTUAL_ENV")
    monkeypatch.setenv("CONDA_PREFIX", str(folder))
    assert litellm(project) == ("1.75.0", "installed in $CONDA_PREFIX")
    monkeypatch.delenv("CONDA_PREFIX")
    beside = project / "beside"
    (beside / "langfuse-3.0.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(beside))
    assert said(find(project)[1]) == ("3.0.0", "installed beside the linter")


# What the user states


@pytest.mark.parametrize(
    ("stated", "litellm_says", "langfuse_says"),
    [
        (("litellm==1.77.7",), "1.77.7", None),
        (("litellm==1.77.7", "langfuse<3"), "1.77.7", "<3"),
        (("litellm==1.77.7,langfuse==2.60.10",), "1.77.7", "2.60.10"),
        (("litellm>=1.70,<1.80, langfuse>=2,<3",), ">=1.70,<1.80", ">=2,<3"),
        (("litellm[proxy,x]>=1.70,langfuse",), ">=1.70", "any version"),
        (("litellm>=1.70", "litellm<1.80"), ">=1.70,<1.80", None),
        ((" litellm == 1.77.7 , ",), "1.77.7", None),
    ],
)
def test_stated(project: Path, stated: tuple[str, ...], litellm_says: str, langfuse_says: str | None) -> None:
    target, langfuse = find(project, *stated)
    assert said(target) == (litellm_says, "--target")
    assert said(langfuse) == ((langfuse_says, "--target") if langfuse_says else ("5.0.4", "newest known"))


def test_what_is_stated_and_no_requirement_is_noted(project: Path) -> None:
    put(project, "requirements.txt", "litellm==1.77.7")
    target, _ = find(project, "litellm=1.70")
    assert said(target) == ("1.77.7", "requirements.txt:1")
    assert target.note == "--target asks for 'litellm=1.70', which is no requirement"


@pytest.mark.parametrize("value", ['"litellm==1.77.7"', "[1]", '["httpx==1"]', '["litellm=1"]', "{}"])
def test_wrong_settings_are_a_problem_not_a_note(project: Path, value: str) -> None:
    put(project, "pyproject.toml", f"[tool.lint_rules]\ntarget = {value}")
    finder = Finder()
    targets = finder.targets(str(project / "src/app.py"))
    [problem] = finder.problems
    assert problem.startswith("pyproject.toml [tool.lint_rules]")
    assert not targets.litellm.stated
    assert finder.notes == ()


def test_settings_of_the_nearest_file_that_has_some(project: Path) -> None:
    put(project, "pyproject.toml", '[tool.lint_rules]\ntarget = ["litellm==1.70.0,langfuse==3.0.0"]')
    put(project, "a/pyproject.toml", '[tool.lint_rules]\ntarget = ["litellm==1.71.0"]')
    put(project, "b/pyproject.toml", '[project]\nname = "lint_rules"')
    assert litellm(project / "a") == ("1.71.0", "a/pyproject.toml [tool.lint_rules]")
    assert litellm(project / "b") == ("1.70.0", "pyproject.toml [tool.lint_rules]")


# Ranges and releases


@pytest.mark.parametrize(
    ("specifier", "releases"),
    [
        ("==1.77.7", [(1, 77, 7)]),
        ("==1.77", [(1, 77, 0)]),
        ("==1.76.0rc1", [(1, 76, 0)]),
        ("==1.76.0.dev3", [(1, 76, 0)]),
        ("==1.76.0.post1", [(1, 76, 0)]),
        ("==1.77.7+local", [(1, 77, 7)]),
        ("==1!1.77.7", [(1, 77, 7)]),
        ("==1.77.7.2", [(1, 77, 7, 2)]),
        (">1.77.3,<1.77.5", [(1, 77, 4)]),
        ("~=1.78.1", [(1, 78, 1), (1, 78, 2), (1, 78, 999)]),
        ("===1.77.7", [(1, 77, 7)]),
        (">=1.75.9,<1.76", [(1, 75, 9), (1, 75, 10), (1, 75, 999)]),
    ],
)
def test_releases(project: Path, specifier: str, releases: list[tuple[int, ...]]) -> None:
    target, _ = find(project, f"litellm{specifier}")
    assert (list(target.releases), target.known, target.note) == (releases, True, "")


@pytest.mark.parametrize(
    ("specifier", "extent"),
    [
        (">=1.70", Extent.PARTLY),
        ("", Extent.PARTLY),
        (">=1.76", Extent.ALWAYS),
        ("~=1.76.0", Extent.ALWAYS),
        ("<1.76", Extent.NEVER),
        ("<=1.76", Extent.PARTLY),
        ("==1.75.*", Extent.NEVER),
        (">=1.75.999999,<1.77", Extent.PARTLY),
        ("!=1.76.0", Extent.PARTLY),
    ],
)
def test_ranges_meet_facts(project: Path, specifier: str, extent: Extent) -> None:
    worker = Fact("litellm", "the worker", "test", first="1.76.0")
    assert find(project, f"litellm{specifier}")[0].has(worker) is extent


def test_an_open_range_ends_at_what_is_known(project: Path) -> None:
    target, langfuse = find(project, "litellm,langfuse>=2")
    assert (target.releases[0], target.newest) == (OLDEST["litellm"], NEWEST_LITELLM)
    assert (langfuse.releases[0], langfuse.newest) == ((2, 0, 0), NEWEST_LANGFUSE)
    assert target.known and langfuse.known
    assert all(one <= NEWEST_LITELLM for one in target.releases)


def test_every_release_of_a_range_is_in_it(project: Path) -> None:
    for one in find(project, "litellm>=1.70,<1.90")[0].releases:
        assert (1, 70) <= one < (1, 90)


@pytest.mark.parametrize(
    ("stated", "known"),
    [("litellm==1.120.0", True), ("litellm>=1.120", True), ("litellm==2.0.0", False), ("litellm>=2,<3", False)],
)
def test_the_future_is_like_the_newest_known(project: Path, stated: str, known: bool) -> None:
    target, _ = find(project, stated)
    assert (target.releases, target.known, target.stated) == ((NEWEST_LITELLM,), known, True)
    assert target.note.endswith("is newer than 1.106.2, the newest release that was measured")


def test_the_past_is_what_the_facts_say(project: Path) -> None:
    target, langfuse = find(project, "litellm==1.40.1,langfuse<2")
    assert (target.releases, target.known) == (((1, 40, 1),), False)
    assert (langfuse.newest, langfuse.known) == ((1, 999, 999), False)
    assert target.note == "litellm 1.40.1 (--target) is older than 1.64.1, the oldest release that was measured"


@pytest.mark.parametrize("stated", ["litellm>=1.80,<1.70", "litellm==1.77.7,litellm>=1.80.0"])
def test_what_leaves_nothing(project: Path, stated: str) -> None:
    target, _ = find(project, stated)
    assert (target.releases, target.stated) == ((NEWEST_LITELLM,), False)
    assert target.note.endswith("leaves no release: 1.106.2 is assumed")


# Bad input

ALL_FILES = [*LOCKS, *MANIFESTS, "requirements.txt", "requirements/base.txt", "constraints.txt"]
GARBAGE = {
    "bytes": UNHELPFUL,
    "no utf-8": b'[project]\nname = "\xff"\n',
    "merge conflict": b"<<<<<<< HEAD\nlitellm==1.0\n=======\n>>>>>>> x\n",
    "deep": b"[" * 100_000,
    "deep table": b"a = " + b"[" * 5_000 + b"]" * 5_000,
    "enormous": b"#" * 5_000_001,
    "zeros": b"\0" * 100,
}


@pytest.mark.parametrize("name", ALL_FILES)
@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_skipped(project: Path, name: str, kind: str) -> None:
    put(project, name, GARBAGE[kind])
    (project / ".venv/lib/python3.11/site-packages/litellm-1.75.0.dist-info").mkdir(parents=True)
    target, langfuse = find(project)
    assert said(target) in {("1.75.0", "installed in .venv"), ("1.0", f"{name}:2")}
    assert not langfuse.stated


@pytest.mark.parametrize("name", [*LOCKS, "pyproject.toml", "Pipfile", "setup.cfg"])
def test_garbage_is_noted(project: Path, name: str) -> None:
    put(project, name, UNHELPFUL)
    target, _ = find(project)
    assert target.note.startswith(f"{name} could not be read: ")
    assert "\n" not in target.note


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_folder_of_that_name(project: Path, name: str) -> None:
    (project / name).mkdir(parents=True)
    target, _ = find(project)
    assert (said(target), target.note.startswith(f"{name} could not be read: ")) == (NEWEST_KNOWN, True)


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_dangling_link(project: Path, name: str) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).symlink_to("gone")
    assert litellm(project) == NEWEST_KNOWN


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", 'package = "litellm"'),
        ("uv.lock", "package = [1, {name = 1}, {name = 'litellm'}, {name = 'litellm', version = 1}]"),
        ("uv.lock", "[[package]]\nname = 'litellm'\nversion = '\\n::error::x'"),
        ("poetry.lock", "[package]\nname = 'litellm'"),
        ("Pipfile.lock", "[]"),
        ("Pipfile.lock", '{"default": {"litellm": "==1.0"}, "x": 1, "develop": {"litellm": {"version": 1}}}'),
        ("Pipfile.lock", '{"default": {"litellm": {"version": "=="}}}'),
        ("pyproject.toml", "project = 1\ntool = []"),
        ("pyproject.toml", "[project]\ndependencies = 'litellm'\noptional-dependencies = [1]"),
        ("pyproject.toml", "[project]\ndependencies = [1, 'litellm=1', 'litellm>>1']"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nlitellm = '^^1'"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nlitellm = ''"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nlitellm = [[1], {version = []}]"),
        ("pyproject.toml", "[tool.poetry]\ndependencies = 1\ngroup = {a = 1}"),
        ("pyproject.toml", "[tool.hatch.envs]\na = 1"),
        ("pyproject.toml", "[dependency-groups]\na = 'litellm'"),
        ("Pipfile", "packages = 1"),
        ("Pipfile", "[packages]\nlitellm = 'latest'"),
        ("setup.cfg", "[options]\ninstall_requires = litellm=1"),
        ("setup.py", "setup(install_requires=[*litellm, 'litellm==' + v, f'litellm=={v}', None], **x)"),
        ("environment.yml", "- litellm=="),
        ("requirements.txt", "litellm==\nlitellm>=1.x\nlitellm[\nlitellm==1.0 python\n-r\n-r \0\n\\"),
        ("requirements.txt", "litellm==" + "9" * 5_000),
        ("requirements.txt", "litellm===garbage"),
    ],
)
def test_what_is_well_formed_and_means_nothing(project: Path, name: str, text: str) -> None:
    put(project, name, text)
    target, _ = find(project)
    assert (target.releases, target.stated) == ((NEWEST_LITELLM,), False)
    assert target.note.isprintable()


def test_one_bad_line_does_not_spoil_the_other_package(project: Path) -> None:
    put(project, "requirements.txt", "litellm=1.77.7\nlangfuse==3.0.0")
    target, langfuse = find(project)
    assert target.note == "requirements.txt:1 asks for 'litellm=1.77.7', which is no requirement"
    assert (said(langfuse), langfuse.note) == (("3.0.0", "requirements.txt:2"), "")


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "pylock.toml", "Pipfile.lock", "requirements.txt"])
def test_no_damage_to_a_real_lock_raises(project: Path, name: str) -> None:
    """Cut, doubled and flipped bytes: whatever comes of it, it is an answer."""
    whole = (SAMPLES / name).read_bytes()
    dice = random.Random(name)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(data))
            data[at : at + dice.randrange(3)] = bytes(dice.randrange(256) for _ in range(dice.randrange(3)))
        put(project, name, bytes(data[: dice.randrange(len(data)) if dice.random() < 0.3 else None]))
        for target in find(project):
            assert target.releases
            assert target.releases == tuple(sorted(target.releases))
            assert str(target).isprintable() and target.note.isprintable()


def test_a_path_that_is_no_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, "requirements.txt", "litellm==1.77.7")
    monkeypatch.chdir(project)
    for path in ("<string>", "stdin", "gone/deep.py", "../" + project.name + "/app.py"):
        assert said(Finder().targets(path).litellm) == ("1.77.7", "requirements.txt:1")


# What it costs


def test_each_file_is_read_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lint_rules import files  # noqa: PLC0415

    put(project, "uv.lock", (SAMPLES / "uv.lock").read_bytes())
    read, paths = files.read, []
    monkeypatch.setattr(files, "read", lambda path: paths.append(Path(path).name) or read(path))
    finder = Finder()
    for folder in ("a", "b", "b/c"):
        finder.targets(str(project / folder / "x.py")).litellm  # noqa: B018 - asking is what reads
        finder.targets(str(project / folder / "y.py")).langfuse  # noqa: B018
    assert paths.count("uv.lock") == 1


def test_notes_are_collected_once_and_only_of_what_was_asked_for(project: Path) -> None:
    put(project, "uv.lock", UNHELPFUL)
    finder = Finder(("langfuse==9.0",))
    targets = finder.targets(str(project / "app.py"))
    assert finder.notes == ()
    assert targets.litellm.note in finder.notes
    assert finder.targets(str(project / "other/app.py")).litellm.note
    assert len(finder.notes) == 1
    assert targets.langfuse.note in finder.notes


def test_a_finder_can_be_sent_to_another_process(project: Path) -> None:
    put(project, "requirements.txt", "litellm==1.77.7")
    finder = Finder()
    assert finder.targets(str(project / "app.py")).litellm.releases == ((1, 77, 7),)
    again = pickle.loads(pickle.dumps(finder))
    assert again.targets(str(project / "app.py")).litellm.releases == ((1, 77, 7),)


@pytest.mark.parametrize("door", ["lint_rules", "lint_rules.plugin", "lint_rules.__main__", "lint_rules.fix"])
def test_nothing_is_imported_until_somebody_asks(tmp_path: Path, door: str) -> None:
    put(tmp_path, "app.py", "async def f(x):\n    async for y in x:\n        break\n")
    put(tmp_path, "clean.py", "import litellm\n")
    put(tmp_path, "uv.lock", (SAMPLES / "uv.lock").read_bytes())
    script = (
        f"import sys, {door}; from lint_rules import check_paths\n"
        f"list(check_paths([{str(tmp_path / 'app.py')!r}, {str(tmp_path / 'clean.py')!r}]))\n"
        "print({'packaging', 'tomllib', 'tomli', 'configparser'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_known_stretch_is_one() -> None:
    for package, newest in NEWEST.items():
        assert OLDEST[package] < newest
    assert release("1.64.1") == OLDEST["litellm"]
