from collections.abc import AsyncGenerator

import litellm


async def tokens(prompt: str) -> AsyncGenerator[str, None]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    try:
        async for chunk in response:
            yield chunk.choices[0].delta.content or ""
    finally:
        async for _ in response:
            pass
