"""How the weights of the reader are made (see README.md here). Needs torch; not in the wheel."""
