from collections.abc import AsyncIterator

COMMANDS = ("list", "listen", "load")


async def acompletion(prefix: str, stream: bool = True) -> AsyncIterator[str]:
    """Complete a command, as a shell does."""
    for command in COMMANDS:
        if command.startswith(prefix):
            yield command
