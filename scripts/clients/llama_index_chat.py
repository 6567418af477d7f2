"""LlamaIndex's OpenAILike, whole and streamed."""

import json
import os
from importlib.metadata import version

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

model = OpenAILike(
    model="footnote", api_base=os.environ["CLIENT_URL"], api_key=os.environ["CLIENT_KEY"], is_chat_model=True
)
asked = [ChatMessage(role="user", content=os.environ["CLIENT_QUESTION"])]
text = model.chat(asked).message.content
pieces = [piece for chunk in model.stream_chat(asked) if (piece := chunk.delta)]
print(json.dumps({"version": version("llama-index-llms-openai-like"), "text": text, "pieces": pieces}))
