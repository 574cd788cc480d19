"""Testing: the pytest plugin that runs one test on every kernel, and what finds faults that nobody wrote a
test for: failing calls, schedules, random programs, doctests.
"""
