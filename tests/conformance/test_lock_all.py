"""`lock_all` of `kmi.sync`: two instances of one lock, taken together."""

import errno

import accounts
import pytest

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/accounts.py"
ROUNDS = 20


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/accounts")


@pytest.mark.parametrize(
    ("there", "back", "total"),
    [
        (accounts.THERE, accounts.BACK, accounts.SUM),
        (accounts.SPIN_THERE, accounts.SPIN_BACK, accounts.SPIN_SUM),
    ],
)
def test_opposite_orders_neither_lose_anything_nor_wait_for_ever(
    kernel: Kernel, there: int, back: int, total: int
) -> None:
    kernel.load(MODULE)
    users = [opened(kernel) for _ in range(4)]
    commands = [there, back, there, back]
    calls = [
        user.start("ioctl", fd, command, ROUNDS) for (user, fd), command in zip(users, commands, strict=True)
    ]
    for call in calls:
        assert call.result() == (0, b"")
    user, fd = users[0]
    assert user.ioctl(fd, total)[0] == 300 * 1000 + 4 * ROUNDS


def test_one_lock_is_not_two(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, accounts.ITSELF)
    assert refused.value.errno == errno.EINVAL
    user.ioctl(fd, accounts.THERE, 1)
    assert user.ioctl(fd, accounts.SUM)[0] == 300 * 1000 + 1
