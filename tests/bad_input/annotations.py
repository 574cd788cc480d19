# expect: KMI0301 at 13
# expect: KMI0301 at 17
# expect: KMI0108 at 21
# expect: KMI0201 at 25
# expect: KMI0306 at 29
# expect: KMI0306 at 33
# expect: KMI0301 at 39
"""Annotations that are missing, unknown, or of types that a kernel does not have."""

from kmi import Module, module


def no_parameter(number) -> int:
    return 1


def no_result(number: int):
    return number


def floating(number: float) -> None:
    pass


def unknown(number: Numbre) -> None:
    pass


def bare(numbers: list) -> None:
    pass


def too_many(numbers: list[int, str]) -> None:
    pass


class Holder:
    def __init__(self) -> None:
        self.maybe = None


@module(license="GPL", description="annotations")
class Annotations(Module):
    pass
