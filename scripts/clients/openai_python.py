"""openai-python asks over chat completions and over responses; both are streamed too."""

import json
import os

import openai

client = openai.OpenAI(base_url=os.environ["CLIENT_URL"], api_key=os.environ["CLIENT_KEY"])
question = os.environ["CLIENT_QUESTION"]
messages = [{"role": "user", "content": question}]

text = client.chat.completions.create(model="footnote", messages=messages).choices[0].message.content
assert client.responses.create(model="footnote", input=question).output_text == text
chunks = client.chat.completions.create(model="footnote", messages=messages, stream=True)
pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
events = client.responses.create(model="footnote", input=question, stream=True)
assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == text
print(json.dumps({"version": openai.__version__, "text": text, "pieces": pieces}))
