"""A function that leaves when the release is another one.

before: delivered
"""

import langfuse
import litellm

litellm.success_callback = ["langfuse"]


def close(client: langfuse.Langfuse) -> None:
    if not langfuse.__version__.startswith("2."):
        client.shutdown()
        return
    client.join()


response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Is anybody there?"}])
print(response.choices[0].message.content)
close(langfuse.Langfuse())
