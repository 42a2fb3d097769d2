"""LLM306 blocking-flush-in-handler: a synchronous Langfuse flush in a request handler blocks the event loop.

What it does
------------
Reports a flush of the Langfuse SDK in a coroutine that is registered as a request handler. Off by default: select
it by its full code.

Why is this bad
---------------
The flush waits, on the event loop's thread, until everything has been sent: every other request waits with it. A
server's loop lives on, so its traces are sent anyway; a flush belongs into its shutdown.

Bad
---
```python
@app.post("/chat")
async def chat(question: str):
    response = await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    langfuse.get_client().flush()
    return response
```

Good
----
```python
@app.post("/chat")
async def chat(question: str):
    return await litellm.acompletion(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
```

Fix safety
----------
No fix: whether the flush is wanted is the program's decision.

Measured
--------
For how long the flush of one span kept another task of the loop from its turn, once each with langfuse 2.60.10, 3.6.2,
3.15.0, 4.18.0 and 5.0.4 (by hand, `--langfuse slow`, `refuse` and `hang` of the shim): 2 to 3 s with a Langfuse that
takes 2 s to answer, 2 to 5 s with one that refuses, and with one that never answers 5 to 6 s, or with 2.60.10 a
minute.

Known limits
------------
Handlers are known by decorators like `@app.post(...)`, by calls like `router.add_get(path, handler)`,
`Route(path, handler)` or `web.get(path, handler)`, and as methods of endpoint classes. A flush in a helper is reported
where the handler calls it; dependencies and background tasks of a framework are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Finding
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import ModuleFacts


@rule("LLM306", "blocking-flush-in-handler")
def blocking_flush_in_handler(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every flush in a request handler."""
    for flush in module.blocking_flushes:
        message = f"this flush blocks the event loop of `{flush.handler}` and of every other request meanwhile"
        yield Finding(this.code, flush.span, message)
