"""Modules that use FreeBSD's own interface, loaded into the modelled kernel; `freebsd` has processes, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kmi.kernels.freebsd.provision.releases import DEFAULT
from kmi.kernels.freebsd.toolchain import compiler
from kmi.kernels.freebsd.toolchain.build import build
from kmi.machines.freebsd.kernel import Kernel
from kmi.machines.freebsd.layouts import Layouts
from kmi.machines.freebsd.linker import File
from kmi.testing.kernels.freebsd import FreeBSDKind, FreeBSDTestKernel

MODULES = Path(__file__).parent / "modules"


@pytest.fixture
def model() -> Kernel:
    """A kernel with nothing loaded."""
    return Kernel(Layouts.read(compiler.preprocessor(DEFAULT), DEFAULT.name), seed=1)


@pytest.fixture
def load(model: Kernel) -> Callable[[str], File]:
    """Loads a module of this directory, compiled: LinkError if it refuses."""
    return lambda name: model.load(name, build(MODULES / f"{name}.py").ko.read_bytes())


@pytest.fixture
def freebsd() -> Iterator[FreeBSDTestKernel]:
    """A test's kernel, which has to end without a complaint."""
    with FreeBSDKind().start(1, MODULES) as kernel:
        yield kernel
        assert kernel.settle() == []
