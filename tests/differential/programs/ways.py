"""Ways through `try`, `for` and `while`; slices that are stored, deleted and changed in place."""

from kmi import info


def f(n: int) -> int:
    info(f"f {n}")
    if n == 3:
        raise ValueError("three")
    return n


def flow() -> None:
    for n in range(4):
        try:
            f(n)
        except ValueError as error:
            info(f"caught {error}")
            try:
                raise KeyError("k") from error
            except LookupError:
                info("lookup")
        else:
            info("fine")
        finally:
            info("finally")
    else:
        info("done")
    while f(0):
        pass
    else:
        info("never ran")
    x = 1 if f(1) < f(2) <= f(2) else 2
    info(f"{x}")
    try:
        try:
            f(3)
        except ValueError:
            info("again")
            raise
    except ValueError as error:
        info(f"outer {error}")
    assert x == 1, "one"
    try:
        assert f(0), f"message {x}"
    except AssertionError as error:
        info(f"{error}")
    items = [1, 2, 3, 4, 5, 6]
    items[1:3] = [9]
    del items[::2]
    items[0] += 5
    items[-1:] += [7]
    items[::2] *= 1
    items[f(1):f(2)] += [f(8)]
    info(f"{items} {items[::-1]} {items[1:]}")
    data = bytearray(b"abcdef")
    data[1:3] = b"XYZ"
    del data[0:2]
    data[1:2] += b"++"
    info(f"{data}")
    a, b = 1, 2
    del a, b


def main() -> None:
    flow()
