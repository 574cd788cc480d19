"""The names that the language knows by itself: of the package, of the standard library, of Python.

Those that Python has and a kernel has not are here too, with what to use instead.
"""

from __future__ import annotations

import builtins
import errno

from kmi.language import codes

FORMS: frozenset[str] = frozenset(
    {
        "kmi.integers.wrapping",
        *(f"kmi.integers.{order}{bits}" for order in ("be", "le") for bits in (16, 32, 64)),
        "kmi.errors.error",
        "kmi.modules.module",
        "kmi.sync.lock_all",
        "kmi.parameter.Parameter",
        "kmi.ioctl.IO",
        "kmi.ioctl.IOR",
        "kmi.ioctl.IOW",
        "kmi.ioctl.IOWR",
        "kmi.interface.provided",
        "kmi.interface.confined",
        "kmi.interface.sleeps",
        "kmi.interface.sleeps_with",
        "kmi.interface.metadata",
        "kmi.interface.raises",
        "kmi.interface.context",
        "kmi.interface.Context",
        "kmi.interface.Callback",
        "kmi.interface.ShowCallback",
        "kmi.interface.SoftirqCallback",
        "kmi.interface.StoreCallback",
        "kmi.interface.ThreadCallback",
    }
)
"""Names of the package with a meaning of their own in the language; all of ``kmi.unsafe`` are, too."""

STANDARD: dict[str, frozenset[str]] = {
    "typing": frozenset(
        {
            "Final",
            "ClassVar",
            "Generic",
            "TypeVar",
            "TypeAlias",
            "Self",
            "Annotated",
            "Any",
            "Optional",
            "Union",
            "Literal",
            "TYPE_CHECKING",
            "final",
            "override",
            "cast",
            "Protocol",
            "NoReturn",
            "Never",
            "overload",
            "dataclass_transform",
            "Callable",
            "Iterator",
            "Iterable",
        }
    ),
    "typing_extensions": frozenset({"TypeVar", "override", "Self", "final", "Never", "TypeAlias", "Final"}),
    "dataclasses": frozenset({"dataclass", "field"}),
    "enum": frozenset({"Enum", "IntEnum", "IntFlag", "Flag", "auto", "unique"}),
    "abc": frozenset({"ABC", "ABCMeta", "abstractmethod"}),
    "collections.abc": frozenset({"Callable", "Iterator", "Iterable", "Sequence", "Mapping"}),
    "collections": frozenset({"deque"}),
    "weakref": frozenset({"ref"}),
    "types": frozenset({"TracebackType"}),
    "errno": frozenset(errno.errorcode.values()) | {"ERESTARTSYS"},
    "os": frozenset({"SEEK_SET", "SEEK_CUR", "SEEK_END"}),
    "__future__": frozenset({"annotations"}),
}
"""The modules of the standard library that a kernel module may import from, and the names in them."""

CLASSES: dict[str, str] = {
    "collections.deque": "kmi.runtime.deque",
    "collections.abc.Iterator": "kmi.runtime.iterators",
    "typing.Iterator": "kmi.runtime.iterators",
    "weakref.ref": "kmi.runtime.weakref",
}
"""Classes of the standard library, and the modules of the run time that have them."""

ALIEN: frozenset[str] = frozenset({"os"})
"""Those of which a kernel has nothing but these names: any other is a mistake about the module."""

FUNCTIONS: frozenset[str] = frozenset(
    {
        "len",
        "min",
        "max",
        "abs",
        "range",
        "isinstance",
        "print",
        "enumerate",
        "hash",
        "int",
        "bool",
        "ord",
        "chr",
        "hex",
        "oct",
        "bin",
        "divmod",
        "pow",
        "next",
        "iter",
        "tuple",
        "super",
        "property",
        "staticmethod",
        "classmethod",
        "object",
        "type",
        "repr",
        "zip",
        "reversed",
        "sorted",
        "sum",
        "any",
        "all",
        "NotImplemented",
        "Ellipsis",
    }
)
CONTAINERS: frozenset[str] = frozenset(
    {"list", "bytes", "bytearray", "str", "dict", "memoryview", "set", "frozenset"}
)
"""Built-in classes, each written in kernel Python in a file of the run time."""

VALUES: frozenset[str] = frozenset({"range"})
"""Those of which a loop makes no object: they are forms, and classes where they are values."""

LACKING_CODES: dict[str, codes.Code] = {
    "float": codes.FLOAT,
    "eval": codes.EVALUATED,
    "exec": codes.EVALUATED,
    "compile": codes.EVALUATED,
    "__import__": codes.EVALUATED,
    "globals": codes.GLOBAL_VARIABLE,
    "setattr": codes.PATCHED,
    "delattr": codes.PATCHED,
}
LACKING: dict[str, str] = {
    "compile": "a kernel module is compiled: call functions",
    "float": "scale to integers: milliseconds, thousandths; kernels do not use the FPU",
    "complex": "use two integers",
    "eval": "a kernel module is compiled: call functions",
    "exec": "a kernel module is compiled: call functions",
    "open": "a kernel module has no files of its own: it serves those that processes open",
    "breakpoint": "set it from outside, on the simulated kernel: `kmi test --trace`, then `b FILE:LINE`, `c`",
    "input": "take input in the `write` of a device, or as a `Parameter`",
    "getattr": "name the attribute",
    "setattr": "name the attribute",
    "hasattr": "use `isinstance`, or a field that may be `None`",
    "map": "use a comprehension: `[f(item) for item in items]`",
    "filter": "use a comprehension: `[item for item in items if …]`",
    "callable": "what a `Callable` may be is known: a function, never None but by `| None`",
    "round": "use `//`, which rounds down",
    "id": "compare with `is`",
    "globals": "keep state in a field of the `Module` object",
    "locals": "use the variables themselves",
    "vars": "name the fields",
    "slice": "write `data[start:stop]`",
}
"""Names that Python has and kernel Python has not, with what to use instead."""


def lacking_code(name: str) -> codes.Code:
    """The code of a name that Python has and kernel Python has not."""
    return LACKING_CODES.get(name, codes.UNSUPPORTED)


def lacking(name: str) -> str | None:
    """What to use instead of a name that Python has and kernel Python has not; None for any other name."""
    if name in LACKING:
        return LACKING[name]
    return "use what kernel Python has" if hasattr(builtins, name) else None
