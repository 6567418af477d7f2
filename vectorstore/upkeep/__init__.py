"""Rebuilding, compacting, checking and mending a library."""
