"""LLM202: a delta's content that may be `None` is shown as `<read> or ""`."""

from codemods.registry import codemod
from codemods.unguarded_delta_content import unguarded_delta_content

rendered_delta_content = codemod("LLM202")(unguarded_delta_content)
