"""int from text and bytes, and back; bits."""

from kmi import info
from kmi.integers import i64, u8, u64


def parsed(text: str, base: int) -> None:
    try:
        info(f"{int(text, base)}")
    except (ValueError, OverflowError) as error:
        info(f"{error}")
    try:
        info(f"{int(text.encode(), base)}")
    except (ValueError, OverflowError) as error:
        info(f"{error}")


def back(number: int, length: int, signed: bool) -> None:
    for order in ["little", "big"]:
        try:
            made = number.to_bytes(length, order, signed=signed)
            whole = int.from_bytes(made, order, signed=True) if signed else int.from_bytes(made, order)
            info(f"{made} {whole == number}")
        except OverflowError as error:
            info(f"{error}")


def main() -> None:
    texts = ["0", "12", " -7 ", "+5", "1_000", "_1", "1_", "1__0", "", "-", "0x1f", "0b101", "0o17"]
    texts.append("007")
    for text in texts:
        for base in [10, 0, 16, 2, 8, 36]:
            parsed(text, base)
    texts = ["zz", "Zz", "9223372036854775807", "-9223372036854775808", "\u2003 4\n", "4 4", "é", "0x"]
    texts += ["0x_1", "9223372036854775808", "-9223372036854775809"]
    for text in texts:
        for base in [10, 36, 0]:
            parsed(text, base)
    info(f"{int('12')} {int(b'12')} {int('ff', base=16)} {int(bytearray(b'7'))} {int(True)}")
    for base in [1, 37, -1]:
        parsed("1", base)
    for number in [0, 1, -1, 127, 128, -128, -129, 255, 256, 65535, -32768, 9223372036854775807]:
        for length in [0, 1, 2, 4, 8, 9]:
            back(number, length, True)
            back(number, length, False)
        info(f"{number.bit_length()} {number.bit_count()}")
    least: i64 = -9223372036854775808
    most: u64 = 18446744073709551615
    info(f"{least.bit_length()} {least.bit_count()} {most.bit_length()} {most.bit_count()}")
    info(f"{most.to_bytes(8, 'little')} {least.to_bytes(8, 'big', signed=True)}")
    info(f"{(most + 1).to_bytes(9, 'big')}")
    value: u64 = int.from_bytes(b"\xff\xff\xff\xff\xff\xff\xff\xfe", "big")
    info(f"{value} {int.from_bytes(b'', 'big')} {int.from_bytes(bytearray(b'12'), 'little')}")
    info(f"{int.from_bytes(b'abc')} {(5).to_bytes()} {(1000).to_bytes(2, byteorder='little')}")
    zeroes = bytes(9)
    info(f"{int.from_bytes(zeroes + b'1', 'big')} {(1 << 100).bit_length()}")
    small: u8 = 200
    ones = b"\xff\xff"
    info(f"{small.bit_length()} {small.to_bytes(1, 'big')} {int.from_bytes(ones, 'big', signed=True)}")
    try:
        info(f"{small.to_bytes(-1, 'big')}")
    except ValueError as error:
        info(f"{error}")
    try:
        info(f"{small.to_bytes(1, 'middle')}")
    except ValueError as error:
        info(f"{error}")
    try:
        info(f"{int.from_bytes(b'1' + zeroes, 'big')}")
    except OverflowError as error:
        info(f"{error}")
    for text in ["abc", "é"]:
        try:
            info(f"{text.upper()} {text.isalpha()}")
        except NotImplementedError as error:
            info(f"{error}")
    int("x")
