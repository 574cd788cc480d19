"""KMI04xx: the module and its interface to the kernel."""

from kmi.language.codes.base import code

NO_MODULE = code(
    401,
    "no module",
    """
    A kernel module is a file with one subclass of `Module` under `@module`: the object that exists from
    load to unload.
    """,
    failing="""
        def twice(number: int) -> int:
            return 2 * number
    """,
    fixed="""
        from kmi import Module, info, module


        def twice(number: int) -> int:
            return 2 * number


        @module(license="GPL", description="doubles")
        class Doubler(Module):
            def __init__(self) -> None:
                info(f"doubler: {twice(21)}")
    """,
    whole=True,
)
