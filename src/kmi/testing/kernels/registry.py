"""The kernels that ``--on`` can name, and how each is started for a test.

Example::

    for kind in chosen("simulated,linux:6.1").kinds:
        kind.prepare(print)                     # boots once, later runs find the snapshot
        with kind.start(seed=1, beside=Path("examples")) as kernel:
            kernel.load("echo.py")

Invariants: a name is either known or an :class:`UnknownKernel` that lists those that are; a kernel that
cannot run here says what is missing and never gives way to another; to ask whether it can run starts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kmi.testing.doctests.outcome import Outcome
from kmi.testing.kernels.kernel import Kernel, Report

Note = Callable[[str], None]


class Missing(Protocol):
    """Something that is not installed, and the shell line that installs it."""

    @property
    def what(self) -> str:
        """A noun: ``the headers of linux:6.1``."""

    @property
    def line(self) -> str:
        """The line for a shell."""


class RunningKernel(Kernel, Protocol):
    """A kernel as the plugin holds it: a test's kernel that can be brought to rest."""

    def settle(self) -> Sequence[Report]:
        """End every process, unload every module; all that the kernel complained of, leaks included."""

    def doctest(self, path: Path, only: str | None = None) -> Sequence[Outcome]:
        """Run the doctests in the docstrings of a module, or those of one of them; in their order.

        Raises BadDocstring and Untranslatable, what a build raises, and KernelFailure where the kernel ends.
        """

    def explain(self, error: BaseException) -> None:
        """Add to an error that ended the kernel, as a note, what only it knows: the module's line."""


class Kind(Protocol):
    """A kernel that can be asked for by name."""

    @property
    def name(self) -> str:
        """What ``--on`` calls it."""

    def missing(self) -> Sequence[Missing]:
        """What has to be installed before it can run here; empty when nothing has."""

    def prepare(self, note: Note) -> None:
        """Do what is done once (boot, snapshot); quick when it was done before."""

    def start(self, seed: int, beside: Path) -> AbstractContextManager[RunningKernel]:
        """A fresh kernel; relative paths of its :meth:`Kernel.load` are taken beside the directory."""


class UnknownKernel(ValueError):
    """A name that no kernel has."""


class KernelMissing(Exception):
    """A kernel that was asked for and cannot run here; ``line`` installs what it needs."""

    def __init__(self, name: str, missing: Sequence[Missing]) -> None:
        self.name = name
        self.missing = tuple(missing)
        self.line = " && ".join(dict.fromkeys(one.line for one in missing))
        super().__init__(f"{name} cannot run here: {', '.join(one.what for one in missing)} missing")


@dataclass(frozen=True)
class Choice:
    """What an ``--on`` option came to."""

    kinds: tuple[Kind, ...]
    #: What ``available`` left out, with the reason.
    left_out: tuple[KernelMissing, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(kind.name for kind in self.kinds)


def every() -> dict[str, Kind]:
    """All kernels by name, in the order in which reports list them."""
    from kmi.testing.kernels.freebsd import FreeBSDKind
    from kmi.testing.kernels.linux import LinuxKind

    kinds: list[Kind] = [find("simulated"), *LinuxKind.all(), FreeBSDKind()]
    return {kind.name: kind for kind in kinds}


def find(name: str) -> Kind:
    """The kernel of that name; UnknownKernel if there is none."""
    if name == "simulated":
        from kmi.testing.kernels.simulated import SimulatedKind

        return SimulatedKind()
    kinds = every()
    if name not in kinds:
        raise UnknownKernel(f"there is no kernel '{name}'; there are {', '.join(kinds)}")
    return kinds[name]


def chosen(text: str) -> Choice:
    """The kernels of an ``--on`` option: names joined by commas, ``all``, or ``available``.

    ``available`` takes those that can run here and remembers the others. Names that are given more than once
    count once. Raises UnknownKernel.
    """
    if text == "all":
        return Choice(tuple(every().values()))
    if text == "available":
        kinds = every()
        lacking = {name: kind.missing() for name, kind in kinds.items()}
        return Choice(
            tuple(kind for name, kind in kinds.items() if not lacking[name]),
            tuple(KernelMissing(name, missing) for name, missing in lacking.items() if missing),
        )
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    return Choice(tuple(find(name) for name in names))
