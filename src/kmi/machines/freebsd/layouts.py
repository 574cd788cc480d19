"""The structs that a module and the kernel share, as FreeBSD's headers lay them out.

    layouts = Layouts.read(arguments)
    layouts["uio"].field("uio_resid")       # Field(offset=24, size=8, signed=True)
    record = Record(engine, layouts["uio"], address)
    record["uio_resid"] -= 5

Read with libclang, once for each set of headers, and kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clang.cindex import Index, TypeKind  # type: ignore[import-untyped]

import kmi
from kmi import cache
from kmi.machines.cpu.engine import Engine

__all__ = ["Field", "Layout", "Layouts", "Record"]

HEADERS: Final = (
    "sys/param.h", "sys/systm.h", "sys/proc.h", "sys/kernel.h", "sys/module.h", "sys/linker.h", "sys/conf.h",
    "sys/uio.h", "sys/malloc.h", "sys/lock.h", "sys/mutex.h", "sys/sx.h", "sys/rwlock.h", "sys/rmlock.h",
    "sys/condvar.h", "sys/sema.h", "sys/sysctl.h", "sys/callout.h", "sys/taskqueue.h", "sys/selinfo.h",
    "sys/pcpu.h", "sys/ucred.h", "sys/eventhandler.h", "sys/kthread.h", "sys/poll.h", "sys/sbuf.h",
    "sys/event.h", "sys/file.h",
)  # fmt: skip
STRUCTS: Final = (
    "uio", "iovec", "cdev", "cdevsw", "make_dev_args", "malloc_type", "lock_object", "mtx", "sx", "rwlock",
    "rmlock", "cv", "sysctl_oid", "sysctl_req", "sysinit", "mod_metadata", "moduledata", "mod_depend",
    "mod_version", "thread", "proc", "file", "ucred", "pcpu", "callout", "task", "timeout_task", "selinfo",
    "knlist", "sysctl_ctx_entry", "sysctl_ctx_list", "sysctl_oid_list", "eventhandler_entry", "sbuf",
    "mtx_args", "sx_args", "rw_args", "sema", "rm_priotracker",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A member of a struct."""

    offset: int
    size: int
    signed: bool


@dataclass(frozen=True)
class Layout:
    """A struct: its size in bytes and its members, those of nested structs as `outer.inner`."""

    name: str
    size: int
    fields: dict[str, Field]


class Layouts:
    """The layouts of a set of headers."""

    def __init__(self, known: dict[str, Layout]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> Layout:
        return self._known[name]

    def __contains__(self, name: str) -> bool:
        return name in self._known

    @classmethod
    def read(cls, arguments: Sequence[str], release: str) -> Layouts:
        """Those that clang sees with the arguments, which name the headers of a release."""
        key = cache.key(kmi.__file__, release, Path(__file__).read_text(), *arguments)

        def make(entry: Path) -> None:
            made = {name: _plain(layout) for name, layout in _parsed(arguments).items()}
            (entry / "layouts.json").write_text(json.dumps(made))

        entry = cache.get("freebsd-layouts", key, make)
        known = json.loads((entry / "layouts.json").read_text())
        return cls({name: _layout(name, plain) for name, plain in known.items()})


def _plain(layout: Layout) -> dict[str, Any]:
    return {
        "size": layout.size,
        "fields": {name: [f.offset, f.size, f.signed] for name, f in layout.fields.items()},
    }


def _layout(name: str, plain: dict[str, Any]) -> Layout:
    return Layout(name, plain["size"], {key: Field(*value) for key, value in plain["fields"].items()})


def _parsed(arguments: Sequence[str]) -> dict[str, Layout]:
    text = "".join(f"#include <{header}>\n" for header in HEADERS)
    unit = Index.create().parse("layouts.c", [*arguments], unsaved_files=[("layouts.c", text)])
    if bad := [str(d) for d in unit.diagnostics if d.severity >= 3]:
        raise ValueError(f"the headers of FreeBSD cannot be read: {bad[0]}")
    found: dict[str, Layout] = {}
    for cursor in unit.cursor.get_children():
        if cursor.kind.name == "STRUCT_DECL" and cursor.is_definition() and cursor.spelling in STRUCTS:
            fields: dict[str, Field] = {}
            _collect(cursor.type, 0, "", fields)
            found[cursor.spelling] = Layout(cursor.spelling, cursor.type.get_size(), fields)
    return found


def _collect(kind: Any, base: int, prefix: str, fields: dict[str, Field]) -> None:
    for member in kind.get_fields():
        offset = base + kind.get_offset(member.spelling) // 8 if member.spelling else base
        actual = member.type.get_canonical()
        name = prefix + member.spelling
        if member.spelling:
            fields[name] = Field(offset, max(actual.get_size(), 0), _signed(actual))
        if actual.kind == TypeKind.RECORD:
            inner = base + member.get_field_offsetof() // 8 if not member.spelling else offset
            _collect(actual, inner, prefix if not member.spelling else f"{name}.", fields)


def _signed(kind: Any) -> bool:
    return kind.kind in (
        TypeKind.CHAR_S, TypeKind.SCHAR, TypeKind.SHORT, TypeKind.INT, TypeKind.LONG, TypeKind.LONGLONG,
    )  # fmt: skip


class Record:
    """A struct in the emulated memory: its fields by name, as ints."""

    def __init__(self, engine: Engine, layout: Layout, address: int) -> None:
        self.engine = engine
        self.layout = layout
        self.address = address

    def at(self, name: str) -> int:
        """The address of a member."""
        return self.address + self.layout.fields[name].offset

    def __getitem__(self, name: str) -> int:
        field = self.layout.fields[name]
        data = self.engine.read(self.address + field.offset, field.size)
        return int.from_bytes(data, "little", signed=field.signed)

    def __setitem__(self, name: str, value: int) -> None:
        field = self.layout.fields[name]
        data = (value & (1 << 8 * field.size) - 1).to_bytes(field.size, "little")
        self.engine.write(self.address + field.offset, data)
