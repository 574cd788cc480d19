"""Which locals a block of the typed tree assigns to or deletes."""

from __future__ import annotations

from collections.abc import Iterator

from kmi.language import tree


def assigned_locals(body: list[tree.Statement]) -> Iterator[int]:
    """The identities of locals that some statement assigns to or deletes."""
    for node in body:
        match node:
            case tree.Assign(local=local) | tree.Delete(local=local):
                yield id(local)
            case tree.If(then=then, otherwise=otherwise):
                yield from assigned_locals(then)
                yield from assigned_locals(otherwise)
            case tree.While(body=inner, otherwise=otherwise):
                yield from assigned_locals(inner)
                yield from assigned_locals(otherwise)
            case (
                tree.ForRange(target=target, body=inner, otherwise=otherwise)
                | tree.ForEach(target=target, body=inner, otherwise=otherwise)
            ):
                yield id(target)
                yield from assigned_locals(inner)
                yield from assigned_locals(otherwise)
            case tree.Try():
                yield from assigned_locals(node.body)
                for handler in node.handlers:
                    if handler.local is not None:
                        yield id(handler.local)
                    yield from assigned_locals(handler.body)
                yield from assigned_locals(node.otherwise)
                yield from assigned_locals(node.final)
            case tree.With(target=target, body=inner):
                if target is not None:
                    yield id(target)
                yield from assigned_locals(inner)
            case tree.Unsafe(body=inner):
                yield from assigned_locals(inner)
            case _:
                pass
