# expect: KMI0316 at 17
# expect: KMI0315 at 21
# expect: KMI0315 at 25
# expect: KMI0315 at 31
"""Exceptions that are none, or have no errno."""

from errno import EBUSY

from kmi import Module, module


class Mine(ValueError):
    pass


def no_errno() -> None:
    raise OSError(EBUSY)


def a_string() -> None:
    raise "busy"


def a_class() -> None:
    raise Module


def catch_int() -> None:
    try:
        no_errno()
    except int:
        pass


def fine() -> None:
    raise Mine("mine")


@module(license="GPL", description="errors")
class Errors(Module):
    pass
