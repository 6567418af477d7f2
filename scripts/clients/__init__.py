"""Real clients of other people's making, each asking a served library one question: `python -m scripts.clients`."""
