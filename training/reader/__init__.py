"""Teaches the reader: whether a passage answers, and in which words."""
