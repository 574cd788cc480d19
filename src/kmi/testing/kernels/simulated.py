"""The simulated kernel as a test's kernel: in this process, deterministic, always there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from kmi.kernels.userspace import UserProcess
from kmi.testing.doctests.outcome import Outcome
from kmi.testing.kernels.kernel import Line, Loaded, Report, Value
from kmi.testing.kernels.registry import Missing, Note

if TYPE_CHECKING:
    from kmi.kernels.simulated.kernel import SimulatedKernel


class SimulatedTestKernel:
    """One simulated kernel for one test."""

    name = "simulated"

    def __init__(self, kernel: SimulatedKernel, seed: int, beside: Path) -> None:
        self.native = kernel
        self.seed = seed
        self.beside = beside

    def load(self, path: str | PathLike[str], /, **parameters: Value) -> Loaded:
        return self.native.load(self.beside / path, parameters)

    def unload(self, module: Loaded | None = None) -> None:
        self.native.unload(None if module is None else module.name)

    def modules(self) -> Sequence[str]:
        return self.native.modules()

    def process(self) -> UserProcess:
        return self.native.process()

    def log(self) -> Sequence[str]:
        return self.native.log()

    def lines(self) -> Sequence[Line]:
        return [Line(level, text) for level, text in self.native.records()]

    def fail_nth(self, n: int) -> None:
        self.native.fail_nth(n)

    def fail_call(self, n: int) -> None:
        self.native.fail_call(n)

    def failed_what(self) -> str:
        return self.native.failed_what()

    def failed(self) -> bool:
        return self.native.failed()

    def reports(self) -> Sequence[Report]:
        return [Report(one.kind, one.title, tuple(one.lines)) for one in self.native.reports()]

    def settle(self) -> Sequence[Report]:
        self.native.settle()
        return self.reports()

    def doctest(self, path: Path, only: str | None = None) -> Sequence[Outcome]:
        from kmi.testing.doctests.simulated import run

        return run(self.native, self.beside / path, only)

    def explain(self, error: BaseException) -> None:
        """What this kernel says names lines already."""


@dataclass
class SimulatedKind:
    """The kernel in plain Python."""

    schedule: str = "random"
    """How its threads are chosen, see `kmi.kernels.simulated.schedules`."""
    name = "simulated"

    def missing(self) -> Sequence[Missing]:
        return ()

    def prepare(self, note: Note) -> None:
        """Nothing is built or booted."""

    @contextmanager
    def start(self, seed: int, beside: Path) -> Iterator[SimulatedTestKernel]:
        from kmi.kernels.simulated.kernel import SimulatedKernel

        kernel = SimulatedKernel(seed, self.schedule)
        try:
            yield SimulatedTestKernel(kernel, seed, beside)
        finally:
            kernel.close()
