"""Exact arithmetic with Python's meaning; places check."""

from kmi import i8, i32, i64, info, u8, u16, u32, u64, wrapping


def divided(left: int, right: int) -> int:
    return left // right


def rest(left: int, right: int) -> int:
    return left % right


def signs() -> None:
    for left in range(-7, 8, 7):
        for right in range(-3, 4):
            if right != 0:
                info(f"{left} // {right} = {divided(left, right)}, % = {rest(left, right)}")


def wide(a: int, b: int, c: int) -> int:
    return a * b // c


def hashed(data: bytes) -> u64:
    value: u64 = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def shifts(value: int, count: int) -> int:
    return (value << count) >> count


def narrow(value: int) -> u8:
    return value


def signed(value: int) -> i8:
    return value


def widths(a: u8, b: u8) -> None:
    total = (a + b) >> 1
    info(f"mean {total}")
    info(f"wrapped {wrapping(u8, a + b)} {wrapping(i8, a + b)} {wrapping(u16, -a)} {wrapping(i32, a << 31)}")


def try_narrow(value: int) -> None:
    try:
        info(f"u8 {narrow(value)}")
    except OverflowError:
        info(f"{value} does not fit u8")
    try:
        info(f"i8 {signed(value)}")
    except OverflowError:
        info(f"{value} does not fit i8")


def main() -> None:
    signs()
    least: i64 = -9223372036854775808
    greatest: i64 = 9223372036854775807
    info(f"{wide(greatest, greatest, greatest)} {wide(least, least, least)}")
    try:
        info(f"{divided(least, -1)}")
    except OverflowError:
        info("2**63 fits no int")
    info(f"{rest(least, -1)} {abs(greatest)} {-greatest} {~least}")
    info(f"{hashed(b'kernel')}")
    info(f"{shifts(greatest, 60)} {shifts(-5, 3)} {-1 >> 100 if greatest > 0 else 0}")
    widths(200, 100)
    for value in [0, 127, 128, 255, 256, -1, -128, -129]:
        try_narrow(value)
    count: u32 = 4294967295
    try:
        count += 1
    except OverflowError:
        info(f"the place kept {count}")
    info(f"{count % 2**16} {(count * count * count * count * count) % 2**32}")
    info(f"{min(3, count, 2)} {max(least, -1)}")
    info(f"{5 < 6 <= 6} {5 == 5 != 6} {not 5}")
    zero = len(b"")
    divided(1, zero)
