"""Random bytes and numbers: `kmi.random` in the simulated kernel, all from the run's seed."""

from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.world import world

__all__ = ["random_below", "random_bytes"]


def random_bytes(count: int) -> bytes:
    current().scheduler.preempt()
    if count < 0:
        raise ValueError("negative count")
    if count:
        world().allocator.point("bytes")
    return world().entropy.randbytes(count)


def random_below(limit: int) -> int:
    current().scheduler.preempt()
    if limit <= 0:
        raise ValueError(f"no number is below {limit} and not below 0")
    return world().entropy.randrange(limit)
