from __future__ import annotations

from typing import Any

import litellm

from agents import agent

AGENTS: dict[str, agent.Agent] = {}


def register(new: agent.Agent) -> None:
    AGENTS[new.name] = new


async def call(name: str, prompt: str) -> Any:
    messages = [
        {"role": "system", "content": f"You are {AGENTS[name].name}."},
        {"role": "user", "content": prompt},
    ]
    return await litellm.acompletion(model="gpt-4o-mini", messages=messages, stream=True)
