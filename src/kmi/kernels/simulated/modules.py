"""A kernel module: `kmi.modules` in the simulated kernel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

__all__ = ["Metadata", "Module", "module"]

M = TypeVar("M", bound="Module")


@dataclass(frozen=True)
class Metadata:
    """What `@module` says of a module."""

    license: str
    description: str
    author: str
    version: str
    name: str


class Module:
    """The object that is a loaded module."""

    metadata_: ClassVar[Metadata | None] = None

    def __init__(self) -> None:
        pass


def module(
    *, license: str, description: str, author: str = "", version: str = "", name: str = ""
) -> Callable[[type[M]], type[M]]:
    """The decorator that makes a Module subclass the file's module."""

    def mark(kind: type[M]) -> type[M]:
        if not (isinstance(kind, type) and issubclass(kind, Module)):
            raise TypeError(f"@module decorates a subclass of Module, which {kind!r} is not")
        kind.metadata_ = Metadata(license, description, author, version, name)
        return kind

    return mark
