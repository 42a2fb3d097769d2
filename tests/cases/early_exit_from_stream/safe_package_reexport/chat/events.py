from collections.abc import AsyncIterator

import litellm


async def events(prompt: str) -> AsyncIterator[tuple[str, str]]:
    text = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        token = chunk.choices[0].delta.content or ""
        text += token
        yield "token", token
    yield "done", text
