"""Which objects several threads reach, and whether that is safe: the pass that asks for a lock.

The kernel calls one ``FileOperations`` object for every process that has the device open, several at
once. So its fields are final and shareable, or places; so are those of the module and of an open file's
state:

    class Counter(FileOperations):
        def read(self, file: File, data: Uio) -> None:
            self.count += 1                     # refused: KMI0601, put it under a Mutex

The pass also sets ``Class.shared``, by which the compiler counts references atomically.

Invariants: a class is counted plainly only if no object of it can be reached by a second thread, not
even one that holds a lock; all classes of one family are counted in one way. One class gives one error
for all of its fields that change.
"""

from __future__ import annotations

import re

from kmi.language import codes
from kmi.language.checks.known import (
    BORROWED,
    OPERATIONS,
    THREADED,
    derives,
    holds_place,
    is_a,
    is_builtin,
    is_lock,
    name_of,
)
from kmi.language.checks.ownership import IMMUTABLE, Ownership, bindings, is_open, receiver, root
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Source
from kmi.language.tree import (
    Class,
    Expression,
    Field,
    Function,
    InitPlace,
    LocalGet,
    Program,
    SetField,
)
from kmi.language.tree.walk import authored, functions, trusted, walk
from kmi.language.types import INT, ClassType, NoneType, Type, TypeVariable, substitute

CONTAINERS = frozenset({"list", "dict", "bytearray", "set", "deque"})
"""Classes of the library whose objects stay in one thread unless a lock guards them."""

EMPTY = ("[]", "{}", "list()", "dict()", "...")
"""Values that do not say of what type they are."""

IMPORTS = {"Mutex": "from kmi.sync import Mutex", "dataclass": "from dataclasses import dataclass"}


def check(program: Program, reporter: Reporter, ownership: Ownership) -> None:
    """Reports what threads would share without a lock, and sets ``Class.shared`` in the whole program."""
    for module in authored(program):
        for definition in module.classes.values():
            if derives(definition, THREADED):
                _changes(definition, reporter, ownership)
                _fields(definition, reporter, ownership)
            _state(definition, reporter, ownership)
        for function in functions(module):
            for node in walk(function.body):
                if isinstance(node, InitPlace) and is_lock(node.field.type):
                    _guarded(node, reporter)
    _count(program, ownership)


def _changes(definition: Class, reporter: Reporter, ownership: Ownership) -> None:
    """The newcomer's error: fields of a shared object that change without a lock."""
    changing = [item for item in definition.fields if not item.place and item in ownership.changes]
    if not changing:
        return
    stores = sorted(
        (store for item in changing for _, store in ownership.changes[item]),
        key=lambda store: (store.span.line, store.span.column),
    )
    first = stores[0]
    name = first.field.name
    labels = [(store.span, "and here") for store in stores[1:4]]
    labels += [(item.span, "an ordinary field") for item in changing if item.span.line != first.span.line]
    whose = "all that it made" if _is_module(definition) else "every process that uses the device"
    reporter.error(
        codes.UNGUARDED_CHANGE,
        first.span,
        f"`{definition.name}.{name}` changes while several threads use the same `{definition.name}`",
        label="changed here, without a lock",
        labels=labels,
        note=f"there is one `{definition.name}`, and {whose} can run it at the same time",
        help=_guard_help(definition, changing, first),
    )


def _guard_help(definition: Class, changing: list[Field], store: SetField) -> str:
    state = f"{definition.name}State"
    imports = _imports(store.span.source, "dataclass", "Mutex")
    lines = ["keep what changes in a class of its own, under a `Mutex`:", *imports]
    lines += ["@dataclass", f"class {state}:"]
    for item in changing:
        initial = _initial(definition, item)
        written = initial.span.text if initial is not None else ""
        default = f" = {written}" if _is_literal(written) else ""
        lines.append(f"    {item.name}: {item.type}{default}")
    statement = store.span.text
    changed = statement.replace(f"self.{store.field.name}", f"state.{store.field.name}")
    lines += ["", f"self.state = Mutex({state}())    # in `__init__`", "", "with self.state as state:"]
    lines.append(f"    {changed}" if changed != statement else f"    state.{store.field.name} = ...")
    return "\n".join(lines)


def _fields(definition: Class, reporter: Reporter, ownership: Ownership) -> None:
    """Fields that stay the same object, but one that can change."""
    for item in definition.fields:
        if item.place or item in ownership.changes or not ownership.confined(item.type):
            continue
        if is_a(item.type, BORROWED) or holds_place(item.type):
            continue  # reported where it is stored
        initial = _initial(definition, item)
        span = initial.span if initial is not None else item.span
        value = span.text if initial is not None else "..."
        declared = f": Mutex[{item.type}]" if value in EMPTY else ""
        reporter.error(
            codes.UNGUARDED_OBJECT,
            item.span,
            f"`{definition.name}.{item.name}` is a `{item.type}`, which several threads would use at once",
            label="not under a lock",
            labels=[(why.span, why.text) for why in ownership.why(item.type)],
            note=f"a `{item.type}` belongs to one thread, or to one lock",
            help="\n".join(
                [
                    "put it under a lock, and use it in a `with` block:",
                    *_imports(item.span.source, "Mutex"),
                    f"self.{item.name}{declared} = Mutex({value})",
                    "",
                    f"with self.{item.name} as {item.name}:",
                    "    ...",
                ]
            ),
        )


def _state(definition: Class, reporter: Reporter, ownership: Ownership) -> None:
    """The state of an open file: two threads can use one open file."""
    inherited = _states(definition.base.definition) if definition.base is not None else []
    for state in _states(definition):
        if state in inherited or isinstance(state, TypeVariable) or not ownership.confined(state):
            continue
        if is_a(state, BORROWED):
            continue
        why = ownership.why(state)
        help_ = f"keep what changes in a class of its own, and give `{state}` a `Mutex` of it as a field"
        if isinstance(state, ClassType) and trusted(state.definition.module):
            help_ = f"make the state a class with a field `self.value = Mutex(...)` that holds the `{state}`"
        reporter.error(
            codes.CONFINED_STATE,
            definition.span,
            f"`{state}`, the state of an open file, changes without a lock",
            labels=[(reason.span, reason.text) for reason in why],
            note="threads and child processes share an open file, and can use it at the same time",
            help=help_,
        )


def _states(definition: Class) -> list[Type]:
    """What a class fills in for the state of ``FileOperations``, itself or by way of a generic base."""
    kind: Type | None = definition.base
    while isinstance(kind, ClassType):
        if name_of(kind.definition) == OPERATIONS:
            return list(kind.arguments)
        above = kind.definition.base
        kind = substitute(above, bindings(kind)) if above is not None else None
    return []


def _guarded(node: InitPlace, reporter: Reporter) -> None:
    """A lock guards an object that can change: nothing could ever be stored through its guard otherwise."""
    kind = node.field.type
    value = kind.arguments[0] if isinstance(kind, ClassType) and kind.arguments else None
    if value is None or isinstance(value, TypeVariable):
        return
    good = isinstance(value, ClassType) and not (
        is_builtin(value.definition) and value.definition.name in IMMUTABLE
    )
    if good:
        return
    bare = isinstance(value, NoneType)
    name = "count" if bare else node.field.name
    lock = kind.definition.name if isinstance(kind, ClassType) else "Mutex"
    first = node.arguments[0].span.text if node.arguments else ""
    reporter.error(
        codes.GUARDED_VALUE,
        node.arguments[0].span if node.arguments else node.span,
        f"a `{lock}` around a `{value}`, which can never change",
        label=f"a `{value}`",
        note="`with` lends the object that the lock guards, and a value cannot change in place",
        help=f"guard an object that has {'what changes' if bare else 'it as a field'}:\n"
        f"@dataclass\nclass State:\n    {name}: {'int' if bare else value}\n\n"
        f"self.state = {lock}(State({'0' if bare else first}))",
    )


def _count(program: Program, ownership: Ownership) -> None:
    """Sets ``Class.shared``: False only where no second thread can hold a reference, not even in turn."""
    everything = [definition for module in program.modules.values() for definition in module.classes.values()]
    guarded: set[Class] = set()
    for definition in everything:
        for item in definition.fields:
            if is_lock(item.type) and is_open(item.type):
                guarded.update(everything)  # a generic class with a lock lends whatever it is used with
            guarded |= _lent(item.type, ownership)
    for definition in everything:
        closed = ClassType(definition, tuple(INT for _ in definition.type_parameters))
        believed = trusted(definition.module) and definition.name not in CONTAINERS
        alone = ownership.confined(closed) and definition not in guarded and not believed
        definition.shared = not alone
    while _spread(everything):
        pass


def _spread(everything: list[Class]) -> bool:
    """Counts all classes of a family alike, protocols included; whether that changed anything."""
    changed = False
    for definition in everything:
        above = definition.ancestors()[1:2] + [each.definition for each in definition.implements]
        if any(each.shared != definition.shared for each in above):
            for each in (definition, *above):
                changed |= not each.shared
                each.shared = True
    return changed


def _lent(kind: Type, ownership: Ownership) -> set[Class]:
    """What passes from thread to thread through a lock of this type."""
    if not is_lock(kind) or not isinstance(kind, ClassType):
        return set()
    return {definition for argument in kind.arguments for definition in ownership.reach(argument)}


def _initial(definition: Class, item: Field) -> Expression | None:
    """The value that ``__init__`` stores into a field."""
    init = definition.methods.get("__init__")
    if init is None:
        return None
    for node in walk(init.body):
        if isinstance(node, SetField) and node.field is item and _is_self(init, node.object):
            return node.value
    return None


def _is_self(function: Function, expression: Expression) -> bool:
    start, path = root(expression)
    return isinstance(start, LocalGet) and start.local is receiver(function) and not path


def _imports(source: Source, *names: str) -> list[str]:
    """The import lines of a help for the names that the file does not import yet."""
    lines = [IMPORTS[name] for name in names if not re.search(rf"import .*\b{name}\b", source.text)]
    return [*lines, ""] if lines else []


def _is_module(definition: Class) -> bool:
    return derives(definition, frozenset({"kmi.modules.Module"}))


def _is_literal(written: str) -> bool:
    return written.lstrip("-").isdigit() or written in ("True", "False", "None", '""', 'b""')
