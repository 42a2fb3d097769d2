"""`text_completion`, a `return` with a call in it, and a test of `finish_reason` by comparison.

before: lost
after: delivered
"""

import litellm as llm

llm.success_callback = ["langfuse"]


def complete(code: str) -> str:
    lines = [code]
    stream = llm.text_completion(model="gpt-4o-mini", prompt=code, stream=True)
    for chunk in stream:
        lines.append(chunk.choices[0].text or "")
        if chunk.choices[0].finish_reason != None:  # noqa: E711
            return "".join(lines).rstrip()  # expect: LLM102
    raise RuntimeError("the model never finished")


print(complete("for i in "))
