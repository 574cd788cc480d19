"""Which Linux kernels kmi builds for and runs on, as data.

    flavors.find("6.1").headers_package       # 'linux-headers-cloud-amd64'

Two are Debian's cloud kernels, taken as they are, because that is what a module meets in the field. The
third is the debug kernel, built here (``debug_kernel.py``), because Debian ships none with KASAN and
lockdep. A fourth, User Mode Linux, is for measuring only. How their files get onto this computer is
``prepare.py``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KernelFlavor:
    """A kernel that modules are built for, and what a machine needs to boot it."""

    #: The name in ``--on linux:NAME``.
    name: str
    #: The version without its last number, such as ``6.12``.
    series: str
    #: What it is, for people.
    title: str
    #: Debian's meta-package of the headers; None when the kernel is built here.
    headers_package: str | None
    #: Debian's package of the kernel's source; None when the kernel is Debian's binary.
    source_package: str | None
    #: The memory of a machine, MiB. KASAN's shadow and kmemleak's records need more.
    memory: int
    #: Options of the kernel's command line, beside those that every machine passes.
    options: tuple[str, ...]
    #: Whether the kernel reports bugs by itself: KASAN, lockdep, sleeping in atomic context, leaks.
    debug: bool = False
    #: ``ARCH=`` of its make, if it is not this computer's own.
    architecture: str | None = None

    @property
    def built_here(self) -> bool:
        """Whether the kernel is built on this computer, of Debian's source."""
        return self.source_package is not None


# preempt=full: Debian builds PREEMPT_DYNAMIC, whose default "voluntary" hides most races of a module.
FLAVORS = (
    KernelFlavor(
        name="6.1",
        series="6.1",
        title="Debian 12's cloud kernel",
        headers_package="linux-headers-cloud-amd64",
        source_package=None,
        memory=128,
        options=("preempt=full",),
    ),
    KernelFlavor(
        name="6.12",
        series="6.12",
        title="Debian 12's newer cloud kernel",
        headers_package="linux-headers-6.12-cloud-amd64",
        source_package=None,
        memory=160,
        options=("preempt=full",),
    ),
    KernelFlavor(
        name="debug",
        series="6.12",
        title="6.12 with KASAN, lockdep, kmemleak and fault injection",
        headers_package=None,
        source_package="linux-source-6.12",
        memory=160,
        # Every error that KASAN finds is reported, not the first alone.
        options=("kasan_multi_shot", "kmemleak=on"),
        debug=True,
    ),
)

#: User Mode Linux: a kernel in a process, for timing; no machine boots it, so no test runs on it.
UML = KernelFlavor(
    name="uml",
    series="6.1",
    title="User Mode Linux 6.1",
    headers_package=None,
    source_package="linux-source-6.1",
    memory=256,
    options=(),
    architecture="um",
)


class UnknownKernel(LookupError):
    """There is no kernel of that name."""


def find(name: str) -> KernelFlavor:
    """The flavor called ``name``, with or without ``linux:`` before it."""
    short = name.removeprefix("linux:")
    for flavor in (*FLAVORS, UML):
        if flavor.name == short:
            return flavor
    known = ", ".join(f"linux:{flavor.name}" for flavor in FLAVORS)
    raise UnknownKernel(f"there is no kernel linux:{short}; there are {known}")
