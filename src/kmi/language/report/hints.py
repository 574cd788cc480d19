"""What to write instead, for the mistakes that most people make first.

    self.kept.append(1)         # `kept` is a Mutex: the hint shows the `with` block
    import threading            # the hint names kmi.sync
"""

from __future__ import annotations

from kmi.language.checks.known import is_lock, is_rwlock
from kmi.language.types import ClassType, Type, TypeObject

MODULES = {
    "asyncio": "a callback may wait by itself: `Condition.wait()` of `kmi.sync`",
    "collections": "use a `list`, a `dict`, a `deque` or a class of your own",
    "contextlib": "write a class with `__enter__` and `__exit__`",
    "ctypes": "records with C layout are `kmi.Struct`: `from kmi import Struct`",
    "functools": "write it as a function or a method",
    "itertools": "write it as a loop",
    "json": "user space can do that: hand it the bytes, or a `kmi.Struct` by ioctl",
    "logging": "the kernel's log is `from kmi import info`: `info(f\"...\")`",
    "multiprocessing": "locks and waiting are in `kmi.sync`: `from kmi.sync import Condition, Mutex`",
    "numpy": "a kernel computes with integers: use a `list` of them",
    "os": "a module serves system calls and makes none; errnos are in `errno`",
    "queue": "use a `deque` under a `Mutex`, with a `Condition`: `from kmi.sync import Condition, Mutex`",
    "random": "random bytes and numbers are in `kmi.random`: `from kmi.random import random_bytes`",
    "re": "look for bytes with `find`, `startswith` and slices",
    "socket": "a module has no sockets yet: let user space hold them",
    "struct": "records with C layout are `kmi.Struct`: `from kmi import Struct`",
    "subprocess": "a module starts no programs: let user space do it",
    "sys": "what the loader gives is a parameter: `from kmi import Parameter`",
    "threading": "locks are in `kmi.sync`, threads in `kmi.thread`: `from kmi.sync import Condition, Mutex`",
    "time": "clock, sleep and deadlines are in `kmi.time`: `from kmi.time import monotonic_ns`",
}
"""Modules that people import by habit, and what a kernel has in their place."""

NAMES = {
    "Counter": "count in a `dict`: `counts[key] = counts.get(key, 0) + 1`",
    "Dict": "write `dict[K, V]`",
    "FrozenSet": "write `frozenset[T]`",
    "List": "write `list[T]`",
    "NamedTuple": "make it a dataclass: `@dataclass(frozen=True)`",
    "NewType": "use the type itself, or a class with one field",
    "OrderedDict": "a `dict` keeps its order",
    "ParamSpec": "say what is called: `Callable[[int], int]`",
    "Set": "write `set[T]`",
    "StrEnum": "use an `IntEnum`, and `member.name` for its text",
    "Tuple": "write `tuple[int, str]`",
    "Type": "write `type[T]`",
    "TypedDict": "make it a dataclass",
    "defaultdict": "`items.setdefault(key, []).append(item)` of a `dict` does the same",
    "namedtuple": "make it a dataclass: `@dataclass(frozen=True)`",
    "replace": "make the object anew: `Point(old.x, 5)`",
}
"""Names of modules that a kernel has in part, and what to write in their place."""


def name_hint(name: str) -> str | None:
    """What to use instead of a name of Python's that kernel Python does not have."""
    return NAMES.get(name)


def module_hint(dotted: str) -> str | None:
    """What to use instead of a module of Python's that a kernel does not have."""
    return MODULES.get(dotted.partition(".")[0])


METHODS = {
    ("str", "format"): "use an f-string: f\"{name}: {value}\"",
    ("str", "title"): "write it as it is to be",
    ("str", "capitalize"): "write it as it is to be: `text[:1].upper() + text[1:]`",
    ("str", "translate"): "use `replace`",
    ("Uio", "read"): "take what the process wrote: `data.get(data.remaining)`",
    ("Uio", "write"): "give it to the process that reads: `data.put(…)`",
    ("Mutex", "acquire"): "a lock is held by a block: `with self.lock as value:`",
    ("Mutex", "lock"): "a lock is held by a block: `with self.lock as value:`",
    ("SpinLock", "acquire"): "a lock is held by a block: `with self.lock as value:`",
    ("list", "push"): "did you mean `append`?",
    ("list", "add"): "did you mean `append`?",
    ("set", "append"): "did you mean `add`?",
    ("dict", "has_key"): "ask `key in table`",
}
"""Methods that people call by habit, and what does the same."""


def habit_hint(what: str, name: str) -> str | None:
    """What to call instead of a method that a class does not have; ``what`` is the class in words."""
    return METHODS.get((what.strip("`").partition("[")[0], name))


def lock_hint(kind: Type, written: str, use: str = "", writes: bool = False) -> str | None:
    """How to reach what a lock guards, where the lock itself was used as if it were that.

    ``written`` is the lock as the author wrote it, ``use`` what was to be done with it, ``{}`` in its place.
    """
    if not is_lock(kind) or not written.replace(".", "").replace("_", "").isalnum():
        return None
    name = written.rpartition(".")[2]
    name = name if name != written else "value"
    then = use.replace("{}", name) or "..."
    how = (".write()" if writes else ".read()") if is_rwlock(kind) else ""
    return f"take the lock, and use what it guards:\nwith {written}{how} as {name}:\n    {then}"


def class_hint(kind: Type) -> str | None:
    """How to make an object, where its class was given."""
    if isinstance(kind, TypeObject) and isinstance(kind.instance, ClassType):
        return f"make an object of it: `{kind.instance.definition.name}(...)`"
    return None
