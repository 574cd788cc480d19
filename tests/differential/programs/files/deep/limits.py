"""Limits."""

LIMIT = 5
