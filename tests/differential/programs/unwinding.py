# ruff: noqa: B012, B904
"""Ways out of `finally`, `with`, handlers and loops: what dies, what is known after, what is returned."""

from __future__ import annotations

from kmi import info, u8


class Loud:
    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        info(f"gone {self.number}")


def continued() -> Loud:
    i = 0
    while i < 3:
        try:
            return Loud(i)
        finally:
            i += 1
            info(f"finally {i}")
            continue
    return Loud(100)


def broken(n: int) -> Loud:
    held = Loud(n)
    while True:
        try:
            return held
        finally:
            break
    info("after")
    return Loud(n + 1)


def nested(n: int) -> int:
    for i in range(3):
        try:
            try:
                if i == n:
                    raise ValueError("x")
                if i == 2:
                    return i
            except ValueError:
                info("handler")
                raise KeyError("k")
            else:
                info(f"else {i}")
            finally:
                info(f"inner {i}")
        except KeyError:
            info("key")
            continue
        finally:
            info(f"outer {i}")
    else:
        info("loop else")
        return -1
    return -2


def swallow(n: int) -> int:
    while True:
        try:
            if n == 0:
                raise ValueError("lost")
            return n
        finally:
            if n < 2:
                break
    return 77


def override(n: int) -> Loud:
    try:
        return Loud(n)
    finally:
        return Loud(n + 1)


def infinally(n: int) -> int:
    try:
        try:
            x = Loud(n)
            if n:
                raise ValueError("first")
            return x.number
        finally:
            y = Loud(n + 10)
            if n == 2:
                raise KeyError("second")
            info(f"{y.number}")
    except LookupError as error:
        info(f"lookup {error}")
        return 5


def again() -> None:
    try:
        raise ValueError("one")
    except ValueError as error:
        try:
            raise KeyError("two")
        except KeyError:
            info("inner")
        try:
            info("x")
        finally:
            info("y")
        info(f"{error}")
        raise


class Box:
    def __init__(self, n: int) -> None:
        self.n = n
        self.other = Loud(n + 500)

    def items(self) -> list[Changer]:
        return [Changer(self)]


class Changer:
    def __init__(self, box: Box) -> None:
        self.box = box

    def __del__(self) -> None:
        self.box.n = 99
        self.box.other = Loud(600)


def iterated(box: Box) -> int:
    for x in box.items():
        del x
        return box.n
    return 0


def iterated2(box: Box) -> int:
    for x in box.items():
        del x
        return box.other.number
    return 0


def returned() -> None:
    info(f"{iterated(Box(1))}")
    info(f"{iterated2(Box(1))}")


def finals() -> None:
    x = continued()
    info(f"{x.number}")
    y = broken(40)
    info(f"{y.number}")
    for n in [0, 1, 2, 3]:
        info(f"n {nested(n)} {swallow(n)}")
    z = override(7)
    info(f"{z.number}")
    for n in [0, 2]:
        info(f"i {infinally(n)}")
    try:
        again()
    except ValueError as error:
        info(f"{error}")
    try:
        infinally(1)
    except ValueError as error:
        info(f"{error}")


def known() -> None:
    i = 0
    while True:
        try:
            i = 5
            break
        finally:
            i = 2**62
    try:
        j = i * 4
        info(f"wrong {j}")
    except OverflowError as error:
        info(f"{error}")
    n = 0
    for k in range(3):
        n = 1
        try:
            if k == 1:
                n = 3
                continue
            n = 4
        finally:
            n = 2**62 + k
    try:
        t: u8 = n
        info(f"wrong {t}")
    except OverflowError as error:
        info(f"{error}")


def known_nested() -> None:
    i = 0
    for k in range(2):
        while True:
            try:
                try:
                    i = 1
                    break
                except ValueError:
                    i = 7
            finally:
                i += 2**61
                if k == 1:
                    break
    try:
        j: u8 = i
        info(f"wrong {j}")
    except OverflowError as error:
        info(f"{error}")


def main() -> None:
    returned()
    finals()
    known()
    known_nested()
