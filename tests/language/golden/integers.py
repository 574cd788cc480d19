"""Arithmetic is exact, places check, and what is evaluated once is held."""

from kmi import u8, u16, wrapping


def places(first: u8, second: u16) -> u8:
    kept = first
    mixed = first
    mixed = second
    total = first + second
    total += 1
    kept = wrapping(u8, total)
    return max(total, kept, mixed)


def chained(low: int, high: int) -> bool:
    return low < abs(low - high) <= high < 2**32


def extremes(first: int, second: u8) -> int:
    quotient, rest = divmod(first, second)
    return max(first, second, 3) - min(quotient, rest) % ~second


def truths(number: int, flag: bool) -> int:
    if not number or flag and number > 1:
        return flag + 1
    return number if flag else -1
