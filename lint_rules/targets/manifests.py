"""Files in which a project asks for ranges of versions: what it would run with, as far as it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lint_rules.semantics.syntax import parse
from lint_rules.targets.mention import PACKAGES, Mention, loose, mention, requirement, requirements, stated
from lint_rules.targets.tree import Reader, Tree, parse_toml, table
from lint_rules.watch import is_file

MAX_PLACES = 10_000
"""Of a setup.py, in which its requirements are looked for."""
SCRIPT_MARK = b"# /// script"
_SCRIPT = re.compile(r"^# /// script[ \t]*\n(?P<content>(?:^#(?:| .*)\n)+?)^# ///[ \t]*$(?!\n#)", re.MULTILINE)
_CONDA = re.compile(
    r"\s*-\s*[\"']?(?:[\w./-]+::)?(?P<text>(?P<name>litellm|langfuse)(?![\w.-])[^\"'#]*)", re.IGNORECASE
)
_CONDA_FUZZY = re.compile(r"\s*=\s*(?P<version>\d[\w.]*)(=\S*)?\s*")
_PIPENV_OTHER = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def configured(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read what `[tool.lint_rules] target` in a pyproject.toml states."""
    if b"lint_rules" not in tree.data(path):
        return
    section = table(tree.toml(path), "tool", "lint_rules")
    wanted = section.get("target")
    if wanted is None:
        return
    origin = f"{tree.label(path)} [tool.lint_rules]"
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        problem = f'{origin}: target is no list of strings such as ["litellm==1.77.7"]'
        yield from (Mention(package, "", (), origin, problem=problem) for package in PACKAGES)
    else:
        yield from stated(wanted, origin).mentions


def is_configured(tree: Tree, path: Path) -> bool:
    """Tell whether a pyproject.toml that can be read has settings for this linter, of whatever kind."""
    if not is_file(str(path)) or b"lint_rules" not in tree.data(path):
        return False
    return "lint_rules" in table(tree.toml(path), "tool")


def script(data: bytes, origin: str) -> Iterator[Mention]:
    """Read the metadata inside a script (PEP 723): it runs in an environment of its own."""
    found = _SCRIPT.search(data.decode("utf-8-sig", "replace").replace("\r\n", "\n"))
    if found is not None:
        content = "".join(line[2:] for line in found["content"].splitlines(keepends=True))
        yield from requirements(parse_toml(content).get("dependencies"), origin)


def pyproject(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read a pyproject.toml: the program's own dependencies, then those of its extras and groups."""
    tables, origin = tree.toml(path), tree.label(path)
    project, tool = table(tables, "project"), table(tables, "tool")
    yield from requirements(project.get("dependencies"), origin)
    yield from _poetry(table(tool, "poetry"), origin)
    for groups in (
        table(project, "optional-dependencies"),
        table(tables, "dependency-groups"),
        table(tool, "pdm", "dev-dependencies"),
        {"uv": table(tool, "uv").get("dev-dependencies")},
        {"rye": table(tool, "rye").get("dev-dependencies")},
        {name: table(one).get("dependencies") for name, one in table(tool, "hatch", "envs").items()},
    ):
        for group in groups.values():
            yield from requirements(group, origin)


def _poetry(section: dict[str, Any], origin: str) -> Iterator[Mention]:
    groups = [table(group, "dependencies") for group in table(section, "group").values()]
    for dependencies in (table(section, "dependencies"), *groups, table(section, "dev-dependencies")):
        yield from _named(dependencies, origin)


def _named(dependencies: dict[str, Any], origin: str) -> Iterator[Mention]:
    for name, value in dependencies.items():
        if name.lower() in PACKAGES:
            yield from loose(name.lower(), value, origin)


def pipfile(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read a Pipfile: `packages` before `dev-packages` and other categories."""
    categories = {name: one for name, one in tree.toml(path).items() if name not in _PIPENV_OTHER}
    for name in sorted(categories, key=lambda name: name != "packages"):
        yield from _named(table(categories, name), tree.label(path))


def setup_cfg(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read `install_requires` and the extras of a setup.cfg."""
    import configparser  # noqa: PLC0415 - most runs ask for no target

    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(tree.text(path))
    texts = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        texts += [text for _, text in parser.items("options.extras_require")]
    for text in texts:
        yield from requirements(text.splitlines(), tree.label(path))


def setup_py(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read the `install_requires` and `extras_require` that a setup.py writes out; it is not run."""
    data = tree.data(path)
    if not any(package.encode() in data for package in PACKAGES):
        return
    module = parse(data)
    names = {
        node.targets[0].id: node.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "setup":
            for keyword in node.keywords:
                if keyword.arg in ("install_requires", "extras_require"):
                    yield from requirements(_Strings(names).of(keyword.value), tree.label(path))


class _Strings:
    """Follows lists and tables that are written out, directly or under a name, to a bounded number of places: names
    that stand for two others each lead to more than there is time for."""

    def __init__(self, names: dict[str, ast.expr]) -> None:
        self._names, self._left = names, MAX_PLACES

    def of(self, node: ast.expr, inside: frozenset[str] = frozenset()) -> list[str]:
        """Return the strings that an expression holds; `inside` are the names that have led to it."""
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"its requirements stand in more than {MAX_PLACES:,} places")
        if isinstance(node, ast.Name):
            known = node.id in self._names and node.id not in inside
            return self.of(self._names[node.id], inside | {node.id}) if known else []
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        return [text for one in _parts(node) for text in self.of(one, inside)]


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return node.elts
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [node.left, node.right]
    return []


def environment(tree: Tree, path: Path) -> Iterator[Mention]:
    """Read a conda environment.yml line by line: `- litellm=1.77` of conda, and what its pip section lists."""
    origin = tree.label(path)
    for number, line in enumerate(tree.text(path).splitlines(), start=1):
        found = _CONDA.match(line)
        if found is None:
            continue
        fuzzy = _CONDA_FUZZY.fullmatch(found["text"], len(found["name"]))
        if fuzzy is None:
            yield from requirement(found["text"], f"{origin}:{number}")
        else:
            wanted = f"={fuzzy['version']}"
            yield mention(found["name"].lower(), wanted, f"{origin}:{number}", f"={wanted}.*")


MANIFESTS: dict[str, Reader] = {
    "pyproject.toml": pyproject,
    "Pipfile": pipfile,
    "setup.cfg": setup_cfg,
    "setup.py": setup_py,
    "environment.yml": environment,
    "environment.yaml": environment,
}


def manifest_files(folder: Path) -> Iterator[tuple[Reader, Path]]:
    """Yield the files of a folder that may ask for ranges, with what reads them."""
    for name, reader in MANIFESTS.items():
        yield reader, folder / name
