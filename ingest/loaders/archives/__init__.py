"""Archives: their members are read by the loaders of their own formats."""
