"""langchain-openai's chat model, whole and streamed."""

import json
import os
from importlib.metadata import version

from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="footnote", base_url=os.environ["CLIENT_URL"], api_key=os.environ["CLIENT_KEY"])
text = model.invoke(os.environ["CLIENT_QUESTION"]).text
pieces = [piece for chunk in model.stream(os.environ["CLIENT_QUESTION"]) if (piece := chunk.text)]
print(json.dumps({"version": version("langchain-openai"), "text": str(text), "pieces": list(map(str, pieces))}))
