from ..client import open_stream


async def first_words(prompt: str, limit: int = 10) -> str:
    text = ""
    async for chunk in await open_stream(prompt):
        text += chunk.choices[0].delta.content or ""
        if len(text) >= limit:
            break  # expect: LLM101
    return text
