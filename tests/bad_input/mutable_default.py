# expect: KMI0323 at 7
"""A default that is made once and would be shared by all calls."""

from kmi import Module, module


def add(number: int, numbers: list[int] = []) -> None:
    numbers.append(number)


@module(license="GPL", description="defaults")
class Defaults(Module):
    pass
