"""The order of lists and deques of what has one; the number of a character."""

from collections import deque

from kmi import info


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def __lt__(self, other: "Point") -> bool:
        return self.x < other.x


def lists() -> None:
    nested = [[1], [2, 3]]
    info(f"{nested < [[1], [2, 4]]} {nested >= [[1]]} {[(1, b'a')] < [(1, b'b')]} {[True] < [False]}")
    info(f"{[Point(1)] < [Point(2)]} {[Point(2)] < [Point(1)]}")
    ring = deque([1, 2])
    info(f"{ring < deque([1, 3])} {ring >= deque([1, 2])}")


def characters(text: str) -> None:
    total = 0
    for character in text:
        total = total * 31 + ord(character)
        info(f"{ord(character)} {chr(ord(character)) == character}")
    info(f"{total} {ord(text[0]) - ord('0')}")
    try:
        info(f"{ord(text)}")
    except TypeError as error:
        info(f"{error}")
    try:
        info(f"{ord(text[:0])}")
    except TypeError as error:
        info(f"{error}")


def main() -> None:
    lists()
    characters("7aé€𝄞\x7f\x80")
