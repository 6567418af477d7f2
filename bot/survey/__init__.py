"""Each document asked the same questions: `survey.py` asks, `table.py` is what comes of it."""
