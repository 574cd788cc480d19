# mypy: disable-error-code="empty-body"
"""A kernel module.

    @module(license="GPL", description="says hello")
    class Hello(Module):
        def __init__(self) -> None:
            info("hello")

Loading calls `__init__`. The registrations that it made (devices and so on, as fields of objects that the
module reaches) become live, in order, after it has returned; an exception in it, or a registration that
fails, undoes what came before, in reverse, and gives the loader the errno. Unloading ends the registrations
in reverse order and then releases the module's object and everything that it alone reaches.

Linux: init_module(2), delete_module(2), include/linux/module.h.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias, TypeVar

from kmi.interface import context, provided, sleeps

__all__ = ["License", "Module", "module"]

License: TypeAlias = Literal[
    "GPL",
    "GPL v2",
    "GPL and additional rights",
    "Dual BSD/GPL",
    "Dual MIT/GPL",
    "Dual MPL/GPL",
    "Proprietary",
]
"""The licences that kernels know; all but `Proprietary` may use what Linux exports to GPL modules only."""

M = TypeVar("M", bound="Module")


@provided
class Module:
    """The object that is a loaded module: one instance from load to unload.

    A file has exactly one subclass, decorated with `@module`. All of the module's state lives in it.
    """

    @context("process")
    @sleeps
    def __init__(self) -> None:
        """Called when the module is loaded. What it raises refuses the load."""
        ...


@provided
def module(
    *,
    license: License,
    description: str,
    author: str = "",
    version: str = "",
    name: str = "",
) -> Callable[[type[M]], type[M]]:
    """The decorator that makes a Module subclass the file's module and holds its metadata, all constant.

    `name` is the name in the kernel's list of modules; the file's name without `.py` where it is left out.
    """
    ...
