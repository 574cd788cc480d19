"""The methods of `int`: bytes of a number and back, bits.

A number comes as its low and high 64 bits, so that one of 128 bits is whole.
"""

from kmi.integers import i64, u64, wrapping

WIDEST = (1 << 64) - 1


def from_bytes(data: bytes, byteorder: str = "big") -> u64:
    """`int.from_bytes(data, byteorder)`."""
    return _joined(data, _is_little(byteorder), 0)


def __from_bytes_signed__(data: bytes, byteorder: str = "big") -> i64:
    """`int.from_bytes(data, byteorder, signed=True)`."""
    little = _is_little(byteorder)
    size = len(data)
    if size == 0:
        return 0
    top = data[size - 1] if little else data[0]
    bits = _joined(data, little, 255 if top >= 128 else 0)
    if size >= 8:
        if (bits >> 63 == 1) != (top >= 128):
            raise OverflowError("value does not fit 64 bits")
        return wrapping(i64, bits)
    return bits - (1 << 8 * size) if top >= 128 else bits


def _joined(data: bytes, little: bool, filling: int) -> u64:
    """The bytes as one number; those beyond the eighth must all be the same."""
    size = len(data)
    value: u64 = 0
    at = 0
    while at < size:
        byte = data[size - 1 - at] if little else data[at]
        if size - at > 8:
            if byte != filling:
                raise OverflowError("value does not fit 64 bits")
        else:
            value = (value << 8 | byte) & WIDEST
        at += 1
    return value


def _is_little(byteorder: str) -> bool:
    if byteorder == "little":
        return True
    if byteorder != "big":
        raise ValueError("byteorder must be either 'little' or 'big'")
    return False


def to_bytes(
    low: u64, high: i64, length: int = 1, byteorder: str = "big", *, signed: bool = False
) -> bytes:
    """`number.to_bytes(length, byteorder, signed=…)`."""
    little = _is_little(byteorder)
    if length < 0:
        raise ValueError("length argument must be non-negative")
    if high < 0 and not signed:
        raise OverflowError("can't convert negative int to unsigned")
    filling = 255 if high < 0 else 0
    made = bytearray(length)
    at = 0
    rest: u64 = low
    above = high
    while at < length:
        made[at if little else length - 1 - at] = rest & 255
        rest = rest >> 8 | (above & 255) << 56
        above = above >> 8
        at += 1
    negative = filling == 255
    if above != (-1 if negative else 0) or rest != (WIDEST if negative else 0):
        raise OverflowError("int too big to convert")
    if signed and length > 0:
        top = made[length - 1] if little else made[0]
        if (top >= 128) != negative:
            raise OverflowError("int too big to convert")
    return bytes(made)


def bit_length(low: u64, high: i64) -> int:
    """How many bits the magnitude has; given its low and high bits."""
    count = 0
    rest: u64 = low
    if high != 0:
        count = 64
        rest = wrapping(u64, high)
    while rest >= 256:
        rest >>= 8
        count += 8
    while rest > 0:
        rest >>= 1
        count += 1
    return count


def bit_count(low: u64, high: i64) -> int:
    """How many ones the magnitude has; given its low and high bits."""
    return _ones(low) + _ones(wrapping(u64, high))


def _ones(bits: u64) -> int:
    pairs = bits - (bits >> 1 & 0x5555555555555555)
    fours = (pairs & 0x3333333333333333) + (pairs >> 2 & 0x3333333333333333)
    eights = (fours + (fours >> 4)) & 0x0F0F0F0F0F0F0F0F
    return (eights * 0x0101010101010101 & WIDEST) >> 56


def __power__(base: int, exponent: int, modulus: int) -> int:
    """`pow(base, exponent, modulus)`: with a negative exponent, of the inverse."""
    if modulus == 0:
        raise ValueError("pow() 3rd argument cannot be 0")
    factor = base % modulus
    left = exponent
    if left < 0:
        factor = _inverse(factor, modulus)
    result = 1 % modulus
    while left != 0:
        if left % 2 != 0:
            result = result * factor % modulus
        left = left // 2 if left > 0 else -(-left // 2)
        factor = factor * factor % modulus
    return result


def _inverse(number: int, modulus: int) -> int:
    """What gives 1 with the number, modulo the modulus; Euclid's algorithm."""
    one, other = number, modulus
    first, second = 1, 0
    while other != 0:
        quotient = one // other
        one, other = other, one - quotient * other
        first, second = second, first - quotient * second
    if one != 1 and one != -1:
        raise ValueError("base is not invertible for the given modulus")
    return first * one % modulus
