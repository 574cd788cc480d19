"""Classes in C: structs, class objects, and what runs when an object dies.

A class instance becomes ``struct X``, ``kmi_clear_X`` (releases its fields), ``kmi_destroy_X``
(``__del__``, then clear, then the memory) and ``X_class``.

Objects that may refer to each other in a chain (a linked list) would die one inside the other, and a
kernel's stack is small: those classes share a work list. An object whose last count is gone waits in it,
linked by the word that held its class, and dies when its referrer is dead.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.emit import containers
from kmi.compiler.emit.counts import Counts
from kmi.compiler.emit.types import Types
from kmi.compiler.instances import ClassInstance, FunctionInstance, bases, bindings_of, supertypes
from kmi.compiler.lower.builder import is_void
from kmi.compiler.lower.objects import ends, is_place
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.names import identifier
from kmi.compiler.tidy import parts, walk
from kmi.language import tree
from kmi.language.types import ClassType, CStructType, OptionalType, TupleType, Type, UnionType, substitute


class Classes:
    """Prints the classes of one program."""

    def __init__(self, monomorphiser: Monomorphiser, types: Types, counts: Counts) -> None:
        self.monomorphiser = monomorphiser
        self.types = types
        self.counts = counts
        self.groups: dict[str, list[ClassInstance]] = {}
        """The classes that share a work list with each class that needs one, by the class's C name."""

    def all(self) -> list[ClassInstance]:
        return list(self.monomorphiser.classes.values())

    def deleters(self) -> list[FunctionInstance]:
        """Every ``__del__`` that runs; settles the chains."""
        made = [each for each in self.all() if each.made]
        self.groups = self._chains([each for each in made if not each.kind.definition.place])
        return [
            each.deleter
            for each in made
            if each.deleter is not None and not (each.name in self.groups and containers.items(each.kind))
        ]

    def functions(self) -> list[str]:
        """The functions that end objects and places."""
        made = [each for each in self.all() if each.made]
        lines: list[str] = []
        done: set[int] = set()
        for group in self.groups.values():
            if id(group) not in done:
                done.add(id(group))
                lines += self._drop_function(group)
        for each in made:
            lines += self._functions(each)
        return lines

    def objects(self) -> list[str]:
        """Prototypes, then the class objects."""
        lines: list[str] = []
        made = [each for each in self.all() if each.made]
        counted = [each for each in self.all() if not each.kind.definition.place]
        for each in made:
            waiting = ", struct kmi_object **waiting" if each.name in self.groups else ""
            lines.append(
                f"static __maybe_unused void kmi_clear_{each.name}(struct {each.name} *self{waiting});"
            )
        for each in counted:
            if each.made:
                if not self._only_memory(each):
                    lines.append(f"static void kmi_destroy_{each.name}(struct kmi_object *object);")
            lines.append(f"static const struct kmi_class {each.name}_class __maybe_unused;")
        lines.append("")
        for each in counted:
            chain = bases(each.kind)
            base = f"&{self.monomorphiser.cls(chain[1]).name}_class" if len(chain) > 1 else "NULL"
            lines.append(f"static const struct kmi_class {each.name}_class __maybe_unused = {{")
            lines.append(f'\t.name = "{each.kind.definition.name}",')
            lines.append(f"\t.base = {base},")
            if each.made:
                ends = "kmi_object_free" if self._only_memory(each) else f"kmi_destroy_{each.name}"
                lines.append(f"\t.destroy = {ends},")
                lines.append(f"\t.size = sizeof(struct {each.name}),")
            lines.append("};")
        return lines

    def _fields(self, kind: ClassType) -> list[tuple[tree.Field, Type, str]]:
        """Fields in the order of memory, with their types and C names."""
        result: list[tuple[tree.Field, Type, str]] = []
        for base in reversed(bases(kind)):
            bindings = bindings_of(base)
            result += [(f, substitute(f.type, bindings), identifier(f.name)) for f in base.definition.fields]
        return [each for each in result if not is_void(each[1])]

    def structs(self) -> list[str]:
        """Struct definitions, each after the structs that it embeds."""
        classes = self.all()
        lines: list[str] = [f"struct {each.name};" for each in classes]
        lines.append("")
        done: set[str] = set()

        def value(kind: Type) -> None:
            """The struct of a tuple or optional, before whoever embeds it."""
            match kind:
                case TupleType(items=items):
                    for item in items:
                        value(item)
                case OptionalType(inner=inner):
                    value(inner)
                case ClassType():
                    return
                case _:
                    return
            spelt = self.types.name(kind)
            if spelt.startswith("struct kmi_") and not spelt.endswith("*") and spelt not in done:
                done.add(spelt)
                lines.extend(self.types.define_value(kind))

        def define(instance: ClassInstance) -> None:
            if instance.name in done:
                return
            done.add(instance.name)
            for field, kind, _ in self._fields(instance.kind):
                if isinstance(kind, ClassType) and is_place(field, kind):
                    define(self.monomorphiser.cls(kind))
                value(kind)
            lines.extend(self._struct(instance))

        for instance in classes:
            define(instance)
        for kind in list(self.types.values):
            value(kind)
        return lines

    def _struct(self, instance: ClassInstance) -> list[str]:
        definition = instance.kind.definition
        fields: list[str] = []
        for field, kind, name in self._fields(instance.kind):
            if is_place(field, kind):
                if isinstance(kind, CStructType):
                    fields.append(f"{kind.binding.tag} {name};")
                elif isinstance(kind, ClassType):
                    fields.append(f"struct {self.monomorphiser.cls(kind).name} {name};")
                    if ends(kind):
                        fields.append(f"bool {name}_made;")
            else:
                fields.append(f"{self.types.declare(kind, name)};")
        lines: list[str] = []
        if definition.struct:
            lines += [f"struct {instance.name}_record {{", *(f"\t{each}" for each in fields), "};", ""]
            fields = [f"struct {instance.name}_record record;"]
        if not definition.place:
            fields.insert(0, "struct kmi_object object;")
        return [
            *lines,
            f"struct {instance.name} {{",
            *(f"\t{each}" for each in fields or ["char nothing;"]),
            "};",
            "",
        ]

    def _only_memory(self, instance: ClassInstance) -> bool:
        """Whether an object that dies is nothing but memory to be freed."""
        if instance.deleter is not None or instance.name in self.groups:
            return False
        fields = self._fields(instance.kind)
        return not any(is_place(field, kind) or linear.holds_count(kind) for field, kind, _ in fields)

    # --- the end of objects -------------------------------------------------------------------------------

    def _functions(self, instance: ClassInstance) -> list[str]:
        """What runs when an object or a place of this class dies."""
        name, kind = instance.name, instance.kind
        group = self.groups.get(name)
        body: list[str] = []
        fields = self._fields(kind)
        for field, inner, path in reversed(fields):
            if isinstance(inner, ClassType) and is_place(field, inner):
                body += self._end_place(inner, f"self->{path}")
        later: list[str] = []
        for field, inner, path in fields:
            if not is_place(field, inner) and linear.holds_count(inner):
                prefix = "record." if kind.definition.struct else ""
                released = self._release(f"self->{prefix}{path}", inner, group)
                if group is not None and set(group) & set(self._possible(inner)):
                    later = released + later  # what waits last dies first
                else:
                    body += released
        body += later
        waiting = ", struct kmi_object **waiting" if group is not None else ""
        lines = [
            f"static __maybe_unused void kmi_clear_{name}(struct {name} *self __maybe_unused{waiting})",
            "{",
        ]
        for statement in body:
            lines += [f"\t{line}" for line in statement.split("\n")]
        lines += ["}", ""]
        if kind.definition.place or self._only_memory(instance):
            return lines
        lines += [f"static void kmi_destroy_{name}(struct kmi_object *object)", "{"]
        if group is not None:
            return [*lines, *self._work_list(instance, group), "}", ""]
        lines += [f"\tstruct {name} *self = (struct {name} *)object;", ""]
        return [*lines, *(f"\t{line}" for line in self._end(instance, "")), "}", ""]

    def _end(self, instance: ClassInstance, waiting: str) -> list[str]:
        """``__del__``, the fields, the memory of ``self``."""
        lines: list[str] = []
        group = self.groups.get(instance.name)
        if group is not None and containers.items(instance.kind):
            lines = containers.end(
                instance.kind, self.types, lambda path, kind: self._release(path, kind, group)
            )
        elif instance.deleter is not None:
            # __del__ may retain and release its receiver: that must not begin anew.
            body = ["self->object.count = KMI_DYING;", *self._delete(instance.deleter, "self")]
            if instance.deleter.author:
                left = "continue" if waiting else "return"
                body.append(f"if (unlikely(kmi_kept(&self->object)))\n\t{left};")
            needed = _fields_of_self(instance.deleter)
            prefix = "record." if instance.kind.definition.struct else ""
            whole = [
                test
                for field, kind, name in self._fields(instance.kind)
                if needed is None or name in needed
                for test in self._there(f"self->{prefix}{name}", field, kind)
            ]
            if whole:  # not of an object whose __init__ raised before it had them
                lines.append(f"if ({' && '.join(whole)}) {{")
                lines += [f"\t{line}" for each in body for line in each.split("\n")]
                lines.append("}")
            else:
                lines += [line for each in body for line in each.split("\n")]
        return [*lines, f"kmi_clear_{instance.name}(self{waiting});", "kmi_object_free(&self->object);"]

    def _there(self, path: str, field: tree.Field | None, kind: Type) -> list[str]:
        """What holds of a field once ``__init__`` has given it a value: C expressions."""
        match kind:
            case ClassType() if field is not None and is_place(field, kind):
                return [
                    test
                    for inner, each, name in self._fields(kind)
                    for test in self._there(f"{path}.{name}", inner, each)
                ]
            case ClassType() | UnionType():
                return [path]
            case TupleType(items=items):
                return [
                    test
                    for position, item in enumerate(items)
                    for test in self._there(f"{path}.item{position}", None, item)
                ]
            case _:
                return []

    def _end_place(self, kind: ClassType, path: str) -> list[str]:
        instance = self.monomorphiser.cls(kind)
        lines: list[str] = []
        if instance.deleter is not None:
            lines.append(f"if ({path}_made) {{")
            lines += [f"\t{line}" for line in self._delete(instance.deleter, f"&{path}")]
            lines.append("}")
        if instance.made:
            lines.append(f"kmi_clear_{instance.name}(&{path});")
        return lines

    def _delete(self, deleter: FunctionInstance, self_: str) -> list[str]:
        """The call of a ``__del__``; what it raises is logged, as CPython prints it."""
        arguments = f"({self.types.name(receiver(deleter))}){self_}{', 0' if deleter.counted else ''}"
        if not deleter.raises:
            return [f"{deleter.name}({arguments});"]
        return [
            "{",
            "\tstruct kmi_error error;",
            "",
            f"\tif ({deleter.name}({arguments}, &error)) {{",
            "\t\tkmi_error_log(&error);",
            "\t\tkmi_error_release(&error);",
            "\t}",
            "}",
        ]

    # --- chains -------------------------------------------------------------------------------------------

    def _release(self, path: str, kind: Type, group: list[ClassInstance] | None) -> list[str]:
        """Gives back what a dying object held: what may be of its chain waits."""
        if group is None or not set(group) & set(self._possible(kind)):
            return self.counts.release_field(path, kind)
        match kind:
            case TupleType(items=items):
                return [
                    line
                    for position, item in enumerate(items)
                    if linear.holds_count(item)
                    for line in self._release(f"{path}.item{position}", item, group)
                ]
            case OptionalType(inner=TupleType() as whole):
                return [
                    f"if ({path}.some) {{",
                    *(f"\t{line}" for each in self._release(f"{path}.value", whole, group)
                      for line in each.split("\n")),
                    "}",
                ]  # fmt: skip
            case _:
                bare = kind.inner if isinstance(kind, OptionalType) else kind
                header = path if isinstance(bare, UnionType) else f"&{path}->object"
                return [f"if ({path})\n\tkmi_drop_{group[0].name}({header}, waiting);"]

    def _possible(self, kind: Type) -> list[ClassInstance]:
        """The classes of which an object that a field of this type refers to may be."""
        match kind:
            case OptionalType(inner=inner):
                return self._possible(inner)
            case ClassType():
                return [each for each in self.all() if each.made and kind in supertypes(each.kind)]
            case UnionType(members=members):
                return [found for member in members for found in self._possible(member)]
            case TupleType(items=items):
                return [found for item in items for found in self._possible(item)]
            case _:
                return []

    def _chains(self, made: list[ClassInstance]) -> dict[str, list[ClassInstance]]:
        """The groups of classes whose objects can stand in a chain of any length."""
        following = {
            each: [
                found
                for kind in [
                    *(kind for field, kind, _ in self._fields(each.kind) if not is_place(field, kind)),
                    *containers.items(each.kind),
                ]
                for found in self._possible(kind)
            ]
            for each in made
        }
        reached: dict[ClassInstance, set[ClassInstance]] = {}
        for each in made:
            seen: set[ClassInstance] = set()
            waiting = list(following[each])
            while waiting:
                found = waiting.pop()
                if found not in seen:
                    seen.add(found)
                    waiting += following.get(found, [])
            reached[each] = seen
        groups: dict[str, list[ClassInstance]] = {}
        for each in made:
            if each in reached[each] and each.name not in groups:
                group = [other for other in made if other in reached[each] and each in reached[other]]
                # Containers end first: then what dies, dies in depth, as in CPython.
                group.sort(key=lambda other: not containers.items(other.kind))
                groups.update({other.name: group for other in group})
        return groups

    def _drop_function(self, group: list[ClassInstance]) -> list[str]:
        """Gives back a count of an object that may be of the group; the last one makes it wait."""
        name = group[0].name
        shared = any(each.kind.definition.shared for each in group)
        lines = [f"static void kmi_drop_{name}(struct kmi_object *object, struct kmi_object **waiting)", "{"]
        lines += [f"\tif (!kmi_last(object, {'true' if shared else 'false'}))", "\t\treturn;"]
        for position, each in enumerate(group):
            word = "if" if position == 0 else "} else if"
            lines.append(f"\t{word} (object->class == &{each.name}_class) {{")
            lines.append(f"\t\tobject->count = {position};")
            lines.append("\t\tobject->class = (const void *)*waiting;")
            lines.append("\t\t*waiting = object;")
        return [*lines, "\t} else {", "\t\tobject->class->destroy(object);", "\t}", "}", ""]

    def _work_list(self, instance: ClassInstance, group: list[ClassInstance]) -> list[str]:
        """Ends the object and what waits for its end: such an object has its class's number as its count."""
        lines = ["\tstruct kmi_object *first = object, **waiting = &first;", ""]
        lines += [f"\tobject->count = {group.index(instance)};", "\tobject->class = NULL;"]
        lines += ["\twhile (first) {", "\t\tobject = first;", "\t\tfirst = (void *)object->class;"]
        for number, each in enumerate(group):
            word = "if" if number == 0 else "} else if"
            lines.append(f"\t\t{word} (object->count == {number}) {{")
            lines.append(f"\t\t\tstruct {each.name} *self = (struct {each.name} *)object;")
            lines.append("")
            lines.append("\t\t\tself->object.count = 0;")
            lines.append(f"\t\t\tself->object.class = &{each.name}_class;")
            lines += [f"\t\t\t{line}" for line in self._end(each, ", waiting")]
        return [*lines, "\t\t}", "\t}"]


def _fields_of_self(method: FunctionInstance) -> set[str] | None:
    """The fields of ``self`` that a method names; None where it hands ``self`` on, and may reach all."""
    names: set[str] = set()
    handed_on = False

    def visit(node: object) -> None:
        nonlocal handed_on
        match node:
            case (
                linear.Load(object=linear.Var(variable=this), name=name)
                | linear.PlaceOf(object=linear.Var(variable=this), name=name)
            ) if this is self_:  # fmt: skip
                names.add(name.removeprefix("record."))
            case linear.Var(variable=this) if this is self_:
                handed_on = True
            case linear.Variable() | linear.Try() | linear.Cleanup() | linear.Leave():
                pass
            case _ if linear.is_node(node):
                for _, _, _, part in parts(node):
                    visit(part)
            case _:
                pass

    if method.linear is None:
        return None
    self_ = method.linear.parameters[0]
    for statement in walk(method.linear.body):
        visit(statement)
    return None if handed_on else names


def receiver(instance: FunctionInstance) -> Type:
    """The type of a method's first parameter."""
    return instance.type(instance.function.parameters[0].type)
