"""The coroutine that is run never reaches the model; the traced call is a sync one outside of it.

before: delivered
"""

import asyncio

import litellm

litellm.success_callback = ["langfuse"]


async def fetch_notes() -> list[str]:
    await asyncio.sleep(0.01)
    return ["buy milk", "call home"]


def main() -> None:
    notes = asyncio.run(fetch_notes())
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": f"Sort my notes: {notes}"}]
    )
    print(response.choices[0].message.content)


main()
