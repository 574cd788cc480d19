"""Random bytes and numbers: the kernel's generator."""

from kmi.integers import u64, usize
from kmi.kernels.linux.bindings import get_random_bytes, get_random_u64
from kmi.unsafe import cast, tail, unsafe


def random_bytes(count: int) -> bytes:
    if count < 0:
        raise ValueError("negative count")
    if count == 0:
        return b""
    with unsafe("the bytes are new, and have room for so many"):
        made = bytes.__allocate__(cast(usize, count))
        get_random_bytes(tail(made), cast(usize, count))
        return made


def random_below(limit: int) -> int:
    if limit <= 0:
        raise ValueError(f"no number is below {limit} and not below 0")
    mask: u64 = limit - 1
    shift = 1
    while shift < 64:
        mask |= mask >> shift
        shift *= 2
    while True:
        with unsafe("it has no conditions"):
            drawn: u64 = get_random_u64() & mask
        if drawn < limit:
            return drawn
