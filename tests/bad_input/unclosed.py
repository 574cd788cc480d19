# expect: KMI0101 at 10
"""A string that never ends."""

from kmi import Module, info, module


@module(license="GPL", description="says hello")
class Hello(Module):
    def __init__(self) -> None:
        info("hello)
