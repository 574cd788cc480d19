"""Devices and open files: `struct miscdevice`, `struct cdev`, `struct file_operations`.

    open(2)   misc_open -> MiscDevice._open -> FileOperations.open, whose result is kept in an _Opened
    read(2)   vfs_read  -> _Device._read    -> FileOperations.read
    close(2)  __fput    -> _Device._release -> FileOperations.close, then the _Opened goes

Invariants: `private_data` of a file that was opened holds one count of an _Opened, from open to release;
the operations name the module as owner, so its code stays while a file is open; a File, Uio, Request or
PollTable is a record on the stack of the call that made it. FMODE_NOWAIT is not set, so io_uring asks from
a worker that may block.
"""

from errno import EEXIST, EINVAL, ENODEV, ENOTTY, ENXIO, ESPIPE
from os import SEEK_CUR, SEEK_END, SEEK_SET
from typing import Generic

from typing_extensions import TypeVar

from kmi.integers import i32, i64, isize, u32, u64, usize
from kmi.ioctl import Request
from kmi.kernels.linux.bindings import (
    IOCB_NOWAIT,
    MISC_DYNAMIC_MINOR,
    O_NONBLOCK,
    S_IFCHR,
    file,
    inode,
    iov_iter,
    iov_iter_count,
    kiocb,
    kmi_linux_area,
    kmi_linux_begin_close,
    kmi_linux_char,
    kmi_linux_char_of,
    kmi_linux_char_publish,
    kmi_linux_char_withdraw,
    kmi_linux_closing,
    kmi_linux_delist,
    kmi_linux_end_close,
    kmi_linux_enlist,
    kmi_linux_file,
    kmi_linux_groups,
    kmi_linux_minor,
    kmi_linux_misc_publish,
    kmi_linux_misc_withdraw,
    kmi_linux_operations,
    kmi_linux_poll,
    kmi_linux_readable,
    kmi_linux_refuse,
    kmi_linux_registration,
    kmi_linux_report,
    kmi_linux_request,
    kmi_linux_short,
    kmi_linux_uio,
    kmi_linux_whole,
    kmi_linux_writable,
    miscdevice,
    poll_table_struct,
    poll_wait,
    vm_area_struct,
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
    place,
    unsafe,
    where_overridden,
)

S = TypeVar("S", default=None)


@place
class Registration:
    """Something that the module offers to the kernel; its record is in the module's list."""

    registration: kmi_linux_registration

    def __del__(self) -> None:
        with unsafe("the record is in the list, or zero"):
            kmi_linux_delist(address_of(self.registration))


class _Opened(Generic[S]):
    """What an open file keeps: its device's operations, for good, and the state that `open` returned."""

    state_: S

    def __init__(self, operations: "FileOperations[S]") -> None:
        self.calls = operations  # a name that nothing else stores to: it is final, and needs no count


@place
class File(Generic[S]):
    """An open file as one call sees it."""

    record: kmi_linux_file

    @property
    def nonblocking(self) -> bool:
        with unsafe("the file is open during the call"):
            return self.record.nowait or self.record.file.f_flags & O_NONBLOCK != 0

    @property
    def readable(self) -> bool:
        with unsafe("the file is open during the call"):
            return kmi_linux_readable(self.record.file)

    @property
    def writable(self) -> bool:
        with unsafe("the file is open during the call"):
            return kmi_linux_writable(self.record.file)

    @property
    def minor(self) -> int:
        with unsafe("the file is open during the call"):
            return kmi_linux_minor(self.record.file)

    @property
    def position(self) -> int:
        with unsafe("the file is open during the call"):
            return self.record.file.f_pos

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

    record: kmi_linux_poll

    def wait(self, condition: Condition) -> None:
        with unsafe("the queue lives as long as the file is open"):
            poll_wait(self.record.file, address_of(condition.queue), self.record.table)


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

    callbacks: FileOperations[S]  # a name that nothing else stores to: it is final, and needs no count
    name: str
    groups: kmi_linux_groups

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
                if text[index] == 0x21:  # devtmpfs makes a / of it
                    raise OSError(EINVAL, "a device name has no !")

    def _published(self, status: i32) -> i32:
        """Says in the log why a device did not become live; its errno, negative."""
        if status == -EEXIST:
            err(f"kmi: not loaded: there is a device named {self.name} already")
        elif status != 0:
            err(f"kmi: not loaded: the device {self.name} cannot be registered: errno {-status}")
        return status

    def _opened(self, opened: Pointer[file]) -> i32:
        """Opens a file of the device: what it keeps is in its private_data afterwards."""
        with unsafe("the kernel opens the file, so nobody else knows it yet"):
            if not kmi_linux_whole():
                return -ENXIO
            record = kmi_linux_file()
            record.file = opened
            try:
                kept = _Opened[S](self.callbacks)  # before open: whose open succeeded, its close is called
                kept.state_ = self.callbacks.open(cast(File[None], address_of(record)))
                opened.private_data = into_raw(kept)
            except Exception as error:
                return kmi_linux_refuse(error, False)
            return 0

    @callback
    @staticmethod
    def _release(node: Pointer[inode], opened: Pointer[file]) -> i32:
        with unsafe("open left one count of an _Opened in private_data; this is the file's last call"):
            closing = kmi_linux_closing()
            kmi_linux_begin_close(address_of(closing))
            state = from_raw(_Opened[S], opened.private_data)
            record = kmi_linux_file()
            record.file = opened
            record.opened = opened.private_data
            try:
                state.calls.close(cast(File[S], address_of(record)))
            except Exception as error:
                kmi_linux_report(error)
            del state
            kmi_linux_end_close(address_of(closing))
            return 0

    @callback
    @staticmethod
    def _read(call: Pointer[kiocb], memory: Pointer[iov_iter]) -> isize:
        with unsafe("the kernel calls this with an open file"):
            return _Device._transfer(call, memory, True)

    @callback
    @staticmethod
    def _write(call: Pointer[kiocb], memory: Pointer[iov_iter]) -> isize:
        with unsafe("the kernel calls this with an open file"):
            return _Device._transfer(call, memory, False)

    @inline
    @staticmethod
    def _transfer(call: Pointer[kiocb], memory: Pointer[iov_iter], to_user: bool) -> isize:
        with unsafe("the file is open during the call, so private_data is an _Opened"):
            total = iov_iter_count(memory)
            if total == 0:
                return 0
            record = kmi_linux_file()
            record.file = call.ki_filp
            record.opened = call.ki_filp.private_data
            record.nowait = call.ki_flags & IOCB_NOWAIT != 0
            data = kmi_linux_uio()
            data.memory = memory
            data.to_user = to_user
            data.end = cast(u64, call.ki_pos + total)
            state = cast(_Opened[S], record.opened)
            try:
                if to_user:
                    state.calls.read(cast(File[S], address_of(record)), cast(Uio, address_of(data)))
                else:
                    state.calls.write(cast(File[S], address_of(record)), cast(Uio, address_of(data)))
            except Exception as error:
                if iov_iter_count(memory) == total or not kmi_linux_short(error):
                    return kmi_linux_refuse(error, False)
            done = cast(isize, total - iov_iter_count(memory))
            call.ki_pos = cast(i64, call.ki_pos + done)
            return done

    @callback
    @staticmethod
    def _seek(opened: Pointer[file], offset: i64, whence: i32) -> i64:
        with unsafe("the file is open during the call, so private_data is an _Opened"):
            record = kmi_linux_file()
            record.file = opened
            record.opened = opened.private_data
            state = cast(_Opened[S], opened.private_data)
            try:
                result = state.calls.seek(cast(File[S], address_of(record)), offset, whence)
                if result < 0:
                    raise OverflowError(f"{result} is no position in a file")
            except Exception as error:
                return kmi_linux_refuse(error, False)
            opened.f_pos = result
            return result

    @callback
    @staticmethod
    def _mmap(opened: Pointer[file], memory: Pointer[vm_area_struct]) -> i32:
        with unsafe("the file is open during the call, so private_data is an _Opened"):
            record = kmi_linux_file()
            record.file = opened
            record.opened = opened.private_data
            area = kmi_linux_area()
            area.area = memory
            state = cast(_Opened[S], opened.private_data)
            try:
                state.calls.mmap(cast(File[S], address_of(record)), cast(Area, address_of(area)))
                if not area.mapped:
                    raise OSError(ENODEV, "nothing was mapped")
            except Exception as error:
                return kmi_linux_refuse(error, False)
            return 0

    @callback
    @staticmethod
    def _ioctl(opened: Pointer[file], command: u32, argument: usize) -> isize:
        with unsafe("the file is open during the call, so private_data is an _Opened"):
            record = kmi_linux_file()
            record.file = opened
            record.opened = opened.private_data
            request = kmi_linux_request()
            request.command = command
            request.argument = argument
            state = cast(_Opened[S], opened.private_data)
            try:
                result = state.calls.ioctl(
                    cast(File[S], address_of(record)), cast(Request, address_of(request))
                )
                if not 0 <= result <= 0x7FFFFFFF:
                    raise OverflowError(f"{result} is no result of an ioctl")
            except Exception as error:
                return kmi_linux_refuse(error, True)
            return result

    @callback
    @staticmethod
    def _poll(opened: Pointer[file], waiting: Pointer[poll_table_struct]) -> u32:
        with unsafe("the file is open during the call, so private_data is an _Opened"):
            record = kmi_linux_file()
            record.file = opened
            record.opened = opened.private_data
            table = kmi_linux_poll()
            table.file = opened
            table.table = waiting
            state = cast(_Opened[S], opened.private_data)
            try:
                ready = state.calls.poll(
                    cast(File[S], address_of(record)), cast(PollTable, address_of(table))
                )
            except Exception as error:
                kmi_linux_refuse(error, False)
                ready = Poll.ERR
            return cast(u32, int(ready))


@place
class MiscDevice(_Device[S]):
    """A character device of its own: /dev/NAME."""

    misc: miscdevice

    def __init__(self, name: str, operations: FileOperations[S], mode: int = 0o600) -> None:
        super().__init__(name, operations, mode)
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            self.misc.minor = MISC_DYNAMIC_MINOR
            self.misc.name = name._data()  # ends with a NUL, and self.name keeps it
            self.misc.fops = kmi_linux_operations(
                MiscDevice._open,
                MiscDevice._release,
                where_overridden(MiscDevice._read, FileOperations[S], "read"),
                where_overridden(MiscDevice._write, FileOperations[S], "write"),
                where_overridden(MiscDevice._seek, FileOperations[S], "seek"),
                where_overridden(MiscDevice._mmap, FileOperations[S], "mmap"),
                where_overridden(MiscDevice._ioctl, FileOperations[S], "ioctl"),
                where_overridden(MiscDevice._poll, FileOperations[S], "poll"),
            )
            self.misc.mode = mode | S_IFCHR  # a bare 0 would become the default, 0o600
            self.registration.publish = MiscDevice._publish
            self.registration.withdraw = MiscDevice._withdraw
            kmi_linux_enlist(address_of(self.registration))

    @callback
    @cold
    @staticmethod
    def _publish(registration: Pointer[kmi_linux_registration]) -> i32:
        with unsafe("only MiscDevice.__init__ hands this function out, with its own record"):
            device = container_of(registration, MiscDevice[S], "registration")
            operations = cast(Pointer[None], device.callbacks)
            return device._published(
                kmi_linux_misc_publish(address_of(device.misc), address_of(device.groups), operations)
            )

    @callback
    @cold
    @staticmethod
    def _withdraw(registration: Pointer[kmi_linux_registration]) -> None:
        with unsafe("it was published"):
            device = container_of(registration, MiscDevice[S], "registration")
            kmi_linux_misc_withdraw(address_of(device.misc), address_of(device.groups))

    @callback
    @staticmethod
    def _open(node: Pointer[inode], opened: Pointer[file]) -> i32:
        with unsafe("misc_open leaves the miscdevice in private_data"):
            device = container_of(cast(Pointer[miscdevice], opened.private_data), MiscDevice[S], "misc")
            return device._opened(opened)


@place
class CharDevice(_Device[S]):
    """A character device with a major number of its own: /dev/NAME0 and so on."""

    char: kmi_linux_char

    def __init__(self, name: str, count: int, operations: FileOperations[S], mode: int = 0o600) -> None:
        super().__init__(name, operations, mode)
        if not 1 <= count <= 256:
            raise OSError(EINVAL, f"a count of {count} is not one of 1 to 256")
        if name._size > 252:
            raise OSError(EINVAL, "bad device name")
        with unsafe("the records are zero and will not move; they are ended before their owner dies"):
            self.char.name = name._data()  # ends with a NUL, and self.name keeps it
            self.char.operations = kmi_linux_operations(
                CharDevice._open,
                CharDevice._release,
                where_overridden(CharDevice._read, FileOperations[S], "read"),
                where_overridden(CharDevice._write, FileOperations[S], "write"),
                where_overridden(CharDevice._seek, FileOperations[S], "seek"),
                where_overridden(CharDevice._mmap, FileOperations[S], "mmap"),
                where_overridden(CharDevice._ioctl, FileOperations[S], "ioctl"),
                where_overridden(CharDevice._poll, FileOperations[S], "poll"),
            )
            self.char.mode = mode
            self.char.count = count
            self.registration.publish = CharDevice._publish
            self.registration.withdraw = CharDevice._withdraw
            kmi_linux_enlist(address_of(self.registration))

    @callback
    @cold
    @staticmethod
    def _publish(registration: Pointer[kmi_linux_registration]) -> i32:
        with unsafe("only CharDevice.__init__ hands this function out, with its own record"):
            device = container_of(registration, CharDevice[S], "registration")
            operations = cast(Pointer[None], device.callbacks)
            return device._published(
                kmi_linux_char_publish(address_of(device.char), address_of(device.groups), operations)
            )

    @callback
    @cold
    @staticmethod
    def _withdraw(registration: Pointer[kmi_linux_registration]) -> None:
        with unsafe("it was published"):
            device = container_of(registration, CharDevice[S], "registration")
            kmi_linux_char_withdraw(address_of(device.char), address_of(device.groups))

    @callback
    @staticmethod
    def _open(node: Pointer[inode], opened: Pointer[file]) -> i32:
        with unsafe("chrdev_open found the node's cdev, which is the device's"):
            device = container_of(kmi_linux_char_of(node), CharDevice[S], "char")
            return device._opened(opened)
