from collections.abc import AsyncIterator

import litellm


async def tokens(prompt: str) -> AsyncIterator[str]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        yield chunk.choices[0].delta.content or ""
