"""The C around a compiled module: its parameters, its entry points, what `modinfo` says of it.

    KMI_LINUX_INTEGER(capacity, 4096LL, 1LL, 1048576LL);
    ...
    KMI_LINUX_MODULE(Loader_init, Loader_exit)
    MODULE_LICENSE("GPL");

Parameters are static storage with a pure validator, set before init runs; a bad value refuses the load with
EINVAL and a line in the log.
"""

from __future__ import annotations

from kmi.language.tree import ModuleParameter, Program
from kmi.language.types import BOOL, INT

__all__ = ["epilogue", "prologue"]

_ABOUT = (
    ("license", "LICENSE"),
    ("description", "DESCRIPTION"),
    ("author", "AUTHOR"),
    ("version", "VERSION"),
)


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


def _storage(parameter: ModuleParameter) -> str:
    name = parameter.name
    if parameter.type == BOOL:
        value = "true" if parameter.default else "false"
        return (
            f"static bool kmi_parameter_{name} = {value};\n"
            f"#define KMI_PARAMETER_{name} READ_ONCE(kmi_parameter_{name})\n"
        )
    if parameter.type != INT:
        return (
            f"static char *kmi_parameter_{name} = {text(str(parameter.default))};\n"
            f"#define KMI_PARAMETER_{name} ((const u8 *)READ_ONCE(kmi_parameter_{name}))\n"
        )
    low = INT.low if parameter.minimum is None else parameter.minimum
    high = INT.high if parameter.maximum is None else parameter.maximum
    return (
        f"KMI_LINUX_INTEGER({name}, {_number(int(parameter.default))}, {_number(low)}, {_number(high)});\n"
        f"#define KMI_PARAMETER_{name} READ_ONCE(kmi_parameter_{name})\n"
    )


def _declaration(parameter: ModuleParameter) -> str:
    name = parameter.name
    mode = "0644" if parameter.writable else "0444"
    described = f"MODULE_PARM_DESC({name}, {text(parameter.description)});\n"
    if parameter.type == INT:
        return (
            f"module_param_cb({name}, &kmi_parameter_ops_{name}, NULL, {mode});\n"
            f'__MODULE_PARM_TYPE({name}, "llong");\n{described}'
        )
    kind = "bool" if parameter.type == BOOL else "charp"
    return f"module_param_named({name}, kmi_parameter_{name}, {kind}, {mode});\n{described}"


def _number(value: int) -> str:
    return f"({value + 1}LL - 1)" if value < 0 else f"{value}LL"


def text(value: str) -> str:
    """A C string literal."""
    out: list[str] = []
    for byte in value.encode():
        char = chr(byte)
        if char in '"\\' or char == "?":
            out.append("\\" + char)
        elif 0x20 <= byte < 0x7F:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return f'"{"".join(out)}"'
