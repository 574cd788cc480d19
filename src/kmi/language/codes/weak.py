"""KMI033x: weak references."""

from kmi.language.codes.base import code

WEAK_TARGET = code(
    330,
    "weak reference to what has none",
    """
    `weakref.ref[T]` refers to objects of a class of the module. Integers, strings and containers have no weak
    references in CPython, nor have dataclasses with `slots=True`.
    """,
    failing="""
        import weakref


        class Cache:
            def __init__(self, names: list[str]) -> None:
                self.names = weakref.ref(names)
    """,
    fixed="""
        import weakref


        class Names:
            def __init__(self) -> None:
                self.names: list[str] = []


        class Cache:
            def __init__(self, names: Names) -> None:
                self.names = weakref.ref(names)
    """,
)

WEAK_COMPARED = code(
    331,
    "weak references compared",
    """
    In CPython two weak references are equal if their objects live and are equal, and else if they are one
    reference: what that is changes when an object dies.
    """,
    failing="""
        import weakref


        class Node:
            def __init__(self) -> None:
                self.value = 1


        def same(left: weakref.ref[Node], right: weakref.ref[Node]) -> bool:
            return left == right
    """,
    fixed="""
        import weakref


        class Node:
            def __init__(self) -> None:
                self.value = 1


        def same(left: weakref.ref[Node], right: weakref.ref[Node]) -> bool:
            return left() is right()
    """,
)
