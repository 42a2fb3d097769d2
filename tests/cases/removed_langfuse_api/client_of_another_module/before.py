"""The client comes from a module of the project; the program never mentions Langfuse.

before: crashed late
target: litellm==1.106.2, langfuse==4.18.0
"""

from model import ask, client

print(ask("May I have a dataset item?"))
client.join()  # expect: LLM401@1
