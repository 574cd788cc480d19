"""From a module to a ``.ko``: bindings, C, Kbuild's own commands, and what a kernel would say of it."""
