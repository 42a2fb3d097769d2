"""`time.sleep` in a synchronous program: what is logged is logged by threads that the exit waits for.

before: delivered
"""

import time

import litellm

litellm.success_callback = ["langfuse"]

if __name__ == "__main__":
    response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Sleepy?"}])
    print(response.choices[0].message.content)
    time.sleep(0.1)
