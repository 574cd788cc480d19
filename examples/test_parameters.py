"""parameters: given to the loader, written while the module runs, and refused where they will not do."""

import errno

import pytest

from kmi.testing.kernels.kernel import Kernel, Value

FOLDER = "/sys/module/parameters/parameters"


def told(kernel: Kernel) -> str:
    return kernel.process().read_file("/dev/parameters").decode().strip()


def test_the_defaults(kernel: Kernel) -> None:
    kernel.load("parameters.py")
    assert told(kernel) == "radio plays at 30 of 100, 8 at once, on 1 channels"


def test_the_loader_gives_them(kernel: Kernel) -> None:
    kernel.load("parameters.py", volume=11, name="garage", channels=[3, 5], voices=4)
    assert told(kernel) == "garage plays at 11 of 100, 4 at once, on 2 channels"


def test_root_changes_them_while_the_module_runs(kernel: Kernel) -> None:
    kernel.load("parameters.py")
    user = kernel.process()
    user.write_file(f"{FOLDER}/volume", b"50\n")
    user.write_file(f"{FOLDER}/name", b"the cellar\n")
    assert told(kernel) == "the cellar plays at 50 of 100, 8 at once, on 1 channels"
    user.write_file(f"{FOLDER}/muted", b"y\n")
    assert told(kernel) == "the cellar is silent, 8 at once, on 1 channels"
    assert user.read_file(f"{FOLDER}/volume") == b"50\n"


@pytest.mark.parametrize("given", [{"volume": 101}, {"voices": 6}, {"channels": [0]}, {"muted": "x"}])
def test_what_will_not_do_refuses_the_load(kernel: Kernel, given: dict[str, Value]) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load("parameters.py", **given)
    assert refused.value.errno == errno.EINVAL


def test_what_will_not_do_refuses_the_write(kernel: Kernel) -> None:
    kernel.load("parameters.py")
    user = kernel.process()
    with pytest.raises(OSError) as refused:
        user.write_file(f"{FOLDER}/voices", b"9\n")
    assert refused.value.errno == errno.EINVAL
    assert user.read_file(f"{FOLDER}/voices") == b"8\n"


def test_a_parameter_that_is_not_writable_is_only_read(kernel: Kernel) -> None:
    kernel.load("parameters.py", channels=[7, 8])
    user = kernel.process()
    assert user.read_file(f"{FOLDER}/channels") == b"7,8\n"
    with pytest.raises(PermissionError):
        user.write_file(f"{FOLDER}/channels", b"9\n")
