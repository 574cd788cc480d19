"""Cutting a stream of bytes into lines, wherever its pieces end.

>>> splitter = Splitter()
>>> splitter.feed(b"one\\ntw")
[b'one']
>>> splitter.feed(b"o\\n")
[b'two']
"""

from typing import Final

LONGEST: Final = 1024


class Splitter:
    """Keeps the beginning of a line until its end comes. A line longer than `LONGEST` is cut there."""

    def __init__(self) -> None:
        self.rest = bytearray()

    def feed(self, text: bytes) -> list[bytes]:
        """The lines that this piece completes, without their ends."""
        lines: list[bytes] = []
        for byte in text:
            if byte != ord("\n"):
                self.rest.append(byte)
            if byte == ord("\n") or len(self.rest) == LONGEST:
                lines.append(bytes(self.rest))
                self.rest.clear()
        return lines
