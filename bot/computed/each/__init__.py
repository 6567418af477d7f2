"""Questions that are asked of each of several documents: "Which leases end in 2026?", "How many contracts mention …?"

    question ─▶ the noun that documents are called by, what is said of each ─▶ a value or a sentence of each ─▶ Computed

The answer says of how many documents it holds, of how many it does not, and how many don't say.
"""
