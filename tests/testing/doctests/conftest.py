"""The modules here have doctests that are wrong on purpose: the tests run them, pytest itself does not."""

collect_ignore = ["modules"]
