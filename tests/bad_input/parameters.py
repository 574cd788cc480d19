# expect: KMI0311 at 15
# expect: KMI0405 at 16
# expect: KMI0108 at 17
"""Parameters whose values are not known when compiling, or out of their own range."""

from kmi import Module, Parameter, module


def size() -> int:
    return 4096


@module(license="GPL", description="parameters")
class Parameters(Module):
    capacity = Parameter(size(), "bytes")
    level = Parameter(7, "level", minimum=1, maximum=5)
    ratio = Parameter(0.5, "ratio")
