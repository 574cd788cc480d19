"""CRC-32, SHA-256 and FNV-1a over a buffer, written as Python programmers write them."""

from kmi import u64

POLYNOMIAL = 0xEDB88320
SIZE = 1024


def sample(size: int) -> bytes:
    data = bytearray()
    state = 12345
    for _ in range(size):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        data.append(state >> 16 & 0xFF)
    return bytes(data)


def crc32_bits(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            if crc & 1:
                crc = (crc >> 1) ^ POLYNOMIAL
            else:
                crc >>= 1
    return crc ^ 0xFFFFFFFF


def crc32_table(data: bytes, table: list[int]) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def make_table() -> list[int]:
    table: list[int] = []
    for n in range(256):
        value = n
        for _ in range(8):
            value = (value >> 1) ^ (POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


def fnv1a(data: bytes) -> u64:
    h: u64 = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def bench_crc32_bits(rounds: int) -> int:
    data = sample(SIZE)
    total = 0
    for _ in range(rounds):
        total ^= crc32_bits(data)
        total += 1
    return total


def bench_crc32_table(rounds: int) -> int:
    data = sample(SIZE)
    table = make_table()
    total = 0
    for _ in range(rounds):
        total ^= crc32_table(data, table)
        total += 1
    return total


def bench_fnv1a(rounds: int) -> int:
    data = sample(SIZE)
    total = 0
    for _ in range(rounds):
        total ^= fnv1a(data) & 0xFFFFFFFF
        total += 1
    return total
