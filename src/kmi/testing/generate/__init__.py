"""Typed programs, made up from a seed, for the differential harness."""
