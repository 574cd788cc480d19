"""What to write instead, for the mistakes that most people make first.

    self.kept.append(1)         # `kept` is a Mutex: the hint shows the `with` block
    import threading            # the hint names kmi.sync
"""

from __future__ import annotations

from kmi.language.checks.known import is_lock
from kmi.language.types import ClassType, Type, TypeObject

MODULES = {
    "asyncio": "a callback may wait by itself: `Condition.wait()` of `kmi.sync`",
    "collections": "use a `list`, a `dict` or a class of your own",
    "ctypes": "records with C layout are `kmi.Struct`: `from kmi import Struct`",
    "functools": "write it as a function or a method",
    "itertools": "write it as a loop",
    "json": "user space can do that: hand it the bytes, or a `kmi.Struct` by ioctl",
    "logging": "the kernel's log is `from kmi import info`: `info(f\"...\")`",
    "multiprocessing": "locks and waiting are in `kmi.sync`: `from kmi.sync import Condition, Mutex`",
    "numpy": "a kernel computes with integers: use a `list` of them",
    "os": "a module serves system calls and makes none; errnos are in `errno`",
    "queue": "use a `list` under a `Mutex`, with a `Condition`: `from kmi.sync import Condition, Mutex`",
    "random": "a module has no random numbers yet: let user space give them",
    "re": "look for bytes with `find`, `startswith` and slices",
    "socket": "a module has no sockets yet: let user space hold them",
    "struct": "records with C layout are `kmi.Struct`: `from kmi import Struct`",
    "subprocess": "a module starts no programs: let user space do it",
    "sys": "what the loader gives is a parameter: `from kmi import Parameter`",
    "threading": "locks and waiting are in `kmi.sync`: `from kmi.sync import Condition, Mutex`",
    "time": "to wait for something is `Condition.wait_for(milliseconds)` of `kmi.sync`",
}
"""Modules that people import by habit, and what a kernel has in their place."""


def module_hint(dotted: str) -> str | None:
    """What to use instead of a module of Python's that a kernel does not have."""
    return MODULES.get(dotted.partition(".")[0])


def lock_hint(kind: Type, written: str, use: str = "") -> str | None:
    """How to reach what a lock guards, where the lock itself was used as if it were that.

    ``written`` is the lock as the author wrote it, ``use`` what was to be done with it, ``{}`` in its place.
    """
    if not is_lock(kind) or not written.replace(".", "").replace("_", "").isalnum():
        return None
    name = written.rpartition(".")[2]
    name = name if name != written else "value"
    then = use.format(name) or "..."
    return f"take the lock, and use what it guards:\nwith {written} as {name}:\n    {then}"


def class_hint(kind: Type) -> str | None:
    """How to make an object, where its class was given."""
    if isinstance(kind, TypeObject) and isinstance(kind.instance, ClassType):
        return f"make an object of it: `{kind.instance.definition.name}(...)`"
    return None
