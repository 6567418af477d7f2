"""Where files come from: folders, addresses, what changed since the last time."""
