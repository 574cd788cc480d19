"""User Mode Linux: the recipe of ``linux:uml``, a kernel that runs as a process, at native speed.

It is where compiled modules are timed against their twins in C (``make bench``): no emulation stands between.
It has one CPU and drops lock prefixes, so what it says of atomic operations flatters.
"""

from __future__ import annotations

from kmi.kernels.linux.provision.from_source import Recipe

_CONFIG = """
64BIT=y CC_OPTIMIZE_FOR_PERFORMANCE=y SLUB=y SLUB_TINY=n
PRINTK=y BUG=y KALLSYMS=y MULTIUSER=y BINFMT_ELF=y TTY=y STDERR_CONSOLE=y NULL_CHAN=y
POSIX_TIMERS=y HIGH_RES_TIMERS=y FUTEX=y EPOLL=y EVENTFD=y SHMEM=y
PROC_FS=y SYSFS=y DEVTMPFS=y TMPFS=y HOSTFS=y
MODULES=y MODULE_UNLOAD=y
DEBUG_INFO_NONE=y
"""

_KEPT_UM = ("Makefile", "Makefile-os-Linux", "Makefile-skas", "include", "scripts", "kernel/vmlinux.lds")
_KEPT_X86 = ("Makefile", "Makefile.um", "Makefile_32.cpu", "um/asm", "um/shared", "include")

RECIPE = Recipe(
    title="User Mode Linux",
    architecture="um",
    config=_CONFIG,
    patches=(),
    targets=("linux", "modules"),
    image="linux",
    kept=(*(f"arch/um/{name}" for name in _KEPT_UM), *(f"arch/x86/{name}" for name in _KEPT_X86)),
    files=500,
)
