"""Child side: what every Python process of the program runs first, because this folder is on its `PYTHONPATH`.

It loads the room `child` by file, under a name of its own, and takes the folder off the path again. A `sitecustomize`
of the program's own comes after it. Run as a script (`python -I sitecustomize.py script.py …`) it runs the program,
since there are flags that make Python ignore `PYTHONPATH`; with `--serve N` it is the warmed process.
"""

import os
import sys


def _make(name, folder):
    """Make the package by hand: its `__init__` has nothing but words, and `importlib.util` costs milliseconds."""
    package = type(sys)(name)
    package.__path__ = [folder]
    sys.modules[name] = package


def _leave_path(here):
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != here]


def _next_sitecustomize():
    ours = sys.modules.pop(__name__)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != __name__:
            raise
        sys.modules[__name__] = ours


_HERE = os.path.dirname(os.path.abspath(__file__))
_leave_path(_HERE)
if sys.version_info >= (3, 9):
    _make("_llm_shim", os.path.join(os.path.dirname(_HERE), "child"))
if __name__ != "__main__":
    if "_llm_shim" in sys.modules:
        from _llm_shim import hooks

        hooks.begin()
    _next_sitecustomize()
elif sys.argv[1] == "--serve":
    from _llm_shim import zygote

    zygote.serve(int(sys.argv[2]))
else:
    from _llm_shim import hooks, running

    hooks.begin()
    running.run_program(sys.argv[1:])
