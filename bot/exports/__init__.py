"""Answers and conversations as files: Word, PDF, HTML, Markdown."""
