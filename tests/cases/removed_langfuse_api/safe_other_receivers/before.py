"""`trace`, `score`, `span` and `event` of things that are not Langfuse's.

before: delivered
"""

import logging

import litellm

litellm.success_callback = ["langfuse"]


class Logger(logging.Logger):
    def trace(self, text: str, **details: object) -> None:
        self.debug("%s %s", text, details)


class Match:
    def score(self, **points: int) -> int:
        return sum(points.values())

    span = event = score


def report(client) -> None:
    client.score(name=1, value=1)


logger = Logger("case")
response = litellm.completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "What is the score?"}])
print(response.choices[0].message.content)
logger.trace("done", name="x")
print(Match().score(home=1, away=2), Match().span(a=1), Match().event(b=2))
report(Match())
