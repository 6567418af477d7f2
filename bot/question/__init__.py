"""What a question asks, and what it follows on."""
