"""The C of a module's parameters: their storage, and the list that the module's events begin and end.

    KMI_FREEBSD_WORD(capacity, long long, CTLTYPE_S64, 4096LL, value >= 1LL, 0, "...", false, "...");
    #define KMI_PARAMETER_capacity ((i64)__atomic_load_n(&kmi_parameter_word_capacity, __ATOMIC_RELAXED))
    ...
    KMI_FREEBSD_PARAMETERS(&kmi_parameter_capacity)
"""

from __future__ import annotations

from kmi.kernels.building.literals import number, text
from kmi.language.tree import ModuleParameter, Program
from kmi.language.types import BOOL, INT, IntType, Type

__all__ = ["listed", "storage"]


def storage(parameter: ModuleParameter) -> str:
    """Where a parameter is, and how the module's C reads it."""
    name, default, kind = parameter.name, parameter.default, parameter.type
    check = f"check_{name}" if parameter.check is not None else None
    shown = f"{'true' if parameter.writable else 'false'}, {text(parameter.description)}"
    if isinstance(default, str | tuple):
        asks = f"static i32 {check}(struct kmi_freebsd_snapshot *value);\n" if check else ""
        made = _snapshot(parameter, default, check or "NULL", shown)
        return f"{asks}{made}#define KMI_PARAMETER_{name} (&kmi_parameter_{name})\n"
    asks = f"static i32 {check}({_c_name(kind)} value);\n" if check else ""
    asked = f"{check}(value)" if check else "0"
    low, high = _bounds(parameter)
    signed = low < 0 or high < 1 << 63
    if kind == BOOL:
        form, value, within, words = "bool, CTLTYPE_U8", "true" if default else "false", "true", "a bool"
    else:
        form = "long long, CTLTYPE_S64" if signed else "unsigned long long, CTLTYPE_U64"
        value, words = number(int(default)), f"an integer from {low} to {high}"
        within = " && ".join(
            [
                *([f"value >= {number(low)}"] if low > (-1 << 63 if signed else 0) else []),
                *([f"value <= {number(high)}"] if high < (1 << 63 if signed else 1 << 64) - 1 else []),
            ]
        )
    words += " that will do" if check else ""
    return (
        f"{asks}KMI_FREEBSD_WORD({name}, {form}, {value}, {within or 'true'}, {asked}, "
        f"{text(words)}, {shown});\n"
        f"#define KMI_PARAMETER_{name} "
        f"(({_c_name(kind)})__atomic_load_n(&kmi_parameter_word_{name}, __ATOMIC_RELAXED))\n"
    )


def _snapshot(parameter: ModuleParameter, default: str | tuple[int, ...], check: str, shown: str) -> str:
    name = parameter.name
    if isinstance(default, str):
        size = len(default.encode())
        return f"KMI_FREEBSD_SNAPSHOT({name}, {text(default)}, NULL, {size}, 0, 0, 0, {check}, {shown});\n"
    low, high = _bounds(parameter)
    numbers = ", ".join(number(item) for item in default) or "0"
    return (
        f"static const i64 kmi_parameter_numbers_{name}[] = {{ {numbers} }};\n"
        f"KMI_FREEBSD_SNAPSHOT({name}, NULL, kmi_parameter_numbers_{name}, {len(default)}, {number(low)}, "
        f"{number(high)}, {parameter.capacity}, {check}, {shown});\n"
    )


def _bounds(parameter: ModuleParameter) -> tuple[int, int]:
    """From where to where an integer, or each item of a list, may go."""
    width = parameter.type if isinstance(parameter.type, IntType) else INT
    low = width.low if parameter.minimum is None else max(width.low, parameter.minimum)
    high = width.high if parameter.maximum is None else min(width.high, parameter.maximum)
    return low, high


def _c_name(kind: Type) -> str:
    return "bool" if not isinstance(kind, IntType) else "i64" if kind == INT else kind.name


def listed(program: Program) -> str:
    """The list of all, after their storage; nothing where there are none."""
    names = ", ".join(f"&kmi_parameter_{parameter.name}" for parameter in program.parameters)
    return f"KMI_FREEBSD_PARAMETERS({names})\n" if names else ""
