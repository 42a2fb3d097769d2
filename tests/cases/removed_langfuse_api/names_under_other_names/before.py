"""Aliases stay aliases, and an import of `langfuse` that is there takes the names in.

before: fails at once
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import Langfuse
from langfuse.decorators import langfuse_context as lf, observe as traced  # expect: LLM401

litellm.success_callback = ["langfuse"]
Langfuse()


@traced(name="haiku")
def haiku() -> None:
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "A haiku on imports"}])
    print(response.choices[0].message.content)
    print(lf.get_current_trace_id())
    lf.score_current_trace(name="length", value=17, id="haiku-length")


haiku()
lf.flush()
