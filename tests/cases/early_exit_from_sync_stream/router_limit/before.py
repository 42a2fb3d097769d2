"""A sync stream from a router in an attribute, left at a limit.

before: lost
after: delivered
fix: unsafe
"""

import litellm

litellm.success_callback = ["langfuse"]


class Teaser:
    limit = 3

    def __init__(self) -> None:
        self.router = litellm.Router(
            model_list=[{"model_name": "writer", "litellm_params": {"model": "gpt-4o-mini"}}],
        )

    def tease(self, plot: str) -> str:
        response = self.router.completion(
            model="writer", messages=[{"role": "user", "content": f"Tease: {plot}"}], stream=True
        )
        shown = ""
        for chunk in response:
            shown += chunk.choices[0].delta.content or ""
            if len(shown) >= self.limit:
                break  # expect: LLM102
        return shown


print(Teaser().tease("A dog learns to sail."))
