"""The lifespan comes from another module, and delivers.

before: delivered
beside: server.py
"""

import litellm
from life import manage
from server import App, serve

litellm.success_callback = ["langfuse"]


app = App(lifespan=manage)


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Who takes care?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
