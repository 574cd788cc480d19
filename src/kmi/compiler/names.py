"""C names: short, readable, never twice the same, never a word that C or a header has taken.

    Echo.read           Echo_read            struct Echo
    Mutex[Permits]      Mutex_Permits        Mutex_Permits_enter
    list[int].append    list_int_append

A name that two modules use is prefixed by the module in the second.
"""

from __future__ import annotations

from kmi.language.types import (
    BoolType,
    ClassType,
    CStructType,
    ExceptionType,
    FunctionType,
    IntType,
    NeverType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeObject,
    TypeVariable,
    UnionType,
)

KEYWORDS = frozenset(
    """auto break case char const continue default do double else enum extern float for goto if inline int
    long register restrict return short signed sizeof static struct switch typedef union unsigned void
    volatile while asm typeof _Bool bool true false NULL u8 u16 u32 u64 i8 i16 i32 i64 usize isize i128
    u128 s8 s16 s32 s64 errno linux unix i386 likely unlikely noinline current min max stdin stdout
    stderr main jiffies container_of __func__ swap abs offsetof error result""".split()
)
"""Words that a local or a field may not have in C: keywords, types, macros without arguments, kmi's own."""


def identifier(name: str) -> str:
    """A local's or a field's name as C can have it."""
    if name in KEYWORDS or name.startswith("kmi_"):
        return f"{name}_"
    return name if name.isascii() else "".join(c if c.isascii() else f"u{ord(c):x}" for c in name)


def type_name(kind: Type) -> str:
    """A type as a part of a name."""
    match kind:
        case IntType(name=name):
            return name
        case BoolType():
            return "bool"
        case NoneType():
            return "None"
        case NeverType():
            return "Never"
        case ClassType(definition=definition, arguments=arguments):
            return "_".join([definition.name, *map(type_name, arguments)])
        case ExceptionType(definition=definition):
            return definition.name
        case OptionalType(inner=inner):
            return f"optional_{type_name(inner)}"
        case UnionType(members=members):
            return "_or_".join(map(type_name, members))
        case TupleType(items=items):
            return "_".join(["tuple", *map(type_name, items)])
        case PointerType(target=target):
            return "pointer" if target is None else f"pointer_{type_name(target)}"
        case CStructType(binding=binding):
            return binding.name
        case FunctionType():
            return "function"
        case TypeObject(instance=instance):
            return f"type_{type_name(instance)}"
        case TypeVariable(name=name):
            return name


def method_name(name: str) -> str:
    """``__enter__`` as ``enter``, ``_open`` as ``open``, for the end of a longer name."""
    return name.strip("_") or "_"


class Namer:
    """Gives each thing at file scope a name of its own."""

    def __init__(self) -> None:
        self.taken: set[str] = set(KEYWORDS)

    def unique(self, wanted: str, module: str) -> str:
        """``wanted``, or with the module before it, or with a number behind it."""
        candidates = [wanted, f"{module.rpartition('.')[2]}_{wanted}"]
        number = 2
        while True:
            for candidate in candidates:
                if candidate not in self.taken:
                    self.taken.add(candidate)
                    return identifier(candidate)
            candidates = [f"{wanted}_{number}"]
            number += 1
