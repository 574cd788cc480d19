"""if, while, for, conditional expressions, and evaluation order."""

from kmi import info


def seen(number: int) -> int:
    info(f"seen {number}")
    return number


def truth(number: int) -> bool:
    info(f"asked {number}")
    return number > 0


def loops(limit: int) -> int:
    result = 0
    n = 0
    while n < limit:
        n += 1
        if n == 2:
            continue
        if n == 7:
            break
        result += n
    else:
        result += 1000
    for i in range(limit, 0, -2):
        result = result * 3 + i
    for _ in range(limit):
        limit -= 1
        result += limit
    return result


def kinds(value: int) -> str:
    if value < 0:
        return "negative"
    elif value == 0:
        return "zero"
    return "positive" if value < 100 else "large"


def main() -> None:
    info(f"{seen(1) + seen(2) * seen(3)}")
    info(f"{truth(0) and truth(1)} {truth(1) or truth(0)} {seen(4) if truth(1) else seen(5)}")
    info(f"{seen(1) < seen(2) < seen(2) < seen(9)}")
    items = [seen(1), seen(2)]
    items[seen(0)] = seen(7)
    items[seen(1)] += seen(3)
    info(f"{items[0]} {items[1]}")
    for limit in range(0, 12, 3):
        info(f"{loops(limit)}")
    info(f"{kinds(-1)} {kinds(0)} {kinds(5)} {kinds(500)}")
    data = b"ab"
    while data:
        data = data[1:]
        info(f"{len(data)}")
    info(f"{not items} {bool(items)} {1 if items else 0}")
