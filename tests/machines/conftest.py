"""The probe module, built for the kernel at hand, and machines that run it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kmi.kernels.linux.provision import prepare as provision
from kmi.machines.guest import Guest
from kmi.machines.machine import Machine, find

PROBE = Path(__file__).parent / "probe.c"

Probe = Callable[[str], bytes]


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    """The probe's ``.ko`` for a kernel, built once."""
    built: dict[str, bytes] = {}

    def build(kernel: str) -> bytes:
        if kernel not in built:
            flavor = find(kernel).flavor
            place = tmp_path_factory.mktemp(f"probe-{flavor.name}")
            shutil.copy(PROBE, place)
            (place / "Makefile").write_text("obj-m := probe.o\n")
            command = ["make", "-s", "-C", str(provision.headers(flavor)), f"M={place}", "modules"]
            done = subprocess.run(command, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            built[kernel] = (place / "probe.ko").read_bytes()
        return built[kernel]

    return build


@pytest.fixture(scope="session")
def machine() -> Machine:
    """The machine on which most is tested."""
    machine = find("linux:6.1")
    machine.prepare()
    return machine


@pytest.fixture
def guest(machine: Machine, probe: Probe) -> Iterator[Guest]:
    """A pristine guest with the probe loaded."""
    with machine.restore() as guest:
        guest.load(probe("linux:6.1"), "value=16")
        yield guest
