# expect: KMI0104 at 27
# expect: KMI0104 at 29
# expect: KMI0205 at 33
# expect: KMI0102 at 38
# expect: KMI0109 at 42
# expect: KMI0102 at 46
# expect: KMI0113 at 59
# expect: KMI0108 at 64
# expect: KMI0108 at 68
# expect: KMI0102 at 72
# expect: KMI0112 at 76
# expect: KMI0102 at 80
# expect: KMI0102 at 83
# expect: KMI0102 at 87
# expect: KMI0102 at 92
# expect: KMI0102 at 96
# expect: KMI0102 at 100
# expect: KMI0102 at 104
# expect: KMI0110 at 108
# expect: KMI0306 at 112
# expect: KMI0326 at 116
# expect: KMI0103 at 120
"""What kernel Python does not have: each by itself, each with what to write instead."""

from kmi import Module, module

state = []
counter = 0
counter += 1


def lambdas() -> int:
    double = lambda number: 2 * number
    return double(2)


def comprehension(numbers: list[int]) -> None:
    squares = (number * number for number in numbers)


def generator() -> int:
    yield 1


def matrices(numbers: list[int]) -> int:
    if numbers @ numbers:
        return 1
    return 0


def nested() -> int:
    def inner() -> int:
        return 1

    return inner()


def globally() -> None:
    global counter
    counter = 1


def floating() -> None:
    half = 0.5


def division(number: int) -> int:
    return number / 2


def power(number: int) -> int:
    return number**-1


def evaluated() -> None:
    eval("1")


def printed() -> None:
    print("hello")


def starred(*numbers: int) -> None:
    pass


def keywords(**numbers: int) -> None:
    pass


def importing() -> None:
    import errno


def complex_number() -> None:
    number = 1j


def matrix(number: int) -> int:
    return number @ number


def inner_class() -> None:
    class Local:
        pass


async def later() -> None:
    await later()


class Meta(type):
    pass


class Two(Exception, ValueError):
    pass


try:
    pass
except ValueError:
    pass


@module(license="GPL", description="constructs")
class Constructs(Module):
    pass
