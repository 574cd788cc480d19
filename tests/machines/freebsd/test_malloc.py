"""malloc(9), contigmalloc(9) and the heap: each rule of the manual pages, and what is said of each misuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kmi.machines.outcomes import KernelPanic

NOWAIT, WAITOK, ZERO = 0x1, 0x2, 0x100


def test_buckets(services: Any) -> None:
    for size, bucket in [
        (0, 16), (16, 16), (17, 32), (257, 384), (385, 512), (513, 1024), (65536, 65536), (65537, 69632),
    ]:  # fmt: skip
        at = services("t_malloc", size, WAITOK)
        assert services("t_usable", at) == bucket
        (row,) = [row for row in services.kernel.malloc.statistics() if row[0] == "services"]
        assert row[1:3] == (1, bucket), size
        services("t_free", at)
        assert at % min(bucket & -bucket, 4096) == 0, "a power of two is aligned to itself"
    assert row[3:] == (8, (16, 32, 384, 512, 1024, 65536)), "requests, and the sizes of the zones"
    services("t_free", 0)
    services("t_zfree", 0)
    assert services("t_usable", 0) == 0
    assert not services.kernel.reports


def test_realloc_moves_only_where_it_must(services: Any) -> None:
    engine = services.kernel.engine
    at = services("t_malloc", 200, WAITOK)
    engine.write(at, b"a" * 200)
    assert services("t_realloc", at, 256, WAITOK) == at, "it fits the bucket"
    assert services("t_realloc", at, 129, WAITOK) == at, "it is over half of the bucket"
    moved = services("t_realloc", at, 128, WAITOK)
    assert moved != at and engine.read(moved, 128) == b"a" * 128
    least = services("t_realloc", 0, 16, WAITOK)
    assert services("t_realloc", least, 1, WAITOK) == least, "nothing is smaller"
    services.kernel.failing = lambda call: call == "malloc"
    assert services("t_realloc", moved, 5000, NOWAIT) == 0
    assert engine.read(moved, 1) == b"a", "realloc keeps the old when it fails"
    assert services("t_reallocf", moved, 5000, NOWAIT) == 0
    with pytest.raises(KernelPanic, match="use after free"):
        services("t_read", moved)


def test_memory_is_zero_only_when_asked_for(services: Any) -> None:
    peek = services.kernel.engine.peek
    assert peek(services("t_malloc", 100, WAITOK | ZERO), 128) == bytes(128)
    secret = services("t_malloc", 100, WAITOK)
    assert peek(secret, 128) != bytes(128)
    services.kernel.engine.write(secret, b"secret")
    services("t_zfree", secret)
    assert b"secret" not in peek(secret, 100)


def overruns(services: Any, at: int) -> None:
    services("t_write", at + 100, 1)


def underruns(services: Any, at: int) -> None:
    services("t_read", at - 1)


def reads_late(services: Any, at: int) -> None:
    services("t_free", at)
    services("t_read", at + 5)


def frees_twice(services: Any, at: int) -> None:
    services("t_free", at)
    services("t_free", at)


def frees_the_middle(services: Any, at: int) -> None:
    services("t_free", at + 16)


def overflows(services: Any, at: int) -> None:
    services("t_array", 1 << 33, 1 << 33, NOWAIT)


def follows_nothing(services: Any, at: int) -> None:
    services("t_read", 0x1000)


@pytest.mark.parametrize(
    ("misuse", "said"),
    [
        (overruns, "0 bytes behind the end of 100 bytes of malloc type services"),
        (underruns, "1 bytes before 100 bytes"),
        (reads_late, "use after free, 5 bytes into 100 bytes"),
        (frees_twice, "Duplicate free of"),
        (frees_the_middle, "has not been allocated"),
        (overflows, r"mallocarray: 8589934592 \* 8589934592 overflowed"),
        (follows_nothing, "page fault: read of 1 bytes at 0x1000"),
    ],
)
def test_misuse_panics(services: Any, misuse: Callable[[Any, int], None], said: str) -> None:
    at = services("t_malloc", 100, WAITOK)
    with pytest.raises(KernelPanic, match=said) as caught:
        misuse(services, at)
    if misuse in (overruns, reads_late, follows_nothing):  # of the others, the calls are jumps
        assert "t_" in str(caught.value), "it says in which function"


def test_a_leak_is_said_when_the_module_goes(services: Any) -> None:
    services("t_malloc", 100, WAITOK)
    services("t_malloc", 1000, WAITOK)
    services("t_temp", 10, WAITOK)  # a type of the kernel's, which stays
    services.kernel.unload(services.file)
    said = "Warning: memory type services leaked memory on destroy (2 allocations, 1152 bytes leaked)."
    assert said in [line.text for line in services.kernel.console.lines()]
    (report,) = services.kernel.reports
    assert (report.kind, report.title) == ("leak", said)
    assert any("t_malloc" in line for line in report.lines)


def test_flags_are_exactly_one_of_two(services: Any) -> None:
    assert services("t_malloc", 10, 0)
    assert "Bad malloc flags: 0" in [line.text for line in services.kernel.console.lines()]
    assert [report.kind for report in services.kernel.reports] == ["malloc"]


def test_contiguous_memory(another: Any) -> None:
    """Under several seeds: whatever is given keeps to all four bounds."""
    given, top = 0, 1 << 40
    for seed in range(4):
        call = another(seed)
        for size, low, high, alignment, boundary in [
            (20_000, 0, top, 4096, 65536), (65536, 0, top, 1, 65536), (40_000, 0, 1 << 32, 8192, 0),
            (8192, 1 << 32, top, 65536, 8192), (12_288, 5 << 20, 6 << 20, 4096, 16384),
        ]:  # fmt: skip
            at = call("t_contiguous", size, low, high, alignment, boundary)
            if not at:
                continue
            given += 1
            first, rounded = call("t_physical", at), -(-size // 4096) * 4096
            assert low <= first and first + rounded <= high and first % alignment == 0
            assert not boundary or (first ^ (first + rounded - 1)) & -boundary == 0
            assert call.kernel.engine.read(at, size) == bytes(size)
            call("t_free", at)
        assert call("t_contiguous", 8192, 0, top, 4096, 4096) == 0, "it is larger than the boundary"
        assert call("t_contiguous", 4096, 2 << 20, 2 << 20, 4096, 0) == 0, "there is nothing between"
        large = call("t_malloc", 65536, WAITOK)
        pages = [call("t_physical", large + 4096 * page) for page in range(16)]
        assert pages != [pages[0] + 4096 * page for page in range(16)], "malloc's pages lie anywhere"
    assert given > 12
