"""Answers that code works out: about the documents themselves, whole lists, counts, numbered places.

    question ─▶ documents_asked │ numbered_place │ … ─▶ Computed ─▶ Answer

Each line is either verbatim, or says something counted or looked up, with the passages that it rests on as footnotes.
A question that none of them is sure to understand goes the ordinary way.
"""
