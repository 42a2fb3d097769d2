"""Find LiteLLM calls whose Langfuse traces are lost: lint rules, codemods (`codemods`) and a runtime shim that
proves both."""

import sys

if getattr(sys, "argv", None) and sys.argv[0] == "-m":  # before any other import, even that of `__future__`
    from lint_rules import safe_path

    safe_path.guard_door()

TYPE_CHECKING = False  # `typing` would take longer to import than all that `--version` needs
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lint_rules.finding import FileReport, Finding
    from lint_rules.settings import Settings

__version__ = "0.1.0"

__all__ = ["__version__", "check_paths", "check_source"]


def check_source(
    source: str | bytes, filename: str = "<string>", settings: "Settings | None" = None
) -> "list[Finding]":
    """Return the findings of one module's source, in source order; without `settings`, as its project configures it.

    Raises `ValueError` when the source cannot be checked (bad encoding, bad syntax, absurd nesting), with the reason.
    """
    from lint_rules.engine import Surroundings, check_bytes  # noqa: PLC0415 - keep `import lint_rules` light

    report = check_bytes(
        source.encode() if isinstance(source, str) else source,
        filename,
        Surroundings.of(settings) if settings else None,
    )
    if report.problem is not None:
        raise ValueError(report.problem.message)
    return list(report.findings)


def check_paths(paths: "Iterable[str]", settings: "Settings | None" = None) -> "Iterator[FileReport]":
    """Check files and folders; every file ends in exactly one report, in order of discovery.

    Without `settings` each file is checked as its project configures it.
    """
    from lint_rules.engine import Surroundings, check_files  # noqa: PLC0415 - keep `import lint_rules` light

    yield from check_files(paths, Surroundings.of(settings) if settings else None)
