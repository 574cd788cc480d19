"""Values in the tree of sysctl(9).

Invariants: a value is in the tree from its publishing to its withdrawing, which waits for calls of its
handler; the object whose field it is, and whose methods it calls, is there longer than that.
"""

from errno import EFBIG, EINVAL

from kmi.device import Registration
from kmi.integers import i32, i64, u8, usize
from kmi.interface import ShowCallback, StoreCallback
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_enlist,
    kmi_freebsd_refuse,
    kmi_freebsd_registration,
    kmi_freebsd_setting,
    kmi_freebsd_setting_publish,
    kmi_freebsd_setting_store,
    kmi_freebsd_setting_value,
    kmi_freebsd_setting_withdraw,
    memcpy,
)
from kmi.unsafe import ConstPointer, Pointer, address_of, callback, cast, container_of, place, unsafe

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


@place
class _Setting(Registration):
    """What numbers and texts have in common: a path."""

    record: kmi_freebsd_setting
    path: str
    description: str

    def __init__(self, path: str, description: str) -> None:
        self.path = path
        self.description = description
        words = path.split(".")
        first = words[0]
        if not 2 <= len(words) <= 8 or first not in ("hw", "dev", "kern", "debug", "vfs", "net", "security"):
            raise OSError(EINVAL, "bad path of a sysctl")
        for word in words:
            if not 1 <= len(word) <= 31:
                raise OSError(EINVAL, "bad path of a sysctl")
            for letter in word:
                if letter not in LETTERS:
                    raise OSError(EINVAL, "bad path of a sysctl")
        with unsafe("the records are zero and will not move; the fields keep the texts, which a NUL ends"):
            self.record.path = path._data()
            self.record.description = description._data()
            self.registration.publish = _Setting._publish
            self.registration.withdraw = _Setting._withdraw
            kmi_freebsd_enlist(address_of(self.registration))

    @callback
    @staticmethod
    def _publish(registration: Pointer[kmi_freebsd_registration]) -> i32:
        with unsafe("only _Setting.__init__ hands this function out, with its own record"):
            made = container_of(registration, _Setting, "registration")
            return kmi_freebsd_setting_publish(address_of(made.record))

    @callback
    @staticmethod
    def _withdraw(registration: Pointer[kmi_freebsd_registration]) -> None:
        with unsafe("only _Setting.__init__ hands this function out, with its own record"):
            made = container_of(registration, _Setting, "registration")
            kmi_freebsd_setting_withdraw(address_of(made.record))


@place
class Number(_Setting):
    """A number, in the record."""

    def __init__(
        self,
        path: str,
        description: str,
        value: int,
        minimum: int = -(1 << 63),
        maximum: int = (1 << 63) - 1,
        writable: bool = True,
    ) -> None:
        super().__init__(path, description)
        if not minimum <= value <= maximum:
            raise OSError(EINVAL, f"{value} is not one of {minimum} to {maximum}")
        with unsafe("the record is this object's, and not yet published"):
            self.record.value = value
            self.record.low = minimum
            self.record.high = maximum
            self.record.writable = writable

    @property
    def value(self) -> int:
        with unsafe("the record is a number's"):
            return kmi_freebsd_setting_value(address_of(self.record))

    def store(self, value: int) -> None:
        with unsafe("the record is a number's"):
            kmi_freebsd_setting_store(address_of(self.record), value)


@place
class Procedure(_Setting):
    """A text that methods tell, and are told."""

    show: ShowCallback
    set: StoreCallback | None

    def __init__(
        self, path: str, description: str, show: ShowCallback, store: StoreCallback | None = None
    ) -> None:
        super().__init__(path, description)
        self.show = show
        self.set = store
        with unsafe("the record is this object's, and not yet published"):
            self.record.writable = store is not None
            self.record.show = Procedure._show
            self.record.store = Procedure._store

    @callback
    @staticmethod
    def _show(record: Pointer[kmi_freebsd_setting], text: Pointer[u8]) -> i64:
        with unsafe("only Procedure.__init__ hands this out, with its own record; there are 1024 bytes"):
            procedure = container_of(record, Procedure, "record")
            try:
                shown = procedure.show()
                if shown._size > 1023:
                    raise OSError(EFBIG, "a sysctl has at most 1023 bytes")
                size = cast(usize, shown._size)
                memcpy(cast(Pointer[None], text), cast(Pointer[None], shown._data()), size)
                return shown._size
            except Exception as error:
                return -kmi_freebsd_refuse(error, False)

    @callback
    @staticmethod
    def _store(record: Pointer[kmi_freebsd_setting], text: ConstPointer[u8]) -> i64:
        with unsafe("only Procedure.__init__ hands this out, with its own record; a NUL ends the text"):
            procedure = container_of(record, Procedure, "record")
            store = procedure.set
            try:
                if store is not None:
                    store(str.__from_c_string__(text))
            except Exception as error:
                return -kmi_freebsd_refuse(error, False)
            return 0
