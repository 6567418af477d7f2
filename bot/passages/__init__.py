"""How sure an answer is, in what order passages are read, and what in them is an instruction."""
