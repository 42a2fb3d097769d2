from typing import Any

import litellm

MODEL = "gpt-4o-mini"


async def acompletion(prompt: str, **options: Any) -> Any:
    return await litellm.acompletion(model=MODEL, messages=[{"role": "user", "content": prompt}], **options)
