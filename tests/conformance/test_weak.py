"""Weak references between threads: the object or None, never one that is half gone."""

import weak

from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/weak.py"
ROUNDS = 200


def test_a_weak_reference_is_none_once_its_object_is_gone(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/weak")
    assert user.ioctl(fd, weak.LOOK, 1)[0] == 0
    user.ioctl(fd, weak.REPLACE, 1)
    assert user.ioctl(fd, weak.LOOK, 3)[0] == 3
    user.ioctl(fd, weak.DROP)
    assert user.ioctl(fd, weak.LOOK, 3)[0] == 0
    user.close(fd)
    kernel.unload(module)  # nothing is left: the unload would tell


def test_objects_die_while_others_look_at_them(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    users = [kernel.process() for _ in range(3)]
    fds = [user.open("/dev/weak") for user in users]
    users[0].ioctl(fds[0], weak.REPLACE, 1)
    replacing = users[0].start("ioctl", fds[0], weak.REPLACE, ROUNDS)
    looking = [
        user.start("ioctl", fd, weak.LOOK, ROUNDS) for user, fd in zip(users[1:], fds[1:], strict=True)
    ]
    replacing.result()
    for call in looking:
        assert 0 <= call.result()[0] <= ROUNDS
    assert users[0].ioctl(fds[0], weak.LOOK, 2)[0] == 2
    users[0].ioctl(fds[0], weak.DROP)
    assert users[0].ioctl(fds[0], weak.LOOK, 2)[0] == 0
    for user, fd in zip(users, fds, strict=True):
        user.close(fd)
    kernel.unload(module)
