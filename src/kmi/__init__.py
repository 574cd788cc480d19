"""kmi, a Kernel Module Interface for Python: kernel modules in ordinary, typed Python.

The same file runs in CPython on a simulated kernel and is compiled, through C, to a native kernel module:

    from kmi import Module, info, module

    @module(license="GPL", description="says hello")
    class Hello(Module):
        def __init__(self) -> None:
            info("hello, kernel")

Here is what nearly every module imports; the rest has a file for each noun: `kmi.device`, `kmi.sync`, ...
"""

from kmi.errors import error
from kmi.integers import i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, wrapping
from kmi.log import Format, alert, crit, debug, emerg, err, info, notice, warn
from kmi.modules import Module, module
from kmi.parameter import Parameter
from kmi.struct import Struct

__all__ = [
    "Format",
    "Module",
    "Parameter",
    "Struct",
    "alert",
    "crit",
    "debug",
    "emerg",
    "err",
    "error",
    "i8",
    "i16",
    "i32",
    "i64",
    "info",
    "isize",
    "module",
    "notice",
    "u8",
    "u16",
    "u32",
    "u64",
    "usize",
    "warn",
    "wrapping",
]
