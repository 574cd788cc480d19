"""Klds in C for the modelled FreeBSD: compiled once, by the commands that build those of Python files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kmi import cache
from kmi.kernels.freebsd.provision.releases import DEFAULT
from kmi.kernels.freebsd.toolchain import compiler
from kmi.machines.freebsd.kernel import Kernel
from kmi.machines.freebsd.layouts import Layouts

HERE = Path(__file__).parent


def compiled(name: str) -> bytes:
    """The kld of a C file beside this one."""
    text = (HERE / f"{name}.c").read_text()
    flags = compiler.flags(DEFAULT, test=False)

    def make(entry: Path) -> None:
        (entry / f"{name}.c").write_text(text)
        compiler.compile(entry, name, DEFAULT, test=False, root=HERE)
        compiler.link(entry, name)

    entry = cache.get("test-kld", cache.key(text, name, *flags, compiler.OPTIONS), make)
    return (entry / f"{name}.ko").read_bytes()


@pytest.fixture(scope="session")
def kld() -> Callable[[str], bytes]:
    """The kld of a C file beside this one, by its name."""
    return compiled


@pytest.fixture(scope="session")
def layouts() -> Layouts:
    """The layouts of the default release."""
    return Layouts.read(compiler.preprocessor(DEFAULT), DEFAULT.name)


@pytest.fixture
def fresh(layouts: Layouts) -> Callable[..., Kernel]:
    """Makes kernels; each is ended when the test is over."""
    return lambda seed=1, **options: Kernel(layouts, seed, **options)
