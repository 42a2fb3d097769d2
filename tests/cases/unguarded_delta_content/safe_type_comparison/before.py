"""Asking for the type by hand tells text from None as well.

before: delivered
"""

import litellm

litellm.success_callback = ["langfuse"]

ASK = [{"role": "user", "content": "What kind are you?"}]

answer = ""
for chunk in litellm.completion(model="gpt-4o-mini", messages=ASK, stream=True):
    content = chunk.choices[0].delta.content
    if type(content) == str:
        answer += content
print(answer)

again = ""
for chunk in litellm.completion(model="gpt-4o-mini", messages=ASK, stream=True):
    content = chunk.choices[0].delta.content
    if content.__class__ is not str:
        continue
    again += content
print(again)
