"""The vector index in Chroma, which can be rebuilt from the catalog at any time."""
