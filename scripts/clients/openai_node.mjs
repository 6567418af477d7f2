// openai-node asks over chat completions and over responses, whole and streamed.
import OpenAI from "openai";

const { CLIENT_URL: baseURL, CLIENT_KEY: apiKey, CLIENT_QUESTION: question } = process.env;
const client = new OpenAI({ baseURL, apiKey });
const messages = [{ role: "user", content: question }];
const text = (await client.chat.completions.create({ model: "footnote", messages })).choices[0].message.content;
const response = await client.responses.create({ model: "footnote", input: question });
if (response.output_text !== text) throw new Error("responses say something else");
const pieces = [];
for await (const chunk of await client.chat.completions.create({ model: "footnote", messages, stream: true })) {
  if (chunk.choices[0]?.delta?.content) pieces.push(chunk.choices[0].delta.content);
}
console.log(JSON.stringify({ text, pieces }));
