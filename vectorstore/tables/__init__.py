"""The tables in the texts of documents: rows with types, which SQLite selects, adds up and orders.

    text ─▶ parse: headings and rows ─▶ keep: a SQLite table of typed rows, and the words of their cells ─▶ Table

Long tables are kept in the catalog when their document is stored, in the same transaction; short ones are put into
SQLite's memory when they are asked. Both are read in one way, and no whole table is ever held in Python.
"""
