"""Questions that the rows of a table answer: totals, counts, most and least, differences, next and last.

table    rows of a document's text, with the numbers and dates in their cells
mention  which columns and cells a question names
plan     what is asked of them
grammar  the plan of a question that is wholly understood; nothing where a word of it is left over
weighed  for others the likeliest of all candidates, if likely enough (sight, restrictions, parts, of_rows, from_rows)
work     the plan, worked out: values, and the rows that they rest on
rows     the answer, in words
"""
