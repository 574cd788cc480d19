"""Linux: the interface in kernel Python on bindings of its headers, one file a noun.

What no header offers as a function (inline code, tables of operations, the module's own entry points) is C in
the ``.h`` files beside. ``toolchain`` builds, ``provision`` gets kernels.
"""
