"""The least that a checker in Python does: read every Python file below a folder, and search it for two words."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Print the files that mention LiteLLM or Langfuse."""
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            if not name.endswith(".py"):
                continue
            with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123 - the least
                data = file.read()
            if b"litellm" in data or b"langfuse" in data:
                print(f"{folder}/{name}")


if __name__ == "__main__":
    main()
