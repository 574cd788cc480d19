"""Klds in C for the modelled FreeBSD: compiled once, by the commands that build those of Python files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kmi import cache
from kmi.kernels.freebsd.provision.releases import DEFAULT
from kmi.kernels.freebsd.toolchain import compiler
from kmi.kernels.simulated.scheduler import Thread
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


class Services:
    """A kernel with `services` loaded, whose functions are called by their names."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.file = kernel.load("services", compiled("services"))

    def body(self, name: str, *arguments: int) -> Callable[[], int]:
        """What a thread runs that calls a function."""
        address = self.kernel.symbol(name)
        assert address is not None, name
        return lambda: self.kernel.threads.call(address, arguments)

    def __call__(self, name: str, *arguments: int) -> int:
        """Call a function on a thread of its own; its result, as 64 bits."""
        return self.kernel.run(name, self.body(name, *arguments))

    def number(self, name: str, *arguments: int) -> int:
        """The same; its result as an int of C's."""
        value = self(name, *arguments) & 0xFFFF_FFFF
        return value - (1 << 32) if value >> 31 else value

    def spawn(self, name: str, *arguments: int) -> Thread:
        """Begin to call a function."""
        return self.kernel.threads.spawn(name, self.body(name, *arguments))

    def variable(self, name: str, size: int = 4) -> int:
        """A variable of the module's."""
        address = self.kernel.symbol(name)
        assert address is not None, name
        return int.from_bytes(self.kernel.engine.peek(address, size), "little", signed=True)


@pytest.fixture
def another(fresh: Callable[..., Kernel]) -> Callable[..., Services]:
    """Makes kernels with `services` loaded."""
    return lambda seed=1, **options: Services(fresh(seed, **options))


@pytest.fixture
def services(another: Callable[..., Services]) -> Services:
    """A kernel with `services` loaded."""
    return another()
