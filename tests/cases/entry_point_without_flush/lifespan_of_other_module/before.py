"""The lifespan comes from another module, which knows nothing of LiteLLM.

before: lost
beside: server.py
"""

import litellm
from life import manage
from server import App, serve

litellm.success_callback = ["langfuse"]


app = App(lifespan=manage)  # expect: LLM301@20


@app.get("/")
async def chat() -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Whose life is it?"}]
    )
    return response.choices[0].message.content


if __name__ == "__main__":
    serve(app)
