# expect: KMI0402 at 7
"""A licence that no kernel knows."""

from kmi import Module, module


@module(license="WTFPL", description="one")
class One(Module):
    pass
