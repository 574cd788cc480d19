"""Doctests of kernel modules: documentation that runs, in CPython and in the kernel."""
