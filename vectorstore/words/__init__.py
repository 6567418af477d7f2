"""How text becomes words that are searched for, in every script."""
