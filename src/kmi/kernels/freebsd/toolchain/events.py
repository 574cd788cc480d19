"""What a module's own words to FreeBSD become in C: its allocator, its events, what it depends on.

@default_allocator(M_NOWAIT)    ->  #define KMI_FREEBSD_WAITS 0
@depends("usb", minimum=1)      ->  MODULE_METADATA(…, MDT_DEPEND, …, "usb");
def quiesce(self) -> None: …    ->  #define KMI_FREEBSD_QUIESCE Events_quiesce
"""

from __future__ import annotations

from kmi.compiler.driver import Root
from kmi.kernels.building.literals import text
from kmi.kernels.building.refused import Refused
from kmi.language.tree import Program
from kmi.language.types import ClassType

__all__ = ["after", "before", "roots"]

M_WAITOK, M_USE_RESERVE = 0x0002, 0x0400  # sys/malloc.h, which the layer's malloc.h asserts
HOME = "kmi.kernels.freebsd.freebsd.module"
METHODS = {
    "quiesce": "KMI_FREEBSD_QUIESCE",
    "shutdown": "KMI_FREEBSD_SHUTDOWN",
    "on_error": "KMI_FREEBSD_UNCAUGHT",
    "on_exhausted": "KMI_FREEBSD_EXHAUSTED",
}
"""What an EventModule is told by, and the macro that names the function in C."""


def roots(program: Program) -> list[Root]:
    """The functions of the events that the module's class has something to say to."""
    if program.entry is None or not _told(program):
        return []
    events = program.find(f"{HOME}.Events")
    receiver = ClassType(events, (ClassType(program.entry),))
    return [Root(events.methods[name], receiver, f"Events_{name}") for name in _told(program)]


def before(program: Program) -> str:
    """The macros that headers look at."""
    lines = [f"#define {METHODS[name]} Events_{name}" for name in _told(program)]
    if "on_error" in _told(program):
        lines += ["static _Bool kmi_freebsd_uncaught(int line, int number);"]
        lines += ["#define KMI_PLATFORM_UNCAUGHT kmi_freebsd_uncaught"]
    for each in program.metadata:
        if each.name == "kmi.freebsd.malloc.default_allocator":
            flags = int(each.values["flags"])
            lines.append(f"#define KMI_FREEBSD_WAITS {'KMI_PLATFORM_LIMIT' if flags & M_WAITOK else 0}")
            lines.append(f"#define KMI_FREEBSD_FLAGS {flags & M_USE_RESERVE:#x}")
    return "".join(f"{line}\n" for line in lines)


def after(program: Program) -> str:
    """What the linker is told of other modules."""
    lines = []
    for number, each in enumerate(program.metadata):
        if each.name != "kmi.freebsd.module.depends":
            continue
        name, low, wanted, high = (each.values[key] for key in ("name", "minimum", "preferred", "maximum"))
        if not name or not 0 <= int(low) <= int(wanted) <= int(high) <= 0x7FFFFFFF:
            raise Refused(
                f"the module depends on {name!r} from {low} to {high}, best {wanted}: these do not ascend"
            )
        lines.append(f"static struct mod_depend kmi_freebsd_depend_{number} = {{ {low}, {wanted}, {high} }};")
        said = f"MDT_DEPEND, &kmi_freebsd_depend_{number}, {text(str(name))}"
        lines.append(f"MODULE_METADATA(_md_kmi_on_{number}, {said});")
    return "".join(f"{line}\n" for line in lines)


def _told(program: Program) -> list[str]:
    """The methods of an EventModule that the module's class overrides."""
    methods = [(name, program.entry.method(name)) for name in METHODS] if program.entry is not None else []
    derived = program.entry is not None and any(each.module == HOME for each in program.entry.ancestors())
    return [
        name
        for name, method in methods
        if derived and method is not None and method.owner is not None and method.owner.module != HOME
    ]
