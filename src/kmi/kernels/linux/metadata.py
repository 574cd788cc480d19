"""The C around a compiled module: its entry points, what `modinfo` says of it, its parameters.

    static int __init kmi_init(void) { return Loader_init(); }
    module_init(kmi_init);
    MODULE_LICENSE("GPL");

Parameters are static storage with a pure validator, set before init runs; a bad value refuses the load with
EINVAL and a line in the log.
"""

from __future__ import annotations

from kmi.language.tree import ModuleParameter, Program
from kmi.language.types import BOOL, INT

__all__ = ["epilogue", "prologue"]

_ABOUT = (("license", "LICENSE"), ("description", "DESCRIPTION"), ("author", "AUTHOR"), ("version", "VERSION"))


def prologue(program: Program, assertions: str) -> str:
    """The C before the module's own: headers, the proof of the bindings, the storage of the parameters."""
    parts = ['#include "helpers.h"\n', assertions]
    for parameter in program.parameters:
        parts.append(_storage(parameter))
    return "\n".join(parts)


def epilogue(program: Program, init: str, leave: str, *, test: bool) -> str:
    """The C after it; `init` and `leave` are the C names of the loader's two functions."""
    about = "".join(
        f"MODULE_{macro}({text(program.about[key])});\n" for key, macro in _ABOUT if program.about.get(key)
    )
    parameters = "".join(_declaration(parameter) for parameter in program.parameters)
    return _ENTRY.format(init=init, leave=leave) + (_TEST if test else "") + parameters + about


_ENTRY = """
/* What is still there when the module is gone; only test builds count. */
static void kmi_ended(void)
{{
	kmi_platform_end();
#ifdef KMI_TEST
	if (kmi_live_objects || kmi_live_memory)
		pr_err("kmi: %s: leaked %ld objects, %ld pieces of memory\\n", KBUILD_MODNAME, kmi_live_objects,
		       kmi_live_memory);
#endif
}}

static int __init kmi_init(void)
{{
	int status = {init}();

	if (status)
		kmi_ended();
	return status;
}}

static void __exit kmi_exit(void)
{{
	{leave}();
	kmi_ended();
}}

module_init(kmi_init);
module_exit(kmi_exit);

"""

_TEST = """module_param(kmi_fail_nth, long, 0600);
MODULE_PARM_DESC(kmi_fail_nth, "the n-th allocation from now fails; 0: none");
module_param(kmi_live_objects, long, 0400);
module_param(kmi_live_memory, long, 0400);

"""


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
            f"#define KMI_PARAMETER_{name} ((u8 *)kmi_parameter_{name})\n"
        )
    low = INT.low if parameter.minimum is None else parameter.minimum
    high = INT.high if parameter.maximum is None else parameter.maximum
    return _INTEGER.format(
        name=name, default=_number(int(parameter.default)), low=_number(low), high=_number(high)
    )


_INTEGER = """static long long kmi_parameter_{name} = {default};
#define KMI_PARAMETER_{name} READ_ONCE(kmi_parameter_{name})

static int kmi_parameter_set_{name}(const char *text, const struct kernel_param *parameter)
{{
	long long value;

	if (kstrtoll(text, 0, &value) || value < {low} || value > {high}) {{
		pr_err("%s: {name} is not an integer from %lld to %lld\\n", KBUILD_MODNAME, (long long){low},
		       (long long){high});
		return -EINVAL;
	}}
	WRITE_ONCE(kmi_parameter_{name}, value);
	return 0;
}}

static int kmi_parameter_get_{name}(char *text, const struct kernel_param *parameter)
{{
	return sysfs_emit(text, "%lld\\n", READ_ONCE(kmi_parameter_{name}));
}}

static const struct kernel_param_ops kmi_parameter_ops_{name} = {{
	.set = kmi_parameter_set_{name},
	.get = kmi_parameter_get_{name},
}};
"""


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
