"""A device that answers what the built-in classes make of what was written."""

from collections import deque

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio


class Answers(FileOperations):
    def __init__(self) -> None:
        self.answer = Mutex(bytearray())

    def write(self, file: File, data: Uio) -> None:
        asked = data.get(4096)
        with self.answer as answer:
            answer.clear()
            answer.extend(told(asked).encode())

    def read(self, file: File, data: Uio) -> None:
        with self.answer as answer:
            data.put(memoryview(answer)[: data.remaining])


def told(asked: bytes) -> str:
    """All that there is to say of some words."""
    words = asked.decode().split()
    seen = set(words)
    last = deque(words, maxlen=2)
    counted: dict[tuple[int, bool], int] = {}
    for word in words:
        key = (len(word), word.isascii() and word.isdigit())
        counted[key] = counted.get(key, 0) + 1
    words.sort()
    total = 0
    for word in words:
        if word.isascii() and word.isdigit():
            total += int(word)
    number = int.from_bytes(asked[:4], "big")
    return f"{words} {len(seen)} {last} {counted} {total} {number:#010x} {asked[::-1].hex()}"


@module(license="GPL", description="built-in classes in use")
class AnswersModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("answers", Answers())
