"""Of which streams the part received can be logged by hand, so that they may be left early: that depends on what made
them, and on the release.

Measured by leaving a stream on its first and on its third chunk, with every pair of releases that works: one generation
with the part arrives, and no other, also when the rest is read after all.
"""

from __future__ import annotations

from lint_rules.semantics import sdk
from lint_rules.semantics.releases import Extent, Target

_DIRECT = frozenset({"litellm.acompletion", "litellm.main.acompletion"})
_OF_ROUTER = frozenset({"litellm.Router.acompletion", "litellm.router.Router.acompletion"})
_OF_EITHER = frozenset(one for one in sdk.STREAM_TYPES if one.endswith(".CustomStreamWrapper"))
"""What such a stream is called in an annotation."""


def can_log_part(made_by: frozenset[str], litellm: Target) -> bool:
    """Tell whether that works for a stream that one of some callables has made, with all of the target releases."""
    if not made_by or not made_by <= _DIRECT | _OF_ROUTER | _OF_EITHER or not litellm.known:
        return False
    return made_by <= _DIRECT or litellm.has(sdk.ROUTER_HIDES_CHUNKS) is Extent.NEVER
