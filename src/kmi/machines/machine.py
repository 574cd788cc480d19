"""A machine: a kernel and the agent in QEMU, booted once and restored from its snapshot for every test.

    machine = find("linux:6.1")
    machine.prepare(print)                 # boots and saves, once per kernel, agent, QEMU and options
    with machine.restore() as guest:       # a pristine kernel, about 0.1 s later
        ...

How a snapshot is fast. The guest's memory is a file. While booting it is mapped shared, so the boot writes
the file; QEMU then saves only the devices' state beside it (capability ``x-ignore-shared``). A restored
machine maps the same file privately, so that nothing is copied but the pages that the test writes, and any
number of machines can run from one file at once.

QEMU emulates (no KVM is assumed), with a thread for each virtual processor: real concurrency, of x86's memory
order only.
"""

from __future__ import annotations

import os
import secrets
import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kmi import cache
from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.userspace import PATIENCE
from kmi.machines import initramfs, qemu
from kmi.machines.guest import Guest
from kmi.machines.qemu import Qemu

#: Changes when the files of a snapshot mean something else.
_LAYOUT = "2"

#: How long to wait for the clock to be calibrated, seconds; a snapshot without it is as good, only noisier.
_SETTLED = 5.0
_LAST = "clocksource: Switched to clocksource tsc"

#: Longest cold boot, seconds: the debug kernel on a busy computer.
BOOT = 180.0

# panic=-1 reboots at once and -no-reboot makes that QEMU's end, so a panic is an event and not a silence.
# A fixed layout (nokaslr) is what a snapshot would give anyway.
_OPTIONS = (
    "console=ttyS0 panic=-1 reboot=t oops=panic nokaslr rdinit=/init loglevel=7 random.trust_cpu=on "
    "8250.nr_uarts=2 tsc=reliable"
)

#: What a machine consists of. SMEP and SMAP are in: a kernel that touches user memory by mistake must fault.
_HARDWARE = (
    *("-accel", "tcg,thread=multi", "-smp", "2", "-cpu", "max,la57=off"),
    *("-rtc", "base=utc,clock=vm"),
)


#: The snapshots that this process has found; to ask the file system again costs as much as a restore.
_SNAPSHOTS: dict[tuple[str, Path], Path] = {}


class Machine:
    """One kind of machine, by its kernel; running ones are ``Guest``s."""

    def __init__(self, flavor: KernelFlavor) -> None:
        self.flavor = flavor

    @property
    def name(self) -> str:
        """The name in ``--on``, such as ``linux:6.1``."""
        return f"linux:{self.flavor.name}"

    def prepare(self, progress: Callable[[str], None] = lambda line: None) -> Path:
        """Provide the kernel and make the snapshot, if there is none; the directory with it."""
        known = (self.flavor.name, cache.directory())
        if known in _SNAPSHOTS and _SNAPSHOTS[known].is_dir():
            return _SNAPSHOTS[known]
        provision.prepare(self.flavor, progress)
        image, archive = provision.image(self.flavor), initramfs.build()
        command_line = f"{_OPTIONS} {' '.join(self.flavor.options)}"
        key = cache.key(
            _LAYOUT,
            image.read_bytes(),
            archive,
            qemu.version(),
            command_line,
            *_HARDWARE,
            str(self.flavor.memory),
        )

        def make(path: Path) -> None:
            progress(f"{self.name}: booting once, to keep a snapshot")
            begun = time.monotonic()
            self._boot(path, image, archive, command_line)
            cache.prune("snapshot", f"{self.flavor.name}-", 2)  # 160 MiB each; of kernels and agents gone by
            progress(f"{self.name}: booted in {time.monotonic() - begun:.1f} s")

        _SNAPSHOTS[known] = cache.get("snapshot", f"{self.flavor.name}-{key}", make)
        return _SNAPSHOTS[known]

    @contextmanager
    def restore(self, seed: int | None = None) -> Iterator[Guest]:
        """A guest in the state just after boot, with the time of now and with entropy of its own."""
        snapshot = self.prepare()
        state = os.open(snapshot / "state", os.O_RDONLY | os.O_CLOEXEC)
        try:
            options = [*self._hardware(snapshot, shared=False), "-incoming", "defer"]
            machine = Qemu(options, files=[state])
            try:
                machine.resume(state)
                guest = Guest(machine, secrets.randbits(32) if seed is None else seed)
                guest.adopt(*map(int, (snapshot / "helper").read_text().split()))
                guest.greet()
                yield guest
            finally:
                machine.kill()
        finally:
            os.close(state)

    def _boot(self, path: Path, image: Path, archive: bytes, command_line: str) -> None:
        initrd = path / "initramfs"
        initrd.write_bytes(archive)
        with (path / "ram").open("wb") as memory:
            # With its blocks there, a full disk is an error now, and not the death of QEMU later.
            os.posix_fallocate(memory.fileno(), 0, self.flavor.memory << 20)
        options = ["-kernel", str(image), "-initrd", str(initrd), "-append", command_line]
        machine = Qemu([*self._hardware(path, shared=True), *options])
        try:
            guest = Guest(machine, 0)
            guest.await_boot(BOOT)
            guest.greet()
            _settle(guest)
            if self.flavor.debug:
                guest.scan_leaks()
                guest.forget_leaks()
            helper = guest.helper()
            (path / "helper").write_text(f"{helper.number} {helper.pid}")
            guest.records()  # what the boot said is past
            (path / "console").write_text(machine.console())
            machine.migrate(path / "state", PATIENCE * 4)
        finally:
            machine.kill()
        initrd.unlink()

    def _hardware(self, path: Path, *, shared: bool) -> Sequence[str]:
        file = str(path / "ram").replace(",", ",,")  # as QEMU's options quote a comma
        memory = (
            f"memory-backend-file,id=ram,size={self.flavor.memory}M,mem-path={file},"
            f"share={'on' if shared else 'off'}"
        )
        machine = "pc,memory-backend=ram,usb=off,vmport=off,smbus=off,i8042=off"
        return ["-object", memory, "-machine", machine, "-m", str(self.flavor.memory), *_HARDWARE]


def _settle(guest: Guest) -> None:
    """Wait for the last thing that a kernel does by itself after booting; no test's log shall begin so."""
    helper = guest.helper()
    fd = helper.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    deadline = time.monotonic() + _SETTLED
    while _LAST not in guest.log() and time.monotonic() < deadline:
        helper.lseek(fd, 0, os.SEEK_END)
        helper.poll([(fd, select.POLLIN)], 500)
    helper.close(fd)


def find(name: str) -> Machine:
    """The machine for a kernel's name, such as ``linux:6.1``."""
    return Machine(flavors.find(name))
