"""`match` on `finish_reason`: a `break` in a case leaves the loop around the `match`.

before: lost
after: delivered
"""

import asyncio

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

litellm.success_callback = ["langfuse"]


async def weather_report(city: str) -> str:
    report = ""
    response = await litellm.acompletion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"A weather report for {city}"}],
        stream=True,
    )
    async for chunk in response:
        match chunk.choices[0].finish_reason:
            case None:
                report += chunk.choices[0].delta.content or ""
            case reason:
                report += f" [{reason}]"
                break  # expect: LLM101
    return report


async def main() -> None:
    try:
        print(await weather_report("Turku"))
    finally:
        await asyncio.sleep(0)
        await GLOBAL_LOGGING_WORKER.flush()


asyncio.run(main())
