import litellm


async def answer(question: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content


async def prompt_for(user: str) -> str:
    return f"You are talking to {user}."
