"""The debug kernel: how ``linux:debug`` is configured and built.

It starts from ``tinyconfig``, so that it builds in minutes, and adds what finds bugs and what the
guest's agent needs. Kconfig drops options silently when something they depend on is missing (SLUB_TINY
alone costs KASAN), so every option asked for is looked up afterwards, and one that is not set as asked
ends the build.

Of a build is kept what a module needs (``make -C`` works on it) and the kernel itself.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

#: The options, beside tinyconfig's. A comment says what a group is for.
CONFIG = """
# the machine
64BIT=y SMP=y NR_CPUS=4 RELOCATABLE=y PCI=y ACPI=y HPET_TIMER=y HIGH_RES_TIMERS=y PREEMPT=y MAGIC_SYSRQ=y
TTY=y VT=n UNIX98_PTYS=n SERIAL_8250=y SERIAL_8250_CONSOLE=y DEVMEM=y
VIRTIO_MENU=y VIRTIO_PCI=y VIRTIO_CONSOLE=y
# the agent and the tests' processes
PRINTK=y PRINTK_TIME=y BUG=y KALLSYMS=y KALLSYMS_ALL=y MULTIUSER=y BINFMT_ELF=y BINFMT_SCRIPT=y
POSIX_TIMERS=y FUTEX=y EPOLL=y EVENTFD=y SIGNALFD=y TIMERFD=y AIO=y SHMEM=y MEMBARRIER=y
PROC_FS=y PROC_SYSCTL=y SYSFS=y DEVTMPFS=y TMPFS=y DEBUG_FS=y CONFIGFS_FS=y
NET=y UNIX=y INET=n WIRELESS=n ETHTOOL_NETLINK=n
BLK_DEV_INITRD=y RD_GZIP=y RD_BZIP2=n RD_LZMA=n RD_XZ=n RD_LZO=n RD_LZ4=n RD_ZSTD=n KERNEL_GZIP=y
# modules
MODULES=y MODULE_UNLOAD=y
# memory errors
SLUB_TINY=n SLUB_DEBUG=y KASAN=y KASAN_GENERIC=y KASAN_OUTLINE=y KASAN_VMALLOC=y DEBUG_LIST=y
UBSAN=y UBSAN_BOUNDS=y UBSAN_SHIFT=y UBSAN_BOOL=y UBSAN_ENUM=y
DEBUG_OBJECTS=y DEBUG_OBJECTS_FREE=y DEBUG_OBJECTS_TIMERS=y DEBUG_OBJECTS_WORK=y
# locks and contexts; lockdep's tables small (four times what a boot fills), since kmemleak reads through them
LOCKDEP_BITS=13 LOCKDEP_CHAINS_BITS=14 LOCKDEP_STACK_TRACE_BITS=17 LOCKDEP_STACK_TRACE_HASH_BITS=12
LOCKDEP_CIRCULAR_QUEUE_BITS=11
DEBUG_KERNEL=y STACKTRACE=y PROVE_LOCKING=y DEBUG_ATOMIC_SLEEP=y DETECT_HUNG_TASK=y
# leaks, looked for only when asked
DEBUG_KMEMLEAK=y DEBUG_KMEMLEAK_DEFAULT_OFF=n DEBUG_KMEMLEAK_AUTO_SCAN=n DEBUG_KMEMLEAK_MEM_POOL_SIZE=2500
# failures made to happen
FAULT_INJECTION=y FAULT_INJECTION_DEBUG_FS=y FAILSLAB=y FAIL_PAGE_ALLOC=y FAULT_INJECTION_USERCOPY=y
# vmlinux's debug information doubles the build and its size; a module's frames are what matters
DEBUG_INFO_NONE=y
"""

#: Changes to the source: file, what stands there once, what shall. They make the search for leaks quick
#: enough to follow every test (1 s a scan, not 3) and touch nothing that a module could notice.
PATCHES = (
    # kmemleak takes nothing for a leak that is younger than five seconds, since its address may still be in
    # a register only. A test looks when all is quiet, and twice; it need not wait that long.
    ("mm/kmemleak.c", "#define MSECS_MIN_AGE\t\t5000\t", "#define MSECS_MIN_AGE\t\t100\t"),
    # A scan takes thousands of locks, one after the other; lockdep need not watch them.
    (
        "mm/kmemleak.c",
        '"scan", 4) == 0)\n\t\tkmemleak_scan();',
        '"scan", 4) == 0) {\n\t\tlockdep_off();\n\t\tkmemleak_scan();\n\t\tlockdep_on();\n\t}',
    ),
    # 16 MiB of hash table, which kmemleak would read through at every scan.
    ("lib/stackdepot.c", "BUCKET_NUMBER_ORDER_MAX 20", "BUCKET_NUMBER_ORDER_MAX 12"),
    # The checkers need not check each other.
    (
        "kernel/locking/Makefile",
        "KCSAN_SANITIZE_lockdep.o := n\n",
        "KCSAN_SANITIZE_lockdep.o := n\nKASAN_SANITIZE_lockdep.o := n\nUBSAN_SANITIZE_lockdep.o := n\n",
    ),
)

# What `make -C` of a module reads, besides the headers; found by what Debian's own headers packages contain.
_KEPT = ("Makefile", "Kbuild", "Kconfig", ".config", "Module.symvers", "System.map", "include", "scripts")
_KEPT_ARCH = ("Makefile", "Makefile.um", "Makefile.postlink", "Makefile_32.cpu", "include", "scripts")
_KEPT_FILES = ("tools/objtool/objtool", "arch/x86/boot/bzImage", "arch/x86/entry/syscalls")


class BuildError(Exception):
    """The debug kernel cannot be configured or built."""


def options(config: str = CONFIG) -> dict[str, str]:
    """The options of a configuration text: name to value."""
    words = [word for line in config.splitlines() if not line.startswith("#") for word in line.split()]
    return dict(word.split("=", 1) for word in words)


def not_set(wanted: dict[str, str], dotconfig: str) -> list[str]:
    """What of the wanted options the written ``.config`` does not have, one sentence's part each."""
    got = dict(re.findall(r"^CONFIG_(\w+)=(.*)$", dotconfig, re.MULTILINE))
    return [
        f"{name} is {got.get(name, 'n')}, not {value}"
        for name, value in wanted.items()
        if got.get(name, "n") != value
    ]


def patch(tree: Path) -> None:
    """Apply ``PATCHES``."""
    for name, old, new in PATCHES:
        text = (tree / name).read_text()
        if text.count(old) != 1:
            raise BuildError(f"{name} of the kernel's source has not one {old!r}; correct PATCHES for it")
        (tree / name).write_text(text.replace(old, new))


def identity() -> str:
    """A text that differs when the same source would be built into another kernel."""
    return CONFIG + repr(PATCHES)


def configure(tree: Path) -> None:
    """Write the tree's ``.config``, and see that it says what was asked."""
    wanted = options()
    fragment = tree / ".kmi.config"
    fragment.write_text("".join(f"CONFIG_{name}={value}\n" for name, value in wanted.items()))
    _run(["make", "-s", "tinyconfig"], tree)
    _run(["scripts/kconfig/merge_config.sh", "-m", ".config", fragment.name], tree)
    _run(["make", "-s", "olddefconfig"], tree)
    if lost := not_set(wanted, (tree / ".config").read_text()):
        raise BuildError(
            "the debug kernel's configuration lost options that it was asked for ("
            + "; ".join(lost)
            + "): something that they depend on is missing from CONFIG in debug_kernel.py"
        )


def build(tree: Path, progress: Callable[[str], None]) -> None:
    """Build the configured tree with two jobs, telling the progress now and then."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", "make", "-j2", "bzImage", "modules"],  # never longer than we live
        cwd=tree,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    count = 0
    try:
        for line in process.stdout:
            lines.append(line)
            count += line.startswith("  CC")
            if line.startswith("  CC") and count % 100 == 0:
                progress(f"building the debug kernel: {count} files of some 1100")
        status = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if status:
        _complain_of_a_full_disk("".join(lines[-200:]))
        raise BuildError("the debug kernel does not build:\n" + "".join(lines[-30:]))


def keep(tree: Path, into: Path) -> None:
    """Move what modules and machines need from the built tree to ``into``, and leave the rest."""
    into.mkdir(parents=True, exist_ok=True)
    for name in (*_KEPT, *(f"arch/x86/{name}" for name in _KEPT_ARCH), *_KEPT_FILES):
        source = tree / name
        if source.exists():
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
    for useless in _found(into / "scripts", "*.o", ".*.cmd"):
        useless.unlink()


def unpack(package: Path, into: Path) -> Path:
    """Unpack Debian's source package; the source tree."""
    _run(["dpkg-deb", "-x", str(package), str(into / "package")], into)
    archive = next((into / "package" / "usr" / "src").glob("linux-source-*.tar.xz"))
    tree = into / "tree"
    tree.mkdir()
    _run(["tar", "-C", str(tree), "--strip-components=1", "-xf", str(archive)], into)
    shutil.rmtree(into / "package")
    return tree


def _complain_of_a_full_disk(said: str) -> None:
    if os.strerror(errno.ENOSPC) in said:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # one sentence, by the cache


def _found(root: Path, *patterns: str) -> Iterable[Path]:
    return [path for pattern in patterns for path in root.rglob(pattern)]


def _environment() -> dict[str, str]:
    # The same bytes whoever builds: the snapshot's key contains the image.
    fixed = {"KBUILD_BUILD_USER": "kmi", "KBUILD_BUILD_HOST": "kmi", "KBUILD_BUILD_TIMESTAMP": "1970-01-01"}
    return {**os.environ, **fixed, "LC_ALL": "C"}


def _run(command: list[str], where: Path) -> None:
    done = subprocess.run(
        command, cwd=where, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        _complain_of_a_full_disk(done.stdout)
        raise BuildError(f"{command[0]} failed:\n" + "\n".join(done.stdout.splitlines()[-20:]))
