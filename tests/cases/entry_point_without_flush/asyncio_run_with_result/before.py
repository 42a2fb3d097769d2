"""One awaited call, and `asyncio.run` takes the loop away before LiteLLM has logged it.

before: lost
after: delivered
"""

import asyncio
import sys

import litellm

litellm.success_callback = ["langfuse"]


async def summarise(text: str) -> str:
    """Return a summary in one sentence."""
    response = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Summarise in one sentence: {text}"}],
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    print(asyncio.run(summarise(" ".join(sys.argv[1:]) or "Nothing.")))  # expect: LLM301@11
