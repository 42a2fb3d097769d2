KEYS: dict[str, str] = {
    "AWS_ACCESS_KEY_ID": "shim",
    "AWS_SECRET_ACCESS_KEY": "shim",
    "AWS_REGION_NAME": "us-east-1",
    "OPENAI_API_KEY": "sk-shim",
    "ANTHROPIC_API_KEY": "x",
    "GEMINI_API_KEY": "x",
    "AZURE_API_KEY": "x",
    "AZURE_API_VERSION": "2024-10-21",
    "COHERE_API_KEY": "x",
    "GROQ_API_KEY": "x",
    "MISTRAL_API_KEY": "x",
}
