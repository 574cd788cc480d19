# expect: KMI0402 at 13
"""Two classes under @module."""

from kmi import Module, module


@module(license="GPL", description="one")
class One(Module):
    pass


@module(license="GPL", description="two")
class Two(Module):
    pass
