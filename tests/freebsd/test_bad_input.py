"""What FreeBSD says of modules that go wrong while they are loaded, and that nothing of them stays."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kmi.kernels.building.refused import CheckFailed
from kmi.kernels.freebsd.toolchain.build import generate
from kmi.testing.kernels.freebsd import FreeBSDTestKernel

MODULES = Path(__file__).parent / "modules"


@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("raise", errno.EXDEV),
        ("taken", errno.EEXIST),
        ("a b", errno.EINVAL),
        ("hw", errno.EINVAL),
        ("hw.refused.", errno.EINVAL),
    ],
)
def test_a_load_that_is_refused_leaves_nothing(freebsd: FreeBSDTestKernel, how: str, number: int) -> None:
    with pytest.raises(OSError) as refused:
        freebsd.load("refused.py", how=how)
    assert refused.value.errno == number, refused.value
    user = freebsd.process()
    with pytest.raises(FileNotFoundError):
        user.open("/dev/refused")
    assert "kmi_refused" not in [name for name, *_ in freebsd.native.malloc.statistics()]
    assert not freebsd.modules()


def test_memory_belongs_to_a_lock_when_built_as_when_checked(tmp_path: Path) -> None:
    file = tmp_path / "refused.py"
    file.write_text((MODULES / "refused.py").read_text().replace("Mutex(self.type", "(self.type"))
    with pytest.raises(CheckFailed, match="KMI0602"):
        generate(file)
