"""Kernels: for each one the interface's names as it implements them, and how a module is built for it.

What user space can do on all of them is in ``userspace``. A kernel knows nothing of the machine it runs on.
"""
