"""Statements: loops with `else`, exceptions in full, unpacking, `del`, `assert`."""

from errno import EBUSY

from kmi import error


class Odd(ValueError):
    pass


def loops(numbers: list[int], table: dict[int, bytes]) -> int:
    total = 0
    for number in range(1, 10, 2):
        if number in (3, 5):
            continue
        total += number
    else:
        total -= 1
    for position, number in enumerate(numbers):
        total += position * number
    for key, value in table.items():
        total += key + len(value)
    while total > 100:
        total //= 2
        if total == 64:
            break
    return total


def exceptions(number: int) -> int:
    try:
        if number == 1:
            raise OSError(EBUSY, f"busy with {number:#x}")
        if number == 2:
            raise error(EBUSY)
        if number == 3:
            raise Odd
        assert number != 4, "four"
    except BlockingIOError:
        return 1
    except OSError as failure:
        if failure.errno != EBUSY:
            raise
    except (Odd, AssertionError) as failure:
        raise RuntimeError("odd") from failure
    else:
        number += 1
    finally:
        number += 2
    return number


def items(numbers: list[int], data: bytearray) -> None:
    numbers[0], numbers[1] = numbers[1], numbers[0]
    numbers[len(data)] += 1
    numbers[1:2] = []
    del numbers[0], data[2:]
    data += b"end"
    data.extend(data)
    last = numbers.pop()
    del last
