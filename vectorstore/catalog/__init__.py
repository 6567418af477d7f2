"""The truth: documents, text, chunks and vectors in SQLite, one transaction a document."""
