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
        choice = chunk.choices[0]
        yield Event(choice.delta.content or "", done=choice.finish_reason is not None)
