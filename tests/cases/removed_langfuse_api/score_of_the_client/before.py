"""`score` became `create_score`, and its `id` a `score_id`.

before: crashed late
after: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import get_client

litellm.success_callback = ["langfuse"]
client = get_client()

response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Was that helpful?"}])
print(response.choices[0].message.content)
client.score(  # expect: LLM401@1
    trace_id="0123456789abcdef0123456789abcdef", name="helpful", value=1, id="feedback-1"
)
client.flush()
