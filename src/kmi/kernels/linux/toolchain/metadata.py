"""The C around a compiled module: its parameters, its entry points, what `modinfo` says of it.

    KMI_LINUX_WORD(capacity, long long, kmi_linux_parse_signed, "%lld", value, 4096LL, value >= 1LL, ...);
    ...
    KMI_LINUX_MODULE(Loader_init, Loader_exit)
    MODULE_LICENSE("GPL");

Parameters are static storage with a pure validator, set before init runs; a bad value refuses the load with
EINVAL and a line in the log.
"""

from __future__ import annotations

from kmi.kernels.building.literals import number, text
from kmi.language.tree import ModuleParameter, Program
from kmi.language.types import BOOL, INT, IntType, Type

__all__ = ["DOCTESTS", "epilogue", "prologue"]

_ABOUT = (
    ("license", "LICENSE"),
    ("description", "DESCRIPTION"),
    ("author", "AUTHOR"),
    ("version", "VERSION"),
)


DOCTESTS = (
    "module_param(kmi_doctests, charp, 0400);\n"
    "MODULE_PARM_DESC(kmi_doctests, "
    '"1: run the doctests when the module is loaded; NAME: the one of that name");\n'
)
"""The parameter that runs a test build's doctests."""


def prologue(program: Program, assertions: str) -> str:
    """The C before the module's own: headers, the proof of the bindings, the storage of the parameters."""
    parts = ['#include "entry.h"\n', assertions]
    for parameter in program.parameters:
        parts.append(_storage(parameter))
    # Said before the definitions, so that Linux gives the memory of their code back when it has run.
    parts.append("static int __init Loader_init(void);\nstatic void __exit Loader_exit(void);\n")
    return "\n".join(parts)


def epilogue(program: Program, init: str, leave: str) -> str:
    """The C after it; `init` and `leave` are the C names of the loader's two functions."""
    parameters = "".join(_declaration(parameter) for parameter in program.parameters)
    about = "".join(
        f"MODULE_{macro}({text(program.about[key])});\n" for key, macro in _ABOUT if program.about.get(key)
    )
    return f"KMI_LINUX_MODULE({init}, {leave})\n\n{parameters}{about}"


#: What modinfo calls an integer of that width, as module_param does; the 64-bit ones as `long long`.
_WORDS = {
    "u8": "byte", "i8": "char", "u16": "ushort", "i16": "short", "u32": "uint", "i32": "int",
    "u64": "ullong", "i64": "llong", "usize": "ulong", "isize": "long", "int": "llong",
}  # fmt: skip


def _storage(parameter: ModuleParameter) -> str:
    name, default, kind = parameter.name, parameter.default, parameter.type
    check = f"check_{name}" if parameter.check is not None else None
    if isinstance(default, str | tuple):
        asks = f"static i32 {check}(struct kmi_linux_snapshot *value);\n" if check else ""
        made = _snapshot(parameter, default, check)
        return f"{asks}{made}#define KMI_PARAMETER_{name} (&kmi_parameter_{name})\n"
    low, high = _bounds(parameter)
    signed = low < 0 or high < 1 << 63
    word = "bool" if kind == BOOL else "long long" if signed else "unsigned long long"
    asks = f"static i32 {check}({_c_name(kind)} value);\n" if check else ""
    asked = f"{check}(value)" if check else "0"
    if kind == BOOL:
        made = (
            f"KMI_LINUX_WORD({name}, bool, kmi_linux_parse_bool, \"%c\", value ? 'Y' : 'N', "
            f'{"true" if default else "false"}, true, {asked}, "a bool that will do");\n'
        )
    else:
        sign, form = ("signed", "%lld") if signed else ("unsigned", "%llu")
        within = " && ".join(
            [
                *([f"value >= {number(low)}"] if low > (-1 << 63 if signed else 0) else []),
                *([f"value <= {number(high)}"] if high < (1 << 63 if signed else 1 << 64) - 1 else []),
            ]
        )
        words = f"an integer from {low} to {high}" + (" that will do" if check else "")
        made = (
            f'KMI_LINUX_WORD({name}, {word}, kmi_linux_parse_{sign}, "{form}", value, '
            f'{number(int(default))}, {within or "true"}, {asked}, "{words}");\n'
        )
    read = f"(({_c_name(kind)})READ_ONCE(kmi_parameter_{name}))"
    return f"{asks}{made}#define KMI_PARAMETER_{name} {read}\n"


def _snapshot(parameter: ModuleParameter, default: str | tuple[int, ...], check: str | None) -> str:
    name, asked = parameter.name, check or "NULL"
    if isinstance(default, str):
        size = len(default.encode())
        return f"KMI_LINUX_SNAPSHOT({name}, {text(default)}, NULL, {size}, 0, 0, 0, {asked});\n"
    low, high = _bounds(parameter)
    numbers = ", ".join(number(item) for item in default) or "0"
    return (
        f"static const s64 kmi_parameter_numbers_{name}[] = {{ {numbers} }};\n"
        f"KMI_LINUX_SNAPSHOT({name}, NULL, kmi_parameter_numbers_{name}, {len(default)}, {number(low)}, "
        f"{number(high)}, {parameter.capacity}, {asked});\n"
    )


def _bounds(parameter: ModuleParameter) -> tuple[int, int]:
    """From where to where an integer, or each item of a list, may go."""
    width = parameter.type if isinstance(parameter.type, IntType) else INT
    low = width.low if parameter.minimum is None else max(width.low, parameter.minimum)
    high = width.high if parameter.maximum is None else min(width.high, parameter.maximum)
    return low, high


def _c_name(kind: Type) -> str:
    return "bool" if not isinstance(kind, IntType) else "i64" if kind == INT else kind.name


def _declaration(parameter: ModuleParameter) -> str:
    name, default = parameter.name, parameter.default
    mode = "0644" if parameter.writable else "0444"
    described = f"MODULE_PARM_DESC({name}, {text(parameter.description)});\n"
    if isinstance(default, str | tuple):
        ops = "kmi_linux_text_ops" if isinstance(default, str) else "kmi_linux_numbers_ops"
        argument = f"&kmi_parameter_{name}"
        kind = "charp" if isinstance(default, str) else "array of llong"
    else:
        ops, argument = f"kmi_parameter_ops_{name}", "NULL"
        kind = _WORDS[parameter.type.name] if isinstance(parameter.type, IntType) else "bool"
    return (
        f"module_param_cb({name}, &{ops}, {argument}, {mode});\n"
        f'__MODULE_PARM_TYPE({name}, "{kind}");\n{described}'
    )
