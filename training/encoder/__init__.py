"""Teaches the encoder: a small model whose vectors are those of a larger one."""
