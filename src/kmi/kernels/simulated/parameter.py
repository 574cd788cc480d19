"""Parameters of a module: `kmi.parameter` in the simulated kernel, parsed as `insmod` gives them."""

import errno
from typing import Final, Generic, TypeVar, cast

from kmi.errors import error

__all__ = ["Parameter"]

P = TypeVar("P", bool, int, str)

_TRUE: Final = ("y", "Y", "t", "T", "1")
_FALSE: Final = ("n", "N", "f", "F", "0")
_LONGEST: Final = 1024
_I64: Final = 1 << 63


class Parameter(Generic[P]):
    """A parameter of the module."""

    def __init__(
        self,
        default: P,
        description: str,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        writable: bool = False,
    ) -> None:
        if not isinstance(default, (bool, int, str)):
            raise TypeError(f"a parameter is a bool, an int or a str, not a {type(default).__name__}")
        if isinstance(default, (bool, str)) and (minimum is not None or maximum is not None):
            raise TypeError("only a parameter that is an int has a minimum and a maximum")
        self.description = description
        self.writable = writable
        self._minimum = -_I64 if minimum is None else minimum
        self._maximum = _I64 - 1 if maximum is None else maximum
        if isinstance(default, int) and not isinstance(default, bool):
            if not self._minimum <= default <= self._maximum:
                raise ValueError(f"the default {default} is not in {self._minimum} to {self._maximum}")
        self._value: P = default

    def __get__(self, module: object, owner: type | None = None) -> P:
        return self._value

    def __set__(self, module: object, value: P) -> None:
        raise AttributeError("a parameter is changed by who loads the module, not by the module")

    def assign(self, text: str) -> None:
        """Set the value from the loader's text; OSError EINVAL if it is no such value or out of range."""
        self._value = cast(P, self._parse(text))

    def _parse(self, text: str) -> bool | int | str:
        if isinstance(self._value, bool):
            return _boolean(text)
        if isinstance(self._value, str):
            if len(text.encode()) >= _LONGEST or "\0" in text:
                raise error(errno.ENOSPC if "\0" not in text else errno.EINVAL)
            return text
        number = _integer(text)
        if not self._minimum <= number <= self._maximum:
            raise error(errno.EINVAL)
        return number


def _boolean(text: str) -> bool:
    if text[:1] in _TRUE or text[:2].lower() == "on":
        return True
    if text[:1] in _FALSE or text[:2].lower() == "of":
        return False
    raise error(errno.EINVAL)


def _integer(text: str) -> int:
    sign, digits = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    base = 16 if digits[:2].lower() == "0x" else 8 if digits[:1] == "0" and len(digits) > 1 else 10
    digits = digits[2:] if base == 16 else digits
    if not digits.isascii() or not digits.isalnum():  # int() would take underscores and spaces
        raise error(errno.EINVAL)
    try:
        return sign * int(digits, base)
    except ValueError:
        raise error(errno.EINVAL) from None
