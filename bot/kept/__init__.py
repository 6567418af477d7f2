"""Where people’s own things are kept: a SQLite file beside the catalog, or PostgreSQL beside the catalog’s schema."""
