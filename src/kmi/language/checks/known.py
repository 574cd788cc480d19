"""The classes and functions of the interface that the language itself gives a meaning to.

The language knows no kernel, but it knows what a lock is. A kernel's layer has its classes under the
same names: ``kmi.kernels.linux.sync.Mutex`` is ``kmi.sync.Mutex`` here.
"""

from __future__ import annotations

import re

from kmi.language.tree import Class, Function
from kmi.language.types import ClassType, OptionalType, TupleType, Type

OVERLOAD = re.compile(r"__([a-z]+)_\w+__")
"""How a library class names an overload for another type of argument: ``__extend_bytearray__``."""
RAW = frozenset({"kmi.sync.RawSpinLock"})
SPINNING = RAW | {"kmi.sync.SpinLock"}
READERS = frozenset({"kmi.sync.Reading"})
SEEING = frozenset({"kmi.rcu.Seeing"})
VIEWS = READERS | SEEING | {"kmi.sync.Writing"}
"""What a method of a place gives for `with`: the place itself, to be taken in one of several ways."""
RWLOCK = "kmi.sync.RwLock"
LOCKS = SPINNING | READERS | {"kmi.sync.Mutex", RWLOCK, "kmi.sync.Writing"}
CONDITION = "kmi.sync.Condition"
COMPLETION = "kmi.completion.Completion"
RANDOM = "kmi.random"
"""What draws from the kernel's generator, whose state is under a lock that is no raw one."""
NO_ALLOCATOR = "kmi.freebsd.malloc.no_default_allocator"
"""The decorator of modules that make nothing once they are loaded."""
WAITED_FOR = frozenset({CONDITION, COMPLETION})
REGISTRATION = "kmi.device.Registration"
ATOMIC = "kmi.atomic.Atomic"
PUBLISHED = "kmi.rcu.Published"
PLACES = LOCKS | SEEING | WAITED_FOR | {ATOMIC, PUBLISHED, "kmi.percpu.PerCpu", REGISTRATION}
THREADED = frozenset({"kmi.device.FileOperations", "kmi.modules.Module"})
"""The classes whose objects several threads reach by themselves: what the kernel calls."""
BORROWED = frozenset(
    {"kmi.device.File", "kmi.device.PollTable", "kmi.uio.Uio", "kmi.ioctl.Request", "kmi.pages.Area"}
)  # fmt: skip
"""The classes whose objects are valid until the callback that got them returns."""
OPERATIONS = "kmi.device.FileOperations"
COPIES = frozenset(
    {"kmi.uio.Uio.put", "kmi.uio.Uio.get", "kmi.uio.Uio.get_into", "kmi.ioctl.Request.get",
    "kmi.ioctl.Request.put"}
)
"""The methods that copy to or from user space, and so take the lock of its address space."""


def name_of(definition: Class) -> str:
    """The dotted name under which the interface declares a class, whichever kernel's it is."""
    return f"{interface_of(definition.module)}.{definition.name}"


def interface_of(module: str) -> str:
    """``kmi.sync`` for ``kmi.kernels.linux.sync``; any other module is itself."""
    parts = module.split(".")
    return ".".join(["kmi", *parts[3:]]) if parts[:2] == ["kmi", "kernels"] and len(parts) > 3 else module


def is_a(kind: Type, names: frozenset[str]) -> bool:
    """Whether a type is one of these classes, by interface name, or derives from one."""
    return isinstance(kind, ClassType) and derives(kind.definition, names)


def derives(definition: Class, names: frozenset[str]) -> bool:
    """Whether a class is one of these, by interface name, or derives from one."""
    return any(name_of(ancestor) in names for ancestor in definition.ancestors())


def is_place(kind: Type) -> bool:
    """Whether objects of a type are embedded in their owner: locks, conditions, registrations."""
    return isinstance(kind, ClassType) and (kind.definition.place or derives(kind.definition, PLACES))


def is_borrowed(kind: Type) -> bool:
    """Whether objects of a type are valid only until the callback that got them returns."""
    return is_a(kind, BORROWED)


def holds_place(kind: Type) -> bool:
    """Whether a type has a place or a borrowed object as a part, which none can have."""
    match kind:
        case ClassType(arguments=parts) | TupleType(items=parts):
            return any(is_place(part) or is_borrowed(part) or holds_place(part) for part in parts)
        case OptionalType(inner=inner):
            return is_place(inner) or holds_place(inner)
        case _:
            return False


def is_lock(kind: Type) -> bool:
    return is_a(kind, LOCKS)


def is_rwlock(kind: Type) -> bool:
    """Whether a type is a lock with readers, which is taken as one of these or as a writer."""
    return is_a(kind, frozenset({RWLOCK}))


def is_spinning(kind: Type) -> bool:
    return is_a(kind, SPINNING)


def forbids_sleep(kind: Type) -> bool:
    """Whether nothing may sleep in the block of a `with`: a lock that spins, or the reading of what is
    published.
    """
    return is_a(kind, SPINNING | SEEING)


def is_raw(kind: Type) -> bool:
    """Whether a type is a lock under which there is no allocator."""
    return is_a(kind, RAW)


def is_reader(kind: Type) -> bool:
    """Whether what a type lends in a `with` is only looked at."""
    return is_a(kind, READERS)


def is_view(kind: Type) -> bool:
    """Whether a type is a place as `with` takes it in one of several ways: `table.read()`."""
    return is_a(kind, VIEWS)


def is_condition(kind: Type) -> bool:
    return is_a(kind, frozenset({CONDITION}))


def spoken(function: Function) -> str:
    """The name by which an author calls a function: ``put`` for the overload ``__put_bytearray__``."""
    overload = OVERLOAD.fullmatch(function.name)
    if overload is None or function.owner is None:
        return function.name
    names = (overload[1], f"__{overload[1]}__")
    return next((name for name in names if function.owner.method(name) is not None), function.name)


def may_sleep(function: Function) -> bool:
    """Whether one of kmi's own functions is declared to sleep; an overload is as what it overloads."""
    declared = function
    if function.effects is None and function.owner is not None:
        declared = function.owner.method(spoken(function)) or function
    return declared.effects is not None and declared.effects.sleeps


def is_copy(function: Function) -> bool:
    """Whether a function copies to or from user space."""
    return function.owner is not None and f"{name_of(function.owner)}.{spoken(function)}" in COPIES


def is_state(function: Function) -> bool:
    """Whether a function is the property ``state`` of an open file."""
    return function.name == "state" and function.owner is not None and derives(function.owner, BORROWED)


def is_builtin(definition: Class) -> bool:
    """Whether a class is one of Python's own: ``list``, ``bytes``."""
    return definition.module.startswith("kmi.runtime.")
