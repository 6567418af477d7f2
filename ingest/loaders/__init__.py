"""One file a format. `ingest/reading/load.py` holds the table."""
