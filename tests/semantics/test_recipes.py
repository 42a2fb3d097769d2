"""What the delivery fix writes, by the versions that the project runs with; and when it offers nothing."""

from __future__ import annotations

import pytest

from lint_rules import check_source
from lint_rules.finding import DeliverTraces, Finding, Flush, Recipe, Wait
from lint_rules.settings import Settings

ENTRY = """
import asyncio
import os
import litellm
{register}

async def main():
    await litellm.acompletion(model="gpt-4o-mini", messages=[])

asyncio.run(main())
{end}
"""
SDK_ENTRY = """
import asyncio
import os
from {home} import observe

@observe()
async def work():
    pass

async def main():
    await work()

asyncio.run(main())
"""
LANGFUSE, OTEL = 'litellm.success_callback = ["langfuse"]', 'litellm.callbacks = ["langfuse_otel"]'


def found(source: str, *target: str, code: str = "LLM301") -> Finding:
    findings = check_source(source, settings=Settings(target=target))
    [finding] = [one for one in findings if one.code == code]
    return finding


def recipe(source: str, *target: str) -> Recipe | None:
    finding = found(source, *target)
    if finding.fix is None:
        return None
    assert isinstance(finding.fix.edit, DeliverTraces)
    return finding.fix.edit.recipe


# target; what waits; what flushes where the process is killed
WAITS = {
    "before the worker": (("litellm==1.75.8", "langfuse==2.60.10"), Wait.TASKS, Flush.CALLBACK_CLIENTS),
    "the first worker": (("litellm==1.76.0", "langfuse==2.60.10"), Wait.WORKER_AND_TASKS, Flush.CALLBACK_CLIENTS),
    "before its flush is whole": (
        ("litellm==1.83.12", "langfuse==2.60.10"),
        Wait.WORKER_AND_TASKS,
        Flush.CALLBACK_CLIENTS,
    ),
    "its flush is whole": (("litellm==1.83.13", "langfuse==2.60.10"), Wait.WORKER, Flush.CALLBACK_CLIENTS),
    "its own exporter": (("litellm==1.104.0", "langfuse==4.18.0"), Wait.WORKER, Flush.LITELLM),
    "a range across the worker": (
        ("litellm>=1.75,<1.77", "langfuse==2.60.10"),
        Wait.EITHER,
        Flush.CALLBACK_CLIENTS,
    ),
    "a range across its flush": (
        ("litellm>=1.76,<1.90", "langfuse==2.60.10"),
        Wait.WORKER_AND_TASKS,
        Flush.CALLBACK_CLIENTS,
    ),
    "a range across the exporter": (("litellm>=1.100", "langfuse==4.18.0"), Wait.WORKER, None),
    "newer than known": (("litellm==1.999.0", "langfuse==4.18.0"), Wait.WORKER, Flush.LITELLM),
}


@pytest.mark.parametrize(("target", "wait", "flush"), WAITS.values(), ids=WAITS.keys())
def test_langfuse(target, wait, flush):
    assert recipe(ENTRY.format(register=LANGFUSE, end=""), *target) == Recipe(wait)
    killed = recipe(ENTRY.format(register=LANGFUSE, end="os._exit(0)"), *target)
    assert killed == (Recipe(wait, (flush,)) if flush else None)


@pytest.mark.parametrize(
    ("target", "flush"),
    [
        (("litellm==1.77.7", "langfuse==3.6.2"), Flush.PROVIDER),
        (("litellm==1.81.14", "langfuse==3.11.2"), Flush.PROVIDER),
        (("litellm==1.81.15", "langfuse==3.11.2"), Flush.PRIVATE_PROVIDERS),
        (("litellm==1.106.2", "langfuse==5.0.4"), Flush.PRIVATE_PROVIDERS),
    ],
    ids=str,
)
def test_langfuse_otel(target, flush):
    killed = recipe(ENTRY.format(register=OTEL, end="os._exit(0)"), *target)
    assert killed is not None
    assert killed.flushes == (flush,)


@pytest.mark.parametrize(
    ("home", "target", "expected"),
    [
        ("langfuse", "langfuse==3.0.0", Recipe(Wait.NOTHING, (Flush.CLIENT,))),
        ("langfuse.decorators", "langfuse==2.60.10", Recipe(Wait.NOTHING, (Flush.CONTEXT,))),
        ("langfuse", "langfuse>=2.60,<4", None),
        ("langfuse", "langfuse==6.0.0", None),
    ],
)
def test_sdk(home, target, expected):
    assert recipe(SDK_ENTRY.format(home=home), target) == expected


@pytest.mark.parametrize(
    ("register", "target"),
    [
        (LANGFUSE, ("litellm==2.0.0", "langfuse==4.18.0")),
        (LANGFUSE, ("litellm==1.40.0", "langfuse==2.60.10")),
        (LANGFUSE, ("litellm==1.106.2", "langfuse==5.0.4")),
        (OTEL, ("litellm==1.72.6", "langfuse==2.60.10")),
    ],
    ids=["an unknown future", "an unknown past", "raises", "ignored"],
)
def test_no_fix_that_is_not_known_to_deliver(register, target):
    assert recipe(ENTRY.format(register=register, end=""), *target) is None


OBSERVED = ENTRY.replace("\nasync def main", "\nfrom langfuse import observe\n\n@observe()\nasync def main")


def test_no_fix_where_the_span_swallows_the_generation():
    source = OBSERVED.format(register=OTEL, end="")
    assert recipe(source, "litellm==1.106.2", "langfuse==5.0.4") is None
    assert found(source, "litellm==1.106.2", "langfuse==5.0.4", code="LLM403").fix is None
    assert recipe(source, "litellm==1.77.7", "langfuse==3.6.2") == Recipe(Wait.WORKER_AND_TASKS)
    apart = "import os\nos.environ['USE_OTEL_LITELLM_REQUEST_SPAN'] = 'true'\n" + source
    assert recipe(apart, "litellm==1.106.2", "langfuse==5.0.4") == Recipe(Wait.WORKER)
