"""`footnote eval`: question sets, scores, reports."""
