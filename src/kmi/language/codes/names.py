"""KMI02xx: names and imports."""

from kmi.language.codes.base import code

UNKNOWN_NAME = code(
    201,
    "unknown name",
    """
    The name is not defined in the function, in the module, by an import, or by Python.
    """,
    help="define it, import it, or look for a misspelling",
    failing="""
        def twice(number: int) -> int:
            return 2 * nubmer
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)

UNKNOWN_IMPORT = code(
    202,
    "import of something that is not there",
    """
    A kernel has the modules of the interface (`kmi`, `kmi.device`, `kmi.sync` …) and a few names of `typing`,
    `dataclasses`, `enum` and `errno`. Nothing else can be imported.
    """,
    help="import from `kmi` and its modules",
    failing="""
        from kmi.device import MiscDevise
    """,
    fixed="""
        from kmi.device import MiscDevice
    """,
)

UNASSIGNED = code(
    203,
    "name that may have no value",
    """
    On some way that leads here the variable, or the field in `__init__`, was not assigned, or it was deleted.
    Python would raise UnboundLocalError or AttributeError; a kernel module must not get that far.
    """,
    failing="""
        def sign(number: int) -> int:
            if number > 0:
                result = 1
            return result
    """,
    fixed="""
        def sign(number: int) -> int:
            result = 0
            if number > 0:
                result = 1
            return result
    """,
)

DUPLICATE = code(
    204,
    "name that is defined twice",
    """
    In a module or a class each name is defined once, and a variable has one type.
    """,
    failing="""
        def twice(number: int) -> int:
            return 2 * number


        def twice(number: int) -> int:
            return number + number
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)

NOT_A_VALUE = code(
    205,
    "name that is not a value",
    """
    Classes and modules are known when compiling and are not passed around as values. Functions and bound
    methods are, where it can be seen what they take and give.
    """,
    failing="""
        class Counter:
            def __init__(self) -> None:
                self.count = 0


        def count() -> int:
            kind = Counter
            return kind().count
    """,
    fixed="""
        class Counter:
            def __init__(self) -> None:
                self.count = 0


        def count() -> int:
            return Counter().count
    """,
)

IMPORT_CIRCLE = code(
    206,
    "files that import each other in a circle",
    """
    Two files of a package import each other, and the second one asks the first one for a name that it has
    not reached yet. CPython raises ImportError there. What only annotations need can be imported under
    `TYPE_CHECKING`; what both files need goes into a third one.
    """,
    package=True,
    failing="""
        # __init__.py
        from kmi import Module, module

        from .node import Node


        class Tree:
            def __init__(self) -> None:
                self.node: Node | None = None


        @module(license="GPL", description="a tree")
        class Example(Module):
            pass
        # node.py
        from . import Tree


        class Node:
            def __init__(self, tree: Tree) -> None:
                self.tree = tree
    """,
    fixed="""
        # __init__.py
        from kmi import Module, module

        from .node import Node


        class Tree:
            def __init__(self) -> None:
                self.node: Node | None = None


        @module(license="GPL", description="a tree")
        class Example(Module):
            pass
        # node.py
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from . import Tree


        class Node:
            def __init__(self, tree: Tree) -> None:
                self.tree = tree
    """,
)
