"""What is known of languages: numbers, dates, names, units, negations, lists. Takes nothing of `bot`."""
