"""Memory and strings: what the compiler and libkern expect of the kernel, and the guard of its stacks.

Sources: sys/libkern, bcopy(9), string(3), sys/kern/stack_protector.c.
"""

from __future__ import annotations

from typing import Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

__all__ = ["Strings"]

PAGE: Final = "string(3)"
SOURCE: Final = "sys/libkern"
BLANK: Final = b" \t\n\v\f\r"


def _order(one: bytes, other: bytes) -> int:
    """What strcmp and memcmp give: the difference of the first bytes that differ."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return a - b
    return 0


class Strings(Part):
    """Functions on memory."""

    def data(self) -> dict[str, int]:
        guard = self.kernel.regions.static(64)
        self.kernel.engine.write(guard, (0x00A5_5A0D_0A_FF_C0_DE).to_bytes(8, "little"))
        return {"__stack_chk_guard": guard}

    @serves("void __stack_chk_fail(void)", page="SSP", source="sys/kern/stack_protector.c")
    def stack_chk_fail(self) -> None:
        raise self.kernel.panic("stack overflow detected; backtrace may be corrupted")

    def _bytes(self, address: int, limit: int | None = None) -> bytes:
        """A C string, at most so long, and as little further as it is read."""
        read, data = self.kernel.engine.read, bytearray()
        while limit is None or len(data) < limit:
            byte = read(address + len(data), 1)
            if byte == b"\0":
                break
            data += byte
        return bytes(data)

    # Memory.

    @serves("void *memcpy(void *to, const void *from, size_t len)", page="memcpy(3)", source=SOURCE)
    def memcpy(self, to: int, source: int, size: int) -> int:
        if to < source + size and source < to + size and to != source:
            self.kernel.report(
                "memory",
                f"memcpy of {size} bytes from {source:#x} to {to:#x}, which overlap",
                self.kernel.here(),
            )
        return self.memmove(to, source, size)

    @serves("void *memmove(void *dest, const void *src, size_t n)", page="memmove(3)", source=SOURCE)
    def memmove(self, to: int, source: int, size: int) -> int:
        if size:
            self.kernel.engine.write(to, self.kernel.engine.read(source, size))
        return to

    @serves("void *memset(void *buf, int c, size_t len)", page="memset(3)", source=SOURCE)
    def memset(self, to: int, byte: int, size: int) -> int:
        if size:
            self.kernel.engine.write(to, bytes((byte & 0xFF,)) * size)
        return to

    @serves("void explicit_bzero(void *buf, size_t len)", page="explicit_bzero(3)", source=SOURCE)
    def explicit_bzero(self, to: int, size: int) -> None:
        self.memset(to, 0, size)

    @serves("void bzero(void *buf, size_t len)", page="bzero(9)", source=SOURCE)
    def bzero(self, to: int, size: int) -> None:
        self.memset(to, 0, size)

    @serves("void bcopy(const void *from, void *to, size_t len)", page="bcopy(9)", source=SOURCE)
    def bcopy(self, source: int, to: int, size: int) -> None:
        self.memmove(to, source, size)

    @serves("int memcmp(const void *b1, const void *b2, size_t len)", page="memcmp(3)", source=SOURCE)
    def memcmp(self, one: int, other: int, size: int) -> int:
        read = self.kernel.engine.read
        return _order(read(one, size), read(other, size)) if size else 0

    @serves("int bcmp(const void *b1, const void *b2, size_t len)", page="bcmp(3)", source=SOURCE)
    def bcmp(self, one: int, other: int, size: int) -> int:
        return self.memcmp(one, other, size)

    @serves("int timingsafe_bcmp(const void *b1, const void *b2, size_t len)", page="bcmp(3)", source=SOURCE)
    def timingsafe_bcmp(self, one: int, other: int, size: int) -> int:
        return int(self.memcmp(one, other, size) != 0)

    @serves("void *memchr(const void *s, int c, size_t n)", page=PAGE, source=SOURCE)
    def memchr(self, address: int, byte: int, size: int) -> int:
        at = self.kernel.engine.read(address, size).find(byte & 0xFF) if size else -1
        return address + at if at >= 0 else 0

    @serves(
        "void *memmem(const void *l, size_t l_len, const void *s, size_t s_len)", page=PAGE, source=SOURCE
    )
    def memmem(self, address: int, size: int, wanted: int, length: int) -> int:
        read = self.kernel.engine.read
        at = read(address, size).find(read(wanted, length)) if size else -1
        return address + at if at >= 0 else 0

    # Strings.

    @serves("size_t strlen(const char *s)", page=PAGE, source=SOURCE)
    def strlen(self, address: int) -> int:
        return len(self._bytes(address))

    @serves("size_t strnlen(const char *s, size_t maxlen)", page=PAGE, source=SOURCE)
    def strnlen(self, address: int, limit: int) -> int:
        return len(self._bytes(address, limit))

    @serves("int strcmp(const char *s1, const char *s2)", page=PAGE, source=SOURCE)
    def strcmp(self, one: int, other: int) -> int:
        return _order(self._bytes(one) + b"\0", self._bytes(other) + b"\0")

    @serves("int strncmp(const char *s1, const char *s2, size_t n)", page=PAGE, source=SOURCE)
    def strncmp(self, one: int, other: int, limit: int) -> int:
        a, b = self._bytes(one, limit), self._bytes(other, limit)
        return _order((a + b"\0")[:limit], (b + b"\0")[:limit])

    @serves("int strcasecmp(const char *s1, const char *s2)", page=PAGE, source=SOURCE)
    def strcasecmp(self, one: int, other: int) -> int:
        return _order(self._bytes(one).lower() + b"\0", self._bytes(other).lower() + b"\0")

    @serves("int strncasecmp(const char *s1, const char *s2, size_t n)", page=PAGE, source=SOURCE)
    def strncasecmp(self, one: int, other: int, limit: int) -> int:
        a, b = self._bytes(one, limit).lower(), self._bytes(other, limit).lower()
        return _order((a + b"\0")[:limit], (b + b"\0")[:limit])

    @serves("char *strcpy(char *to, const char *from)", page=PAGE, source=SOURCE)
    def strcpy(self, to: int, source: int) -> int:
        self.kernel.engine.write(to, self._bytes(source) + b"\0")
        return to

    @serves("char *strncpy(char *to, const char *from, size_t len)", page=PAGE, source=SOURCE)
    def strncpy(self, to: int, source: int, size: int) -> int:
        if size:
            self.kernel.engine.write(to, self._bytes(source, size).ljust(size, b"\0"))
        return to

    @serves("size_t strlcpy(char *to, const char *from, size_t len)", page=PAGE, source=SOURCE)
    def strlcpy(self, to: int, source: int, size: int) -> int:
        data = self._bytes(source)
        if size:
            self.kernel.engine.write(to, data[: size - 1] + b"\0")
        return len(data)

    @serves("size_t strlcat(char *to, const char *from, size_t len)", page=PAGE, source=SOURCE)
    def strlcat(self, to: int, source: int, size: int) -> int:
        has, data = self._bytes(to, size), self._bytes(source)
        if len(has) < size:
            self.kernel.engine.write(to + len(has), data[: size - len(has) - 1] + b"\0")
        return len(has) + len(data)

    @serves("char *strcat(char *to, const char *from)", page=PAGE, source=SOURCE)
    def strcat(self, to: int, source: int) -> int:
        self.kernel.engine.write(to + len(self._bytes(to)), self._bytes(source) + b"\0")
        return to

    @serves("char *strchr(const char *s, int c)", page=PAGE, source=SOURCE)
    def strchr(self, address: int, byte: int) -> int:
        at = (self._bytes(address) + b"\0").find(byte & 0xFF)
        return address + at if at >= 0 else 0

    @serves("char *strrchr(const char *s, int c)", page=PAGE, source=SOURCE)
    def strrchr(self, address: int, byte: int) -> int:
        at = (self._bytes(address) + b"\0").rfind(byte & 0xFF)
        return address + at if at >= 0 else 0

    @serves("char *strstr(const char *big, const char *little)", page=PAGE, source=SOURCE)
    def strstr(self, address: int, wanted: int) -> int:
        at = self._bytes(address).find(self._bytes(wanted))
        return address + at if at >= 0 else 0

    @serves("size_t strspn(const char *s, const char *charset)", page=PAGE, source=SOURCE)
    def strspn(self, address: int, among: int) -> int:
        text = self._bytes(address)
        return len(text) - len(text.lstrip(self._bytes(among) or b"\0"))

    @serves("size_t strcspn(const char *s, const char *charset)", page=PAGE, source=SOURCE)
    def strcspn(self, address: int, among: int) -> int:
        text, stops = self._bytes(address), self._bytes(among)
        return next((at for at, byte in enumerate(text) if byte in stops), len(text))

    @serves("long strtol(const char *nptr, char **endptr, int base)", page="strtol(3)", source=SOURCE)
    def strtol(self, address: int, end: int, base: int) -> int:
        value = self._number(address, end, base)
        return max(-1 << 63, min(value, (1 << 63) - 1))

    @serves("long strtoq(const char *nptr, char **endptr, int base)", page="strtol(3)", source=SOURCE)
    def strtoq(self, address: int, end: int, base: int) -> int:
        return self.strtol(address, end, base)

    @serves("u_long strtoul(const char *nptr, char **endptr, int base)", page="strtoul(3)", source=SOURCE)
    def strtoul(self, address: int, end: int, base: int) -> int:
        value = self._number(address, end, base)
        return (1 << 64) - 1 if abs(value) >= 1 << 64 else value

    @serves("u_long strtouq(const char *nptr, char **endptr, int base)", page="strtoul(3)", source=SOURCE)
    def strtouq(self, address: int, end: int, base: int) -> int:
        return self.strtoul(address, end, base)

    def _number(self, address: int, end: int, base: int) -> int:
        """The number that a string begins with, of any size; stores where it ends."""
        text = self._bytes(address)
        at = len(text) - len(text.lstrip(BLANK))
        negative = text[at : at + 1] == b"-"
        at += text[at : at + 1] in (b"-", b"+")
        digits = b"0123456789abcdefghijklmnopqrstuvwxyz"
        prefixed = text[at : at + 2].lower() == b"0x" and text[at + 2 : at + 3].lower() in _each(digits[:16])
        if base in (0, 16) and prefixed:
            at, base = at + 2, 16
        elif base == 0:
            base = 8 if text[at : at + 1] == b"0" else 10
        first, value = at, 0
        while at < len(text) and (digit := digits[:base].find(text[at : at + 1].lower())) >= 0:
            value, at = value * base + digit, at + 1
        if end:
            self.kernel.engine.write(end, (address + (at if at > first else 0)).to_bytes(8, "little"))
        return -value if negative else value


def _each(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[at : at + 1] for at in range(len(data)))
