# expect: KMI0101 at 8
"""A colon is missing, so nothing else is looked at."""

from kmi import Module, info, module


@module(license="GPL", description="says hello")
class Hello(Module)
    def __init__(self) -> None:
        info("hello")
