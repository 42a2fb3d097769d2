"""Imported for the type checker only: nothing happens when it runs.

before: delivered
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import litellm

if TYPE_CHECKING:
    from langfuse.client import StatefulTraceClient

litellm.success_callback = ["langfuse"]


def show(trace: StatefulTraceClient | None) -> None:
    print(trace)


response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Just the type."}])
print(response.choices[0].message.content)
show(litellm and response.id)
