"""freebsd/sysctl_tree: its settings by sysctl(3), with every way in which a call can go wrong."""

from __future__ import annotations

from typing import Any

import pytest

from kmi.machines.freebsd.errors import EINVAL, EISDIR, ENOENT, ENOMEM, EPERM
from kmi.testing.kernels.kernel import Kernel

pytestmark = pytest.mark.only_on("freebsd")


def number(value: int) -> bytes:
    return value.to_bytes(8, "little", signed=True)


def test_a_tree_of_settings(kernel: Kernel) -> None:
    module = kernel.load("sysctl_tree.py")
    user: Any = kernel.process()

    def ask(name: str, room: int | None = 100, new: bytes | None = None) -> tuple[int, bytes]:
        asked = user.sysctlbyname(f"hw.pump{name}", room, new)
        return asked.error, asked.data

    assert ask(".speed") == (0, number(100))
    assert ask(".speed", 100, number(250)) == (0, number(100)), "what it was before"
    assert ask(".speed", None, number(501))[0] == EINVAL and ask(".speed") == (0, number(250))
    assert ask(".speed", None, b"abc")[0] == EINVAL, "too short"
    assert ask(".speed", 4, number(1)) == (ENOMEM, number(250)[:4]) and ask(".speed") == (0, number(250))
    assert user.sysctlbyname("hw.pump.speed").length == 8, "how much room is needed"
    assert ask(".starts", None, number(7))[0] == EPERM, "not writable"
    assert ask(".about") == (0, b"pumps 0 litres an hour\0")
    assert ask(".about", None, b"x")[0] == EPERM, "nothing stores it"
    assert ask(".mode", None, b"on") == (0, b"")
    assert ask(".mode", None, b"perhaps")[0] == EINVAL
    assert ask(".mode") == (0, b"on\0") and ask(".starts") == (0, number(1))
    assert ask(".about") == (0, b"pumps 250 litres an hour\0")
    assert ask("")[0] == EISDIR and ask(".none")[0] == ENOENT
    status, mib = user.sysctlnametomib("hw.pump.speed")
    assert status == 0 and user.sysctl(mib, 8).data == number(250)
    kernel.unload(module)
    assert ask("")[0] == ENOENT, "the node goes with what was below it"
    kernel.load("sysctl_tree.py")
    assert ask(".speed") == (0, number(100))
