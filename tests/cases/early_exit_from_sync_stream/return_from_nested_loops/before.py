"""A `return` from a `while` inside a `for` whose header makes the call: the stream gets a name and is drained.

before: lost
after: delivered
fix: unsafe
"""

import litellm

litellm.success_callback = ["langfuse"]


def first_command(problem: str) -> str:
    pending = ""
    for chunk in litellm.completion(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"A shell command that solves: {problem}"}],
        stream=True,
    ):
        pending += chunk.choices[0].delta.content or ""
        while " " in pending or len(pending) > 3:
            word, _, pending = pending.partition(" ")
            if word:
                return word  # expect: LLM102
    return pending


print(first_command("list all files"))
