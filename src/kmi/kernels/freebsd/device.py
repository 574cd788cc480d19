"""Devices and open files: make_dev(9), `struct cdevsw`, devfs_set_cdevpriv(9).

    open(2)   devfs_open   -> _Device._open  -> FileOperations.open, whose result is kept in an _Opened
    read(2)   devfs_read_f -> _Device._read  -> FileOperations.read
    close(2)  the cdevpriv's destructor: _Device._close -> FileOperations.close, then the _Opened goes

Invariants: the cdevpriv of a file that was opened holds one count of an _Opened, from open to its destructor;
the module is not unloaded while there is one (`helpers.h` counts them); a File, Uio, Request or PollTable is
a record on the stack of the call that made it.
"""

from errno import EBADF, EEXIST, EINVAL, ENODEV, ENOTTY, ENXIO, ESPIPE
from os import SEEK_CUR, SEEK_END, SEEK_SET
from typing import Generic

from typing_extensions import TypeVar

from kmi.integers import i32, i64, u8, u32, u64, usize
from kmi.ioctl import Request
from kmi.kernels.freebsd.bindings import (
    FREAD,
    FWRITE,
    O_NONBLOCK,
    VM_PROT_WRITE,
    cdev,
    devfs_set_cdevpriv,
    kmi_freebsd_area,
    kmi_freebsd_delist,
    kmi_freebsd_device,
    kmi_freebsd_device_of,
    kmi_freebsd_device_publish,
    kmi_freebsd_device_withdraw,
    kmi_freebsd_enlist,
    kmi_freebsd_file,
    kmi_freebsd_file_enter,
    kmi_freebsd_file_leave,
    kmi_freebsd_flags,
    kmi_freebsd_ioctl_of_flags,
    kmi_freebsd_minor,
    kmi_freebsd_opened,
    kmi_freebsd_operations,
    kmi_freebsd_poll,
    kmi_freebsd_position,
    kmi_freebsd_ready,
    kmi_freebsd_refuse,
    kmi_freebsd_registration,
    kmi_freebsd_report,
    kmi_freebsd_request,
    kmi_freebsd_request_init,
    kmi_freebsd_result,
    kmi_freebsd_role,
    kmi_freebsd_role_begin,
    kmi_freebsd_role_end,
    kmi_freebsd_short,
    kmi_freebsd_uio,
    selrecord,
    thread,
    uio,
    vm_object,
    vm_object_deallocate,
)
from kmi.log import err
from kmi.pages import Area
from kmi.poll import Poll
from kmi.sync import Condition
from kmi.uio import Uio
from kmi.unsafe import (
    Pointer,
    address_of,
    callback,
    cast,
    cold,
    container_of,
    from_raw,
    inline,
    into_raw,
    null,
    place,
    unsafe,
)

S = TypeVar("S", default=None)


@place
class Registration:
    """Something that the module offers to the kernel; its record is in the module's list."""

    registration: kmi_freebsd_registration

    def __del__(self) -> None:
        with unsafe("the record is in the list, or zero"):
            kmi_freebsd_delist(address_of(self.registration))


class _Opened(Generic[S]):
    """What an open file keeps: its device's operations, for good, and the state that `open` returned."""

    state_: S
    node: Pointer[cdev]
    flags: i32

    def __init__(self, operations: "FileOperations[S]") -> None:
        self.calls = operations  # a name that nothing else stores to: it is final, and needs no count


@place
class File(Generic[S]):
    """An open file as one call sees it."""

    record: kmi_freebsd_file

    @property
    def nonblocking(self) -> bool:
        with unsafe("the file is open during the call"):
            return self.record.flags & O_NONBLOCK != 0

    @property
    def readable(self) -> bool:
        with unsafe("the file is open during the call"):
            return self.record.flags & FREAD != 0

    @property
    def writable(self) -> bool:
        with unsafe("the file is open during the call"):
            return self.record.flags & FWRITE != 0

    @property
    def minor(self) -> int:
        with unsafe("the file is open during the call"):
            return kmi_freebsd_minor(self.record.device)

    @property
    def position(self) -> int:
        with unsafe("the file is open during the call"):
            return kmi_freebsd_position()

    @property
    def state(self) -> S:
        with unsafe("callbacks other than open have an opened file, and this is its state's type"):
            return cast(_Opened[S], self.record.opened).state_

    def seek_within(self, size: int, offset: int, whence: int) -> int:
        if whence == SEEK_CUR:
            offset += self.position
        elif whence == SEEK_END:
            offset += size
        elif whence != SEEK_SET:
            raise OSError(EINVAL, f"whence {whence} is not one of SEEK_SET, SEEK_CUR and SEEK_END")
        if not 0 <= offset <= size:
            raise OSError(EINVAL, f"position {offset} is not one of 0 to {size}")
        return offset


class FileOperations(Generic[S]):
    """What a device does when a process uses it."""

    def open(self, file: File[None]) -> S:
        with unsafe("operations whose state is not None have an open of their own"):
            return cast(S, None)

    def close(self, file: File[S]) -> None:
        pass

    def read(self, file: File[S], data: Uio) -> None:
        raise OSError(EINVAL, "not readable")

    def write(self, file: File[S], data: Uio) -> None:
        raise OSError(EINVAL, "not writable")

    def ioctl(self, file: File[S], request: Request) -> int:
        raise OSError(ENOTTY, "no such command")

    def seek(self, file: File[S], offset: int, whence: int) -> int:
        raise OSError(ESPIPE, "the file has no position")

    def mmap(self, file: File[S], area: Area) -> None:
        raise OSError(ENODEV, "cannot be mapped")

    def poll(self, file: File[S], table: "PollTable") -> Poll:
        return Poll.IN | Poll.OUT | Poll.RDNORM | Poll.WRNORM


@place
class PollTable:
    """The polling call."""

    record: kmi_freebsd_poll

    def wait(self, condition: Condition) -> None:
        with unsafe("the condition lives as long as the file is open; its end tells who still polls"):
            selrecord(self.record.thread, address_of(condition.record.pollers))


def octal(value: int) -> int:
    """The number whose decimal digits are the octal ones of another, which is small."""
    result = 0
    power = 1
    while value > 0:
        result += value % 8 * power
        power *= 10
        value //= 8
    return result


@place
class _Device(Registration, Generic[S]):
    """What all devices have in common: operations, and the callbacks of the files that are open on it."""

    device: kmi_freebsd_device
    callbacks: FileOperations[S]  # a name that nothing else stores to: it is final, and needs no count
    name: str
    mode: u32

    def __init__(self, name: str, operations: FileOperations[S], mode: int) -> None:
        self.name = name
        self.callbacks = operations
        if not 0 <= mode <= 0o777:
            # As `{mode:#o}`, the only format of a number that would be in every module.
            size: u64 = -mode if mode < 0 else mode
            sign = "-" if mode < 0 else ""
            high, low = octal(size >> 30), octal(size & 0x3FFFFFFF)
            raise OSError(EINVAL, f"mode {sign}0o{high * 10**10 + low} is not one of 0 to 0o777")
        if not 0 < name._size <= 255 or name == "." or name == "..":
            raise OSError(EINVAL, "bad device name")
        with unsafe("a str has _size bytes"):
            text = name._data()
            for index in range(name._size):
                if text[index] == 0 or text[index] == 0x2F:
                    raise OSError(EINVAL, "a device name has no NUL and no /")
                if text[index] == 0x21:  # refused on every kernel, since devtmpfs makes a / of it
                    raise OSError(EINVAL, "a device name has no !")
        self.mode = mode

    def _offer(self, count: int, numbered: bool) -> None:
        """What both kinds of devices do to become live, when the module is."""
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            self.device.name = cast(Pointer[u8], self.name._data())  # ends with a NUL, and self.name keeps it
            self.device.operations = kmi_freebsd_operations(
                _Device._open, _Device._read, _Device._write, _Device._ioctl, _Device._mmap, _Device._poll
            )
            self.device.mode = self.mode
            self.device.count = count
            self.device.numbered = numbered
            self.registration.publish = _Device._publish
            self.registration.withdraw = _Device._withdraw
            kmi_freebsd_enlist(address_of(self.registration))

    @callback
    @cold
    @staticmethod
    def _publish(registration: Pointer[kmi_freebsd_registration]) -> i32:
        with unsafe("only _Device._offer hands this function out, with its own record"):
            made = container_of(registration, _Device[S], "registration")
            operations = cast(Pointer[None], made.callbacks)
            status = kmi_freebsd_device_publish(address_of(made.device), operations)
            if made.device.told:
                return status
            if status == EEXIST:
                err(f"kmi: not loaded: there is a device named {made.name} already")
            elif status != 0:
                err(f"kmi: not loaded: the device {made.name} cannot be registered: errno {status}")
            return status

    @callback
    @cold
    @staticmethod
    def _withdraw(registration: Pointer[kmi_freebsd_registration]) -> None:
        with unsafe("it was published"):
            made = container_of(registration, _Device[S], "registration")
            kmi_freebsd_device_withdraw(address_of(made.device))

    @callback
    @staticmethod
    def _open(node: Pointer[cdev], flags: i32, kind: i32, caller: Pointer[thread]) -> i32:
        with unsafe("si_drv1 is the device's record; the kernel opens the file, so nobody else knows it"):
            made = container_of(kmi_freebsd_device_of(node), _Device[S], "device")
            if not kmi_freebsd_file_enter():
                return ENXIO
            record = kmi_freebsd_file()
            record.device = node
            record.flags = flags
            status: i32 = 0
            try:
                kept = _Opened[S](made.callbacks)  # before open: whose open succeeded, its close is called
                kept.node = node
                kept.flags = flags
                kept.state_ = made.callbacks.open(cast(File[None], address_of(record)))
                raw = into_raw(kept)
                status = devfs_set_cdevpriv(raw, _Device._close)
                if status != 0:
                    _Device._close(raw)
                    return status
            except Exception as error:
                status = kmi_freebsd_refuse(error, False)
            if status != 0:
                kmi_freebsd_file_leave()
            return status

    @callback
    @staticmethod
    def _close(opened: Pointer[None]) -> None:
        with unsafe("open left one count of an _Opened in the cdevpriv; this is the file's last call"):
            role = kmi_freebsd_role()
            kmi_freebsd_role_begin(address_of(role), False)
            state = from_raw(_Opened[S], opened)
            record = kmi_freebsd_file()
            record.device = state.node
            record.opened = opened
            record.flags = state.flags
            try:
                state.calls.close(cast(File[S], address_of(record)))
            except Exception as error:
                kmi_freebsd_report(error)
            del state
            kmi_freebsd_role_end(address_of(role))
            kmi_freebsd_file_leave()

    @callback
    @staticmethod
    def _read(node: Pointer[cdev], memory: Pointer[uio], flags: i32) -> i32:
        with unsafe("the kernel calls this with an open file"):
            return _Device._transfer(node, memory, flags, True)

    @callback
    @staticmethod
    def _write(node: Pointer[cdev], memory: Pointer[uio], flags: i32) -> i32:
        with unsafe("the kernel calls this with an open file"):
            return _Device._transfer(node, memory, flags, False)

    @inline
    @staticmethod
    def _transfer(node: Pointer[cdev], memory: Pointer[uio], flags: i32, to_user: bool) -> i32:
        with unsafe("the file is open during the call, so its cdevpriv is an _Opened"):
            total = memory.uio_resid
            if total == 0:
                return 0
            opened = kmi_freebsd_opened()
            if opened == null(None):
                return EBADF
            began = memory.uio_offset
            state = cast(_Opened[S], opened)
            record = kmi_freebsd_file()
            record.device = node
            record.opened = opened
            record.flags = state.flags & (FREAD | FWRITE) | flags & O_NONBLOCK
            data = kmi_freebsd_uio()
            data.memory = memory
            data.to_user = to_user
            try:
                if to_user:
                    state.calls.read(cast(File[S], address_of(record)), cast(Uio, address_of(data)))
                else:
                    state.calls.write(cast(File[S], address_of(record)), cast(Uio, address_of(data)))
            except Exception as error:
                if memory.uio_resid == total or not kmi_freebsd_short(error):
                    memory.uio_offset = began  # else a call that failed would move the file's position
                    return kmi_freebsd_refuse(error, False)
            return 0

    @callback
    @staticmethod
    def _ioctl(
        node: Pointer[cdev], command: usize, data: Pointer[u8], flags: i32, caller: Pointer[thread]
    ) -> i32:
        with unsafe("the file is open during the call, so its cdevpriv is an _Opened"):
            if kmi_freebsd_ioctl_of_flags(command):
                return 0
            opened = kmi_freebsd_opened()
            if opened == null(None):
                return EBADF
            record = kmi_freebsd_file()
            record.device = node
            record.opened = opened
            record.flags = flags
            request = kmi_freebsd_request()
            kmi_freebsd_request_init(address_of(request), command, data)
            state = cast(_Opened[S], opened)
            try:
                result = state.calls.ioctl(
                    cast(File[S], address_of(record)), cast(Request, address_of(request))
                )
                if not 0 <= result <= 0x7FFFFFFF:
                    raise OverflowError(f"{result} is no result of an ioctl")
            except Exception as error:
                return kmi_freebsd_refuse(error, True)
            kmi_freebsd_result(caller, cast(u32, result))
            return 0

    @callback
    @staticmethod
    def _mmap(
        node: Pointer[cdev], offset: Pointer[i64], size: u64, mapped: Pointer[Pointer[vm_object]], access: i32
    ) -> i32:
        with unsafe("the file is open during the call, so its cdevpriv is an _Opened"):
            opened = kmi_freebsd_opened()
            if opened == null(None):
                return EBADF
            record = kmi_freebsd_file()
            record.device = node
            record.opened = opened
            record.flags = kmi_freebsd_flags()
            area = kmi_freebsd_area()
            area.length = size
            area.offset = cast(u64, offset[0])
            area.writable = access & VM_PROT_WRITE != 0
            state = cast(_Opened[S], opened)
            try:
                state.calls.mmap(cast(File[S], address_of(record)), cast(Area, address_of(area)))
                if area.object == null(vm_object):
                    raise OSError(ENODEV, "nothing was mapped")
            except Exception as error:
                if area.object != null(vm_object):
                    vm_object_deallocate(area.object)
                return kmi_freebsd_refuse(error, False)
            mapped[0] = area.object
            offset[0] = cast(i64, area.start)
            return 0

    @callback
    @staticmethod
    def _poll(node: Pointer[cdev], events: i32, caller: Pointer[thread]) -> i32:
        with unsafe("the file is open during the call, so its cdevpriv is an _Opened"):
            opened = kmi_freebsd_opened()
            if opened == null(None):
                return kmi_freebsd_ready(Poll.ERR, events)
            record = kmi_freebsd_file()
            record.device = node
            record.opened = opened
            record.flags = kmi_freebsd_flags()
            table = kmi_freebsd_poll()
            table.thread = caller
            state = cast(_Opened[S], opened)
            try:
                ready = state.calls.poll(
                    cast(File[S], address_of(record)), cast(PollTable, address_of(table))
                )
            except Exception as error:
                kmi_freebsd_refuse(error, False)
                ready = Poll.ERR
            return kmi_freebsd_ready(cast(u32, int(ready)), events)


@place
class MiscDevice(_Device[S]):
    """A character device of its own: /dev/NAME."""

    def __init__(self, name: str, operations: FileOperations[S], mode: int = 0o600) -> None:
        super().__init__(name, operations, mode)
        self._offer(1, False)


@place
class CharDevice(_Device[S]):
    """Several character devices of one kind: /dev/NAME0 and so on."""

    def __init__(self, name: str, count: int, operations: FileOperations[S], mode: int = 0o600) -> None:
        super().__init__(name, operations, mode)
        if not 1 <= count <= 256:
            raise OSError(EINVAL, f"a count of {count} is not one of 1 to 256")
        if name._size > 252:
            raise OSError(EINVAL, "bad device name")
        self._offer(count, True)
