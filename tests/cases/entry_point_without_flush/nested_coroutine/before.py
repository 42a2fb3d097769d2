"""A command line tool defines its coroutine inside the command and runs it there.

before: lost
after: delivered
"""

import argparse
import asyncio

import litellm

litellm.success_callback = ["langfuse"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--topic", default="tea")
    options = parser.parse_args([])

    async def run() -> str:
        response = await litellm.acompletion(
            model="gpt-4o-mini", messages=[{"role": "user", "content": f"A fact about {options.topic}"}]
        )
        return response.choices[0].message.content

    print(asyncio.run(run()))  # expect: LLM301@11


main()
