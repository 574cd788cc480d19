"""Constants that C would compute as int; u64 beside negative numbers; the least numbers; low bits only."""

from __future__ import annotations

from errno import EINVAL

from kmi import i8, i32, info, u8, u32, u64, wrapping


def one(n: int) -> int:
    return n


def constants() -> None:
    c = one(1) > 0
    info(f"{(1 if c else 2) << 40}")
    info(f"{(2000000000 if c else 5) + 2000000000}")
    info(f"{(1 if c else 2) * (70000 if c else 80000) * 70000}")
    info(f"{EINVAL * 1000000000}")
    info(f"{EINVAL << 40}")
    info(f"{-(2000000000 if c else 5) - 2000000000}")
    info(f"{(2000000000 if c else 5) * -(2000000000 if c else 5)}")
    x = (1 if c else 2) * 2147483647 * (3 if c else 4)
    info(f"{x}")
    info(f"{~(1 if c else 2) << 33}")
    info(f"{wrapping(u64, -(1 if c else 2))}")
    info(f"{(-(1 if c else 2)) & 0xFFFFFFFFFFFFFFFF}")
    info(f"{(-(1 if c else 2)) & (2**100 - 1)}")
    info(f"{(~(1 if c else 2)) & (2**100 - 1)}")


def signs() -> None:
    a = 2**62
    b = one(a)
    info(f"{(b * 4) or 5}")
    u: u64 = 2**64 - 1
    info(f"{u or -5} {u and -5} {(u + u) and (0 - u)}")
    info(f"{max(u, -1)} {min(u, -1)} {u > -1} {u == -1} {-1 < u} {abs(-u)}")
    m = -(2**63)
    n = one(m)
    info(f"{abs(n)} {-n} {n // -1} {n % -1}")
    try:
        k = n // -1
        info(f"{k}")
    except OverflowError as error:
        info(f"{error}")
    try:
        k = abs(n)
        info(f"{k}")
    except OverflowError as error:
        info(f"{error}")


def shifts() -> None:
    n = one(200)
    info(f"{(1 << n) & 0xFF} {wrapping(u32, 1 << n)}")


def rings() -> None:
    k = one(7)
    h: u64 = 0xCBF29CE484222325
    for _ in range(20):
        h = ((h ^ k) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        h = (h * h * h) % 2**64
        h = (h - h * h) & 0xFFFFFFFFFFFFFFFF
        k = wrapping(i32, h)
    info(f"{h} {k}")
    a: i8 = -128
    b: u8 = 255
    info(f"{a // 3} {a % 3} {a % -3} {a // -1} {b * b * b} {a * b} {-a} {~b} {~a} {a >> 1} {b << 9}")
    info(f"{a >> 70} {b >> 70}")
    for p in [7, -7]:
        for q in [3, -3, 2**62, -(2**63)]:
            info(f"{p // q} {p % q} {q // p} {q % p}")
            info(f"{(p * 2**60) // q} {(q * 2**60) % p} {(q * q) // p} {(p * p) % q}")


def main() -> None:
    constants()
    signs()
    shifts()
    rings()
