from typing import Any

import litellm

from retrying import retried


@retried(attempts=3)
async def open_stream(prompt: str) -> Any:
    return await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
