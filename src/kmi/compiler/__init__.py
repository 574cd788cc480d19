"""The compiler: a typed program of kernel Python becomes one C file. See ``driver``."""

from kmi.compiler.driver import PASSES, CSource, Root, Target, compile

__all__ = ["PASSES", "CSource", "Root", "Target", "compile"]
