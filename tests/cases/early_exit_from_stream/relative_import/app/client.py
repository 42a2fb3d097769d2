from typing import Any

import litellm


async def open_stream(prompt: str) -> Any:
    return await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
