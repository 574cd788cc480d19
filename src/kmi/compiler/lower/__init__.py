"""The typed tree made linear, one kind of node a file: see ``kmi.compiler.linearise``."""
