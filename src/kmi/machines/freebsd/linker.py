"""Loading and unloading of klds: what kldload(2) and kldunload(2) do in the kernel.

    module = linker.load("echo", data)       # LinkError with kldload's errno
    linker.unload(module)

Loading: the file is linked, its SYSINITs run by (subsystem, order), among them the one that registers its
module and sends it MOD_LOAD. Unloading: MOD_QUIESCE to all, then MOD_UNLOAD in reverse, then the SYSUNINITs
in reverse.

Sources: sys/kern/kern_linker.c, sys/kern/kern_module.c, sys/kern/link_elf_obj.c, module(9), kldload(2),
kldunload(2).
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.errors import EINVAL, EOPNOTSUPP, to_host
from kmi.machines.freebsd.image import Image, LinkError
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["File", "Linker", "Module"]

SOURCE: Final = "sys/kern/kern_module.c"
LOAD, UNLOAD, SHUTDOWN, QUIESCE = 0, 1, 2, 3
#: Answers of a handler to MOD_QUIESCE that veto nothing: it does not know the event.
UNKNOWN_EVENTS: Final = (EOPNOTSUPP, EINVAL)
MDT_DEPEND, MDT_MODULE, MDT_VERSION, MDT_PNP_INFO = 1, 2, 3, 4


@dataclass
class Module:
    """A module that a file declares: a name and a handler of events."""

    name: str
    handler: int
    private: int
    address: int
    """The handle, a `module_t`."""
    loaded: bool = False
    error: int = 0


@dataclass
class File:
    """A linked file."""

    name: str
    image: Image
    number: int
    data: bytes = b""
    """What was loaded."""
    modules: list[Module] = field(default_factory=list)
    needs: list[File] = field(default_factory=list)
    """The files that its modules depend on: each is kept by it (`refs` of a `struct linker_file`)."""
    wanted: bool = True
    """Whether kldload(2) asked for it, and kldunload(2) has not taken that back."""


class Linker(Part):
    """The files that are linked into the kernel."""

    files: list[File]
    _loading: File | None

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.files = []
        self._loading = None
        self._numbers = 1

    # What a thread of kldload runs.

    def load(self, name: str, data: bytes, linked: Callable[[File], None] = lambda file: None) -> File:
        """Link a file and start its modules; called by a kernel thread. Raises LinkError.

        `linked` is called when the file is in memory and nothing of it has run.
        """
        kernel = self.kernel
        if any(file.name == name for file in self.files):
            raise LinkError(errno.EEXIST, f"kldload: {name} is already loaded")
        needs: list[File] = []
        try:
            image = Image.load(
                data,
                kernel.engine,
                kernel.regions.module(),
                kernel.symbol,
                lambda image: needs.extend(self._check_dependencies(name, image)),
            )
        except LinkError as error:
            raise self._unlinkable(name, error) from None
        kernel.regions.module(image.size)
        self._numbers += 1
        file = File(name, image, self._numbers, data, needs=needs)
        self.files.append(file)
        self._loading = file
        try:
            for part in kernel.parts:
                part.linked(file)
            linked(file)
            self._run("sysinit_set", file)
            self._enable(file)
        finally:
            self._loading = None
        failed = [module for module in file.modules if module.error]
        if failed:
            self._drop(file)
            raise LinkError(
                errno.ENOEXEC, f"module {failed[0].name} failed to register", to_host(failed[0].error)
            )
        return file

    def _unlinkable(self, name: str, error: LinkError) -> LinkError:
        """What kldload(2) gives for a file that is there and cannot be linked, whatever the reason.

        linker_load_file tries each class of files; one that is for programs is the last, and knows no type of
        a file that got so far as to be looked into.
        """
        for line in error.prints:
            self.kernel.console.say(6, f"{line}\n")
        if error.prints:
            self.kernel.console.say(6, f"linker_load_file: {name}.ko - unsupported file type\n")
        return LinkError(errno.ENOEXEC, error.said, prints=error.prints)

    def unload(self, file: File, force: bool = False) -> None:
        """Stop its modules and unlink the file; called by a kernel thread. OSError with a veto's errno.

        A file that others need stays until the last of them has gone (kern_linker.c, linker_file_unload).
        """
        file.wanted = False
        if any(file in other.needs for other in self.files):
            return
        for module in file.modules:
            status = self._send(module, QUIESCE)
            if status and status not in UNKNOWN_EVENTS and not force:
                file.wanted = True
                raise OSError(to_host(status), f"{module.name} refuses to be unloaded now")
        for module in reversed(file.modules):
            if not module.loaded:
                continue
            status = self._send(module, UNLOAD)
            if status:
                file.wanted = True
                raise OSError(to_host(status), f"{module.name} refuses to be unloaded")
            module.loaded = False
        self._drop(file)
        for needed in file.needs:
            if not needed.wanted:
                self.unload(needed, force)

    def shutdown(self) -> None:
        """Tell every module that the system goes down, the newest first; called by a kernel thread."""
        for file in reversed(self.files):
            for module in reversed(file.modules):
                self._send(module, SHUTDOWN)

    def _drop(self, file: File) -> None:
        for part in self.kernel.parts:
            part.unlinking(file)
        self._run("sysuninit_set", file)
        for part in self.kernel.parts:
            part.unlinked(file)
        self.files.remove(file)
        file.image.unmap()

    def _enable(self, file: File) -> None:
        for part in self.kernel.parts:
            part.started(file)

    def _run(self, name: str, file: File) -> None:
        """Run a linker set of SYSINITs: by subsystem and order; of SYSUNINITs the other way round."""
        entries = [self.record("sysinit", at) for at in file.image.linker_set(name)]
        entries.sort(key=lambda entry: (entry["subsystem"], entry["order"]), reverse=name != "sysinit_set")
        for entry in entries:
            self.kernel.threads.call(entry["func"], (entry["udata"],))

    def _send(self, module: Module, event: int) -> int:
        """Send an event to a module's handler; its errno."""
        result = self.kernel.threads.call(module.handler, (module.address, event, module.private))
        return result & 0xFFFF_FFFF

    def _check_dependencies(self, called: str, image: Image) -> list[File]:
        """What its metadata asks for has to be there, in a version that it takes; the files of that."""
        needs: list[File] = []
        for at in image.linker_set("modmetadata_set"):
            entry = self.record("mod_metadata", at)
            name = self.string(entry["md_cval"])
            if entry["md_type"] == MDT_DEPEND:
                wanted = self.record("mod_depend", entry["md_data"])
                version, provider = self._version(name)
                low, high = wanted["md_ver_minimum"], wanted["md_ver_maximum"]
                if version is None or not low <= version <= high:
                    said = f"KLD {called}.ko: depends on {name} - not available or version mismatch"
                    raise LinkError(errno.ENOENT, f"{said} ({low} to {high})", prints=[said])
                needs += [provider] if provider is not None else []
        return needs

    def _version(self, name: str) -> tuple[int | None, File | None]:
        """The version of a module that is there, and its file; None as the version where there is none."""
        if name == "kernel":
            return self.kernel.release_version, None
        for file in self.files:
            for at in file.image.linker_set("modmetadata_set"):
                entry = self.record("mod_metadata", at)
                if entry["md_type"] == MDT_VERSION and self.string(entry["md_cval"]) == name:
                    return self.record("mod_version", entry["md_data"])["mv_version"], file
        return None, None

    # What SYSINITs of a module call.

    @serves("void module_register_init(const void *arg)", page="module(9)", source=SOURCE)
    def module_register_init(self, data: int) -> None:
        assert self._loading is not None
        declared = self.record("moduledata", data)
        name = self.string(declared["name"])
        module = Module(name, declared["evhand"], declared["priv"], self.kernel.regions.static(64))
        self._loading.modules.append(module)
        status = self._send(module, LOAD)
        if status:
            self._send(module, UNLOAD)
            module.error = status
            self.kernel.console.say(
                6, f"module_register_init: MOD_LOAD ({name}, {module.handler:#x}, {module.private:#x}) "
                f"error {status}\n",
            )  # fmt: skip
        else:
            module.loaded = True
