"""`make corpus`: recall and false alarms on labelled sites in real public code.

`sites.jsonl` holds facts only: package, path, line, rule family, verdict, why. The sources are fetched into a
scratch folder: packages from the index with pip, repositories at the named commit with git (from GitHub, or from
`--clones`, a pattern such as `/srv/git/{owner}/{name}.git`). A finding matches within two lines, or inside the
function around the label for R3.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lint_rules import engine
from lint_rules.finding import FileReport, Finding
from lint_rules.settings import EVERYTHING

SITES = Path(__file__).with_name("sites.jsonl")
FAMILIES = {"R1": ("LLM101", "LLM103", "LLM104"), "R1s": ("LLM102",), "R2": ("LLM20",), "R3": ("LLM30",)}
GITHUB = "https://github.com/{owner}/{name}.git"


@dataclass(frozen=True)
class Site:
    """One labelled place."""

    source: str
    path: str
    line: int
    rule: str
    verdict: str
    why: str


def main() -> int:
    """Print the scores and every disagreement; exit 1 when recall is below 95 % or false alarms are above 2 %."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--sources", type=Path, default=Path(".work/corpus"), help="where sources are unpacked and kept"
    )
    parser.add_argument("--clones", default=GITHUB, help="where repositories are fetched from, with {owner} and {name}")
    options = parser.parse_args()
    sites = [Site(**{key: record[key] for key in Site.__annotations__}) for record in _records()]
    score: Counter[tuple[str, str, bool]] = Counter()
    for site in sites:
        folder = _source(site.source, options.sources, options.clones)
        if folder is None or not (folder / site.path).exists():
            print(f"MISSING  {site.source} {site.path}")
            continue
        found = list(_matching(site, folder))
        score[site.rule, site.verdict, bool(found)] += 1
        if site.verdict != "arguable" and (site.verdict == "hit") != bool(found):
            print(f"{'MISS' if site.verdict == 'hit' else 'FALSE':8} {site.rule} {site.source} {site.path}:{site.line}")
            print(f"         {site.why}")
    return _report(score)


def _records() -> Iterator[dict[str, object]]:
    for line in SITES.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _report(score: Counter[tuple[str, str, bool]]) -> int:
    print(f"\n{'rule':6}{'hits found':>14}{'safe flagged':>15}")
    good = True
    for rule in FAMILIES:
        hits, found = score[rule, "hit", True] + score[rule, "hit", False], score[rule, "hit", True]
        safe, flagged = score[rule, "safe", True] + score[rule, "safe", False], score[rule, "safe", True]
        print(f"{rule:6}{f'{found} of {hits}':>14}{f'{flagged} of {safe}':>15}")
        good &= found >= 0.95 * hits and flagged <= 0.02 * safe
    return 0 if good else 1


def _matching(site: Site, folder: Path) -> Iterator[Finding]:
    first, last = site.line - 2, site.line + 2
    if site.rule == "R3":
        first, last = _function_around(folder / site.path, site.line, (first, last))
    for finding in _checked(folder, site.path).findings:
        if finding.code.startswith(FAMILIES[site.rule]) and first <= finding.span.line <= last:
            yield finding


def _function_around(path: Path, line: int, default: tuple[int, int]) -> tuple[int, int]:
    first, last = default
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if start <= line <= (node.end_lineno or start):
                first, last = min(first, start), max(last, node.end_lineno or start)
    return first, last


@cache
def _around(folder: Path) -> engine.Surroundings:
    return engine.Surroundings.of(EVERYTHING)


@cache
def _checked(folder: Path, path: str) -> FileReport:
    report = engine.check_file(str(folder / path), around=_around(folder))
    if report.problem is not None:
        print(f"PROBLEM  {folder.name} {path}: {report.problem.message}")
    return report


@cache
def _source(source: str, cache_folder: Path, clones: str) -> Path | None:
    """Return the unpacked sources, fetching them the first time; None, with a line, when they cannot be had."""
    kind, _, name = source.partition(":")
    folder = cache_folder / name.replace("/", "+")
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        (_fetch_package if kind == "pypi" else _fetch_repository)(name, folder, clones)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"NOT HAD  {source}: {error}", file=sys.stderr)
        return None
    return folder


def _fetch_package(name: str, folder: Path, clones: str) -> None:
    download = folder.with_suffix(".download")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(download)]
    wheels = ["--only-binary", ":all:", "--python-version", "3.13"]  # packages for a newer Python than this one
    if subprocess.run([*pip, name], capture_output=True, check=False).returncode:
        subprocess.run([*pip, *wheels, name], capture_output=True, check=True)
    archive = next(download.iterdir())
    if archive.suffix == ".whl":
        zipfile.ZipFile(archive).extractall(folder)
        return
    with tarfile.open(archive) as packed:
        packed.extractall(folder, members=_without_first_folder(packed), filter="data")


def _without_first_folder(packed: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in packed.getmembers():
        member.name = member.name.partition("/")[2]
        if member.name:
            yield member


def _fetch_repository(name: str, folder: Path, clones: str) -> None:
    repository, _, commit = name.partition("@")
    owner, _, project = repository.partition("/")
    bare = folder.with_suffix(".git")
    url = clones.format(owner=owner, name=project)
    git = ["git", "-C", str(bare)]
    if Path(url).exists():
        git = ["git", "-C", url]
    else:
        subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
        subprocess.run([*git, "fetch", "--quiet", "--depth", "1", url, commit], check=True)
    wanted = [":(glob)**/*.py", ":(glob)**/pyproject.toml", ":(glob)**/setup.py", ":(glob)**/setup.cfg"]
    for pathspec in wanted:
        done = subprocess.run([*git, "archive", commit, "--", pathspec], capture_output=True, check=False)
        if done.returncode == 0:
            folder.mkdir(parents=True, exist_ok=True)
            with tarfile.open(fileobj=io.BytesIO(done.stdout)) as packed:
                packed.extractall(folder, filter="data")


if __name__ == "__main__":
    sys.exit(main())
