"""Names that are not there, or not yet."""

import os
from kmi import Module, info, modul
from kmi.sync import Mutexx
from errno import ENOSUCHERROR


def unknown() -> int:
    return nothing


def misspelt(number: int) -> int:
    return nubmer


def not_yet() -> int:
    total = total + 1
    return total


def sometimes(flag: bool) -> int:
    if flag:
        value = 1
    return value


def deleted() -> int:
    value = 1
    del value
    return value


def twice() -> None:
    pass


def twice() -> None:
    pass
