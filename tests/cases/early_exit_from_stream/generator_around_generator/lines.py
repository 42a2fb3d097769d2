from collections.abc import AsyncIterator

from streaming import tokens


async def lines(prompt: str) -> AsyncIterator[str]:
    rest = ""
    async for token in tokens(prompt):
        *complete, rest = (rest + token).split(" ")
        for line in complete:
            yield line
    yield rest
