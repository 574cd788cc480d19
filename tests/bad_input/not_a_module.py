# expect: KMI0402 at 8
"""A class under @module that is no Module, and with a licence that no kernel knows."""

from kmi import module


@module(license="GPL", description="one")
class One:
    pass
