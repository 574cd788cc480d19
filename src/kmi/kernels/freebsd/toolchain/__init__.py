"""From a module to a kld: bindings, C, clang, the linker, and what FreeBSD's own linker would say of it."""
