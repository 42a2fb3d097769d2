"""Child side: run a program in this process as `python` would."""

from __future__ import annotations

import importlib.machinery
import io
import runpy
import sys
import types
from collections.abc import Sequence
from pathlib import Path


def run_program(argv: Sequence[str]) -> None:
    """Run `argv` (`script.py …`, `-m module …` or `-c code …`) as `__main__`. Whatever it raises is let through."""
    if argv[0] == "-m":
        _run_module(argv[1], argv[2:])
    elif argv[0] == "-c":
        _run_source(argv[1], "<string>", ["-c", *argv[2:]], "")
    else:
        _run_script(argv[0], argv)


def _run_script(path: str, argv: Sequence[str]) -> None:
    script = Path(path)
    with io.open_code(str(script.absolute())) as file:
        source = file.read()
    _run_source(source, str(script.absolute()), argv, str(script.resolve().parent))


def _run_source(source: str | bytes, filename: str, argv: Sequence[str], folder: str) -> None:
    sys.argv[:] = argv
    sys.path.insert(0, folder)
    main = _fresh_main()
    if filename != "<string>":
        main.__file__ = filename
        main.__dict__["__cached__"] = None
        main.__loader__ = importlib.machinery.SourceFileLoader("__main__", filename)
    exec(compile(source, filename, "exec", dont_inherit=True), main.__dict__)


def _run_module(name: str, arguments: Sequence[str]) -> None:
    sys.argv[:] = ["-m", *arguments]
    sys.path.insert(0, str(Path.cwd()))
    _fresh_main()
    # What `python -m` itself calls; the public `run_module` would put the old `__main__` back before exit handlers run.
    runpy._run_module_as_main(name)  # type: ignore[attr-defined]


def _fresh_main() -> types.ModuleType:
    """Replace `__main__` for good: threads, exit handlers and pickle must see the program's, not ours."""
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = sys.modules["builtins"]
    sys.modules["__main__"] = main
    return main
