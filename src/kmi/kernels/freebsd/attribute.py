"""Attributes and counters of devices: sysctls below those of their device (`attributes.h`).

Invariants: the operations, whose fields these are, live as long as the module; a device's sysctls are gone,
and no call of `show` or `store` runs any more, before its registration has ended (sysctl_ctx_free waits).
"""

from errno import EFBIG, EINVAL

from kmi.integers import i32, u8, u64, usize
from kmi.interface import ShowCallback, StoreCallback
from kmi.kernels.freebsd.bindings import (
    kmi_freebsd_attribute,
    kmi_freebsd_attribute_end,
    kmi_freebsd_attribute_init,
    kmi_freebsd_attribute_shown,
    kmi_freebsd_counter_add,
    kmi_freebsd_counter_init,
    kmi_freebsd_counter_value,
    kmi_freebsd_refuse,
    memcpy,
)
from kmi.kernels.freebsd.device import Registration
from kmi.unsafe import ConstPointer, Pointer, address_of, callback, cast, container_of, place, unsafe


@place
class _File(Registration):
    """What attributes and counters have in common: a name among the sysctls."""

    record: kmi_freebsd_attribute
    name: str

    def __init__(self, name: str) -> None:
        self.name = name
        if not 0 < name._size <= 255 or name == "." or name == "..":
            raise OSError(EINVAL, "bad name of an attribute")
        with unsafe("a str has _size bytes"):
            text = name._data()
            for index in range(name._size):
                if text[index] == 0 or text[index] == 0x2F:
                    raise OSError(EINVAL, "bad name of an attribute")

    def __del__(self) -> None:
        with unsafe("the record is in the list, or zero"):
            kmi_freebsd_attribute_end(address_of(self.record))


@place
class Attribute(_File):
    """A file whose text the module tells, and may be told."""

    show: ShowCallback
    store: StoreCallback | None

    def __init__(self, name: str, show: ShowCallback, store: StoreCallback | None = None) -> None:
        super().__init__(name)
        self.show = show
        self.store = store
        with unsafe("the record is zero and will not move; the name ends with a NUL, and self.name keeps it"):
            if store is None:
                kmi_freebsd_attribute_shown(address_of(self.record), name._data(), Attribute._show)
            else:
                kmi_freebsd_attribute_init(
                    address_of(self.record), name._data(), Attribute._show, Attribute._store
                )

    @callback
    @staticmethod
    def _show(record: Pointer[kmi_freebsd_attribute], page: Pointer[u8], shown: Pointer[u64]) -> i32:
        with unsafe("only Attribute.__init__ hands this function out, with its own record; a page is 4096"):
            attribute = container_of(record, Attribute, "record")
            try:
                text = attribute.show()
                size = text._size
                if size > 4095 or (size == 4095 and text._data()[4094] != 0x0A):
                    raise OSError(EFBIG, "an attribute has at most a page")
                memcpy(cast(Pointer[None], page), cast(Pointer[None], text._data()), cast(usize, size))
                shown[0] = cast(u64, size)
                return 0
            except Exception as error:
                return kmi_freebsd_refuse(error, False)

    @callback
    @staticmethod
    def _store(record: Pointer[kmi_freebsd_attribute], text: ConstPointer[u8]) -> i32:
        with unsafe("only Attribute.__init__ hands this function out, with its record; a NUL ends the text"):
            attribute = container_of(record, Attribute, "record")
            store = attribute.store
            try:
                if store is not None:
                    store(str.__from_c_string__(text))
            except Exception as error:
                return kmi_freebsd_refuse(error, False)
            return 0


@place
class Counter(_File):
    """An `atomic64_t`, and a file that tells it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        with unsafe("the record is zero and will not move; the name ends with a NUL, and self.name keeps it"):
            kmi_freebsd_counter_init(address_of(self.record), name._data())

    def add(self, count: int = 1) -> None:
        with unsafe("the record is a counter's"):
            kmi_freebsd_counter_add(address_of(self.record), count)

    @property
    def value(self) -> int:
        with unsafe("the record is a counter's"):
            return kmi_freebsd_counter_value(address_of(self.record))
