import litellm


async def answer(question: str) -> str:
    response = await litellm.acompletion(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content
