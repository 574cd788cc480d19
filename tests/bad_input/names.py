# expect: KMI0202 at 14
# expect: KMI0202 at 15
# expect: KMI0202 at 16
# expect: KMI0202 at 17
# expect: KMI0201 at 21
# expect: KMI0201 at 25
# expect: KMI0203 at 29
# expect: KMI0203 at 36
# expect: KMI0203 at 42
# expect: KMI0204 at 49
# expect: KMI0401 at 50
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
