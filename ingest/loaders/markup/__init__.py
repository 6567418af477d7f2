"""Text with markup: HTML, Markdown, reStructuredText, LaTeX, books, notebooks."""
