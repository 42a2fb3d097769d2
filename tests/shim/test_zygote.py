"""What a warmed process must not do for its programs: register the exit handlers that they register later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    "langfuse/__init__.py": "",
    "langfuse/late.py": "import atexit\natexit.register(lambda: print('langfuse at exit'))\n",
    "langfuse/user.py": "from langfuse import late\n",
    "langfuse/forgiving.py": "try:\n    import langfuse.late\nexcept BaseException:\n    late = None\n",
    "langfuse/broken.py": "raise ValueError\n",
    "langfuse/plain.py": "",
    "other.py": "import atexit\natexit.register(lambda: print('other at exit'))\n",
}
PROGRAM = """
import sys
from lint_rules.shim.child.zygote import import_unless_it_registers
import_unless_it_registers(sys.argv[1])
print(*sorted(name for name in sys.modules if name == "other" or name.startswith("langfuse.")))
import atexit
print(atexit.register.__module__)
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("langfuse.plain", ["langfuse.plain", "atexit"]),
        ("langfuse.late", ["", "atexit"]),
        ("langfuse.user", ["", "atexit"]),
        ("langfuse.forgiving", ["", "atexit"]),
        ("langfuse.broken", ["", "atexit"]),
        ("langfuse.missing", ["", "atexit"]),
        ("other", ["other", "atexit", "other at exit"]),
    ],
)
def test_only_what_leaves_the_order_of_exit_handlers_alone_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: list[str]
) -> None:
    for file, text in MODULES.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    done = subprocess.run(
        [sys.executable, "program.py", name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout.splitlines(), done.stderr) == (said, "")
