# expect: KMI0310 at 26
# expect: KMI0310 at 29
# expect: KMI0310 at 32
# expect: KMI0304 at 56
# expect: KMI0302 at 57
# expect: KMI0302 at 58
"""Methods that replace others: a call by way of the base means the same for them."""

from typing import Protocol

from kmi import Module, info, module


class Sound:
    def loud(self, times: int = 1) -> int:
        return times

    def apart(self, *, low: int, high: int) -> int:
        return high - low

    def named(self, first: int, second: int) -> int:
        return first - second


class Echo(Sound):
    def loud(self, times: int = 2) -> int:
        return times

    def apart(self, *, high: int, low: int) -> int:
        return low - high

    def named(self, first: int, *, second: int) -> int:
        return second


class Turned(Sound):
    def named(self, second: int, first: int) -> int:
        return second * first


class Louder(Protocol):
    def more(self, by: int, times: int = 1) -> int: ...


class Other:
    def more(self, by: int, times: int = 2) -> int:
        return by * times


class Renamed:
    def more(self, times: int, by: int = 1) -> int:
        return by * times


def work(sound: Sound, louder: list[Louder]) -> None:
    info(f"{sound.loud()} {sound.named(first=1, second=2)}")
    louder.append(Other())
    louder.append(Renamed())


@module(license="GPL", description="wrong")
class Wrong(Module):
    def __init__(self) -> None:
        work(Turned(), [])
