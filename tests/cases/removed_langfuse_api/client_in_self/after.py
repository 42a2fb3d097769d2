"""The client is an attribute; what 3.x calls `start_as_current_span` is an observation like any other since 4.0.0.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]


class Assistant:
    def __init__(self) -> None:
        self.langfuse = Langfuse()

    def answer(self, question: str) -> str:
        with self.langfuse.start_as_current_observation(as_type="span", name="answer") as span:
            with span.start_as_current_observation(
                as_type="span",
                name="model",
                metadata={"model": "gpt-4o-mini"},
            ):
                response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
        return response.choices[0].message.content


print(Assistant().answer("Who am I?"))
