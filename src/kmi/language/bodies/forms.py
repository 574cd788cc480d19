"""Calls of names that the language itself gives a meaning to: each goes to the file that knows it."""

from __future__ import annotations

import ast

from kmi.language import codes, tree
from kmi.language.bodies import builtin_calls, exceptions, unsafe_forms
from kmi.language.bodies.body import Body
from kmi.language.declarations.scope import Form
from kmi.language.types import Type


def call_form(body: Body, node: ast.Call, form: Form, expected: Type | None) -> tree.Expression:
    """``len(x)``, ``wrapping(u8, x)``, ``error(EBUSY)``, ``address_of(x)`` and so on."""
    home, _, short = form.name.rpartition(".")
    match home:
        case "builtins":
            return builtin_calls.call_builtin(body, node, short, expected)
        case "kmi.unsafe":
            return unsafe_forms.call_unsafe(body, node, short)
        case "kmi.integers":
            return builtin_calls.wrapping(body, node)
        case "kmi.errors":
            return exceptions.error_call(body, node)
        case "kmi.ioctl":
            from kmi.language.declarations import constants

            folded = constants.fold(body.world, body.scope, node, body.owner)
            return (
                constants.literal(body.world, folded, body.span(node))
                if folded is not None
                else body.poison(node)
            )
        case "kmi.parameter":
            return body.error(
                codes.BAD_PARAMETER,
                node,
                "a `Parameter` belongs into the body of the `Module` subclass",
                help='class Echo(Module):\n    capacity = Parameter(4096, "bytes kept at most")',
            )
        case _:
            return body.error(codes.NOT_CALLABLE, node, f"`{short}` has no meaning in the body of a function")
