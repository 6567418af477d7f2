// The AI SDK with its OpenAI provider, which asks over responses, whole and streamed.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";

const { CLIENT_URL: baseURL, CLIENT_KEY: apiKey, CLIENT_QUESTION: prompt } = process.env;
const model = createOpenAI({ baseURL, apiKey })("footnote");
const { text } = await generateText({ model, prompt });
const pieces = [];
for await (const piece of streamText({ model, prompt }).textStream) pieces.push(piece);
console.log(JSON.stringify({ text, pieces }));
