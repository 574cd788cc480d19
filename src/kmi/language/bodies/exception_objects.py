"""Exceptions of an author's class with fields or methods: making one, and what ``super().__init__`` does.

    raise Busy(7)       held = New(Busy's carrier, 7)
                        Raise(ExceptionNew(Busy, held.kmi_number, held.kmi_said, object=held))

What the exception says of itself is made when it is made, ``__str__`` included: nothing that it is made of
changes later.
"""

from __future__ import annotations

import ast

from kmi.language import tree
from kmi.language.bodies import calls, construct, exceptions
from kmi.language.bodies.body import Body
from kmi.language.bodies.fields import find_field
from kmi.language.declarations import carriers, members
from kmi.language.declarations.declare import declare_members
from kmi.language.relations import POISON
from kmi.language.source import Span
from kmi.language.types import NONE, ClassType, ExceptionType

ARGUMENTS = {"text": 1, "other": 2, "several": 3}
"""What an exception was made of, in the numbers of kmi_error.h."""


def carrier_of(body: Body, definition: tree.Class) -> tree.Class | None:
    """The class of what exceptions of this class carry."""
    declare_members(body.world, body.world.classes[definition])
    return definition.carrier


def carried(body: Body, value: tree.Expression, name: str) -> tree.Expression | None:
    """The object of an exception, if it has a field or method of that name."""
    if not isinstance(value.type, ExceptionType):
        return None
    carrier = carrier_of(body, value.type.definition)
    if carrier is None or name.startswith("kmi_"):
        return None
    kind = ClassType(carrier)
    if find_field(body.world, kind, name) is None and members.find_method(body.world, kind, name) is None:
        if not any(name in body.world.classes[each].constants for each in carrier.ancestors()):
            return None
    return tree.ExceptionObject(value, value.span, kind)


def new(body: Body, node: ast.Call, definition: tree.Class, carrier: tree.Class) -> tree.Expression:
    """``Busy(7)``."""
    span, kind = body.span(node), ExceptionType(definition)
    info = body.world.classes[carrier]
    if members.find_method(body.world, ClassType(carrier), "__init__") is None:
        plain = exceptions.plain(body, node, definition)
        if not isinstance(plain, tree.ExceptionNew):
            return plain
        plain.message, plain.made_of = _quoted(body, definition, plain.message, plain.made_of)
        return _whole(body, definition, tree.New(ClassType(carrier), [], span), plain)
    made = construct.construct_class(body, node, info, None, None)
    if not isinstance(made, tree.New):
        return made if made.type is POISON else tree.NoneLiteral(span, kind)
    if carriers.tells_base(body.world, carrier):
        return _whole(body, definition, made, None)
    # Python takes what the class is called with, which is used twice then.
    held = [body.temporary(each.type, span, "argument") for each in made.arguments[: len(node.args)]]
    given = made.arguments[: len(node.args)]
    read: list[tree.Expression] = [tree.LocalGet(local, span, local.type) for local in held]
    made.arguments[: len(node.args)] = read
    os_error = any(each.name == "OSError" for each in definition.ancestors())
    said, made_of = (None, "") if os_error else exceptions.spoken(body, list(node.args), read)
    said, made_of = _quoted(body, definition, said, made_of)
    whole = _whole(body, definition, made, tree.ExceptionNew(definition, None, said, span, kind, made_of))
    for local, value in zip(reversed(held), reversed(given), strict=True):
        whole = tree.Let(local, value, whole, span, kind)
    return whole


def _whole(
    body: Body, definition: tree.Class, made: tree.New, plain: tree.ExceptionNew | None
) -> tree.Expression:
    """The exception with its object; ``plain`` says what it is made of, or the object does."""
    span, kind = made.span, ExceptionType(definition)
    assert isinstance(made.type, ClassType)
    carrier = made.type.definition
    held = body.temporary(made.type, span, "carried")
    this = tree.LocalGet(held, span, made.type)

    def read(name: str) -> tree.Expression:
        entry = carriers.field(carrier, name)
        return tree.FieldGet(this, entry, span, entry.type)

    own = members.find_method(body.world, made.type, "__str__")
    before: list[tree.Statement] = []
    if plain is None:
        whole = tree.ExceptionNew(definition, None, read("kmi_said"), span, kind, "carried", this)
        if any(each.name == "OSError" for each in definition.ancestors()):
            whole.errno = read("kmi_number")
    else:
        whole = plain
        whole.object = this
        if own is not None:
            before = _tell(body, this, carrier, plain.message, plain.made_of, plain.errno, span)
            whole.errno = read("kmi_number") if plain.errno is not None else None
    if own is not None:
        whole.message = calls.method_call(body, this, "__str__", [], span)
        whole.made_of = "own"
    value: tree.Expression = tree.Do(before, whole, span, kind) if before else whole
    return tree.Let(held, made, value, span, kind)


def _tell(
    body: Body,
    this: tree.Expression,
    carrier: tree.Class,
    said: tree.Expression | None,
    made_of: str,
    number: tree.Expression | None,
    span: Span,
) -> list[tree.Statement]:
    """Stores into the object what it is made of."""

    def put(name: str, value: tree.Expression) -> tree.Statement:
        return tree.SetField(this, carriers.field(carrier, name), value, span)

    stores = [put("kmi_number", number)] if number is not None else []
    if said is None:
        text: tree.Expression = tree.StrLiteral("", span, body.world.str_type)
        return [*stores, put("kmi_said", text), put("kmi_made_of", tree.IntLiteral(0, span))]
    code = tree.IntLiteral(ARGUMENTS[made_of or "text"], span)
    return [*stores, put("kmi_said", said), put("kmi_made_of", code)]


def _quoted(
    body: Body, definition: tree.Class, said: tree.Expression | None, made_of: str
) -> tuple[tree.Expression | None, str]:
    """A KeyError says the repr of the one thing that it is made of, of a string, too."""
    if said is None or made_of or all(each.name != "KeyError" for each in definition.ancestors()):
        return said, made_of
    piece = tree.FormatPiece(said, "", "r", said.span)
    return tree.Format([piece], said.span, body.world.str_type), "other"


def prologue(body: Body) -> list[tree.Statement]:
    """What an ``__init__`` begins with that no ``__init__`` of the author's is above of."""
    owner, function = body.owner, body.function
    if owner is None or function is None or not body.initializer:
        return []
    definition = owner.definition
    if not carriers.is_carrier(definition) or not carriers.first_initializer(body.world, definition):
        return []
    this = function.parameters[0]
    span = function.span
    return _tell(body, tree.LocalGet(this, span, this.type), owner.definition, None, "", None, span)


def initialise(body: Body, node: ast.Call) -> tree.Expression:
    """``super().__init__(…)`` where that is ``Exception``'s own: what the exception says of itself."""
    span = body.span(node)
    assert body.owner is not None and body.function is not None
    this = body.function.parameters[0]
    receiver = tree.LocalGet(this, span, this.type)
    definition = next(
        each for each in body.world.classes if each.exception and each.carrier is body.owner.definition
    )
    made = exceptions.plain(body, node, definition)
    if not isinstance(made, tree.ExceptionNew):
        return tree.NoneLiteral(span)
    said, made_of = _quoted(body, definition, made.message, made.made_of)
    stores = _tell(body, receiver, body.owner.definition, said, made_of, made.errno, span)
    return tree.Do(stores, tree.NoneLiteral(span), span, NONE)


__all__ = ["carried", "carrier_of", "initialise", "new", "prologue"]
