# expect: KMI0311 at 26
# expect: KMI0405 at 27
# expect: KMI0108 at 28
# expect: KMI0405 at 29
# expect: KMI0405 at 30
# expect: KMI0405 at 31
# expect: KMI0405 at 32
# expect: KMI0405 at 33
# expect: KMI0405 at 34
# expect: KMI0405 at 35
"""Parameters whose values are not known when compiling, or out of their own range, or of no kind."""

from kmi import Module, Parameter, module, u8


def size() -> int:
    return 4096


def good(value: str) -> bool:
    return value != ""


@module(license="GPL", description="parameters")
class Parameters(Module):
    capacity = Parameter(size(), "bytes")
    level = Parameter(7, "level", minimum=1, maximum=5)
    ratio = Parameter(0.5, "ratio")
    small: Parameter[u8] = Parameter(256, "a byte")
    words = Parameter(["a"], "words")
    ports = Parameter([1, 2, 3], "ports", capacity=2)
    name = Parameter("n", "name", capacity=2)
    count = Parameter(1, "count", check=good)
    other = Parameter(1, "other", check=3)
    wrong: Parameter[str] = Parameter(1, "no text")
