from collections.abc import AsyncIterator
from dataclasses import dataclass

import litellm


@dataclass
class Event:
    text: str
    done: bool = False


async def events(prompt: str) -> AsyncIterator[Event]:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in response:
        yield Event(chunk.choices[0].delta.content or "")
    yield Event("", done=True)
