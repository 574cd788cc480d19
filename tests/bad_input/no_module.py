# expect: KMI0401 at 7
"""A class, but not under @module."""

from kmi import Module, info


class Hello(Module):
    def __init__(self) -> None:
        info("hello")
