"""What FreeBSD alone has: its own kernel interface, for modules that want it and nothing else.

    from kmi.freebsd.malloc import M_WAITOK, MallocType

One noun, one file, named as its manual page is. A module that imports from here is built and tested with
`--on freebsd`; for every other kernel the import is an error.
"""
