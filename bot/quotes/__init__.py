"""The answerer without a chat model: which sentences are quoted."""
