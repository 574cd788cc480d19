"""Publication: no device before the module is whole, and nothing left of one that failed."""

import errno
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmi.kernels.linux.toolchain.build import build
from kmi.machines.process import GuestCall
from kmi.testing.kernels.kernel import Kernel
from kmi.testing.kernels.linux import LinuxTestKernel

MODULE = "modules/stages.py"
GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV)


def refused_open(kernel: Kernel, path: str) -> int:
    user = kernel.process()
    with pytest.raises(OSError) as refused:
        user.open(path)
    user.end()
    assert refused.value.errno is not None
    return refused.value.errno


def test_devices_appear_with_the_module_and_go_with_it(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    for name in ("stage-one", "stage-two"):
        user.close(user.open(f"/dev/{name}"))
    kernel.unload(module)
    for name in ("stage-one", "stage-two"):
        assert refused_open(kernel, f"/dev/{name}") == errno.ENOENT


@pytest.mark.parametrize("stage", ["fail_before", "fail_between", "fail_after"])
def test_a_failure_half_way_undoes_what_came_before(kernel: Kernel, stage: str) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load(MODULE, **{stage: True})
    assert refused.value.errno == errno.ENODATA
    assert not any("whole" in line for line in kernel.log())
    for name in ("stage-one", "stage-two"):
        assert refused_open(kernel, f"/dev/{name}") == errno.ENOENT
    kernel.load(MODULE)


def test_a_registration_that_fails_undoes_the_one_before(kernel: Kernel) -> None:
    with pytest.raises(FileExistsError):
        kernel.load(MODULE, second="stage-one")
    assert refused_open(kernel, "/dev/stage-one") == errno.ENOENT
    kernel.load(MODULE)


def test_opening_during_a_load_that_fails_is_refused(kernel: Kernel) -> None:
    users = [kernel.process() for _ in range(4)]
    calls = [user.start("open", "/dev/stage-one", os.O_RDWR) for user in users]
    with pytest.raises(FileExistsError):
        kernel.load(MODULE, second="stage-one")
    for call in calls:
        with pytest.raises(OSError) as refused:
            call.result()
        assert refused.value.errno in GONE


REFUSED_NAME = re.compile(r"kmi: silent: not loaded: OSError: (bad device name|a device name has no .+)")
CROWD = "modules/crowd.py"


def attempts(kernel: Kernel) -> Iterator[list[int]]:
    """Loads that fail at their last device, each with the errnos of what was opened meanwhile."""
    users = [kernel.process() for _ in range(3)]
    begin: Iterator[GuestCall[None] | None] = itertools.repeat(None, 60)
    if isinstance(kernel, LinuxTestKernel):
        ko = build(Path(__file__).parent / CROWD, kernel.flavor).ko
        begin = (kernel.guest.start_load(ko, "last=crowd-0") for _ in range(60))
    for load in begin:
        errnos = []
        while True:
            calls = [user.start("open", "/dev/crowd-0", os.O_RDWR) for user in users]
            if load is None:
                with pytest.raises(FileExistsError):
                    kernel.load(CROWD, last="crowd-0")
            for call in calls:
                with pytest.raises(OSError) as refused:
                    call.result()
                errnos.append(refused.value.errno or 0)
            if load is None or load.done():
                break
        if load is not None:
            with pytest.raises(FileExistsError):
                load.result()
        yield errnos


def test_opening_in_the_middle_of_a_load_that_fails_is_refused(kernel: Kernel) -> None:
    """The device's name is there, and Linux finds the device: it says ENXIO, and the module goes in peace."""
    middle = 0
    for errnos in attempts(kernel):
        assert set(errnos) <= set(GONE)
        middle += errnos.count(errno.ENXIO)
        if middle >= 5:
            break
    assert middle >= 1, "no open met the load in its middle"
    module = kernel.load(CROWD)
    user = kernel.process()
    user.close(user.open("/dev/crowd-0"))
    kernel.unload(module)


def test_a_module_is_loaded_once(kernel: Kernel) -> None:
    kernel.load(MODULE)
    with pytest.raises(FileExistsError):
        kernel.load(MODULE)
    user = kernel.process()
    user.close(user.open("/dev/stage-one"))


def test_a_name_that_is_taken_refuses_the_load(kernel: Kernel) -> None:
    kernel.load("modules/silent.py", device_name="stage-one")
    with pytest.raises(FileExistsError):
        kernel.load(MODULE)
    assert any("stage-one" in line for line in kernel.log())
    user = kernel.process()
    user.close(user.open("/dev/stage-one"))


def test_a_name_that_is_no_name_refuses_the_load(kernel: Kernel) -> None:
    for count, name in enumerate(("", ".", "..", "a/b", "a!b", "x/../../etc", "/", "n" * 256), 1):
        with pytest.raises(OSError) as refused:
            kernel.load("modules/silent.py", device_name=name)
        assert refused.value.errno == errno.EINVAL, name
        assert sum(bool(REFUSED_NAME.fullmatch(line)) for line in kernel.log()) == count, name


def test_permissions_that_are_none_refuse_the_load(kernel: Kernel) -> None:
    for mode in (-1, 0o1000, 1 << 40):
        with pytest.raises(OSError) as refused:
            kernel.load("modules/silent.py", mode=mode)
        assert refused.value.errno == errno.EINVAL, oct(mode)


def test_an_open_file_keeps_the_module(kernel: Kernel) -> None:
    module = kernel.load("modules/silent.py")
    user = kernel.process()
    fd = user.open("/dev/silent")
    child = user.fork()
    user.close(fd)
    with pytest.raises(BlockingIOError, match="silent is in use: close the files that are open on"):
        kernel.unload(module)
    child.end()
    kernel.unload(module)
