"""kmi.freebsd.module and the allocator's policy: what FreeBSD is told, and what it tells the module."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kmi.kernels.building.refused import CheckFailed
from kmi.kernels.freebsd.toolchain.build import generate
from kmi.testing.kernels.freebsd import FreeBSDTestKernel

MODULES = Path(__file__).parent / "modules"


def write(freebsd: FreeBSDTestKernel, data: bytes) -> None:
    process = freebsd.process()
    file = process.open("/dev/events", 1)
    try:
        process.write(file, data)
    finally:
        process.close(file)


def test_a_module_depends_on_another(freebsd: FreeBSDTestKernel) -> None:
    with pytest.raises(OSError) as refused:
        freebsd.load("events.py")
    assert refused.value.errno == errno.ENOEXEC, "as kldload(2) says it"
    assert "KLD events.ko: depends on memory - not available or version mismatch" in freebsd.log()
    memory = freebsd.load("memory.py")
    events = freebsd.load("events.py")
    file = next(each for each in freebsd.native.linker.files if each.name == "memory")
    freebsd.native.unload(file)
    assert file in freebsd.native.linker.files, "it is needed"
    write(freebsd, b"give up")
    freebsd.unload(events)
    assert file not in freebsd.native.linker.files, "nobody needs it any more"
    freebsd._loaded = [each for each in freebsd._loaded if each.name != memory.name]


def test_a_veto_and_the_other_events(freebsd: FreeBSDTestKernel) -> None:
    freebsd.load("memory.py")
    events = freebsd.load("events.py")
    with pytest.raises(BlockingIOError):
        freebsd.unload(events)
    linker = freebsd.native.linker
    freebsd.native.run("shutdown", linker.shutdown)
    assert "events: the system goes down" in freebsd.log()
    with pytest.raises(OSError) as failed:
        write(freebsd, b"bug")
    assert failed.value.errno == errno.ENOTRECOVERABLE
    said = freebsd.log()
    lines = (MODULES / "events.py").read_text().splitlines()
    wrong = next(number for number, line in enumerate(lines, 1) if "taken[len(taken)]" in line)
    assert f"events: line {wrong} failed" in said and not any("IndexError" in line for line in said)
    file = next(each for each in linker.files if each.name == "events")
    freebsd.native.unload(file, force=True)
    assert file not in linker.files, "kldunload -f asks, and takes no for nothing"
    freebsd._loaded = [each for each in freebsd._loaded if each.name != "events"]


def test_the_allocator_that_a_module_chose(freebsd: FreeBSDTestKernel) -> None:
    freebsd.load("memory.py")
    seen: list[str] = []
    freebsd.native.failing = lambda call: bool(seen.append(call)) or len(seen) == 3
    with pytest.raises(OSError):
        freebsd.load("events.py")
    freebsd.native.failing = lambda call: False
    freebsd.load("events.py")
    freebsd.native.failing = lambda call: call == "malloc"
    with pytest.raises(OSError) as failed:
        write(freebsd, b"much")
    assert failed.value.errno == errno.ENOMEM
    freebsd.native.failing = lambda call: False
    assert any(line.startswith("events: no ") for line in freebsd.log())
    write(freebsd, b"give up")


WRONG = """
from kmi import module
from kmi.freebsd.malloc import {name}
from kmi.freebsd.module import EventModule{more}

{over}
@module(license="Dual BSD/GPL", description="wrong")
class Wrong(EventModule):
    pass
"""


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("@default_allocator(M_ZERO)", "says neither of `M_WAITOK` and `M_NOWAIT`"),
        ("@default_allocator(M_WAITOK | M_NOWAIT)", "says both of `M_WAITOK` and `M_NOWAIT`"),
        ("@default_allocator('often')", "`flags` of `@default_allocator` is an `int` constant"),
        ("@depends(3)", "`name` of `@depends` is a `str` constant"),
        ("@depends", "`@depends` is called"),
    ],
)
def test_what_a_decorator_may_not_say(tmp_path: Path, over: str, said: str) -> None:
    module = tmp_path / "wrong.py"
    names = "M_NOWAIT, M_WAITOK, M_ZERO, default_allocator"
    module.write_text(WRONG.format(name=names, more=", depends", over=over))
    with pytest.raises(CheckFailed) as failed:
        generate(module)
    assert said in str(failed.value)
