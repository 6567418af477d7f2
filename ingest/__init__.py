"""From files to the library: load, split, sync."""
