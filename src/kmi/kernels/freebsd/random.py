"""Random bytes and numbers: arc4random(9)."""

from kmi.integers import u64, usize
from kmi.kernels.freebsd.bindings import arc4random_buf, kmi_freebsd_random
from kmi.unsafe import Pointer, cast, tail, unsafe


def random_bytes(count: int) -> bytes:
    if count < 0:
        raise ValueError("negative count")
    if count == 0:
        return b""
    with unsafe("the bytes are new, and have room for so many"):
        made = bytes.__allocate__(cast(usize, count))
        arc4random_buf(cast(Pointer[None], tail(made)), cast(usize, count))
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
            drawn: u64 = kmi_freebsd_random() & mask
        if drawn < limit:
            return drawn
