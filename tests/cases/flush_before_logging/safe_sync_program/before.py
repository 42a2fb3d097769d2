"""In a sync program a flush at the end is harmless, and LiteLLM's own threads are waited for anyway.

before: delivered
"""

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]


def main() -> None:
    client = Langfuse()
    response = litellm.completion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "No loop, no trouble?"}]
    )
    print(response.choices[0].message.content)
    client.flush()


main()
