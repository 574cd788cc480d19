"""Which locals a block of the typed tree assigns to or deletes."""

from __future__ import annotations

from collections.abc import Iterator

from kmi.language import tree
from kmi.language.tree.walk import walk


def assigned_locals(body: list[tree.Statement]) -> Iterator[int]:
    """The identities of the locals that statements assign to or delete, within expressions too."""
    for node in walk(body):
        match node:
            case tree.Assign(local=local) | tree.Delete(local=local):
                yield id(local)
            case tree.ForRange(target=target) | tree.ForEach(target=target):
                yield id(target)
            case tree.Try(handlers=handlers):
                yield from (id(handler.local) for handler in handlers if handler.local is not None)
            case tree.With(target=target) if target is not None:
                yield id(target)
            case _:
                pass
