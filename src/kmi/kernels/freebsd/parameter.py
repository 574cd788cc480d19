"""Parameters of the module that are read as a whole: texts and lists, which root may replace meanwhile.

Numbers and bools are words of static memory, and read as such; `parameters.h` has all their storage. The
front end calls `latest_text` where a module reads a parameter that is a str, and `held_text` where a `check`
of the module's is asked whether one will do.
"""

from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_parameter,
    kmi_freebsd_snapshot,
    kmi_freebsd_snapshot_get,
    kmi_freebsd_snapshot_put,
)
from kmi.unsafe import Pointer, unsafe


def latest_text(parameter: Pointer[kmi_freebsd_parameter]) -> str:
    """A copy of the text that the parameter is now."""
    with unsafe("a snapshot stays as it is until it is put back"):
        snapshot = kmi_freebsd_snapshot_get(parameter)
        try:
            return held_text(snapshot)
        finally:
            kmi_freebsd_snapshot_put(snapshot)


def held_text(snapshot: Pointer[kmi_freebsd_snapshot]) -> str:
    """A copy of the text of a snapshot that the caller holds."""
    with unsafe("the text ends with a NUL"):
        return str.__from_c_string__(snapshot.text)


def latest_numbers(parameter: Pointer[kmi_freebsd_parameter]) -> list[int]:
    """A copy of the list that the parameter is now."""
    with unsafe("a snapshot stays as it is until it is put back"):
        snapshot = kmi_freebsd_snapshot_get(parameter)
        try:
            return held_numbers(snapshot)
        finally:
            kmi_freebsd_snapshot_put(snapshot)


def held_numbers(snapshot: Pointer[kmi_freebsd_snapshot]) -> list[int]:
    """A copy of the list of a snapshot that the caller holds."""
    with unsafe("there are so many numbers"):
        made: list[int] = []
        for index in range(snapshot.count):
            made.append(snapshot.numbers[index])
        return made
