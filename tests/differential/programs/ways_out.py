"""Ways out through `with`, `try`, `finally` and loops, and ends that are never reached."""

from __future__ import annotations

from kmi import info
from kmi.sync import Mutex


class Guard:
    def __init__(self, name: str, hides: bool = False, at_exit: bool = False) -> None:
        self.name = name
        self.hides = hides
        self.at_exit = at_exit

    def __enter__(self) -> Guard:
        info(f"+{self.name}")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        info(f"-{self.name}")
        if self.at_exit:
            raise KeyError(self.name)
        return self.hides

    def __del__(self) -> None:
        info(f"~{self.name}")


def a(n: int) -> int:
    for k in range(3):
        with Guard(f"a{k}") as g, Guard(f"b{k}", hides=n == 1):
            if k == 0:
                continue
            if n == 1:
                raise ValueError("a")
            if n == 2:
                break
            if n == 3:
                return k
            g.name += "x"
        info("after with")
    else:
        info("else")
    return -1


def b(n: int) -> str:
    try:
        with Guard("c", at_exit=True):
            if n == 0:
                return "returned"
            raise ValueError("in c")
    except KeyError as error:
        info(f"caught {error}")
        with Guard("d"):
            try:
                raise RuntimeError("inner") from error
            except RuntimeError as second:
                return f"{second}"
            finally:
                info("finally b")
    return "never"


def c(n: int) -> int:
    total = 0
    while True:
        total += 1
        try:
            with Guard(f"e{total}"):
                try:
                    if total == n:
                        break
                    if total == 3:
                        raise LookupError("three")
                    continue
                finally:
                    info(f"f{total}")
                    if total == 5:
                        return 500
        except LookupError:
            info("lookup")
        finally:
            total += 1
    return total


def d(n: int) -> int:
    try:
        try:
            if n == 0:
                raise ValueError("first")
            if n == 1:
                raise KeyError("second")
            return 10
        except ValueError:
            return 20
        finally:
            if n == 1:
                return 30  # noqa: B012
            info("finally d")
    except KeyError:
        return 40
    finally:
        info("outer d")


def e(n: int) -> int:
    for i in range(3):
        for j in range(3):
            try:
                if j == n:
                    break
                if i == n:
                    continue
            finally:
                info(f"{i}{j}")
        else:
            info("inner else")
            continue
        info("broken")
    else:
        info("outer else")
    return n


def f(n: int) -> None:
    try:
        raise ValueError("v")
    except ValueError as error:
        if n:
            try:
                raise TypeError("t") from None
            except TypeError as error2:
                info(f"{error} {error2}")
        raise


class Holder:
    def __init__(self) -> None:
        self.lock = Mutex([1, 2, 3])

    def work(self, n: int) -> int:
        for k in range(3):
            with self.lock as items, Guard(f"h{k}"):
                if n == 0 and k == 1:
                    return items[k]
                if n == 1:
                    items.append(k)
                    continue
                if n == 2 and k == 1:
                    break
                items[k + n] = 5
        with self.lock as items:
            return sum(items)


def endless(n: int) -> int:
    try:
        while True:
            n += 1
            if n > 5:
                return n
            if n == 3:
                raise ValueError("three")
    except ValueError:
        return 40


def again(n: int) -> int:
    while True:
        try:
            n += 1
            if n > 5:
                return n
            if n == 3:
                raise ValueError("three")
            continue
        except ValueError:
            info("caught")
        finally:
            info("finally")


def told(n: int) -> int:
    try:
        if n:
            raise ValueError("f")
        else:
            return 1
    except ValueError:
        match n:
            case 1:
                return 2
            case _:
                raise


def main() -> None:
    for n in range(3):
        info(f"{endless(n)} {again(n)} {told(n & 1)}")
    for n in range(5):
        try:
            info(f"a {n}: {a(n)}")
        except ValueError as error:
            info(f"a {n} {error}")
    for n in range(2):
        info(f"b {b(n)}")
    for n in [1, 3, 100]:
        info(f"c {c(n)}")
    for n in range(3):
        info(f"d {d(n)}")
    for n in range(4):
        info(f"e {e(n)}")
    for n in range(2):
        try:
            f(n)
        except ValueError as error:
            info(f"f {error}")
    h = Holder()
    for n in range(4):
        try:
            info(f"h {h.work(n)}")
        except IndexError:
            info("index")
    told(2)
