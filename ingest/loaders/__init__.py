"""One file a format. `ingest/load.py` holds the table."""
