"""What is long dies on a kernel's stack: nothing is released inside the release of something else."""

import chain

from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/chain.py"
SIMULATED = 5_000  # where an object takes a hundred times as long
LENGTH = 10_000  # a kernel's stack of 16 KiB would not hold a return address for each


def test_long_lists_and_trees_are_released_in_constant_stack(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/chain")
    length = LENGTH if kernel.name.startswith("linux") else SIMULATED
    assert user.ioctl(fd, chain.LIST, length)[0] == length - 1
    assert user.ioctl(fd, chain.TREE, length)[0] == 1
    user.close(fd)
    kernel.unload(module)  # nothing is left: the unload would tell
