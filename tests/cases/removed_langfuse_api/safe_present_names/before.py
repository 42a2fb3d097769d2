"""What every release has, and what the target's has.

before: delivered
target: litellm==1.106.2, langfuse==4.18.0
"""

import litellm
from langfuse import Langfuse, get_client, observe, propagate_attributes
from langfuse.media import LangfuseMedia

litellm.success_callback = ["langfuse"]
Langfuse(tracing_enabled=True, flush_at=10)


@observe()
def tool(name: str) -> str:
    get_client().update_current_span(metadata={"tool": name})
    return name.upper()


with propagate_attributes(user_id="me", session_id="s-1"):
    print(tool("clock"), LangfuseMedia)
response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "What time is it?"}])
print(response.choices[0].message.content)
get_client().flush()
