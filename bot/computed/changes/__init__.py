"""What differs between two documents, sentence by sentence: changed, added, removed, moved, renumbered.

    two documents ─▶ clauses ─▶ align ─▶ Change … ─▶ Computed

Nothing is searched and no model reads: every sentence of both documents is in exactly one place of the result.
"""
