"""The only place that ranks: words and vectors together."""
