"""The ring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmi import info

from .errors import Full

if TYPE_CHECKING:
    from .shapes import Square


class Ring:
    def __init__(self, room: int) -> None:
        self.items: list[int] = []
        self.room = room
        self.owner: Square | None = None
        self.changed = 0

    def put(self, item: int) -> None:
        if len(self.items) == self.room:
            raise Full(f"{self.room} items")
        self.items.append(item)

    def take(self) -> int:
        return self.items.pop()

    def fail(self, index: int) -> None:
        info(f"{self.items[index]}")


def drained(ring: Ring) -> int:
    total = 0
    while ring.items:
        total += ring.take()
    return total
