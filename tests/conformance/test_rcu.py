"""`kmi.rcu`: an object that is read without a lock."""

import counts

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/counts.py"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/counts")


def test_a_reader_finds_what_was_published_last(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    assert other.ioctl(theirs, counts.SUM)[0] == 0
    user.ioctl(fd, counts.REPLACE, 7)
    assert other.ioctl(theirs, counts.SUM)[0] == 7


def test_a_reader_finds_one_object_whole(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    for number in range(1, 4):
        commands = [counts.REPLACE, counts.SUM, counts.REPLACE, counts.SUM]
        calls = [
            user.start("ioctl", fd, command, number)
            for (user, fd), command in zip(users, commands, strict=True)
        ]
        for call in calls:
            assert call.result()[0] in (0, number - 1, number)
    user, fd = users[0]
    assert user.ioctl(fd, counts.SUM)[0] == 3


def test_what_is_replaced_ends_before_replace_returns(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, counts.BORN, 1)
    user.ioctl(fd, counts.BORN, 2)
    said = [line for line in kernel.log() if "ended" in line or "replaced" in line]
    order = [line.split()[-2:] for line in said]
    assert order == [["ended", "0"], ["by", "1"], ["ended", "1"], ["by", "2"]]


def test_what_a_reader_keeps_lives_on(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, counts.KEEP, 5)[0] == 0
    said = [line.split()[-2:] for line in kernel.log() if "ended" in line or "kept" in line]
    assert said == [["kept", "0"], ["ended", "0"]]
    user.close(fd)
    kernel.unload(module)
    assert [line.split()[-2:] for line in kernel.log() if "ended" in line][-1] == ["ended", "5"]
