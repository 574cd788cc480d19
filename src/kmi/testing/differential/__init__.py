"""One program in CPython and compiled: both must agree, in values, exceptions, live objects."""
