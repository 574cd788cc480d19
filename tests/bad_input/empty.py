# expect: KMI0401 at 2
"""Only a docstring."""
