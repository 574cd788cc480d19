"""printf(9) and its family: the kernel's conversions, %b and %D among them, into the log or a buffer.

Sources: printf(9), sys/kern/subr_prf.c (kvprintf).
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import Rest, VaList, serves

__all__ = ["Printing"]

SOURCE: Final = "sys/kern/subr_prf.c"
_CONVERSION = re.compile(r"%([#\-+ 0'.*\d]*)(hh|h|ll|l|j|q|t|z)?([a-zA-Z%])")
_SIZES: Final = {"": 32, "hh": 8, "h": 16, "l": 64, "ll": 64, "j": 64, "q": 64, "t": 64, "z": 64}
INFO: Final = 6


class Arguments(Protocol):
    """Where the arguments of a format come from."""

    def take(self, width: int = 64) -> int:
        """The next one, of that width: negative where it is signed."""


class Printing(Part):
    """The kernel's printf."""

    def format(self, form: str, arguments: Arguments) -> str:
        """What `kvprintf` makes of a format and its arguments."""
        return _CONVERSION.sub(lambda found: self._convert(found, arguments), form)

    def _convert(self, found: re.Match[str], arguments: Arguments) -> str:
        flags, size, letter = found[1], found[2] or "", found[3]
        while "*" in flags:
            flags = flags.replace("*", str(arguments.take(-32)), 1)
        flags, _, precision = flags.partition(".")
        width_text = flags.lstrip("#-+ 0'")
        marks = flags[: len(flags) - len(width_text)]
        width = int(width_text or 0)
        bits = _SIZES[size]
        match letter:
            case "%":
                return "%"
            case "c":
                text = chr(arguments.take(32) & 0xFF)
            case "s":
                address = arguments.take()
                most = int(precision or 0) if "." in found[1] else None
                text = "(null)"[:most] if address == 0 else self.kernel.string(address, most)
            case "d" | "i":
                value = arguments.take(-bits)
                digits = str(abs(value)).rjust(int(precision or 0), "0")
                text = ("-" if value < 0 else "+" if "+" in marks else "") + digits
            case "u":
                text = str(arguments.take(bits)).rjust(int(precision or 0), "0")
            case "x" | "X" | "o":
                value = arguments.take(bits)
                digits = format(value, letter).rjust(int(precision or 0), "0")
                prefix = {"x": "0x", "X": "0X", "o": "0"}[letter] if "#" in marks and value else ""
                text = prefix + digits
            case "p":
                text = f"{arguments.take():#x}"
            case "n" | "r":  # kvprintf's %r is a number in a radix of its own, which nobody uses
                return str(arguments.take(-bits))
            case "b":
                text = self._bits(arguments.take(32), self.string(arguments.take()))
            case "D":
                address, separator = arguments.take(), self.string(arguments.take())
                count = width or 16
                data = self.kernel.engine.read(address, count)
                return separator.join(f"{byte:02x}" for byte in data)
            case _:
                return found[0]
        if "-" in marks:
            return text.ljust(width)
        if "0" in marks and letter not in "sc":
            sign = text[:1] if text[:1] in "+-" and letter in "di" else ""
            return sign + text[len(sign) :].rjust(width - len(sign), "0")
        return text.rjust(width)

    @staticmethod
    def _bits(value: int, names: str) -> str:
        """%b: a number, and the names of its bits, each behind the character of its position."""
        base, rest = ord(names[0]), names[1:]
        text = {8: f"{value:o}", 10: str(value), 16: f"{value:x}"}.get(base, str(value))
        said, at = [], 0
        while at < len(rest):
            position = ord(rest[at])
            end = at + 1
            while end < len(rest) and ord(rest[end]) > 32:
                end += 1
            if value & 1 << (position - 1):
                said.append(rest[at + 1 : end])
            at = end
        return f"{text}<{','.join(said)}>" if said else text

    @serves("int printf(const char *fmt, ...)", page="printf(9)", source=SOURCE)
    def printf(self, form: int, rest: Rest) -> int:
        text = self.format(self.string(form), rest)
        self.kernel.console.say(INFO, text)
        return len(text)

    @serves("int vprintf(const char *fmt, va_list ap)", page="printf(9)", source=SOURCE)
    def vprintf(self, form: int, arguments: int) -> int:
        text = self.format(self.string(form), VaList(self.kernel.engine, arguments))
        self.kernel.console.say(INFO, text)
        return len(text)

    @serves("int uprintf(const char *fmt, ...)", page="printf(9)", source=SOURCE)
    def uprintf(self, form: int, rest: Rest) -> int:
        text = self.format(self.string(form), rest)
        self.kernel.console.say(INFO, text)
        return len(text)

    @serves("void log(int level, const char *fmt, ...)", page="printf(9)", source=SOURCE)
    def log(self, level: int, form: int, rest: Rest) -> None:
        self.kernel.console.say(level & 7, self.format(self.string(form), rest))

    @serves("void vlog(int level, const char *fmt, va_list ap)", page="printf(9)", source=SOURCE)
    def vlog(self, level: int, form: int, arguments: int) -> None:
        text = self.format(self.string(form), VaList(self.kernel.engine, arguments))
        self.kernel.console.say(level & 7, text)

    @serves("int snprintf(char *buf, size_t size, const char *fmt, ...)", page="printf(9)", source=SOURCE)
    def snprintf(self, buffer: int, size: int, form: int, rest: Rest) -> int:
        return self._into(buffer, size, self.format(self.string(form), rest))

    @serves(
        "int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)",
        page="printf(9)",
        source=SOURCE,
    )
    def vsnprintf(self, buffer: int, size: int, form: int, arguments: int) -> int:
        return self._into(buffer, size, self.format(self.string(form), VaList(self.kernel.engine, arguments)))

    @serves("int sprintf(char *buf, const char *fmt, ...)", page="printf(9)", source=SOURCE)
    def sprintf(self, buffer: int, form: int, rest: Rest) -> int:
        return self._into(buffer, 1 << 31, self.format(self.string(form), rest))

    @serves("int vsprintf(char *buf, const char *fmt, va_list ap)", page="printf(9)", source=SOURCE)
    def vsprintf(self, buffer: int, form: int, arguments: int) -> int:
        text = self.format(self.string(form), VaList(self.kernel.engine, arguments))
        return self._into(buffer, 1 << 31, text)

    def _into(self, buffer: int, size: int, text: str) -> int:
        data = text.encode("utf-8", "surrogateescape")
        if size:
            self.kernel.engine.write(buffer, data[: size - 1] + b"\0")
        return len(data)

    @serves("void panic(const char *fmt, ...)", page="panic(9)", source="sys/kern/kern_shutdown.c")
    def panic(self, form: int, rest: Rest) -> None:
        raise self.kernel.panic(self.format(self.string(form), rest))
