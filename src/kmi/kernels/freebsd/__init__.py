"""FreeBSD: the interface in kernel Python on bindings of its headers, one file a noun.

What no header offers as a function (macros, static storage, the module's own events) is C in the ``.h`` files
beside. ``provision`` finds headers and a compiler, ``toolchain`` builds.
"""
