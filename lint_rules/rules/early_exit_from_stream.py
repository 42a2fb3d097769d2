"""LLM101 early-exit-from-stream: leaving a LiteLLM stream early loses its trace.

What it does
------------
Reports `break` and `return` in an `async for` over a LiteLLM stream, unless everything that is left of the stream
is read on every way from there, or the part received is given to the stream's own `logging_obj`.

Why is this bad
---------------
LiteLLM logs a stream in the step that runs into its end, one step after the chunk that carries `finish_reason`. A
loop that is left before never takes that step: no success callback, no Langfuse trace, no cost, no budget.
`aclose()`, `aclosing()` and garbage collection close the connection and log nothing.

Bad
---
```python
async def answer(messages):
    text = ""
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
        if chunk.choices[0].finish_reason:
            break
    return text
```

Good
----
```python
async def answer(messages):
    text = ""
    response = await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
    async for chunk in response:
        text += chunk.choices[0].delta.content or ""
    return text
```

Fix safety
----------
A `break` on an empty delta becomes `continue`, and an exit on `finish_reason` reads the rest first: safe, nothing
more is generated. Any other exit also reads the rest first, but that rest is generated and paid for: unsafe.

With `--early-exit=log-partial` (`early-exit = "log-partial"` in `[tool.lint_rules]`) such an exit does not read the
rest. A helper, written once per module, builds the response from the chunks received, has the stream's `logging_obj`
log it, and closes the stream: one generation arrives, with the part of the output. Unsafe, too: the trace is not that
of a whole answer, and the attributes are undocumented. The rest is read all the same

* in streams of a `Router` from litellm 1.74.14 to 1.93, which do not keep the chunks they have passed on;
* in all others than those of `acompletion`, and where a generator or the like is around the stream;
* where something else reads the stream, too, which must stay open then;
* with a litellm newer or older than those measured.

Before litellm 1.81.14 a stream cannot be closed: the model may go on after the program has left, and that is paid for.

Measured
--------
In each of 14 combinations of litellm 1.64.1 to 1.106.2, langfuse 2.60.2 to 5.0.4 and callback (`make matrix`,
docs/delivery.md#how-a-stream-is-read): `break` on `finish_reason`, on an empty delta and on content, `return`, a
time-out, and `aclose()` behind the `break` deliver 0 of 3. The same loops read to the end, or drained behind the
`break` or in a `finally`: 3 of 3. Lost in all 14 as well: `break` inside `aclosing`, a `break` and garbage collection
(`make verdicts`, docs/verdicts.md#streams), and the same with a `Router` and with text completions
(docs/verdicts.md#kinds-of-call).

With the part logged: one generation with the part in 5 of 5, in each of 14 combinations of litellm 1.64.1-1.106.2,
langfuse 2.60.2-5.0.4 and callback, also when the exit is on the first chunk (from litellm 1.85.7 on that one is empty,
and so is the output), when eight streams are left at once, and when nothing is awaited afterwards. Its usage is what
LiteLLM counts itself. Logging it twice, or reading on in a stream that is open, brings no second one; reading on in a
closed one raises. A `Router`'s: one on 1.64.1, 1.72.6 and 1.106.2, none on 1.77.7-1.92.2. Of an answer of 65 chunks,
ten a second, left at the eighth, 22 to 37 were sent before the model heard of it where the stream was closed
(1.85.7-1.106.2), up to all 65 where it was only left (1.64.1-1.80.11).

Known limits
------------
Streams are followed through the modules of a project as far as names lead, within a bound per file; what comes out of
factories, registries and packages from outside stays unknown, and silent. A `raise` is the business of LLM103.
A part that is logged on some of the ways to an exit is taken to be logged on all of them: on the others there was none.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.finding import Applicability, ContinueLoop, DrainBefore, Finding, Fix, LogPartial
from lint_rules.rules import Rule, rule
from lint_rules.semantics.facts import Decision, ModuleFacts, StreamExit
from lint_rules.semantics.partials import can_log_part
from lint_rules.settings import LOG_PARTIAL


@rule("LLM101", "early-exit-from-stream", fix="safe or unsafe, by what decides the exit")
def early_exit_from_stream(this: Rule, module: ModuleFacts) -> Iterator[Finding]:
    """Report every exit from an `async for` over a stream that nobody reads to its end."""
    for leave in module.stream_exits:
        if leave.is_async and leave.keyword != "raise":
            message = (
                f"`{leave.keyword}` leaves {leave.subject} before its end: "
                "the call is never logged and its Langfuse trace is lost"
            )
            yield Finding(this.code, leave.span, message, exit_fix(leave, module), leave.trace)


def exit_fix(leave: StreamExit, module: ModuleFacts) -> Fix | None:
    """Return the fix of an early exit, by what decides it; where the rest would be paid for, also by the settings."""
    if leave.keyword == "break" and leave.decided_by is Decision.EMPTY and not leave.loop_has_else:
        return Fix(Applicability.SAFE, ContinueLoop(leave.span))
    if not leave.drainable:
        return None
    free = leave.decided_by is Decision.FINISH
    if not free and leave.is_async and logs_part(leave, module):
        return Fix(Applicability.UNSAFE, LogPartial(leave.span, leave.loop, leave.resumable))
    drain = DrainBefore(leave.span, leave.loop, leave.resumable, leave.is_async)
    return Fix(Applicability.SAFE if free else Applicability.UNSAFE, drain)


def logs_part(leave: StreamExit, module: ModuleFacts) -> bool:
    """Tell whether the part received is to be logged, and the stream closed, instead of the rest being read, and can
    be."""
    wanted = module.settings.early_exit == LOG_PARTIAL and not leave.read_on
    return wanted and can_log_part(leave.made_by, module.targets.litellm)
