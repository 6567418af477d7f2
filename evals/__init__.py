"""Runs question sets, scores them, and fits what is fitted."""
