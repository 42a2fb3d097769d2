"""LLM203: an attribute of a delta's content that may be `None` is taken of `(<read> or "")`."""

from codemods.registry import codemod
from codemods.unguarded_delta_content import unguarded_delta_content

dereferenced_delta_content = codemod("LLM203")(unguarded_delta_content)
