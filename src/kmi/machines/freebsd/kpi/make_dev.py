"""make_dev(9): devices, their names in /dev, and which threads are in their methods.

Sources: make_dev(9), sys/kern/kern_conf.c, sys/fs/devfs/devfs_devs.c.

Invariants: a method runs only between `enter` and `leave` of its device; `destroy_dev` returns when no thread
is in one and no file has private data any more; a name belongs to one device at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kmi.kernels.simulated.reports import Deadlock
from kmi.kernels.simulated.scheduler import Thread, current
from kmi.machines.freebsd.errors import EEXIST, EINVAL, ENOMEM, KernelError
from kmi.machines.freebsd.kpi.names import SYSTEM, checked, clash
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.printing import Printing
from kmi.machines.freebsd.layouts import Record
from kmi.machines.freebsd.serve import Rest, serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel
    from kmi.machines.freebsd.kpi.cdevpriv import Private

__all__ = ["Device", "Devices"]

SOURCE: Final = "sys/kern/kern_conf.c"
SI_ETERNAL, SI_ALIAS, SI_NAMED, SI_CHILD = 0x1, 0x2, 0x4, 0x10
REF, NOWAIT, WAITOK, ETERNAL, CHECKNAME = 0x1, 0x4, 0x8, 0x10, 0x20
D_TRACKCLOSE, D_NEEDMINOR, D_INIT = 0x0008_0000, 0x0080_0000, 0x8000_0000
D_VERSIONS: Final = (0x17032005, 0x28042009, 0x17122009, 0x5C48C353)
TENTH: Final = 100_000_000
"""hz / 10, in nanoseconds: how often d_purge is called."""


@dataclass(eq=False)
class Device:
    """A `struct cdev`."""

    name: str
    record: Record
    devsw: int
    """Its `struct cdevsw`; 0 once it is destroyed."""
    parent: Device | None = None
    alias: bool = False
    children: list[Device] = field(default_factory=list)
    inside: list[Thread] = field(default_factory=list)
    """Who is in its methods; a thread is here once for each."""
    drained: list[Thread] = field(default_factory=list)
    """Who waits until nobody is."""
    opened: int = 0
    """How many open files it has."""
    privates: list[Private] = field(default_factory=list)
    scheduled: bool = False
    """destroy_dev_sched was asked for."""

    @property
    def address(self) -> int:
        """What modules know it by."""
        return self.record.address


class Devices(Part):
    """The devices there are."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.named: dict[str, Device] = {}
        """Those that can be found in /dev, by their names."""
        self._all: dict[int, Device] = {}
        self._dead: set[int] = set()
        """The tables of drivers that were built for another kernel."""

    # What devfs asks.

    def find(self, name: str) -> Device | None:
        """The device of a name; an alias is a link to its parent."""
        device = self.named.get(name)
        while device is not None and device.alias:
            device = device.parent
        return device

    def enter(self, device: Device) -> int:
        """The running thread is about to be in a method: the cdevsw, 0 if the device is gone."""
        if not device.devsw or device.scheduled:
            return 0
        device.inside.append(current())
        device.record["si_threadcount"] += 1
        return device.devsw

    def leave(self, device: Device) -> None:
        """It is out again."""
        device.inside.remove(current())
        device.record["si_threadcount"] -= 1
        if not device.inside:
            for thread in device.drained:
                self.kernel.threads.wake(thread)
            device.drained.clear()

    def method(self, devsw: int, name: str) -> int:
        """The address of a method; 0 if the driver has none, -1 if all of them are dead."""
        return -1 if devsw in self._dead else self.record("cdevsw", devsw)[f"d_{name}"]

    def tracks_close(self, devsw: int) -> bool:
        """Whether the driver is told of each close."""
        return bool(self.record("cdevsw", devsw)["d_flags"] & D_TRACKCLOSE)

    def device(self, address: int) -> Device:
        """The device of a `struct cdev`."""
        device = self._all.get(address)
        if device is None:
            raise self.kernel.panic(f"{address:#x} is no device, or one that was destroyed")
        return device

    # Making.

    def _make(
        self,
        flags: int,
        devsw: int,
        unit: int,
        credentials: int,
        owner: tuple[int, int, int],
        drv: tuple[int, int],
        name: str,
    ) -> Device:
        """A device with a name; KernelError, or a panic where the caller did not ask for a check."""
        if flags & WAITOK and flags & NOWAIT:
            raise self.kernel.panic("make_dev_sv: both WAITOK and NOWAIT specified")
        if not flags & NOWAIT:
            self.kernel.witness_warn("make_dev_sv")
        self._prepare(devsw)
        name = self._name("make_dev_sv", name, flags)
        record = self.record("cdev", self._memory())
        record["si_flags"] = SI_NAMED | (SI_ETERNAL if flags & ETERNAL else 0)
        record["si_refcount"] = 2 if flags & REF else 1
        record["si_drv0"], record["si_devsw"] = unit, devsw
        record["si_drv1"], record["si_drv2"] = drv
        record["si_uid"], record["si_gid"], record["si_mode"] = owner
        record["si_cred"] = credentials
        self.kernel.engine.write(record.at("si_name"), name.encode("utf-8", "surrogateescape") + b"\0")
        device = Device(name, record, devsw)
        self._all[device.address] = self.named[name] = device
        return device

    def _memory(self) -> int:
        return self.kernel.regions.static(self.kernel.layouts["cdev"].size)

    def _prepare(self, devsw: int) -> None:
        """The driver's table is used for the first time: its version decides."""
        table = self.record("cdevsw", devsw)
        if table["d_flags"] & D_INIT:
            return
        if table["d_version"] & 0xFFFF_FFFF not in D_VERSIONS:
            name = self.string(table["d_name"]) if table["d_name"] else "???"
            self.kernel.console.say(
                6, f'WARNING: Device driver "{name}" has wrong version '
                "and is disabled.  Recompile KLD module.\n",
            )  # fmt: skip
            self._dead.add(devsw)
        table["d_flags"] |= D_INIT

    def _name(self, function: str, name: str, flags: int) -> str:
        asked = name
        try:
            name = checked(asked)
            if clash(name, (*self.named, *SYSTEM)):
                raise KernelError(EEXIST)
            return name
        except KernelError as error:
            if flags & CHECKNAME:
                raise
            raise self.kernel.panic(
                f"{function}: bad si_name (error={error.number}, si_name={asked})"
            ) from None

    def _formatted(self, form: int, rest: Rest) -> str:
        return self.kernel.part(Printing).format(self.string(form), rest)

    def _credentialed(
        self, flags: int, devsw: int, unit: int, credentials: int, uid: int, gid: int, mode: int, name: str
    ) -> Device | int:
        try:
            return self._make(flags, devsw, unit, credentials, (uid, gid, mode), (0, 0), name)
        except KernelError as error:
            return error.number

    @serves(
        "struct cdev *make_dev(struct cdevsw *devsw, int unit, uid_t uid, gid_t gid, int perms, "
        "const char *fmt, ...)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev(self, devsw: int, unit: int, uid: int, gid: int, mode: int, form: int, rest: Rest) -> int:
        made = self._credentialed(0, devsw, unit, 0, uid, gid, mode, self._formatted(form, rest))
        assert isinstance(made, Device)
        return made.address

    @serves(
        "struct cdev *make_dev_cred(struct cdevsw *devsw, int unit, struct ucred *cr, uid_t uid, gid_t gid, "
        "int perms, const char *fmt, ...)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev_cred(
        self, devsw: int, unit: int, cred: int, uid: int, gid: int, mode: int, form: int, rest: Rest
    ) -> int:
        made = self._credentialed(0, devsw, unit, cred, uid, gid, mode, self._formatted(form, rest))
        assert isinstance(made, Device)
        return made.address

    @serves(
        "struct cdev *make_dev_credf(int flags, struct cdevsw *devsw, int unit, struct ucred *cr, uid_t uid, "
        "gid_t gid, int mode, const char *fmt, ...)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev_credf(
        self, flags: int, devsw: int, unit: int, cred: int, uid: int, gid: int, mode: int, form: int,
        rest: Rest,
    ) -> int:  # fmt: skip
        made = self._credentialed(flags, devsw, unit, cred, uid, gid, mode, self._formatted(form, rest))
        return made.address if isinstance(made, Device) else 0

    @serves(
        "int make_dev_p(int flags, struct cdev **cdev, struct cdevsw *devsw, struct ucred *cr, uid_t uid, "
        "gid_t gid, int mode, const char *fmt, ...)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev_p(
        self, flags: int, place: int, devsw: int, cred: int, uid: int, gid: int, mode: int, form: int,
        rest: Rest,
    ) -> int:  # fmt: skip
        name = self._formatted(form, rest)
        return self._give(place, self._credentialed(flags, devsw, 0, cred, uid, gid, mode, name))

    @serves(
        "int make_dev_s(struct make_dev_args *args, struct cdev **cdev, const char *fmt, ...)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev_s(self, arguments: int, place: int, form: int, rest: Rest) -> int:
        name = self._formatted(form, rest)
        asked = self.record("make_dev_args", arguments)
        if asked["mda_size"] > asked.layout.size:
            return EINVAL
        owner = asked["mda_uid"], asked["mda_gid"], asked["mda_mode"]
        drv = asked["mda_si_drv1"], asked["mda_si_drv2"]
        try:
            made: Device | int = self._make(
                asked["mda_flags"], asked["mda_devsw"], asked["mda_unit"], asked["mda_cr"], owner, drv, name
            )
        except KernelError as error:
            made = error.number
        return self._give(place, made)

    @serves(
        "void make_dev_args_init_impl(struct make_dev_args *args, size_t sz)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev_args_init_impl(self, arguments: int, size: int) -> None:
        self.kernel.engine.write(arguments, bytes(size))
        self.record("make_dev_args", arguments)["mda_size"] = size

    def _give(self, place: int, made: Device | int) -> int:
        """Store what was made where the caller wants it; an errno."""
        if isinstance(made, int):
            return made
        self.kernel.engine.write(place, made.address.to_bytes(8, "little"))
        return 0

    # Aliases.

    def _alias(self, flags: int, parent: int, name: str) -> Device | int:
        if not parent:
            raise self.kernel.panic("make_dev_alias_v: pdev is NULL")
        if flags & WAITOK and flags & NOWAIT:
            return ENOMEM
        above = self.device(parent)
        try:
            name = self._name("make_dev_alias_v", name, flags)
        except KernelError as error:
            return error.number
        record = self.record("cdev", self._memory())
        record["si_flags"] = SI_NAMED | SI_ALIAS | SI_CHILD
        record["si_refcount"], record["si_parent"] = 1, parent
        self.kernel.engine.write(record.at("si_name"), name.encode("utf-8", "surrogateescape") + b"\0")
        device = Device(name, record, 0, above, alias=True)
        above.children.append(device)
        self._all[device.address] = self.named[name] = device
        return device

    @serves(
        "struct cdev *make_dev_alias(struct cdev *pdev, const char *fmt, ...)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev_alias(self, parent: int, form: int, rest: Rest) -> int:
        made = self._alias(WAITOK, parent, self._formatted(form, rest))
        assert isinstance(made, Device)
        return made.address

    @serves(
        "int make_dev_alias_p(int flags, struct cdev **cdev, struct cdev *pdev, const char *fmt, ...)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def make_dev_alias_p(self, flags: int, place: int, parent: int, form: int, rest: Rest) -> int:
        return self._give(place, self._alias(flags, parent, self._formatted(form, rest)))

    # Destroying.

    def destroy(self, device: Device) -> None:
        """destroy_devl: the name goes, then the threads, then the files' private data."""
        threads = self.kernel.threads
        if not device.record["si_flags"] & SI_NAMED:
            unit = device.record["si_drv0"]
            raise self.kernel.panic(f"WARNING: Driver mistake: destroy_dev on {unit}")
        self.delist(device)
        while device.children:
            self.destroy(device.children[0])
        if device.parent is not None and device in device.parent.children:
            device.parent.children.remove(device)
        devsw, device.devsw = device.devsw, 0
        device.record["si_devsw"] = 0
        device.record["si_flags"] &= ~SI_NAMED
        purge = self.method(devsw, "purge") if devsw else 0
        while device.inside:
            if current() in device.inside:
                raise Deadlock(
                    f"deadlock: destroy_dev of {device.name} waits for the method of the device that called "
                    "it; destroy_dev_sched does not wait"
                )
            if purge > 0:
                threads.call(purge, (device.address,))
            device.drained.append(current())
            threads.block(f"devdrn: {device.name}", timeout=TENTH if purge > 0 else None)
            if current() in device.drained:
                device.drained.remove(current())
        while device.privates:
            device.privates[0].end(self.kernel)
        del self._all[device.address]
        if devsw and not any(other.devsw == devsw for other in self._all.values()):
            self._dead.discard(devsw)
            self.record("cdevsw", devsw)["d_flags"] &= ~D_INIT
        device.record["si_drv1"] = device.record["si_drv2"] = 0

    def delist(self, device: Device) -> None:
        """Take its name out of /dev."""
        if self.named.get(device.name) is device:
            del self.named[device.name]

    @serves("void destroy_dev(struct cdev *dev)", page="make_dev(9)", source=SOURCE)
    def destroy_dev(self, address: int) -> None:
        self.kernel.witness_warn("destroy_dev")
        self.destroy(self.device(address))

    @serves("void delist_dev(struct cdev *dev)", page="make_dev(9)", source=SOURCE)
    def delist_dev(self, address: int) -> None:
        self.delist(self.device(address))

    @serves("int destroy_dev_sched(struct cdev *dev)", page="make_dev(9)", source=SOURCE)
    def destroy_dev_sched(self, address: int) -> int:
        return self._schedule(address, lambda: None)

    @serves(
        "int destroy_dev_sched_cb(struct cdev *dev, void (*cb)(void *), void *arg)",
        page="make_dev(9)",
        source=SOURCE,
    )
    def destroy_dev_sched_cb(self, address: int, callback: int, argument: int) -> int:
        return self._schedule(address, lambda: self.kernel.threads.call(callback, (argument,)))

    def _schedule(self, address: int, then: Callable[[], object]) -> int:
        device = self.device(address)
        if device.scheduled:
            return 0
        device.scheduled = True

        def run() -> None:
            self.destroy(device)
            then()

        self.kernel.threads.spawn(f"destroy_dev_tq of {device.name}", run).unattended = True
        return 1

    @serves("void destroy_dev_drain(struct cdevsw *csw)", page="make_dev(9)", source=SOURCE)
    def destroy_dev_drain(self, devsw: int) -> None:
        self.kernel.witness_warn("destroy_dev_drain")
        while any(device.devsw == devsw or device.scheduled for device in self._all.values()):
            self.kernel.threads.block("devscd", timeout=TENTH)

    # References.

    @serves(
        "struct cdevsw *dev_refthread(struct cdev *dev, int *ref)", page="dev_refthread(9)", source=SOURCE
    )
    def dev_refthread(self, address: int, place: int) -> int:
        devsw = self.enter(self.device(address))
        self.kernel.engine.write(place, int(bool(devsw)).to_bytes(4, "little"))
        return devsw

    @serves("void dev_relthread(struct cdev *dev, int ref)", page="dev_refthread(9)", source=SOURCE)
    def dev_relthread(self, address: int, reference: int) -> None:
        if reference:
            self.leave(self.device(address))

    @serves("void dev_ref(struct cdev *dev)", page="make_dev(9)", source=SOURCE)
    def dev_ref(self, address: int) -> None:
        self.device(address).record["si_refcount"] += 1

    @serves("void dev_rel(struct cdev *dev)", page="make_dev(9)", source=SOURCE)
    def dev_rel(self, address: int) -> None:
        self.device(address).record["si_refcount"] -= 1
