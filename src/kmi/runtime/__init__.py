"""The run time: Python's built-in classes in kernel Python, and the C header that compiled modules include.

`list.py`, `bytes.py`, `bytearray.py`, `str.py`, `dict.py` are compiled together with a module that uses them;
CPython never imports them, for it has its own. `exceptions.py` declares the tree of built-in exceptions.
`kmi.h` is the C beneath: objects and counts, errors, exact integers, formatting.
"""
