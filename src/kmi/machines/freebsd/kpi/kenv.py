"""The kernel's environment: what loader.conf(5) and kenv(1) set, and tunables read.

Sources: getenv(9), tunable(9), sys/kern/kern_environment.c.

Invariant: what `kern_getenv` gives is a copy in memory of type M_KENV, which is to be given back by
`freeenv`: one that is not is a leak.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel
    from kmi.machines.freebsd.linker import File

__all__ = ["Environment"]

PAGE: Final = "getenv(9)"
SOURCE: Final = "sys/kern/kern_environment.c"
KENV_MVALLEN: Final = 128
M_WAITOK: Final = 2
_NUMBER = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)([kKmMgGtT]?)$")
_UNITS: Final = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


def number_of(text: str) -> int | None:
    """A number as strtoq and a unit write it; None if it is none."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    digits = found[2]
    base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" else 10
    value = int(digits, base) << _UNITS[found[3].lower()]
    return -value if found[1] == "-" else value


class Environment(Part):
    """The variables."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.values: dict[str, str] = {}
        self._lent: dict[int, str] = {}
        """What was given out and not given back: by its address, the name."""

    def _value(self, name: int) -> str | None:
        return self.values.get(self.string(name))

    def _number(self, name: int) -> int | None:
        text = self._value(name)
        return None if text is None else number_of(text)

    def unlinked(self, file: File) -> None:
        if self._lent:
            names = ", ".join(sorted(self._lent.values()))
            self.kernel.report("leak", f"kern_getenv without freeenv: {names}")
            self._lent.clear()

    @serves("char *kern_getenv(const char *name)", page=PAGE, source=SOURCE)
    def kern_getenv(self, name: int) -> int:
        self.kernel.witness_warn("kern_getenv")
        text = self._value(name)
        if text is None:
            return 0
        data = text.encode("utf-8", "surrogateescape") + b"\0"
        kind = self.kernel.symbol("M_TEMP")
        assert kind is not None
        at = self.kernel.malloc.malloc(len(data), kind, M_WAITOK)
        self.kernel.engine.write(at, data)
        self._lent[at] = self.string(name)
        return at

    @serves("void freeenv(char *env)", page=PAGE, source=SOURCE)
    def freeenv(self, address: int) -> None:
        if not address:
            return
        if address not in self._lent:
            raise self.kernel.panic(f"freeenv: {address:#x} is not of kern_getenv")
        del self._lent[address]
        kind = self.kernel.symbol("M_TEMP")
        assert kind is not None
        self.kernel.malloc.free(address, kind)

    @serves("int testenv(const char *name)", page=PAGE, source=SOURCE)
    def testenv(self, name: int) -> int:
        return int(self._value(name) is not None)

    @serves("int kern_setenv(const char *name, const char *value)", page=PAGE, source=SOURCE)
    def kern_setenv(self, name: int, value: int) -> int:
        text = self.string(value)
        if len(text) >= KENV_MVALLEN:
            return -1
        self.values[self.string(name)] = text
        return 0

    @serves("int kern_unsetenv(const char *name)", page=PAGE, source=SOURCE)
    def kern_unsetenv(self, name: int) -> int:
        return 0 if self.values.pop(self.string(name), None) is not None else -1

    @serves("int getenv_string(const char *name, char *data, int size)", page=PAGE, source=SOURCE)
    def getenv_string(self, name: int, place: int, size: int) -> int:
        text = self._value(name)
        if text is None:
            return 0
        data = text.encode("utf-8", "surrogateescape")[: size - 1]
        self.kernel.engine.write(place, data + b"\0")
        return 1

    def _store(self, name: int, place: int, size: int) -> int:
        value = self._number(name)
        if value is None:
            return 0
        self.kernel.engine.write(place, (value & (1 << 8 * size) - 1).to_bytes(size, "little"))
        return 1

    @serves("int getenv_int(const char *name, int *data)", page=PAGE, source=SOURCE)
    @serves("int getenv_uint(const char *name, unsigned int *data)", page=PAGE, source=SOURCE)
    def getenv_int(self, name: int, place: int) -> int:
        return self._store(name, place, 4)

    @serves("int getenv_long(const char *name, long *data)", page=PAGE, source=SOURCE)
    @serves("int getenv_ulong(const char *name, unsigned long *data)", page=PAGE, source=SOURCE)
    @serves("int getenv_int64(const char *name, int64_t *data)", page=PAGE, source=SOURCE)
    @serves("int getenv_uint64(const char *name, uint64_t *data)", page=PAGE, source=SOURCE)
    @serves("int getenv_quad(const char *name, int64_t *data)", page=PAGE, source=SOURCE)
    def getenv_quad(self, name: int, place: int) -> int:
        return self._store(name, place, 8)

    @serves("int getenv_bool(const char *name, bool *data)", page=PAGE, source=SOURCE)
    def getenv_bool(self, name: int, place: int) -> int:
        text = (self._value(name) or "").lower()
        truths = {"1": 1, "y": 1, "yes": 1, "t": 1, "true": 1, "on": 1,
                  "0": 0, "n": 0, "no": 0, "f": 0, "false": 0, "off": 0}  # fmt: skip
        if text not in truths:
            return 0
        self.kernel.engine.write(place, bytes([truths[text]]))
        return 1

    # tunable(9): what TUNABLE_* leaves to SYSINIT; struct tunable_*: the path, then where it goes.

    def _tunable(self, data: int, kind: str) -> None:
        words = self.kernel.engine.read(data, 24)
        path, place = int.from_bytes(words[:8], "little"), int.from_bytes(words[8:16], "little")
        if kind == "str":
            self.getenv_string(path, place, int.from_bytes(words[16:20], "little"))
        elif kind == "bool":
            self.getenv_bool(path, place)
        else:
            self._store(path, place, 4 if kind == "int" else 8)

    @serves("void tunable_int_init(const void *data)", page="tunable(9)", source=SOURCE)
    def tunable_int_init(self, data: int) -> None:
        self._tunable(data, "int")

    @serves("void tunable_long_init(const void *data)", page="tunable(9)", source=SOURCE)
    @serves("void tunable_ulong_init(const void *data)", page="tunable(9)", source=SOURCE)
    @serves("void tunable_int64_init(const void *data)", page="tunable(9)", source=SOURCE)
    @serves("void tunable_uint64_init(const void *data)", page="tunable(9)", source=SOURCE)
    @serves("void tunable_quad_init(const void *data)", page="tunable(9)", source=SOURCE)
    def tunable_quad_init(self, data: int) -> None:
        self._tunable(data, "quad")

    @serves("void tunable_bool_init(const void *data)", page="tunable(9)", source=SOURCE)
    def tunable_bool_init(self, data: int) -> None:
        self._tunable(data, "bool")

    @serves("void tunable_str_init(const void *data)", page="tunable(9)", source=SOURCE)
    def tunable_str_init(self, data: int) -> None:
        self._tunable(data, "str")
