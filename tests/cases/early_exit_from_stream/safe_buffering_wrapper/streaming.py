from collections.abc import AsyncIterator

import litellm


async def sentences(prompt: str) -> AsyncIterator[str]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    text = ""
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
    for sentence in text.split(":"):
        yield sentence
