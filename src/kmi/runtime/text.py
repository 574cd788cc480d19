"""A text that grows piece by piece: what the ``__repr__`` of a container is made in."""


class Text:
    """Text until now, in one buffer."""

    def __init__(self, begin: str) -> None:
        self._buffer = bytearray()
        self.add(begin)

    def __len__(self) -> int:
        return len(self._buffer)

    def add(self, text: str) -> None:
        """Text behind what is there."""
        self._buffer._append_memory(text._data(), text._size)

    def end(self, text: str) -> str:
        """The whole, with this behind it."""
        self.add(text)
        return str.__from_memory__(self._buffer._data(), self._buffer._length)
