"""FreeBSD's kernel as its modules see it, modelled in Python around an emulated processor.

A kld is loaded as the bytes that were built. What it calls is served by the files of ``kpi``, each function
by the semantics of its manual page and source file, which it names; until a run on a real machine confirms
one, it is called modelled.
"""
