"""A codemod as most are: LibCST parses every file and works out positions and scopes. This one changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, ScopeProvider


class Calls(cst.CSTTransformer):
    """Looks at each call: where it stands, and in which scope."""

    METADATA_DEPENDENCIES = (PositionProvider, ScopeProvider)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """Look, and leave it as it is."""
        self.get_metadata(PositionProvider, original_node)
        self.get_metadata(ScopeProvider, original_node, None)
        return updated_node


def main() -> None:
    """Go through the Python files below a folder."""
    for path in sorted(Path(sys.argv[1]).rglob("*.py")):
        data = path.read_bytes()
        try:
            module = MetadataWrapper(cst.parse_module(data), unsafe_skip_copy=True).visit(Calls())
        except (cst.ParserSyntaxError, UnicodeDecodeError):
            continue
        assert module.bytes == data


if __name__ == "__main__":
    main()
