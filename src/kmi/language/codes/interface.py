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

BAD_MODULE = code(
    402,
    "module declared wrongly",
    """
    `@module` stands over one class that derives from `Module`; it says the license and a description, as
    constants.
    """,
    failing="""
        from kmi import Module, module


        @module(license="MIT", description="an example")
        class Example(Module):
            pass
    """,
    fixed="""
        from kmi import Module, module


        @module(license="Dual MIT/GPL", description="an example")
        class Example(Module):
            pass
    """,
    whole=True,
)

PADDING = code(
    403,
    "implicit padding in a Struct",
    """
    C would leave a hole there, which nobody clears: it would carry kernel memory out. Write the hole as a
    field.
    """,
    failing="""
        from kmi import Struct, u8, u64


        class Taken(Struct):
            tag: u8
            count: u64
    """,
    fixed="""
        from kmi import Struct, u8, u16, u32, u64


        class Taken(Struct):
            tag: u8
            reserved: u8
            reserved1: u16
            reserved2: u32
            count: u64
    """,
)

STRUCT_FIELD = code(
    404,
    "field of a Struct without a width",
    """
    A Struct is memory that C sees: each field is an integer of a width, another Struct, or an array of a
    fixed length: `Annotated[bytes, 16]`, `Annotated[list[u32], 4]`.
    """,
    failing="""
        from kmi import Struct


        class Taken(Struct):
            count: int
    """,
    fixed="""
        from kmi import Struct, u64


        class Taken(Struct):
            count: u64
    """,
)

BAD_PARAMETER = code(
    405,
    "parameter declared wrongly",
    """
    A parameter of the module is a class attribute of the `Module` subclass: a constant default of kind bool,
    int, str or list of int within its own bounds, and a description. Its `check`, if it has one, is a
    function of the module that takes such a value and returns a bool.
    """,
    failing="""
        from kmi import Module, Parameter, module


        @module(license="GPL", description="an example")
        class Example(Module):
            capacity = Parameter(0, "bytes kept", minimum=1)
    """,
    fixed="""
        from kmi import Module, Parameter, module


        @module(license="GPL", description="an example")
        class Example(Module):
            capacity = Parameter(1, "bytes kept", minimum=1)
    """,
    whole=True,
)

UNCALLED_METHOD = code(
    407,
    "method that nothing will call",
    """
    The kernel calls the methods that the interface declares, by their names. A method that looks like one of
    them under another name is never called: the read of a device without `read` gives EINVAL. Nor does
    a module have an end of its own: its registrations end, and its objects go, when it is unloaded.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Zero(FileOperations):
            def reed(self, file: File, data: Uio) -> None:
                data.put(bytes(data.remaining))
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Zero(FileOperations):
            def read(self, file: File, data: Uio) -> None:
                data.put(bytes(data.remaining))
    """,
)

INTERFACE_MISMATCH = code(
    406,
    "kernel layer that differs from the interface",
    """
    What a kernel's layer implements under an interface name has the parameters and results that the interface
    declares. Only who writes a layer meets this; the programs are its `log.py`.
    """,
    failing="""
        from kmi.log import Format


        def info(text: Format) -> None:
            pass
    """,
    fixed="""
        from kmi.log import Format


        def info(message: Format) -> None:
            pass
    """,
    layer="log",
)
