"""The answerer with a chat model: what it is asked, and what of its reply is shown."""
