"""Questions that the rows of a table answer: totals, counts, most and least, differences, next and last.

table    rows of a document's text, with the numbers and dates in their cells
mention  which columns and cells a question names
plan     what is asked of them: a small grammar; nothing where a word of the question is left over
work     the plan, worked out: values, and the rows that they rest on
rows     the answer, in words
"""
