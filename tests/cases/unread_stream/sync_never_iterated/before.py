"""A synchronous stream that nobody iterates.

before: lost
"""

import litellm

litellm.success_callback = ["langfuse"]

if __name__ == "__main__":
    hello = [{"role": "user", "content": "Hello"}]
    response = litellm.completion(model="gpt-4o-mini", messages=hello, stream=True)  # expect: LLM104
    print("called")
