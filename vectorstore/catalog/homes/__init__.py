"""Where a catalog lives: a SQLite file, or a schema of a PostgreSQL database; `home.py` is the contract."""
