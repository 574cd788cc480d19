"""sysctl(9) and sysctl(3): trees, handlers, short buffers, names, and what goes when a module goes."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from kmi.machines.freebsd.errors import NUMBERS
from kmi.machines.freebsd.kernel import Kernel
from kmi.machines.freebsd.kpi.kenv import Environment
from kmi.machines.freebsd.user.process import Process, UserSpace

pytestmark = pytest.mark.needs("ziglang")


@pytest.fixture
def process(fresh: Callable[..., Kernel], kld: Callable[[str], bytes]) -> Process:
    """A process in a kernel with the module, whose tunables the loader set."""
    kernel = fresh()
    kernel.part(Environment).values |= {"hw.settings.tuned": "0x20", "hw.settings.early": "no"}
    kernel.load("settings", kld("settings"))
    return UserSpace(kernel).process()


def said(process: Process) -> list[str]:
    return [line.text for line in process.kernel.console.lines()]


def asked(
    process: Process, name: str, room: int | None = None, new: bytes | None = None
) -> tuple[str, bytes, int]:
    found = process.sysctlbyname(f"hw.settings.{name}", room, new)
    error = next((key for key, number in NUMBERS.items() if number == found.error), "0")
    return error, found.data, found.length


def test_what_the_loader_said_is_there_when_the_module_starts(process: Process) -> None:
    assert said(process)[-1] == "early 0 tuned 32"
    assert said(process)[:3] == [
        "dynamic 1 1", "sysctl_add_oid: can't re-use a leaf (dev.settings.leaf)!", "taken 1",
    ]  # fmt: skip


def test_numbers_are_read_written_and_probed(process: Process) -> None:
    assert asked(process, "number") == ("0", b"", 4)
    assert asked(process, "number", 4, struct.pack("<i", 6)) == ("0", struct.pack("<i", 5), 4)
    assert asked(process, "doubled", 16) == ("0", struct.pack("<i", 12), 4)
    assert asked(process, "doubled", None, struct.pack("<i", 7)) == ("EDOM", b"", 0)
    assert asked(process, "wide", 8)[1] == struct.pack("<q", -2)
    assert asked(process, "flag", 1, b"\x05")[1] == b"\1"
    assert asked(process, "flag", 1)[1] == b"\1"
    assert asked(process, "only", 4, struct.pack("<i", 1))[0] == "EPERM"
    assert asked(process, "fixed", 4, struct.pack("<i", 1))[0] == "EPERM"
    assert asked(process, "number", None, b"\1\2") == ("EINVAL", b"", 0)


def test_a_short_buffer_gets_the_first_bytes_and_nothing_is_written(process: Process) -> None:
    assert asked(process, "number", 2, struct.pack("<i", 77)) == ("ENOMEM", struct.pack("<i", 5)[:2], 2)
    assert asked(process, "number", 4)[1] == struct.pack("<i", 5)
    assert asked(process, "text", 2, b"xy") == ("ENOMEM", b"ab", 2)
    assert asked(process, "text", 64) == ("0", b"abc\0", 4)


def test_strings_take_what_fits_with_their_end(process: Process) -> None:
    assert asked(process, "text", None, b"1234567")[0] == "0"
    assert asked(process, "text", 64)[1] == b"1234567\0"
    assert asked(process, "text", None, b"12345678")[0] == "EINVAL"
    assert asked(process, "text", None, b"")[0] == "0"
    assert asked(process, "record", 8, struct.pack("<ii", 3, 4)) == ("0", struct.pack("<ii", 1, 2), 8)
    assert asked(process, "record", 8)[1] == struct.pack("<ii", 3, 4)


def test_names_become_numbers_and_numbers_are_checked(process: Process) -> None:
    error, name = process.sysctlnametomib("hw.settings.wide")
    assert (error, name[0], name[2]) == (0, 6, 7)
    assert 0x100 <= name[1] <= 0x7FFF_FFFF, "numbers that are given out count down"
    assert process.sysctl(name, 8).data == struct.pack("<q", -2)
    assert process.sysctlnametomib("hw.settings.wide", 2) == (NUMBERS["ENOMEM"], name[:2])
    assert process.sysctlnametomib("hw.nothing")[0] == NUMBERS["ENOENT"]
    assert process.sysctl(name[:1], 8).error == NUMBERS["EINVAL"]
    assert process.sysctl(name * 9, 8).error == NUMBERS["EINVAL"]
    assert process.sysctl(name[:2], 8).error == NUMBERS["EISDIR"]
    assert process.sysctl([*name, 1], 8).error == NUMBERS["ENOTDIR"]
    assert process.sysctl([6, 99], 8).error == NUMBERS["ENOENT"]
    node = process.sysctlnametomib("hw.settings.below")[1]
    assert struct.unpack("<ii", process.sysctl([*node, 4, 5], 8).data) == (2, 4)
    shown = process.sysctl([0, 1, *name], 64)
    assert shown.data == b"hw.settings.wide\0"


def test_all_goes_with_the_module(process: Process) -> None:
    kernel = process.kernel
    kernel.unload(kernel.linker.files[0])
    assert said(process)[-3:] == ["removed 0 2", "other 0", "context 0"]
    assert process.sysctlbyname("hw.settings.number").error == NUMBERS["ENOENT"]
    assert process.sysctlbyname("dev.settings.leaf").error == NUMBERS["ENOENT"]
    assert kernel.reports == []
