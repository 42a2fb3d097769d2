"""The house keeps its floors: imports run downwards only, and the plugin is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What the modules of a room may import of this project, by prefix.
FLOORS = {
    "lint_rules.finding": [],
    "lint_rules.settings": [],
    "lint_rules.watch": [],
    "lint_rules.temporary": [],
    "lint_rules.workplace": ["lint_rules.temporary"],
    "lint_rules.interrupts": [],
    "lint_rules.safe_path": [],
    "lint_rules.plumbing": [],
    "lint_rules.links": [],
    "lint_rules.files": [
        "lint_rules.watch",
        "lint_rules.links",
        "lint_rules.plumbing",
        "lint_rules.temporary",
        "lint_rules.finding",
    ],
    "lint_rules.disk": ["lint_rules.watch", "lint_rules.files"],
    "lint_rules.chunks": ["lint_rules.watch", "lint_rules.files"],
    "lint_rules.surroundings": [
        "lint_rules.configuration",
        "lint_rules.targets",
        "lint_rules.settings",
        "lint_rules.semantics.project",
        "lint_rules.semantics.declared",
    ],
    "lint_rules.orders": ["lint_rules.surroundings", "lint_rules.watch", "lint_rules.finding"],
    "lint_rules.witness": ["lint_rules.disk", "lint_rules.watch", "lint_rules.files"],
    "lint_rules.work": [
        "lint_rules.engine",
        "lint_rules.surroundings",
        "lint_rules.orders",
        "lint_rules.chunks",
        "lint_rules.semantics",
        "lint_rules.disk",
        "lint_rules.watch",
        "lint_rules.files",
        "lint_rules.finding",
    ],
    "lint_rules.plain": ["lint_rules.finding"],
    "lint_rules.cache": [
        "lint_rules.surroundings",
        "lint_rules.orders",
        "lint_rules.chunks",
        "lint_rules.witness",
        "lint_rules.plain",
        "lint_rules.disk",
        "lint_rules.watch",
        "lint_rules.files",
        "lint_rules.finding",
        "lint_rules.__version__",
    ],
    "lint_rules.pool": [
        "lint_rules.processes",
        "lint_rules.cache",
        "lint_rules.work",
        "lint_rules.surroundings",
        "lint_rules.orders",
        "lint_rules.chunks",
        "lint_rules.files",
        "lint_rules.finding",
    ],
    "lint_rules.processes": [
        "lint_rules.interrupts",
        "lint_rules.work",
        "lint_rules.orders",
        "lint_rules.chunks",
        "lint_rules.files",
        "lint_rules.finding",
    ],
    "lint_rules.cluster": [
        "lint_rules.processes",
        "lint_rules.work",
        "lint_rules.orders",
        "lint_rules.refusal",
        "lint_rules.chunks",
        "lint_rules.files",
    ],
    "lint_rules.found_first": [
        "lint_rules.pool",
        "lint_rules.processes",
        "lint_rules.surroundings",
        "lint_rules.orders",
        "lint_rules.chunks",
        "lint_rules.files",
        "lint_rules.finding",
    ],
    "lint_rules.workers": [
        "lint_rules.chunks",
        "lint_rules.pool",
        "lint_rules.cache",
        "lint_rules.cluster",
        "lint_rules.options",
        "lint_rules.orders",
        "lint_rules.surroundings",
        "lint_rules.files",
        "lint_rules.finding",
    ],
    "lint_rules.configuration": [
        "lint_rules.disk",
        "lint_rules.watch",
        "lint_rules.settings",
        "lint_rules.files",
        "lint_rules.finding",
        "lint_rules.rules",
        "lint_rules.targets",
        "lint_rules.places",
    ],
    "lint_rules.options": [
        "lint_rules.configuration",
        "lint_rules.report",
        "lint_rules.settings",
        "lint_rules.targets",
        "lint_rules.visible",
    ],
    "lint_rules.semantics": ["lint_rules.semantics", "lint_rules.settings", "lint_rules.finding", "lint_rules.disk"],
    "lint_rules.targets": [
        "lint_rules.disk",
        "lint_rules.watch",
        "lint_rules.targets",
        "lint_rules.semantics",
        "lint_rules.files",
        "lint_rules.finding",
        "lint_rules.settings",
        "lint_rules.visible",
    ],
    "lint_rules.suppression": ["lint_rules.finding"],
    "lint_rules.rules": [
        "lint_rules.rules",
        "lint_rules.semantics",
        "lint_rules.suppression",
        "lint_rules.finding",
        "lint_rules.settings",
    ],
    "lint_rules.manual": ["lint_rules.rules"],
    "lint_rules.lines": ["lint_rules.finding"],
    "lint_rules.excerpt": ["lint_rules.finding"],
    "lint_rules.places": [],
    "lint_rules.visible": [],
    "lint_rules.difference": ["lint_rules.lines", "lint_rules.finding"],
    "lint_rules.fingerprint": ["lint_rules.lines", "lint_rules.places", "lint_rules.finding"],
    "lint_rules.progress": ["lint_rules.report", "lint_rules.finding"],
    "lint_rules.report": [
        "lint_rules.report",
        "lint_rules.rules",
        "lint_rules.fingerprint",
        "lint_rules.excerpt",
        "lint_rules.places",
        "lint_rules.lines",
        "lint_rules.finding",
        "lint_rules.__version__",
        "lint_rules.visible",
    ],
    "lint_rules.suggestions": [
        "lint_rules.engine",
        "codemods.engine",
        "lint_rules.difference",
        "lint_rules.interrupts",
        "lint_rules.files",
        "lint_rules.finding",
    ],
    "lint_rules.outputs": [
        "lint_rules.surroundings",
        "lint_rules.report",
        "lint_rules.suggestions",
        "lint_rules.engine",
        "lint_rules.files",
        "lint_rules.temporary",
        "lint_rules.finding",
        "lint_rules.visible",
    ],
    "lint_rules.shim": [
        "lint_rules.shim",
        "lint_rules.workplace",
        "lint_rules.temporary",
        "lint_rules.interrupts",
    ],
    "lint_rules.engine": [
        "lint_rules.disk",
        "lint_rules.surroundings",
        "lint_rules.configuration",
        "lint_rules.rules",
        "lint_rules.targets",
        "lint_rules.semantics",
        "lint_rules.suppression",
        "lint_rules.files",
        "lint_rules.finding",
        "lint_rules.settings",
    ],
    "lint_rules.patch": ["lint_rules.report"],
    "lint_rules.terminal": ["lint_rules.patch", "lint_rules.report"],
    "lint_rules.outcome": ["lint_rules.interrupts", "lint_rules.files", "lint_rules.finding"],
    "lint_rules.add_noqa": [
        "lint_rules.bounds",
        "lint_rules.engine",
        "lint_rules.suppression",
        "lint_rules.outcome",
        "lint_rules.report",
        "lint_rules.files",
        "lint_rules.finding",
    ],
    "lint_rules.bounds": ["lint_rules.engine", "lint_rules.finding"],
    "lint_rules.refusal": ["lint_rules.visible"],
    "lint_rules.gate": [
        "lint_rules.surroundings",
        "lint_rules.gate",
        "lint_rules.plumbing",
        "lint_rules.workplace",
        "lint_rules.baseline",
        "lint_rules.refusal",
        "lint_rules.engine",
        "lint_rules.configuration",
        "lint_rules.rules",
        "lint_rules.report",
        "lint_rules.targets",
        "lint_rules.semantics",
        "lint_rules.files",
        "lint_rules.finding",
        "lint_rules.settings",
        "lint_rules.lines",
        "lint_rules.visible",
    ],
    "lint_rules.baseline": ["lint_rules.gate", "lint_rules.refusal", "lint_rules.files", "lint_rules.finding"],
    "codemods": [
        "codemods",
        "lint_rules.suppression",
        "lint_rules.semantics.syntax",
        "lint_rules.finding",
        "lint_rules.files",
    ],
    "lint_rules.scratch": ["lint_rules.files"],
    "lint_rules.verify": ["lint_rules.scratch", "lint_rules.shim", "lint_rules.workplace", "lint_rules.finding"],
}
DOORS = {"lint_rules", "lint_rules.__main__", "lint_rules.fix", "lint_rules.plugin", "codemods.commands"}
DOORS |= {f"lint_rules.{part}" for part in ("fixing", "interactive", "stdin", "story", "verified")}
"""The doors, and what they are made of."""
HEAVY = {"libcst", "litellm", "langfuse", "opentelemetry", "google"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted([*ROOT.glob("lint_rules/**/*.py"), *ROOT.glob("codemods/**/*.py")]):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            full = ".".join(part for part in (base, node.module) if part)
            yield from (
                (f"{full}.{alias.name}" if full in ("lint_rules", "codemods") else full) for alias in node.names
            )


def room(module: str) -> str | None:
    if module in DOORS:
        return None
    return next((floor for floor in FLOORS if module == floor or module.startswith(floor + ".")), None)


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_imports_run_downwards(module: str, path: Path) -> None:
    floor = room(module)
    if floor is None:
        assert module in DOORS, "a room nobody planned"
        return
    for name in imports(module, path):
        if name.partition(".")[0] in ("lint_rules", "codemods"):
            assert any(name == below or name.startswith(below + ".") for below in FLOORS[floor]), (
                f"{module} imports {name}"
            )


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_heavy_libraries_stay_in_their_rooms(module: str, path: Path) -> None:
    allowed = {"codemods": {"libcst"}, "lint_rules.shim": HEAVY - {"libcst"}}.get(
        room(module) or module.partition(".")[0], set()
    )
    assert {name.partition(".")[0] for name in imports(module, path)} & HEAVY <= allowed


@pytest.mark.parametrize("module", ["lint_rules", "lint_rules.plugin", "lint_rules.__main__", "lint_rules.fix"])
def test_doors_open_without_heavy_libraries(module: str) -> None:
    script = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


SILENT = """
import ast, sys
from lint_rules.plugin import Plugin
lines = ["import asyncio\\n", "for one in range(3):\\n", "    break\\n"]
assert not list(Plugin(ast.parse("".join(lines)), lines, sys.argv[1]).run())
print(*sorted(name for name in sys.modules if name.startswith("lint_rules.")))
"""


def test_flake8_loads_no_rules_for_files_that_mention_no_sdk(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SILENT, str(tmp_path / "silent.py")]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "lint_rules.engine" in loaded
    assert not {"lint_rules.semantics.infer", "lint_rules.semantics.facts"} & set(loaded)
    assert not [name for name in loaded if name.startswith("lint_rules.rules.")]
