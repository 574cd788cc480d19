"""malloc(9) and contigmalloc(9) on the modelled kernel: what modules do, and what the kernel tells of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmi.machines.freebsd.image import LinkError
from kmi.machines.freebsd.kernel import Kernel
from kmi.machines.freebsd.linker import File


def in_use(model: Kernel) -> dict[str, tuple[int, int, int]]:
    """What `vmstat -m` shows of the types of test modules: blocks and bytes in use, requests."""
    return {name: numbers for name, *numbers, _ in model.malloc.statistics() if name.startswith("kmi_")}


def test_memory_of_types_of_its_own(model: Kernel, load: Callable[[str], File]) -> None:
    file = load("memory")
    assert [line.text for line in model.console.lines()] == [
        "memory: 0 bytes from 0 to 1099511627776",
        "memory: the alignment 4095 is no power of two",
        "memory: the boundary 3 is no power of two",
        "memory: the memory is freed",
        "memory: '' is not a name of 1 to 31 bytes",
        "memory: 0 pieces are left",
    ]
    assert in_use(model)["kmi_buffers"][:2] == [0, 0] and in_use(model)["kmi_buffers"][2] > 18
    assert in_use(model)["kmi_first"] == [0, 0, 0]
    model.unload(file)
    assert in_use(model) == {} and not model.reports


def test_where_there_is_no_memory_is_an_error(model: Kernel, load: Callable[[str], File]) -> None:
    model.failing = lambda call: call == "contigmalloc"
    with pytest.raises(LinkError):
        load("memory")
    assert "not loaded: MemoryError" in model.console.lines()[-2].text
    assert in_use(model) == {} and not model.reports, "all is given back"


def test_what_leaks_is_told_by_the_kernel(model: Kernel, load: Callable[[str], File]) -> None:
    file = load("leaking")
    assert in_use(model) == {"kmi_leaking": [2, 128 + 8192, 2]}
    model.unload(file)
    said = "Warning: memory type kmi_leaking leaked memory on destroy (2 allocations, 8320 bytes leaked)."
    assert said in [line.text for line in model.console.lines()]
    assert [report.title for report in model.reports][0] == said
    assert in_use(model) == {}
