"""Parameters of a module: `kmi.parameter` in the simulated kernel, parsed as `insmod` gives them.

Invariant: what a value is, is decided by its text, as in Linux: what a test passes is written out first.
"""

import errno
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar, cast, get_args

from kmi.errors import error
from kmi.kernels.simulated import integers

__all__ = ["Given", "Parameter", "written"]

P = TypeVar("P", bool, int, str, list[int])

Given = int | bool | str | Sequence[int]
"""What a test may pass for a parameter."""

_TRUE: Final = ("y", "Y", "t", "T", "1")
_FALSE: Final = ("n", "N", "f", "F", "0")
_LONGEST: Final = 1024
_MOST: Final = 1024


class Parameter(Generic[P]):
    """A parameter of the module."""

    def __init__(
        self,
        default: P,
        description: str,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        capacity: int | None = None,
        check: Callable[[P], bool] | None = None,
        writable: bool = False,
    ) -> None:
        if not isinstance(default, (bool, int, str, list)):
            kind = type(default).__name__
            raise TypeError(f"a parameter is a bool, an int, a str or a list of integers, not a {kind}")
        if isinstance(default, (bool, str)) and (minimum is not None or maximum is not None):
            raise TypeError("only a parameter of integers has a minimum and a maximum")
        if capacity is not None and not isinstance(default, list):
            raise TypeError("only a parameter that is a list has a capacity")
        self.description = description
        self.writable = writable
        self._minimum: int | None = minimum
        self._maximum: int | None = maximum
        self._capacity: int | None = capacity
        self._check: Callable[[Any], bool] | None = check
        self._value: P = default
        self._width: type[integers.Width] = integers.i64
        if isinstance(default, list):
            self._capacity = max(1, len(default)) if capacity is None else capacity
            if not (1 <= self._capacity <= _MOST and len(default) <= self._capacity):
                raise ValueError(f"a capacity of {self._capacity} does not suit a list of {len(default)}")

    def __set_name__(self, owner: type, name: str) -> None:
        annotation = owner.__dict__.get("__annotations__", {}).get(name)
        if isinstance(annotation, str):
            found = re.search(r"\[(\w+)\]", annotation)
            width = getattr(integers, found[1], None) if found is not None else None
        else:
            width = next(iter(get_args(annotation)), None)
        if isinstance(width, type) and issubclass(width, integers.Width):
            self._width = width
        numbers = self._value if isinstance(self._value, list) else [self._value]
        for number in numbers:
            if isinstance(number, int) and not isinstance(number, bool) and not self._fits(number):
                raise ValueError(f"the default {number} of {name} is not within its bounds")

    def __get__(self, module: object, owner: type | None = None) -> P:
        return cast(P, list(self._value)) if isinstance(self._value, list) else self._value

    def __set__(self, module: object, value: P) -> None:
        raise AttributeError("a parameter is changed by who loads the module, not by the module")

    def assign(self, text: str) -> None:
        """Set the value from the loader's text; OSError EINVAL if it is no such value or out of range."""
        value = cast(P, self._parse(text))
        if self._check is not None:
            try:
                passes = self._check(value)
            except MemoryError:
                raise error(errno.ENOMEM) from None
            except Exception:
                passes = False
            if not passes:
                raise error(errno.EINVAL)
        self._value = value

    def text(self) -> str:
        """What user space reads of it."""
        if isinstance(self._value, bool):
            return "Y" if self._value else "N"
        return written(self._value)

    def _fits(self, number: int) -> bool:
        low = self._width.MINIMUM if self._minimum is None else self._minimum
        high = self._width.MAXIMUM if self._maximum is None else self._maximum
        return low <= number <= high and self._width.MINIMUM <= number <= self._width.MAXIMUM

    def _parse(self, text: str) -> bool | int | str | list[int]:
        if isinstance(self._value, bool):
            return _boolean(text)
        text = text.removesuffix("\n")
        if isinstance(self._value, str):
            if "\0" in text or not _is_utf8(text):
                raise error(errno.EINVAL)
            if len(text.encode()) > _LONGEST:
                raise error(errno.ENOSPC)
            return text
        if isinstance(self._value, list):
            items = [self._number(item) for item in text.split(",")]
            if self._capacity is not None and len(items) > self._capacity:
                raise error(errno.EINVAL)
            return items
        return self._number(text)

    def _number(self, text: str) -> int:
        number = _integer(text)
        if not self._fits(number):
            raise error(errno.EINVAL)
        return number


def written(value: Given) -> str:
    """A value as `insmod` has it on its command line."""
    if isinstance(value, (bool, int)):
        return str(int(value))
    return value if isinstance(value, str) else ",".join(str(item) for item in value)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
