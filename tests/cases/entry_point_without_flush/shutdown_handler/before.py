"""A shutdown handler closes this and that, and forgets LiteLLM's logging.

before: lost
after: delivered
beside: server.py
"""

import litellm
from server import App, serve

litellm.success_callback = ["langfuse"]


app = App()


@app.on_event("shutdown")
async def close() -> None:  # expect: LLM301@1
    print("Bye")


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Anything else?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
