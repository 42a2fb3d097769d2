"""`trace` and `span` of the client are gone without a successor of the same shape.

before: crashed late
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import Langfuse

litellm.success_callback = ["langfuse"]

langfuse = Langfuse()
response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Leave a trace."}])
print(response.choices[0].message.content)
trace = langfuse.trace(name="manual", user_id="me")  # expect: LLM401@9
trace.span(name="step").end()
